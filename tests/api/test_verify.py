"""`verify` against the real API server and a registry at a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import may
from tests.api.admin_api import AdminApi, Json
from tests.api.attaching import Run, runner
from tests.api.conftest import AsUser
from tests.api.objects import malformed_secret, pod, pull_secret, workload
from tests.cli.outside import Outcome
from tests.cli.small_registry import SmallRegistry, small_registry

PASSWORD = "Xq7Wv2Kp9ZtR4mLb"


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    users = {"puller": PASSWORD}
    with small_registry(users, "team/app:v1", "team/app:v2", denied=("private",)) as running:
        yield running


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


def good(name: str, registry: SmallRegistry) -> Json:
    return pull_secret(name, registry.host, password=PASSWORD)


def with_image(item: Json, image: str) -> Json:
    """The same object, of another image."""
    spec = item["spec"] if item["kind"] == "Pod" else item["spec"]["template"]["spec"]
    spec["containers"][0]["image"] = image
    return item


def items(outcome: Outcome) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(outcome.out)["items"]
    return found


def states(outcome: Outcome) -> list[tuple[str, str]]:
    return [(item["secret"]["name"], item["state"]) for item in items(outcome)]


def test_all_pull_secrets_of_the_namespace_are_tried(
    run: Run, api: AdminApi, namespace: str, registry: SmallRegistry
) -> None:
    api.create(good("good", registry), namespace)
    api.create(pull_secret("wrong", registry.host, password="no"), namespace)
    api.create(malformed_secret("malformed"), namespace)
    outcome = run("verify", "-o", "json")
    assert outcome.code is ExitCode.FINDINGS
    assert states(outcome) == [("good", "valid"), ("malformed", "unusable"), ("wrong", "rejected")]
    assert registry.refused == 1


@pytest.mark.parametrize("kind", ["Pod", "Deployment"])
def test_the_images_of_whoever_lists_the_secret_are_asked_about(
    run: Run, api: AdminApi, namespace: str, registry: SmallRegistry, kind: str
) -> None:
    api.create(good("pull", registry), namespace)
    image = f"{registry.host}/team/app:v1"
    made = pod("web", "pull") if kind == "Pod" else workload(kind, "web", "pull")
    api.create(with_image(made, image), namespace)
    (item,) = items(run("verify", "pull", "-o", "json"))
    assert [(one["image"], one["pull"]) for one in item["images"]] == [(image, True)]


def test_a_secret_that_is_not_there_leaves_nothing_to_verify(run: Run) -> None:
    outcome = run("verify", "gone")
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
    assert "gone" in outcome.err


def test_one_of_several_that_is_not_there_is_told(
    run: Run, api: AdminApi, namespace: str, registry: SmallRegistry
) -> None:
    api.create(good("pull", registry), namespace)
    outcome = run("verify", "gone", "pull")
    assert outcome.code is ExitCode.INCOMPLETE
    assert f"not seen: secrets/gone in {namespace}: it was not found" in outcome.out


def test_the_printed_command_makes_it_valid(
    run: Run, api: AdminApi, namespace: str, registry: SmallRegistry
) -> None:
    api.create(pull_secret("pull", registry.host, password="no"), namespace)
    (item,) = items(run("verify", "-o", "json"))
    (fix,) = item["fixes"]
    done = run(*fix["argv"][2:], "--docker-password-stdin", stdin=PASSWORD.encode())
    assert done.code is ExitCode.FINE, done.err
    assert states(run("verify", "-o", "json")) == [("pull", "valid")]


class TestRights:
    def test_without_pods_the_images_in_use_are_not_seen(
        self, as_user: AsUser, api: AdminApi, namespace: str, registry: SmallRegistry
    ) -> None:
        api.create(good("pull", registry), namespace)
        outcome = runner(as_user("dev", [may("get list", "secrets")]))("verify")
        assert outcome.code is ExitCode.INCOMPLETE
        assert f"not seen: pods in {namespace}: " in outcome.out
        assert " valid " in outcome.out

    def test_with_image_none_but_the_secret_is_needed(
        self, as_user: AsUser, api: AdminApi, namespace: str, registry: SmallRegistry
    ) -> None:
        api.create(good("pull", registry), namespace)
        run = runner(as_user("ci", [may("get", "secrets", "pull")]))
        outcome = run("verify", "pull", "--image", f"{registry.host}/team/app:v1")
        assert outcome.code is ExitCode.FINE, outcome.err
        assert "team/app:v1  may be pulled" in outcome.out

    def test_without_secrets_nothing_can_be_verified(self, as_user: AsUser) -> None:
        outcome = runner(as_user("blind", [may("list", "pods")]))("verify")
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        assert "secrets" in outcome.err


def test_all_namespaces_need_a_yes(
    run: Run, api: AdminApi, namespace: str, registry: SmallRegistry
) -> None:
    api.create(
        good("pull", registry) | {"metadata": {"name": "pull", "labels": {"a": namespace}}},
        namespace,
    )
    mine = ("verify", "-A", "-l", f"a={namespace}")
    refused = run(*mine)
    assert refused.code is ExitCode.USAGE
    assert "1 login to 1 registry" in refused.err
    assert registry.asked == []
    assert run(*mine, "--yes").code is ExitCode.FINE


def test_no_password_is_written_whatever_is_asked(
    run: Run, api: AdminApi, namespace: str, registry: SmallRegistry
) -> None:
    api.create(good("pull", registry), namespace)
    api.create(pull_secret("wrong", registry.host, password=f"{PASSWORD}x"), namespace)
    for args in ((), ("-o", "wide"), ("-o", "json"), ("-v", "9")):
        outcome = run("verify", *args)
        assert PASSWORD not in outcome.out + outcome.err
