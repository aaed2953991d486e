"""What may fail at the next pull: the same from a live cluster as from a dump of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.api.admin_api import AdminApi, path
from tests.api.objects import (
    REGISTRY,
    failing_pod,
    owned_by,
    pod,
    pull_secret,
    pulled_nothing,
    run_it,
    workload,
)
from tests.cli.outside import Outcome, invoke

KINDS = ("Pod", "Secret", "ServiceAccount", "Deployment", "Event")


Story = Callable[[AdminApi, str], None]


def account_lists(api: AdminApi, namespace: str, *secrets: str) -> None:
    listed = [{"name": name} for name in secrets]
    api.patch(path("ServiceAccount", namespace, "default"), {"imagePullSecrets": listed})


def dumped(api: AdminApi, namespace: str, target: Path) -> Path:
    items = []
    for kind in KINDS:
        listed = api.get(path(kind, namespace))
        version = listed["apiVersion"]
        items += [{"kind": kind, "apiVersion": version, **one} for one in listed["items"]]
    target.write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": items}))
    return target


def report(outcome: Outcome) -> dict[str, Any]:
    assert outcome.err == ""
    document: dict[str, Any] = json.loads(outcome.out)
    for item in document["items"]:
        for fix in item["fixes"]:  # from files nobody knows which context a command will hit
            fix["needs"] = [need for need in fix["needs"] if need != "context"]
    return document


def gone(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("there", REGISTRY), namespace)  # may be attached instead
    run_it(api, namespace, pod("demo", "gone"))


def renamed(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("pull", "registry.test"), namespace)
    run_it(api, namespace, pod("demo", "pull"))


def taken_away(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("pull", REGISTRY), namespace)
    account_lists(api, namespace, "pull")
    owner = api.create(workload("Deployment", "web"), namespace)
    run_it(api, namespace, pod("web-1", owner=owned_by(owner)))
    account_lists(api, namespace)


def template_changed(api: AdminApi, namespace: str) -> None:
    for name, registry in (("pull", REGISTRY), ("mine", "other.test")):
        api.create(pull_secret(name, registry), namespace)
    owner = api.create(workload("Deployment", "web", "mine"), namespace)
    run_it(api, namespace, pod("web-1", "pull", owner=owned_by(owner)))


def denied_elsewhere(api: AdminApi, namespace: str) -> None:
    run_it(api, namespace, pod("demo"))
    failing_pod(api, namespace, "other")


def by_luck(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("pull", REGISTRY), namespace)
    run_it(api, namespace, pod("other", "pull"))
    run_it(api, namespace, pod("demo"))
    pulled_nothing(api, namespace, "demo")


def fine(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("pull", REGISTRY), namespace)
    run_it(api, namespace, pod("demo", "pull"))
    run_it(api, namespace, pod("two"))


STORIES: dict[Story, list[str]] = {
    gone: ["SecretNotFound"],
    renamed: ["NoMatchingCredential"],
    taken_away: ["NoCredential"],
    template_changed: ["NoMatchingCredential"],
    denied_elsewhere: ["NoCredential", "NoCredential"],
    by_luck: ["NoCredential"],
    fine: [],
}


@pytest.mark.parametrize(
    ("story", "expected"), STORIES.items(), ids=[story.__name__ for story in STORIES]
)
def test_live_and_offline_agree(
    api: AdminApi,
    namespace: str,
    kubeconfig: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    story: Story,
    expected: list[str],
) -> None:
    story(api, namespace)
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    now = datetime.now(timezone.utc)
    args = ("doctor", "--healthy", "-n", namespace, "-o", "json")
    live = invoke(*args, now=now)
    offline = invoke(*args, "-f", str(dumped(api, namespace, tmp_path / "dump.json")), now=now)
    found = report(live)
    assert [item["reason"] for item in found["items"]] == expected
    assert found == report(offline)
    assert live.code is offline.code
