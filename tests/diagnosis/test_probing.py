from __future__ import annotations

from typing import Any

import pytest

from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.report import (
    Advice,
    Attach,
    Confidence,
    Create,
    Detach,
    Fix,
    Reason,
    Restart,
)
from tests.diagnosis.answers import (
    BLOCKED,
    DENIES,
    FORBIDS,
    HOST,
    NO_HOST,
    NO_REPOSITORY,
    NO_TAG,
    OURS,
    REFUSED,
    WANTS_ONE,
    YES,
    Says,
    failing,
    finding,
    lines,
    question,
)
from tests.diagnosis.cluster import (
    DENIED,
    IMAGE,
    NO_SUCH_HOST,
    NO_SUCH_TAG,
    NOTHING_SENT,
    REJECTED,
    Cluster,
    ago,
    entry,
    expired_ecr,
)


class TestTheQuestions:
    def asked(self, cluster: Cluster) -> tuple[Question, ...]:
        return cluster.doctor().questions

    def test_are_whether_the_user_and_whether_anybody_may_pull(self) -> None:
        assert self.asked(failing()) == (question("puller"), question())

    def test_are_one_for_each_image_and_user_however_many_pods_ask(self) -> None:
        cluster = failing().pod("other", error=DENIED, secrets=("pull",))
        assert len(self.asked(cluster)) == 2

    def test_leave_out_a_credential_that_says_itself_that_it_is_over(self) -> None:
        ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
        image = f"{ecr}/team/app:v1"
        cluster = Cluster().account().secret("pull", {ecr: expired_ecr()})
        cluster.pod(error=DENIED.replace(IMAGE, image), image=image, secrets=("pull",))
        assert self.asked(cluster) == (question(image=image),)

    def test_are_about_the_account_s_secret_that_a_new_pod_would_get(self) -> None:
        cluster = Cluster().account(secrets=("pull",)).secret("pull", OURS).pod(error=NOTHING_SENT)
        assert self.asked(cluster) == (question("puller"), question())

    def test_are_about_the_secret_that_the_fix_would_attach(self) -> None:
        cluster = Cluster().account().secret("pull", OURS).pod(error=NOTHING_SENT)
        assert self.asked(cluster) == (question("puller"), question())

    def test_are_about_more_than_one_secret_that_the_fix_could_attach(self) -> None:
        cluster = Cluster().account().secret("pull", OURS).secret("other", {HOST: entry("other")})
        cluster.pod(error=NOTHING_SENT)
        assert set(self.asked(cluster)) == {question("puller"), question("other"), question()}

    def test_are_about_five_of_them_at_most(self) -> None:
        cluster = Cluster().account().pod(error=NOTHING_SENT)
        for number in range(9):
            cluster.secret(f"pull-{number}", {HOST: entry(f"user-{number}")})
        assert len(self.asked(cluster)) == 6

    def test_of_a_missing_tag_are_asked_once_for_the_tags_that_exist(self) -> None:
        assert self.asked(failing(NO_SUCH_TAG)) == (question("puller"),)

    @pytest.mark.parametrize("error", [NO_SUCH_HOST, "illegal base64 data at input byte 0"])
    def test_are_none_where_no_registry_was_reached(self, error: str) -> None:
        assert self.asked(failing(error)) == ()

    def test_never_send_a_near_miss_to_a_host_that_its_key_does_not_name(self) -> None:
        cluster = Cluster().account().secret("pull", {"registry.test": entry()})
        cluster.pod(error=DENIED, secrets=("pull",))
        assert self.asked(cluster) == (question(),)


