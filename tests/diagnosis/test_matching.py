"""Which credentials the kubelet would try, whose list they come from, and the exit code."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timezone

import pytest

from kubectl_pullsecret.diagnosis.matching import MatchAnswer, Matching, match_images
from kubectl_pullsecret.diagnosis.pull_list import PullList, pull_list
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reading import read_object
from kubectl_pullsecret.facts.snapshot import COMPLETE, Snapshot

NOW = datetime(2026, 11, 21, tzinfo=timezone.utc)
IMAGE = "registry.test:5000/team/app:v1"
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

Manifest = Mapping[str, object]


def secret(name: str, auths: object, namespace: str = "team", **changes: object) -> Manifest:
    payload = base64.b64encode(json.dumps({"auths": auths}).encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": payload},
        **changes,
    }


def login(user: str = "puller", password: str = "s3cret") -> Mapping[str, str]:
    return {"username": user, "password": password}


def names(*secrets: str) -> list[Mapping[str, str]]:
    return [{"name": name} for name in secrets]


def account(name: str, *secrets: str, namespace: str = "team") -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": namespace},
        "imagePullSecrets": names(*secrets),
    }


def pod(name: str, *secrets: str, live: bool = True, namespace: str = "team") -> Manifest:
    live_fields = {"uid": "u1", "creationTimestamp": "2026-11-20T00:00:00Z"} if live else {}
    status = {"status": {"phase": "Pending"}} if live else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **live_fields},
        "spec": {
            "containers": [{"name": "app", "image": IMAGE}],
            "imagePullSecrets": names(*secrets),
        },
        **status,
    }


def deployment(name: str, *secrets: str, service_account: str = "") -> Manifest:
    spec = {
        "containers": [{"name": "app", "image": IMAGE}],
        "imagePullSecrets": names(*secrets),
        "serviceAccountName": service_account,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "team"},
        "spec": {"template": {"spec": spec}},
    }


def seen(*manifests: Manifest, whole: tuple[str, ...] = ("Secret", "ServiceAccount")) -> Snapshot:
    objects = [read_object(manifest, "default") for manifest in manifests]
    sights = {(kind, "team"): COMPLETE for kind in whole}
    return Snapshot.of([one for one in objects if one is not None], sights)


def target(kind: str, name: str, namespace: str = "") -> ObjectRef:
    return ObjectRef(kind, namespace, name)


def listed(pulls: PullList) -> list[str]:
    return [named.name for named in pulls.named]


def matched(pulls: PullList | None, *images: str) -> Matching:
    return match_images(images or (IMAGE,), pulls, now=NOW)


class TestWhoseListItIs:
    def test_a_pod_that_lists_secrets_gets_only_these(self) -> None:
        snapshot = seen(pod("demo", "b", "a"), account("default", "c"))
        pulls = pull_list(snapshot, None, target("Pod", "demo"))
        assert listed(pulls) == ["b", "a"]
        assert pulls.source == pulls.subject == target("Pod", "demo", "team")

    def test_a_live_pod_that_lists_none_gets_none(self) -> None:
        snapshot = seen(pod("demo"), account("default", "c"))
        assert listed(pull_list(snapshot, None, target("Pod", "demo"))) == []

    def test_a_pod_of_a_manifest_that_lists_none_gets_those_of_its_account(self) -> None:
        snapshot = seen(pod("demo", live=False), account("default", "c", "d"))
        pulls = pull_list(snapshot, None, target("Pod", "demo"))
        assert listed(pulls) == ["c", "d"]
        assert pulls.source == target("ServiceAccount", "default", "team")

    def test_a_template_that_lists_none_gets_those_of_its_account(self) -> None:
        snapshot = seen(deployment("web", service_account="robot"), account("robot", "c"))
        assert listed(pull_list(snapshot, None, target("Deployment", "web"))) == ["c"]

    def test_a_template_that_lists_secrets_gets_none_of_its_account(self) -> None:
        snapshot = seen(deployment("web", "own"), account("default", "c"))
        assert listed(pull_list(snapshot, None, target("Deployment", "web"))) == ["own"]

    def test_an_account_gives_its_own(self) -> None:
        snapshot = seen(account("default", "c", "a"))
        assert listed(pull_list(snapshot, None, target("ServiceAccount", "default"))) == ["c", "a"]

    def test_an_empty_name_is_a_list_but_names_no_secret(self) -> None:
        snapshot = seen(deployment("web", ""), account("default", "c"))
        assert listed(pull_list(snapshot, None, target("Deployment", "web"))) == []

    def test_without_a_target_all_pull_secrets_of_the_namespace_are_asked_by_name(self) -> None:
        opaque = secret("plain", {}, type="Opaque", data={"password": "eA=="})
        snapshot = seen(secret("b", {}), secret("a", {}), opaque, secret("c", {}, "other"))
        assert listed(pull_list(snapshot, "team", None)) == ["a", "b"]

    def test_several_namespaces_without_default_ask_which_is_meant(self) -> None:
        two = seen(secret("a", {}, "team"), secret("a", {}, "other"))
        with pytest.raises(PullSecretError, match="several namespaces: other, team") as error:
            pull_list(two, None, None)
        assert "-n" in error.value.remedy

    def test_a_namespace_without_any_secret_in_the_input_was_not_seen(self) -> None:
        pulls = pull_list(seen(secret("a", {}, "team")), "other", None)
        assert pulls.unseen == "no Secret of namespace other is in the input"
        assert not pulls.complete

    @pytest.mark.parametrize(
        ("homes", "chosen"),
        [(["team"], "team"), (["default", "other"], "default"), ([], "default")],
    )
    def test_without_a_namespace_the_only_one_with_secrets_is_asked_else_default(
        self, homes: list[str], chosen: str
    ) -> None:
        snapshot = seen(*(secret("a", {}, home) for home in homes))
        assert pull_list(snapshot, None, None).namespace == chosen

    def test_a_target_is_found_wherever_it_is(self) -> None:
        snapshot = seen(account("default", "x", namespace="far"))
        assert pull_list(snapshot, None, target("ServiceAccount", "default")).namespace == "far"

    def test_a_target_in_several_namespaces_wants_one_to_be_named(self) -> None:
        snapshot = seen(account("default", namespace="a"), account("default", namespace="b"))
        with pytest.raises(PullSecretError, match="several namespaces of the input: a, b") as error:
            pull_list(snapshot, None, target("ServiceAccount", "default"))
        assert error.value.exit_code is ExitCode.FAILED
        assert pull_list(snapshot, "b", target("ServiceAccount", "default")).namespace == "b"

    def test_a_target_that_was_not_seen_cannot_be_answered(self) -> None:
        with pytest.raises(PullSecretError, match="pod/gone is not in the input") as error:
            pull_list(seen(pod("demo")), None, target("Pod", "gone"))
        assert error.value.exit_code is ExitCode.FAILED


class TestWhatIsTried:
    def pulls(self, *secrets: Manifest) -> PullList:
        listed = [str(one["metadata"]["name"]) for one in secrets]  # type: ignore[index]  # a manifest is untyped
        snapshot = seen(account("default", *listed), *secrets)
        return pull_list(snapshot, None, target("ServiceAccount", "default"))

    def test_credentials_come_in_the_kubelets_order_not_the_lists(self) -> None:
        pulls = self.pulls(
            secret("first", {"registry.test:5000": login("a")}),
            secret("second", {"registry.test:5000/team": login("b")}),
        )
        (image,) = matched(pulls).images
        assert [tried.credential.secret for tried in image.tried] == ["second", "first"]
        assert image.answer is MatchAnswer.CREDENTIAL

    def test_with_a_match_anonymous_is_never_tried(self) -> None:
        (image,) = matched(self.pulls(secret("a", {"registry.test:5000": login()}))).images
        assert image.notes == ("with a match an anonymous pull is never tried",)

    def test_without_one_the_pull_is_anonymous(self) -> None:
        (image,) = matched(self.pulls(secret("a", {"other.test": login()}))).images
        assert image.answer is MatchAnswer.NONE
        assert image.notes == (
            "the pull is anonymous, unless the node has a credential of its own",
        )

    def test_a_cloud_node_often_has_a_credential_of_its_own(self) -> None:
        (image,) = matched(self.pulls(), f"{ECR}/app").images
        assert image.notes[0].endswith("of its own (often so on ECR nodes)")

    def test_each_entry_that_does_not_match_says_why(self) -> None:
        pulls = self.pulls(secret("a", {"registry.test": login(), "other.test": login()}))
        (image,) = matched(pulls).images
        assert [(miss.near, miss.write_instead) for miss in image.misses] == [
            (True, "registry.test:5000"),
            (False, None),
        ]

    def test_a_docker_io_entry_hides_those_of_index_docker_io(self) -> None:
        hub = {"docker.io": login("a"), "https://index.docker.io/v1/": login("b")}
        (image,) = matched(self.pulls(secret("hub", hub)), "nginx").images
        assert [tried.credential.entry.username for tried in image.tried] == ["a"]
        assert "hidden by docker.io in secret/hub" in image.misses[0].text

    def test_a_malformed_secret_stops_everything(self) -> None:
        good = secret("good", {"registry.test:5000": login()})
        (image,) = matched(self.pulls(good, secret("bad", [1]))).images
        assert image.answer is MatchAnswer.BLOCKED
        assert [tried.credential.secret for tried in image.tried] == ["good"]
        assert image.notes[0].startswith("nothing is tried, not even anonymously")

    def test_a_malformed_secret_of_a_namespace_stops_only_the_pods_that_list_it(self) -> None:
        snapshot = seen(secret("good", {"registry.test:5000": login()}), secret("bad", [1]))
        (image,) = matched(pull_list(snapshot, "team", None)).images
        assert image.answer is MatchAnswer.CREDENTIAL

    @pytest.mark.parametrize(
        "entry",
        [
            pytest.param({"username": "me"}, id="no password"),
            pytest.param({"identitytoken": "t"}, id="an identity token alone"),
        ],
    )
    def test_an_entry_without_user_or_password_is_no_credential(self, entry: object) -> None:
        matching = matched(self.pulls(secret("a", {"registry.test:5000": entry})))
        assert matching.images[0].answer is MatchAnswer.UNUSABLE
        assert matching.exit_code is ExitCode.FINDINGS

    def test_two_spellings_of_one_key_are_tried_in_random_order(self) -> None:
        two = {"registry.test:5000": login("a"), "https://registry.test:5000/": login("b")}
        (image,) = matched(self.pulls(secret("twice", two))).images
        assert image.notes[1] == (
            "secret/twice spells registry.test:5000 in 2 ways: these are tried in random order"
        )

    def test_a_secret_beside_the_list_that_would_serve_is_shown(self) -> None:
        snapshot = seen(
            account("default", "mine"),
            secret("mine", {"other.test": login()}),
            secret("better", {"registry.test:5000": login()}),
            secret("default-dockercfg-x1", {"registry.test:5000": login()}),
        )
        (image,) = matched(pull_list(snapshot, None, target("ServiceAccount", "default"))).images
        assert [tried.credential.secret for tried in image.unlisted] == ["better"]


class TestExitCode:
    def test_a_valid_name_alone_is_fine(self) -> None:
        assert matched(None, "nginx").exit_code is ExitCode.FINE

    def test_a_refused_name_is_a_finding(self) -> None:
        matching = matched(None, "nginx", "Nginx")
        assert [image.answer for image in matching.images] == [
            MatchAnswer.NOT_ASKED,
            MatchAnswer.INVALID_NAME,
        ]
        assert matching.exit_code is ExitCode.FINDINGS

    def test_one_image_without_a_credential_is_a_finding(self) -> None:
        snapshot = seen(secret("a", {"registry.test:5000": login()}))
        pulls = pull_list(snapshot, "team", None)
        assert matched(pulls, IMAGE).exit_code is ExitCode.FINE
        assert matched(pulls, IMAGE, "nginx").exit_code is ExitCode.FINDINGS

    def test_a_listed_secret_that_is_known_to_be_missing_is_skipped(self) -> None:
        snapshot = seen(account("default", "gone"), whole=("Secret",))
        matching = matched(pull_list(snapshot, None, target("ServiceAccount", "default")))
        assert matching.images[0].answer is MatchAnswer.NONE

    def test_a_listed_secret_that_was_not_seen_leaves_the_answer_open(self) -> None:
        snapshot = seen(account("default", "gone"), whole=())
        matching = matched(pull_list(snapshot, None, target("ServiceAccount", "default")))
        assert matching.images[0].answer is MatchAnswer.UNSEEN
        assert matching.exit_code is ExitCode.INCOMPLETE

    def test_an_account_that_was_not_seen_leaves_the_answer_open(self) -> None:
        pulls = pull_list(seen(deployment("web"), whole=()), None, target("Deployment", "web"))
        assert pulls.unseen == "sa/default was not seen"
        assert matched(pulls).exit_code is ExitCode.INCOMPLETE


def test_an_empty_user_name_is_an_anonymous_pull_to_containerd() -> None:
    held = secret("a", {"reg.test": {"identitytoken": "x"}})
    matching = match_images(["reg.test/app"], pull_list(seen(held), "team", None), now=NOW)

    assert matching.images[0].notes == ("with an empty user name containerd pulls anonymously",)
