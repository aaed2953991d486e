"""What registries' answers change about pods that run (`doctor --healthy --probe`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.report import Confidence, Create, Reason, Severity
from tests.diagnosis.answers import (
    DENIES,
    FORBIDS,
    NO_HOST,
    NO_TAG,
    REFUSED,
    WANTS_ONE,
    YES,
    Says,
)
from tests.diagnosis.cluster import NOW, Cluster
from tests.diagnosis.healthy import GOOD, RENAMED, account, owned

HEALTHY = Selection(healthy=True)


def questions(cluster: Cluster, selection: Selection = HEALTHY) -> tuple[Question, ...]:
    return diagnose(cluster.snapshot(), selection, now=NOW).questions


def users(cluster: Cluster) -> list[str]:
    return [one.login.username if one.login else "" for one in questions(cluster)]


def found(cluster: Cluster, says: Says) -> list[tuple[Reason, Severity, Confidence]]:
    answers: dict[Question, Answer] = {
        one: says[one.login.username if one.login else ""] for one in questions(cluster)
    }
    report = diagnose(cluster.snapshot().with_answers(answers), HEALTHY, now=NOW)
    return [(one.reason, one.severity, one.confidence) for one in report.findings]


def served() -> Cluster:
    """A pod that runs and lists a secret that serves its image."""
    return owned(account("pull").secret("pull", GOOD), "pull")


def with_nothing() -> Cluster:
    return owned(account())


def misspelt() -> Cluster:
    """Without an answer: a warning that nobody knows whether the image is public."""
    return owned(account("pull").secret("pull", RENAMED), "pull")


def test_the_next_pull_is_asked_for_and_whether_anybody_may() -> None:
    assert users(served()) == ["puller", ""]


def test_of_a_pod_without_secrets_only_whether_anybody_may() -> None:
    assert users(with_nothing()) == [""]


def test_the_successor_s_credential_is_asked_for_not_the_pod_s() -> None:
    cluster = account("new").secret("old", GOOD).secret("new", {"other.test": {}})
    assert users(owned(cluster, "old")) == [""]


@pytest.mark.parametrize("make", [served, with_nothing])
def test_what_the_registry_gives_out_is_no_warning(make: Callable[[], Cluster]) -> None:
    assert found(make(), {"puller": YES, "": YES}) == []


def test_a_doubt_goes_when_anybody_may_pull() -> None:
    assert found(misspelt(), {"": WANTS_ONE}) != []
    assert found(misspelt(), {"": YES}) == []


def test_a_doubt_grows_when_the_registry_wants_a_credential() -> None:
    assert found(misspelt(), {"": WANTS_ONE}) == [
        (Reason.NO_MATCHING_CREDENTIAL, Severity.WARNING, Confidence.LIKELY)
    ]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ({"puller": REFUSED, "": WANTS_ONE}, Reason.CREDENTIAL_REJECTED),
        ({"puller": REFUSED, "": YES}, Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE),
        ({"puller": FORBIDS, "": WANTS_ONE}, Reason.ACCESS_FORBIDDEN),
        ({"puller": DENIES, "": WANTS_ONE}, Reason.DENIED_OR_NOT_FOUND),
        ({"puller": NO_TAG, "": WANTS_ONE}, Reason.MANIFEST_NOT_FOUND),
    ],
)
def test_what_the_registry_refuses_is_a_warning_where_nothing_else_speaks_for_one(
    says: Says, reason: Reason
) -> None:
    assert found(served(), says) == [(reason, Severity.WARNING, Confidence.LIKELY)]


def test_a_private_image_without_any_secret_is_a_warning() -> None:
    assert found(with_nothing(), {"": WANTS_ONE}) == [
        (Reason.NO_CREDENTIAL, Severity.WARNING, Confidence.LIKELY)
    ]


def test_a_registry_that_cannot_be_reached_from_here_says_nothing_of_the_node() -> None:
    assert found(served(), {"puller": NO_HOST, "": NO_HOST}) == []


def test_but_that_it_was_asked_in_vain_is_told() -> None:
    answers = dict.fromkeys(questions(served()), NO_HOST)
    report = diagnose(served().snapshot().with_answers(answers), HEALTHY, now=NOW)
    (part,) = report.incomplete
    assert part.resource == "registry registry.test:5000"
    assert part.why.endswith("from here: the name registry.test is not known")


def test_a_refused_credential_is_renewed() -> None:
    answers = {one: REFUSED if one.login else WANTS_ONE for one in questions(served())}
    report = diagnose(served().snapshot().with_answers(answers), HEALTHY, now=NOW)
    (fix,) = report.findings[0].fixes
    assert isinstance(fix, Create)
    assert fix.replace


def test_a_tag_that_was_deleted_since_is_told_as_such() -> None:
    answers = {one: NO_TAG if one.login else WANTS_ONE for one in questions(served())}
    report = diagnose(served().snapshot().with_answers(answers), HEALTHY, now=NOW)
    assert report.findings[0].message.endswith("(app): the registry does not have it")
