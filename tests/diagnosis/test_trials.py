"""What `verify` asks registries about, and what is settled without asking."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_pullsecret.diagnosis.trials import MOST_IMAGES, LoginState
from kubectl_pullsecret.facts.answers import Answer
from tests.diagnosis.cluster import HUB, IMAGE, Cluster, entry, expired_ecr
from tests.diagnosis.verifying import (
    GONE,
    NO,
    REGISTRY,
    YES,
    inquiry_of,
    one_secret,
    only,
    verify,
)


class TestWhatIsAsked:
    def test_the_login_alone_where_no_image_uses_it(self) -> None:
        (question,) = inquiry_of(one_secret()).questions
        assert (question.registry, question.path) == (REGISTRY, "")
        assert question.login is not None
        assert question.login.username == "puller"

    def test_also_the_images_of_pods_that_list_the_secret(self) -> None:
        questions = inquiry_of(one_secret().pod(secrets=("pull",))).questions
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
        assert [one.path for one in inquiry_of(cluster).questions] == ["", "team/app"]

    def test_not_the_images_of_others(self) -> None:
        cluster = one_secret().pod("a").pod("b", secrets=("pull",), image="other.test/team/app")
        assert [one.path for one in inquiry_of(cluster).questions] == [""]

    def test_not_the_images_of_pods_that_are_done(self) -> None:
        cluster = one_secret().pod(secrets=("pull",))
        cluster.objects[-1]["status"]["phase"] = "Succeeded"
        assert [one.path for one in inquiry_of(cluster).questions] == [""]

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
        assert [one.manifest for one in inquiry_of(cluster).questions] == ["", "v1"]

    def test_an_entry_that_another_one_of_the_list_precedes_too(self) -> None:
        cluster = one_secret().secret("second", {f"{REGISTRY}/team": entry("two")})
        asked = inquiry_of(cluster.pod(secrets=("pull", "second"))).questions
        assert {one.login.username for one in asked if one.path and one.login} == {"puller", "two"}

    def test_the_images_of_the_user_instead_of_those_in_use(self) -> None:
        cluster = one_secret().pod(secrets=("pull",))
        asked = inquiry_of(cluster, images=(f"{REGISTRY}/other:v2",)).questions
        assert [(one.path, one.manifest) for one in asked] == [("", ""), ("other", "v2")]

    def test_ten_images_of_an_entry_first_of_different_repositories(self) -> None:
        cluster = one_secret()
        for number in range(12):
            image = f"{REGISTRY}/app{number % 11:02}:v{number}"
            cluster.pod(f"p{number}", secrets=("pull",), image=image)
        (trial,) = inquiry_of(cluster).trials
        assert len(trial.images) == MOST_IMAGES
        assert trial.left_out == 2
        assert len({image.path for image, _ in trial.images}) == MOST_IMAGES

    def test_one_credential_in_several_secrets_once(self) -> None:
        inquiry = inquiry_of(
            Cluster()
            .secret("a", {REGISTRY: entry()})
            .secret("b", {f"https://{REGISTRY}/v2/": entry()})
            .secret("c", {f"{REGISTRY}/team": entry("other")})
        )
        assert (inquiry.logins, inquiry.registries) == (2, 1)
        verified = inquiry.verified(
            {
                one: NO if one.login and one.login.username == "puller" else YES
                for one in inquiry.questions
            }
        )
        states = [proof.state for proof in verified.proofs]
        assert states == [LoginState.REJECTED, LoginState.REJECTED, LoginState.VALID]

    def test_a_glob_only_about_an_image(self) -> None:
        cluster = one_secret(key="*.test").pod(secrets=("pull",), image="registry.test/app:v1")
        asked = inquiry_of(cluster).questions
        assert [(one.registry, one.path) for one in asked] == [("registry.test", "app")]

    def test_keys_of_docker_hub_there(self) -> None:
        (question,) = inquiry_of(one_secret(key=HUB)).questions
        assert question.registry == "docker.io"

    def test_an_identity_token_although_no_kubelet_sends_it(self) -> None:
        (question,) = inquiry_of(one_secret({"identitytoken": "abc"})).questions
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
        inquiry = inquiry_of(one_secret(auth, key))
        assert (inquiry.questions, inquiry.logins, inquiry.registries) == ((), 0, 0)


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