VERDICTS: dict[str, tuple[Cluster, Says, Reason, Confidence]] = {
    "the tag is missing": (
        failing(),
        {"puller": NO_TAG, "": WANTS_ONE},
        Reason.MANIFEST_NOT_FOUND,
        Confidence.SETTLED,
    ),
    "the repository is missing": (
        failing(),
        {"puller": NO_REPOSITORY, "": WANTS_ONE},
        Reason.REPOSITORY_NOT_FOUND,
        Confidence.SETTLED,
    ),
    "the user may not": (
        failing(),
        {"puller": FORBIDS, "": WANTS_ONE},
        Reason.ACCESS_FORBIDDEN,
        Confidence.SETTLED,
    ),
    "from here it is blocked whoever asks": (
        failing(),
        {"puller": BLOCKED, "": BLOCKED},
        Reason.REGISTRY_POLICY_BLOCKED,
        Confidence.LIKELY,
    ),
    "the credential is refused": (
        failing(),
        {"puller": REFUSED, "": WANTS_ONE},
        Reason.CREDENTIAL_REJECTED,
        Confidence.SETTLED,
    ),
    "the registry does not tell us either": (
        failing(),
        {"puller": DENIES, "": WANTS_ONE},
        Reason.DENIED_OR_NOT_FOUND,
        Confidence.OPEN,
    ),
    "the registry cannot be reached from here": (
        failing(),
        {"puller": NO_HOST, "": NO_HOST},
        Reason.DENIED_OR_NOT_FOUND,
        Confidence.OPEN,
    ),
    "anybody may, the credential is refused": (
        failing(REJECTED),
        {"puller": REFUSED, "": YES},
        Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE,
        Confidence.SETTLED,
    ),
    "anybody may, the registry does not say why the credential is denied": (
        failing(),
        {"puller": DENIES._replace(accepted=None), "": YES},
        Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE,
        Confidence.SETTLED,
    ),
    "anybody may, but what the kubelet sends was not seen": (
        Cluster(secrets_seen=False).account().pod(error=REJECTED, secrets=("pull",)),
        {"": YES},
        Reason.CREDENTIAL_REJECTED,
        Confidence.LIKELY,
    ),
    "a mirror refuses what the registry itself gives out": (
        failing(REJECTED.replace("//registry.test:5000", "//mirror.test")),
        {"puller": YES, "": WANTS_ONE},
        Reason.CREDENTIAL_REJECTED,
        Confidence.LIKELY,
    ),
    "what was denied is given out now": (
        failing(),
        {"puller": YES, "": WANTS_ONE},
        Reason.CHANGED_SINCE_LAST_ATTEMPT,
        Confidence.LIKELY,
    ),
    "nothing is attached and anybody may": (
        Cluster().account().pod(error=NOTHING_SENT),
        {"": YES},
        Reason.CHANGED_SINCE_LAST_ATTEMPT,
        Confidence.LIKELY,
    ),
    "nothing is attached and nobody may": (
        Cluster().account().pod(error=NOTHING_SENT),
        {"": WANTS_ONE},
        Reason.NO_CREDENTIAL,
        Confidence.SETTLED,
    ),
    "the user may not, and a secret beside it is not listed": (
        failing().secret("second", {HOST: entry("other")}),
        {"puller": FORBIDS, "": WANTS_ONE},
        Reason.ACCESS_FORBIDDEN,
        Confidence.SETTLED,
    ),
}


@pytest.mark.parametrize(
    ("cluster", "says", "reason", "confidence"), VERDICTS.values(), ids=VERDICTS
)
def test_the_answers_settle(
    cluster: Cluster, says: Says, reason: Reason, confidence: Confidence
) -> None:
    found = finding(cluster, says)
    assert (found.reason, found.confidence) == (reason, confidence)


def test_without_answers_nothing_is_settled() -> None:
    found = finding(failing(), {})
    assert found.reason is Reason.DENIED_OR_NOT_FOUND
    assert found.settled_by == ("does team/app exist?", "may the user read team/app?")
    assert not found.probed


def test_what_is_settled_is_no_question_any_more() -> None:
    assert finding(failing(), {"puller": NO_TAG, "": WANTS_ONE}).settled_by == ()


def test_what_the_registry_does_not_tell_stays_a_question() -> None:
    found = finding(failing(), {"puller": DENIES, "": WANTS_ONE})
    assert found.probed
    assert "may the user read team/app?" in found.settled_by


def test_the_answers_are_evidence_with_the_place_that_they_are_seen_from() -> None:
    found = finding(failing(), {"puller": DENIES, "": WANTS_ONE})
    assert lines(found, "probe") == [
        "from here  user puller of secret/pull  denied",
        "from here  anybody  401 Unauthorized",
    ]


def test_the_nearest_tags_are_named() -> None:
    found = finding(failing(NO_SUCH_TAG), {"puller": NO_TAG})
    assert lines(found, "probe") == [
        "from here  user puller of secret/pull  manifest unknown; nearest tags: v2, v10"
    ]


def test_a_missing_tag_is_corrected_to_one_that_exists() -> None:
    found = finding(failing(), {"puller": NO_TAG, "": WANTS_ONE})
    assert found.fixes == (Advice("correct the tag: v2, v10"),)


def test_a_missing_tag_that_the_message_tells_is_corrected_too() -> None:
    found = finding(failing(NO_SUCH_TAG), {"puller": NO_TAG})
    assert found.reason is Reason.MANIFEST_NOT_FOUND
    assert found.fixes == (Advice("correct the tag: v2, v10"),)


def test_a_missing_tag_beside_another_verdict_is_told_and_corrected_after_it() -> None:
    cluster = Cluster().account().secret("pull", OURS).workload("Deployment", "web")
    cluster.pod(error=NOTHING_SENT, owner="Deployment/web")
    found = finding(cluster, {"puller": NO_TAG, "": WANTS_ONE})
    assert found.reason is Reason.NO_CREDENTIAL
    assert found.also == (Reason.MANIFEST_NOT_FOUND,)
    assert [type(fix) for fix in found.fixes] == [Attach, Advice]


def test_what_anybody_is_told_of_a_private_image_does_not_say_that_it_is_missing() -> None:
    cluster = Cluster().account().secret("pull", OURS).pod(error=NOTHING_SENT)
    found = finding(cluster, {"puller": REFUSED, "": NO_TAG})
    assert Reason.MANIFEST_NOT_FOUND not in (found.reason, *found.also)


def test_what_was_withheld_says_why() -> None:
    withheld = Answer(Cause.UNKNOWN, "not asked", withheld="the token service speaks plain HTTP")
    found = finding(failing(), {"puller": withheld, "": WANTS_ONE})
    assert "not asked: the token service speaks plain HTTP" in lines(found, "probe")[0]


