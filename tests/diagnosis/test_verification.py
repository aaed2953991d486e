"""What `verify` asks registries about, and what it makes of their answers. No registry is asked."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_pullsecret.diagnosis.trials import MOST_IMAGES, LoginState
from kubectl_pullsecret.diagnosis.verification import (
    Plan,
    Proof,
    Verification,
    Wish,
    plan_verification,
)
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Advice, Create, Rewrap
from tests.diagnosis.cluster import HUB, IMAGE, NAMESPACE, NOW, Cluster, entry, expired_ecr

REGISTRY = "registry.test:5000"
YES = Answer(None, "accepted", accepted=True)
ANYBODY = Answer(None, "given out to anybody")
NO = Answer(Cause.CREDENTIAL_REJECTED, "401 Unauthorized", accepted=False)
DENIED = Answer(Cause.ACCESS_FORBIDDEN, "403 Forbidden: no pull for you", accepted=True)
DENIED_DARKLY = Answer(Cause.DENIED_OR_NOT_FOUND, "denied: requested access is denied")
NO_TAG = Answer(Cause.MANIFEST_NOT_FOUND, "no such tag", accepted=True, tags=("v2",))
GONE = Answer(Cause.CONNECTION_REFUSED, "connection refused")
BUSY = Answer(Cause.RATE_LIMITED, "429 Too Many Requests")
KEPT = Answer(Cause.UNKNOWN, "not asked", withheld="plain HTTP: anybody could read it")


def plan(cluster: Cluster, *names: str, images: tuple[str, ...] = ()) -> Plan:
    references = tuple(map(Reference.parse, images))
    return plan_verification(cluster.snapshot(), Wish(NAMESPACE, names, references), now=NOW)


def verify(cluster: Cluster, login: Answer = YES, image: Answer | None = None) -> Verification:
    """As if registries gave one answer to every login, and one about every image."""
    planned = plan(cluster)
    return planned.verified(
        {asked: (image or login) if asked.path else login for asked in planned.questions}
    )


def only(verification: Verification) -> Proof:
    (proof,) = verification.proofs
    return proof


def one_secret(auth: Any = None, key: str = REGISTRY) -> Cluster:
    return Cluster().secret("pull", {key: auth or entry()})


class TestWhatIsAsked:
    def test_the_login_alone_where_no_image_uses_it(self) -> None:
        (question,) = plan(one_secret()).questions
        assert (question.registry, question.path) == (REGISTRY, "")
        assert question.login is not None
        assert question.login.username == "puller"

    def test_also_the_images_of_pods_that_list_the_secret(self) -> None:
        questions = plan(one_secret().pod(secrets=("pull",))).questions
        assert [one.path for one in questions] == ["", "team/app"]

    @pytest.mark.parametrize(
        "cluster",
        [
            one_secret().workload("Deployment", "web", ("pull",)),
            one_secret().workload("CronJob", "web").account(secrets=("pull",)),
        ],
        ids=["a template that lists it", "a template whose account lists it"],
    )
    def test_also_the_images_of_workloads_without_pods(self, cluster: Cluster) -> None:
        if cluster.objects[1]["kind"] == "CronJob":
            cluster.objects[1]["spec"] = {"jobTemplate": {"spec": cluster.objects[1]["spec"]}}
        assert [one.path for one in plan(cluster).questions] == ["", "team/app"]

    def test_not_the_images_of_others(self) -> None:
        cluster = one_secret().pod("a").pod("b", secrets=("pull",), image="other.test/team/app")
        assert [one.path for one in plan(cluster).questions] == [""]

    def test_not_the_images_of_pods_that_are_done(self) -> None:
        cluster = one_secret().pod(secrets=("pull",))
        cluster.objects[-1]["status"]["phase"] = "Succeeded"
        assert [one.path for one in plan(cluster).questions] == [""]

    def test_not_the_old_templates_of_a_deployment(self) -> None:
        cluster = one_secret().workload("Deployment", "web", ("pull",))
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "1"}
        cluster.workload(
            "ReplicaSet",
            "web-1",
            ("pull",),
            image=IMAGE.replace("v1", "v0"),
            ownerReferences=[owner | {"controller": True}],
        )
        assert [one.manifest for one in plan(cluster).questions] == ["", "v1"]

    def test_an_entry_that_another_one_of_the_list_precedes_too(self) -> None:
        cluster = one_secret().secret("second", {f"{REGISTRY}/team": entry("two")})
        asked = plan(cluster.pod(secrets=("pull", "second"))).questions
        assert {one.login.username for one in asked if one.path and one.login} == {"puller", "two"}

    def test_the_images_of_the_user_instead_of_those_in_use(self) -> None:
        cluster = one_secret().pod(secrets=("pull",))
        asked = plan(cluster, images=(f"{REGISTRY}/other:v2",)).questions
        assert [(one.path, one.manifest) for one in asked] == [("", ""), ("other", "v2")]

    def test_ten_images_of_an_entry_first_of_different_repositories(self) -> None:
        cluster = one_secret()
        for number in range(12):
            image = f"{REGISTRY}/app{number % 11:02}:v{number}"
            cluster.pod(f"p{number}", secrets=("pull",), image=image)
        (trial,) = plan(cluster).trials
        assert len(trial.images) == MOST_IMAGES
        assert trial.left_out == 2
        assert len({image.path for image, _ in trial.images}) == MOST_IMAGES

    def test_one_credential_in_several_secrets_once(self) -> None:
        planned = plan(
            Cluster()
            .secret("a", {REGISTRY: entry()})
            .secret("b", {f"https://{REGISTRY}/v2/": entry()})
            .secret("c", {f"{REGISTRY}/team": entry("other")})
        )
        assert (planned.logins, planned.registries, len(planned.questions)) == (2, 1, 2)
        verified = planned.verified(
            {
                one: NO if one.login and one.login.username == "puller" else YES
                for one in planned.questions
            }
        )
        states = [proof.state for proof in verified.proofs]
        assert states == [LoginState.REJECTED, LoginState.REJECTED, LoginState.VALID]

    def test_a_glob_only_about_an_image(self) -> None:
        cluster = one_secret(key="*.test").pod(secrets=("pull",), image="registry.test/app:v1")
        asked = plan(cluster).questions
        assert [(one.registry, one.path) for one in asked] == [("registry.test", "app")]

    def test_keys_of_docker_hub_there(self) -> None:
        (question,) = plan(one_secret(key=HUB)).questions
        assert question.registry == "docker.io"

    def test_an_identity_token_although_no_kubelet_sends_it(self) -> None:
        (question,) = plan(one_secret({"identitytoken": "abc"})).questions
        assert question.login is not None
        assert question.login.identity_token
        assert not question.login.password

    @pytest.mark.parametrize(
        ("auth", "key"),
        [
            (expired_ecr(), "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
            ({"username": "puller"}, REGISTRY),
            ({"password": "x"}, REGISTRY),
            ({"email": "x"}, REGISTRY),
            (entry(), "registry test"),
            (entry(), "ftp://registry.test"),
            (entry(), "*.test"),
            (entry(), ""),
        ],
    )
    def test_nothing_that_cannot_help(self, auth: Any, key: str) -> None:
        planned = plan(one_secret(auth, key))
        assert (planned.questions, planned.logins, planned.registries) == ((), 0, 0)


class TestWhatIsSettledWithout:
    @pytest.mark.parametrize(
        ("cluster", "state", "why"),
        [
            (one_secret(expired_ecr()), LoginState.EXPIRED, "as it says itself: not sent"),
            (one_secret({"username": "u"}), LoginState.UNUSABLE, "no password: nothing is sent"),
            (one_secret({"password": "p"}), LoginState.UNUSABLE, "no user name: nothing is sent"),
            (one_secret({"auth": "%"}), LoginState.UNUSABLE, "unreadable to the kubelet: "),
            (one_secret(key="registry test"), LoginState.UNUSABLE, "a blank in the key"),
            (one_secret(key="registry"), LoginState.UNUSABLE, "the key names no registry"),
            (one_secret(key="*.test"), LoginState.NEEDS_IMAGE, "--image"),
            (Cluster().secret("pull", {}), LoginState.UNUSABLE, "no entries"),
            (
                Cluster().secret("pull", {REGISTRY: entry()}, type_="Opaque"),
                LoginState.UNUSABLE,
                "type Opaque; the kubelet reads only",
            ),
        ],
    )
    def test_the_state_says_so(self, cluster: Cluster, state: LoginState, why: str) -> None:
        proof = only(verify(cluster))
        assert (proof.state, proof.accepted) == (state, None)
        assert why in proof.why

    @pytest.mark.parametrize(
        ("answer", "accepted", "why"),
        [
            (YES, True, "identity token only: the registry accepts it, the kubelet ignores it"),
            (NO, False, "identity token only: the registry refuses it, the kubelet ignores it"),
            (GONE, None, "identity token only: the kubelet ignores it"),
        ],
    )
    def test_an_identity_token_is_unusable_whatever_the_registry_says(
        self, answer: Answer, accepted: bool | None, why: str
    ) -> None:
        proof = only(verify(one_secret({"identitytoken": "abc"}), answer))
        assert (proof.state, proof.accepted, proof.why) == (LoginState.UNUSABLE, accepted, why)


USED = one_secret().pod(secrets=("pull",))


@pytest.mark.parametrize(
    ("login", "image", "state", "code"),
    [
        (YES, YES, LoginState.VALID, ExitCode.FINE),
        (YES, NO_TAG, LoginState.VALID, ExitCode.FINE),
        (YES, GONE, LoginState.VALID, ExitCode.INCOMPLETE),
        (GONE, YES, LoginState.VALID, ExitCode.FINE),
        (NO, NO, LoginState.REJECTED, ExitCode.FINDINGS),
        (GONE, NO, LoginState.REJECTED, ExitCode.FINDINGS),
        (YES, DENIED, LoginState.FORBIDDEN, ExitCode.FINDINGS),
        (ANYBODY, DENIED_DARKLY, LoginState.FORBIDDEN, ExitCode.FINDINGS),
        (ANYBODY, ANYBODY, LoginState.OPEN, ExitCode.FINE),
        (GONE, GONE, LoginState.UNREACHABLE, ExitCode.FAILED),
        (BUSY, BUSY, LoginState.UNKNOWN, ExitCode.FAILED),
        (KEPT, KEPT, LoginState.WITHHELD, ExitCode.FAILED),
    ],
)
def test_the_answers_make_the_state_and_the_exit_code(
    login: Answer, image: Answer, state: LoginState, code: ExitCode
) -> None:
    verification = verify(USED, login, image)
    assert (only(verification).state, verification.exit_code) == (state, code)


def test_why_is_the_registrys_word() -> None:
    assert only(verify(USED, NO, NO)).why == NO.said
    assert only(verify(USED, YES, DENIED)).why == DENIED.said
    assert only(verify(USED, KEPT, KEPT)).why == KEPT.withheld
    assert only(verify(USED, GONE, GONE)).why == GONE.said


def two_registries(first: Answer, second: Answer) -> Verification:
    planned = plan(Cluster().secret("pull", {"a.test": entry(), "b.test": entry()}))
    return planned.verified(
        {one: first if one.registry == "a.test" else second for one in planned.questions}
    )


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (YES, GONE, ExitCode.INCOMPLETE),
        (YES, KEPT, ExitCode.INCOMPLETE),
        (NO, GONE, ExitCode.FINDINGS),
        (GONE, KEPT, ExitCode.FAILED),
        (YES, ANYBODY, ExitCode.FINE),
    ],
)
def test_several_entries_share_an_exit_code(first: Answer, second: Answer, code: ExitCode) -> None:
    assert two_registries(first, second).exit_code is code


def test_an_image_in_use_that_is_refused_beside_others_is_a_finding() -> None:
    cluster = USED_TWICE
    planned = plan(cluster)
    answers = {one: DENIED if one.path == "team/other" else YES for one in planned.questions}
    verification = planned.verified(answers)
    assert only(verification).state is LoginState.VALID
    assert verification.exit_code is ExitCode.FINDINGS


USED_TWICE = (
    one_secret()
    .pod("a", secrets=("pull",))
    .pod("b", secrets=("pull",), image=f"{REGISTRY}/team/other:v1")
)


class TestImagesOfTheUser:
    def test_a_missing_tag_is_a_finding(self) -> None:
        planned = plan(one_secret(), images=(IMAGE,))
        answers = {one: NO_TAG if one.path else YES for one in planned.questions}
        assert planned.verified(answers).exit_code is ExitCode.FINDINGS

    def test_one_that_no_entry_serves_is_a_finding(self) -> None:
        planned = plan(one_secret(), images=("other.test/app:v1",))
        verified = planned.verified(dict.fromkeys(planned.questions, YES))
        assert [image.written for image in verified.unserved] == ["other.test/app:v1"]
        assert verified.exit_code is ExitCode.FINDINGS


class TestFixes:
    def test_a_rejected_login_is_renewed(self) -> None:
        assert only(verify(one_secret(), NO)).fixes == (
            Create(
                NAMESPACE, "pull", REGISTRY, "puller", replace=True, note="asks for the password"
            ),
        )

    def test_an_expired_one_too(self) -> None:
        (fix,) = only(verify(one_secret(expired_ecr()))).fixes
        assert isinstance(fix, Create)

    def test_what_a_controller_writes_is_changed_there(self) -> None:
        labels = {"app.kubernetes.io/managed-by": "Helm"}
        cluster = Cluster().secret("pull", {REGISTRY: entry()}, labels=labels)
        (fix,) = only(verify(cluster, NO)).fixes
        assert fix == Advice("Helm writes secret/pull: change it there")

    def test_a_key_that_serves_nothing_is_written_as_it_is_meant(self) -> None:
        (fix,) = only(verify(one_secret(key="ftp://registry.test"))).fixes
        assert isinstance(fix, Rewrap)
        assert fix.renames == (("ftp://registry.test", "registry.test"),)

    def test_a_valid_login_needs_none(self) -> None:
        assert only(verify(one_secret())).fixes == ()

    def test_a_right_that_is_missing_is_not_mended_by_a_new_password(self) -> None:
        assert only(verify(USED, YES, DENIED)).fixes == ()


class TestNotes:
    def test_a_key_that_hardly_serves_what_it_was_written_for(self) -> None:
        assert only(verify(one_secret(key="registry-1.docker.io"))).notes == (
            "not a Hub key to the kubelet; write https://index.docker.io/v1/",
        )

    def test_what_a_rejected_credential_looks_like(self) -> None:
        notes = only(verify(one_secret(entry(password="s3cret\n")), NO)).notes
        assert "the password ends in a newline" in notes

    def test_what_the_registry_says_beside_its_answer(self) -> None:
        answer = YES._replace(notes=("its token service is auth.test",))
        assert only(verify(one_secret(), answer)).notes == answer.notes


class TestNamedSecrets:
    def test_one_that_is_not_there_leaves_nothing_to_verify(self) -> None:
        with pytest.raises(PullSecretError, match="secret/gone is not in the input"):
            plan(one_secret(), "gone")

    def test_one_of_several_that_is_not_there_is_incomplete(self) -> None:
        planned = plan(one_secret(), "gone", "pull")
        assert [part.resource for part in planned.incomplete] == ["secrets/gone"]
        answers = dict.fromkeys(planned.questions, YES)
        assert planned.verified(answers).exit_code is ExitCode.INCOMPLETE

    def test_any_type_is_told_about(self) -> None:
        planned = plan(Cluster().secret("tls", type_="kubernetes.io/tls", raw="x"), "tls")
        (trial,) = planned.trials
        assert trial.settled is LoginState.UNUSABLE


def test_what_was_not_answered_is_unknown() -> None:
    verification = plan(USED).verified({})
    assert only(verification).state is LoginState.UNKNOWN
    assert verification.exit_code is ExitCode.FAILED


def test_nothing_of_a_password_is_in_what_is_kept() -> None:
    planned = plan(one_secret(entry(password="Xq7Wv2Kp9Z")).pod(secrets=("pull",)))
    assert isinstance(planned.questions[0], Question)
    assert "Xq7Wv2Kp9Z" not in repr(planned)
    assert "Xq7Wv2Kp9Z" not in repr(planned.verified({}))
