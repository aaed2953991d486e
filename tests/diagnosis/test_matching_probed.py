"""What `match --probe` asks of registries, and what their answers change."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.diagnosis.matching import Matching, questions_of, with_answers
from kubectl_pullsecret.diagnosis.pull_list import pull_list
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.answers import Answer
from tests.diagnosis.answers import HOST, REFUSED, WANTS_ONE, YES
from tests.diagnosis.test_matching import IMAGE, login, matched, secret, seen


def of_secrets(*users: str) -> Matching:
    secrets = [secret(f"of-{user}", {HOST: login(user)}) for user in users]
    other = secret("other", {"other.test": login()})  # so that the namespace has a secret at all
    return matched(pull_list(seen(*secrets, other), "team", None))


def probed(matching: Matching, **says: Answer) -> Matching:
    answers = {
        question: says[question.login.username if question.login else "anybody"]
        for question in questions_of(matching)
    }
    return with_answers(matching, answers)


def test_every_credential_that_would_be_tried_is_asked_for_and_anybody() -> None:
    asked = questions_of(of_secrets("first", "second"))
    assert [one.login.username if one.login else "" for one in asked] == ["first", "second", ""]


def test_a_name_that_is_none_is_not_asked_for() -> None:
    assert questions_of(matched(None, "Not A Name")) == ()


def test_an_image_without_secrets_is_asked_for_as_anybody() -> None:
    (asked,) = questions_of(matched(None, IMAGE))
    assert asked.login is None


def test_the_same_image_twice_is_one_question() -> None:
    assert len(questions_of(matched(None, "nginx", "docker.io/library/nginx:latest"))) == 1


@pytest.mark.parametrize(
    ("users", "says", "code"),
    [
        (("first",), {"first": YES, "anybody": WANTS_ONE}, ExitCode.FINE),
        (("first",), {"first": REFUSED, "anybody": WANTS_ONE}, ExitCode.FINDINGS),
        (("first",), {"first": REFUSED, "anybody": YES}, ExitCode.FINDINGS),  # the kubelet's way
        (("first", "second"), {"first": REFUSED, "second": YES, "anybody": YES}, ExitCode.FINE),
        ((), {"anybody": YES}, ExitCode.FINE),
        ((), {"anybody": WANTS_ONE}, ExitCode.FINDINGS),
    ],
)
def test_the_exit_code_is_what_the_kubelet_would_get(
    users: tuple[str, ...], says: dict[str, Answer], code: ExitCode
) -> None:
    assert probed(of_secrets(*users), **says).exit_code is code


def test_who_asked_stands_beside_the_answer() -> None:
    (image,) = probed(of_secrets("first"), first=REFUSED, anybody=YES).images
    assert [(probe.asker.words, probe.answer) for probe in image.probes] == [
        ("user first of secret/of-first", REFUSED),
        ("anybody", YES),
    ]