def test_a_note_of_the_way_is_told_once() -> None:
    note = "the token service is auth.example.com"
    says = {"puller": DENIES._replace(notes=(note,)), "": WANTS_ONE._replace(notes=(note,))}
    assert lines(finding(failing(), says), "note").count(note) == 1


class TestAStaleCredential:
    def fixes(self, cluster: Cluster) -> tuple[Fix, ...]:
        return finding(cluster, {"puller": REFUSED, "": YES}).fixes

    def owned(self, kind: str = "Deployment", **metadata: Any) -> Cluster:
        cluster = Cluster().account().secret("pull", OURS)
        cluster.workload(kind, "web", ("pull",), **metadata)
        return cluster.pod(error=REJECTED, secrets=("pull",), owner=f"{kind}/web")

    def test_is_taken_from_the_template(self) -> None:
        (fix,) = self.fixes(self.owned())
        assert isinstance(fix, Detach)
        assert (fix.target.kind, fix.secrets) == ("Deployment", ("pull",))
        assert fix.note == "the image is public, so that it may be left without a credential"

    def test_a_stuck_pod_of_a_stateful_set_goes_too(self) -> None:
        detach, restart = self.fixes(self.owned("StatefulSet"))
        assert isinstance(detach, Detach)
        assert isinstance(restart, Restart)

    def test_is_taken_from_the_account_that_gave_it(self) -> None:
        cluster = Cluster().account(secrets=("pull",)).secret("pull", OURS)
        cluster.workload("Deployment", "web")
        cluster.pod(error=REJECTED, secrets=("pull",), owner="Deployment/web")
        detach, restart = self.fixes(cluster)
        assert isinstance(detach, Detach)
        assert detach.target.kind == "ServiceAccount"
        assert isinstance(restart, Restart)

    def test_is_renewed_where_another_image_needs_it(self) -> None:
        cluster = self.owned().pod("other", image=f"{HOST}/team/private:v1", secrets=("pull",))
        (fix,) = self.fixes(cluster)
        assert isinstance(fix, Create)
        assert fix.replace

    @pytest.mark.parametrize("kind", ["Job", "pod"])
    def test_is_renewed_where_no_list_can_change(self, kind: str) -> None:
        cluster = failing(REJECTED) if kind == "pod" else self.owned(kind)
        (fix,) = self.fixes(cluster)
        assert isinstance(fix, Create)

    def test_is_renewed_where_somebody_else_manages_the_template(self) -> None:
        labels = {"app.kubernetes.io/managed-by": "Helm"}
        (fix,) = self.fixes(self.owned(labels=labels))
        assert isinstance(fix, Create)

    def test_that_is_good_needs_a_right_where_the_list_cannot_change(self) -> None:
        (fix,) = finding(failing(), {"puller": DENIES, "": YES}).fixes
        assert fix == Advice("grant the user the right to pull this repository")

    def test_of_its_own_words_needs_no_refusal(self) -> None:
        ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
        image = f"{ecr}/team/app:v1"
        cluster = Cluster().account().secret("pull", {ecr: expired_ecr()})
        cluster.pod(error=REJECTED.replace(IMAGE, image), image=image, secrets=("pull",))
        found = finding(cluster, {"": YES})
        assert found.reason is Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE

    def test_is_none_while_another_one_is_accepted(self) -> None:
        cluster = Cluster().account().secret("pull", OURS).secret("other", {HOST: entry("other")})
        cluster.pod(error=REJECTED, secrets=("pull", "other"))
        says = {"puller": REFUSED, "other": FORBIDS, "": YES}
        assert finding(cluster, says).reason is Reason.ACCESS_FORBIDDEN


class TestARefusedCredential:
    def test_is_not_attached_as_a_fix(self) -> None:
        cluster = Cluster().account().secret("pull", OURS).workload("Deployment", "web")
        cluster.pod(error=NOTHING_SENT, owner="Deployment/web")
        found = finding(cluster, {"puller": REFUSED, "": WANTS_ONE})
        create, attach = found.fixes
        assert isinstance(create, Create)
        assert isinstance(attach, Attach)
        assert attach.secrets != ("pull",)

    def test_that_the_account_gives_is_renewed_before_the_pod(self) -> None:
        cluster = Cluster().account(secrets=("pull",)).secret("pull", OURS)
        cluster.workload("Deployment", "web").pod(error=NOTHING_SENT, owner="Deployment/web")
        found = finding(cluster, {"puller": REFUSED, "": WANTS_ONE})
        assert found.reason is Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD
        create, restart = found.fixes
        assert isinstance(create, Create)
        assert create.replace
        assert isinstance(restart, Restart)


def test_a_credential_written_since_is_still_the_first_answer() -> None:
    cluster = Cluster().account().secret("pull", OURS, creationTimestamp=ago(minutes=1))
    cluster.pod(error=NOTHING_SENT, secrets=("pull",))
    found = finding(cluster, {"puller": YES, "": WANTS_ONE})
    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT
