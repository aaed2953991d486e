"""What `verify` makes of the answers of registries."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.diagnosis.trials import LoginState
from kubectl_pullsecret.diagnosis.verification import (
    Verification,
)
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.report import Advice, Create, Rewrap
from tests.diagnosis.cluster import IMAGE, NAMESPACE, Cluster, entry, expired_ecr
from tests.diagnosis.verifying import (
    ANYBODY,
    BUSY,
    DENIED,
    DENIED_DARKLY,
    GONE,
    KEPT,
    NO,
    NO_TAG,
    REGISTRY,
    YES,
    inquiry_of,
    one_secret,
    only,
    verify,
)

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
    inquiry = inquiry_of(Cluster().secret("pull", {"a.test": entry(), "b.test": entry()}))
    return inquiry.verified(
        {one: first if one.registry == "a.test" else second for one in inquiry.questions}
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
    inquiry = inquiry_of(cluster)
    answers = {one: DENIED if one.path == "team/other" else YES for one in inquiry.questions}
    verification = inquiry.verified(answers)
    assert only(verification).state is LoginState.VALID
    assert verification.exit_code is ExitCode.FINDINGS


USED_TWICE = (
    one_secret()
    .pod("a", secrets=("pull",))
    .pod("b", secrets=("pull",), image=f"{REGISTRY}/team/other:v1")
)


class TestImagesOfTheUser:
    def test_a_missing_tag_is_a_finding(self) -> None:
        inquiry = inquiry_of(one_secret(), images=(IMAGE,))
        answers = {one: NO_TAG if one.path else YES for one in inquiry.questions}
        assert inquiry.verified(answers).exit_code is ExitCode.FINDINGS

    def test_one_that_no_entry_serves_is_a_finding(self) -> None:
        inquiry = inquiry_of(one_secret(), images=("other.test/app:v1",))
        verified = inquiry.verified(dict.fromkeys(inquiry.questions, YES))
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

    @pytest.mark.parametrize("type_", ["Opaque", "kubernetes.io/dockercfg"])
    def test_what_is_no_pull_secret_can_become_one(self, type_: str) -> None:
        cluster = Cluster().secret("pull", {REGISTRY: entry()}, type_=type_)
        (fix,) = only(verify(cluster)).fixes
        assert isinstance(fix, Advice)
        assert fix.note.endswith("kubectl pullsecret create NAME -n team --from-secret pull")

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
            inquiry_of(one_secret(), "gone")

    def test_one_of_several_that_is_not_there_is_incomplete(self) -> None:
        inquiry = inquiry_of(one_secret(), "gone", "pull")
        assert [part.resource for part in inquiry.incomplete] == ["secrets/gone"]
        answers = dict.fromkeys(inquiry.questions, YES)
        assert inquiry.verified(answers).exit_code is ExitCode.INCOMPLETE

    def test_any_type_is_told_about(self) -> None:
        inquiry = inquiry_of(Cluster().secret("tls", type_="kubernetes.io/tls", raw="x"), "tls")
        (trial,) = inquiry.trials
        assert trial.settled is LoginState.UNUSABLE


def test_what_was_not_answered_is_unknown() -> None:
    verification = inquiry_of(USED).verified({})
    assert only(verification).state is LoginState.UNKNOWN
    assert verification.exit_code is ExitCode.FAILED


def test_nothing_of_a_password_is_in_what_is_kept() -> None:
    inquiry = inquiry_of(one_secret(entry(password="Xq7Wv2Kp9Z")).pod(secrets=("pull",)))
    assert isinstance(inquiry.questions[0], Question)
    assert "Xq7Wv2Kp9Z" not in repr(inquiry)
    assert "Xq7Wv2Kp9Z" not in repr(inquiry.verified({}))
