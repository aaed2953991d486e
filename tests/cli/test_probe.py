"""`doctor --probe` and `match --probe`, on objects in files and a registry at a real socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import Outcome, invoke
from tests.cli.small_registry import PASSWORD, SmallRegistry, pod, secret, small_registry

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def open_registry() -> Iterator[SmallRegistry]:
    """Asks nobody for a credential."""
    with small_registry({}, "team/app:v1") as running:
        yield running


def denied(image: str, *secrets: str) -> Any:
    """A pod whose pull was denied in words that do not tell why."""
    waiting = {
        "reason": "ErrImagePull",
        "message": f'failed to pull and unpack image "{image}": failed to resolve image: pull '
        "access denied, repository does not exist or may require authorization: server message: "
        "insufficient_scope: authorization failed",
    }
    status = {"name": "app", "image": image, "imageID": "", "restartCount": 0, "ready": False}
    found = pod(image, *secrets)
    found["metadata"] |= {"uid": "u1", "creationTimestamp": "2026-11-21T11:00:00Z"}
    found["status"] = {
        "phase": "Pending",
        "containerStatuses": [{**status, "state": {"waiting": waiting}}],
    }
    return found


def run(*args: str, given: tuple[Any, ...]) -> Outcome:
    stdin = json.dumps({"apiVersion": "v1", "kind": "List", "items": given}).encode()
    return invoke(*args, "-f", "-", stdin=stdin, now=NOW)


def reasons(outcome: Outcome) -> list[str]:
    return [item["reason"] for item in json.loads(outcome.out)["items"]]


class TestDoctor:
    def doctor(self, *objects: Any, flags: tuple[str, ...] = ("--probe", "-o", "json")) -> Outcome:
        return run("doctor", *flags, given=objects)

    def test_sends_nothing_without_the_flag(self, registry: SmallRegistry) -> None:
        image = f"{registry.host}/team/app:v9"
        done = self.doctor(denied(image, "pull"), secret("pull", registry.host), flags=())
        assert done.code is ExitCode.FINDINGS
        assert registry.asked == []

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("team/app:v9", "ManifestNotFound"),
            ("team/nobody:v1", "RepositoryNotFound"),
            ("private:v1", "AccessForbidden"),
            ("team/app:v1", "ChangedSinceLastAttempt"),
        ],
    )
    def test_settles_what_the_message_leaves_open(
        self, registry: SmallRegistry, name: str, reason: str
    ) -> None:
        image = f"{registry.host}/{name}"
        done = self.doctor(denied(image, "pull"), secret("pull", registry.host))
        assert reasons(done) == [reason]
        assert done.code is ExitCode.FINDINGS

    def test_proposes_the_tags_that_exist(self, registry: SmallRegistry) -> None:
        image = f"{registry.host}/team/app:v3"
        done = self.doctor(denied(image, "pull"), secret("pull", registry.host), flags=("--probe",))
        assert "fix     correct the tag: v2, v1" in done.out

    def test_costs_one_refused_request_however_many_pods_and_secrets(
        self, registry: SmallRegistry
    ) -> None:
        secrets = [secret(f"s{i}", registry.host, password="wrong") for i in range(3)]
        pods = [denied(f"{registry.host}/team/app{i}:v1", "s0", "s1", "s2") for i in range(5)]
        for number, one in enumerate(pods):
            one["metadata"] |= {"name": f"demo-{number}", "uid": f"u{number}"}
        done = self.doctor(*pods, *secrets)
        assert reasons(done) == ["CredentialRejected"] * 5
        assert registry.refused == 1

    def test_never_shows_a_credential_that_the_registry_does_not_ask_for(
        self, open_registry: SmallRegistry
    ) -> None:
        image = f"{open_registry.host}/team/app:v1"
        done = self.doctor(denied(image, "pull"), secret("pull", open_registry.host))
        assert open_registry.refused == 0
        assert reasons(done) == ["ChangedSinceLastAttempt"]

    def test_says_that_it_looks_from_here(self, registry: SmallRegistry) -> None:
        image = f"{registry.host}/private:v1"
        done = self.doctor(denied(image, "pull"), secret("pull", registry.host), flags=("--probe",))
        assert re.search("probe +from here +user puller of secret/pull  .* 403 Forbidden", done.out)
        assert PASSWORD not in done.out + done.err

    def test_prints_the_command_where_a_cluster_leaves_something_open(self) -> None:
        done = self.doctor(denied("127.0.0.1:9/team/app:v1"), flags=("--probe",))
        assert "ask  " not in done.out

    def test_wants_the_flag_for_the_flags_of_registries(self) -> None:
        done = run("doctor", "--plain-http", given=())
        assert done.code is ExitCode.USAGE
        assert done.err == (
            "error: --registry-ca and --plain-http are for registries, and none is asked\n"
            "add --probe\n"
        )


class TestMatch:
    def match(self, image: str, *objects: Any, output: str = "json") -> Outcome:
        flags = ("-o", output) if output else ()
        return run("match", image, "--probe", *flags, given=objects)

    def test_tells_who_may_pull(self, registry: SmallRegistry) -> None:
        done = self.match(f"{registry.host}/team/app:v1", secret("pull", registry.host))
        (item,) = json.loads(done.out)["items"]
        assert [(probe["secret"], probe["pull"]) for probe in item["probes"]] == [
            ("pull", True),
            (None, False),
        ]
        assert done.code is ExitCode.FINE

    def test_fails_where_the_registry_refuses_what_matches(self, registry: SmallRegistry) -> None:
        bad = secret("pull", registry.host, password="wrong")
        done = self.match(f"{registry.host}/team/app:v1", bad, output="")
        assert done.code is ExitCode.FINDINGS
        assert re.search("probe +from here +user puller of secret/pull  .* rejects", done.out)
        assert registry.refused == 1

    def test_asks_for_an_image_without_secrets_as_anybody(
        self, open_registry: SmallRegistry
    ) -> None:
        done = invoke("match", f"{open_registry.host}/team/app:v1", "--probe", now=NOW)
        assert done.code is ExitCode.FINE
        assert "anybody  may pull it" in done.out
