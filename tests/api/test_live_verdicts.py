"""The same verdicts from a live cluster as from a dump of it, for every recorded failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.conftest import CAPTURES
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.seeding import Seeded
from tests.cli.outside import Outcome, invoke

EXPECTED: dict[str, list[str]] = json.loads((CAPTURES / "expected.json").read_text())
# A dump without Secrets leaves it to the events whether one is missing. The server says
# it for sure, and knows the other captures' secrets of the same name, which may be copied.
PROVEN_LIVE = ("confidence", "evidence", "fixes", "message", "then")


@pytest.fixture
def admin(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Makes a namespace the current one, as KUBECONFIG does."""

    def become(namespace: str) -> None:
        identity = control_plane.authority.client(ADMIN, ADMINS)
        kubeconfig = control_plane.kubeconfig(tmp_path / "kubeconfig", identity, namespace)
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))

    return become


def report(outcome: Outcome) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(outcome.out)
    for item in document["items"]:
        for fix in item["fixes"]:  # from files nobody knows which context a command will hit
            fix["needs"] = [need for need in fix["needs"] if need != "context"]
    return document


@pytest.mark.parametrize("capture", sorted(EXPECTED))
def test_live_and_offline_agree(
    seeded: Callable[[str], Seeded],
    admin: Callable[[str], None],
    tmp_path: Path,
    capture: str,
) -> None:
    seeding = seeded(capture)
    (namespace,) = seeding.namespaces.values()
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps(seeding.document))
    admin(namespace)
    now = datetime.now(timezone.utc)
    offline = invoke("doctor", "-f", str(dump), "-n", namespace, "-o", "json", now=now)

    live = invoke("doctor", "-o", "json", now=now)
    assert live.err == ""
    found, expected = report(live), report(offline)
    if any(item["reason"] == "SecretNotFound" for item in expected["items"]):
        for item in (*found["items"], *expected["items"]):
            item |= dict.fromkeys(PROVEN_LIVE)
    assert found == expected
    assert live.code is offline.code


@pytest.mark.parametrize("capture", sorted(EXPECTED))
def test_a_pod_s_verdict_needs_few_requests_and_never_all_secrets(
    seeded: Callable[[str], Seeded],
    admin: Callable[[str], None],
    control_plane: ControlPlane,
    capture: str,
) -> None:
    seeding = seeded(capture)
    (namespace,) = seeding.namespaces.values()
    admin(namespace)
    pods = [item for item in seeding.document["items"] if item["kind"] == "Pod"]
    mark = control_plane.mark()
    outcome = invoke(
        "doctor", f"pod/{pods[0]['metadata']['name']}", "-o", "json", "--fail-on=never"
    )
    assert outcome.code is ExitCode.FINE, outcome.err
    reasons = [item["reason"] for item in json.loads(outcome.out)["items"]]
    if EXPECTED[capture] and len(pods) == 1:
        assert reasons[0] in EXPECTED[capture]
    asked = control_plane.requests_since(mark)
    assert len(asked) <= 12
    assert all(request.verb in ("get", "list") for request in asked)
    assert not any(reads_all_secrets(request.uri) for request in asked)


def reads_all_secrets(uri: str) -> bool:
    path, _, query = uri.partition("?")
    return path.endswith("/secrets") and "fieldSelector" not in query
