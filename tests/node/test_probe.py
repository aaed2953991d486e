"""Live `--probe` and `verify`: a real node failed, and real registries answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from kubectl_pullsecret.report import Reason
from tests.api.admin_api import Json, path
from tests.node.cluster import NodeCluster
from tests.node.person import Person
from tests.node.registries import HIS_PASSWORD, IDENTITY_TOKEN, PULLER, STRANGER, Registries
from tests.node.scenario import (
    HUB_KEY,
    PUBLIC,
    REGISTRY,
    TOKENS,
    auths,
    entry,
    late,
    pod,
    pull_secret,
    runs,
    workload,
)
from tests.node.setting import set_up
from tests.node.timeless import timeless
from tests.waiting import eventually

PATIENCE, PACE = 60.0, 0.5  # seconds

_numbers = count(1)


@pytest.fixture
def namespace(node: NodeCluster, registries: Registries) -> Iterator[str]:
    """Where a test's objects go; the registries are up."""
    assert registries.ca.exists()
    name = f"probe-{next(_numbers)}"
    yield name
    node.api.remove_namespace(name)


@pytest.fixture
def flags(registries: Registries) -> tuple[str, ...]:
    """Hub's stand-in has an authority of its own; the others speak plain HTTP."""
    return ("--registry-ca", str(registries.ca), "--plain-http")


def pods(node: NodeCluster, namespace: str) -> list[Json]:
    found: list[Json] = node.api.get(path("Pod", namespace))["items"]
    return found


def statuses(node: NodeCluster, namespace: str) -> list[Json]:
    """What is known of the pods, where a test fails for a reason that nobody expects."""
    return [one["status"] for one in pods(node, namespace)]


def probed_once_it_fails(
    node: NodeCluster, namespace: str, flags: tuple[str, ...], expected: Reason
) -> Json:
    """The finding, which must have its reason while the pod fails."""
    person = Person(node)
    found: list[Json] = []

    def says_so() -> bool:
        found[:] = person.doctor("-n", namespace, "--probe", *flags)
        return [item["reason"] for item in found] == [expected.value]

    try:
        eventually(says_so, PATIENCE, PACE)
    except AssertionError:
        pytest.fail(f"not {expected.value}: {json.dumps([found, statuses(node, namespace)])}")
    assert not runs(pods(node, namespace))
    return found[0]


SETTLED = {
    "a missing tag": (f"{TOKENS}/team/app:v3", PULLER, Reason.MANIFEST_NOT_FOUND),
    "a right that is not given": (f"{TOKENS}/team/app:v1", STRANGER, None),
    "a missing tag behind Basic": (f"{REGISTRY}/team/app:v3", PULLER, Reason.MANIFEST_NOT_FOUND),
    "a refused login": (f"{TOKENS}/team/app:v1", "nobody", Reason.CREDENTIAL_REJECTED),
    "Docker Hub's": ("team/app:v3", PULLER, Reason.MANIFEST_NOT_FOUND),
}


@pytest.mark.parametrize(("image", "user", "reason"), SETTLED.values(), ids=SETTLED)
def test_the_registry_settles(
    node: NodeCluster,
    namespace: str,
    flags: tuple[str, ...],
    image: str,
    user: str,
    reason: Reason | None,
) -> None:
    keys = (REGISTRY, TOKENS, HUB_KEY)
    who = {"user": user, "password": HIS_PASSWORD} if user == STRANGER else {"user": user}
    set_up(node.api, namespace, (pull_secret("pull", *keys, **who), pod("pull", image=image)))
    found = probed_once_it_fails(node, namespace, flags, reason or Reason.DENIED_OR_NOT_FOUND)
    lines = [line["text"] for line in found["evidence"] if line["about"] == "probe"]
    assert all(line.startswith("from here  ") for line in lines)
    assert lines[0].startswith(f"from here  user {user} of secret/pull  ")


def test_the_nearest_tags_are_those_that_the_registry_has(
    node: NodeCluster, namespace: str, flags: tuple[str, ...]
) -> None:
    missing = pod("pull", image=f"{REGISTRY}/team/app:v3")
    set_up(node.api, namespace, (pull_secret("pull", REGISTRY), missing))
    found = probed_once_it_fails(node, namespace, flags, Reason.MANIFEST_NOT_FOUND)
    (line,) = (line["text"] for line in found["evidence"] if line["about"] == "probe")
    assert "nearest tags: v2, v1" in line


class TestAStaleCredentialThatBlocksAPublicImage:
    REASON = Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE

    def test_is_found_and_the_printed_commands_make_the_pod_run(
        self, node: NodeCluster, namespace: str, flags: tuple[str, ...]
    ) -> None:
        stale = pull_secret("stale", TOKENS, password="of yesterday")
        set_up(node.api, namespace, (stale, late(workload("Deployment", "stale", image=PUBLIC))))
        found = probed_once_it_fails(node, namespace, flags, self.REASON)
        for fix in found["fixes"]:
            Person(node).run(fix)
        eventually(lambda: runs(pods(node, namespace)), PATIENCE, PACE)
        assert found["fixes"][0]["argv"][2] == "detach"

    def test_is_no_more_than_a_rejection_without_the_probe(
        self, node: NodeCluster, namespace: str, flags: tuple[str, ...]
    ) -> None:
        stale = pull_secret("stale", TOKENS, password="of yesterday")
        set_up(node.api, namespace, (stale, late(pod("stale", image=PUBLIC))))
        probed_once_it_fails(node, namespace, flags, self.REASON)
        (found,) = Person(node).doctor("-n", namespace)
        assert found["reason"] == "CredentialRejected"


def test_a_running_pod_whose_credential_was_revoked_is_a_warning(
    node: NodeCluster, namespace: str, flags: tuple[str, ...]
) -> None:
    good = pull_secret("pull", REGISTRY)
    set_up(node.api, namespace, (good, pod("pull", image=f"{REGISTRY}/team/app:v1")))
    eventually(lambda: runs(pods(node, namespace)), PATIENCE, PACE)
    revoked = pull_secret("pull", REGISTRY, password="of yesterday")
    node.api.patch(path("Secret", namespace, "pull"), {"data": revoked["data"]})
    (found,) = Person(node).doctor("-n", namespace, "--healthy", "--probe", *flags)
    assert (found["reason"], found["severity"]) == ("CredentialRejected", "warning")


def test_verify_tells_every_state(
    node: NodeCluster, namespace: str, flags: tuple[str, ...]
) -> None:
    good = auths(
        "good",
        {
            REGISTRY: entry(),
            TOKENS: entry(),
            HUB_KEY: entry(),
        },
    )
    bad = auths("bad", {REGISTRY: entry(password="wrong"), TOKENS: entry(password="wrong")})
    token = auths("token", {TOKENS: {"identitytoken": IDENTITY_TOKEN}})
    away = auths("away", {"refused.test:5999": entry(), "nosuch.test": entry()})
    set_up(node.api, namespace, (good, bad, token, away))
    said = node.run(("kubectl", "pullsecret", "verify", "-n", namespace, *flags, "-o", "json"))
    states = {
        (item["secret"]["name"], item["key"]): item["state"]
        for item in json.loads(said.stdout)["items"]
    }
    assert states == {
        ("good", REGISTRY): "valid",
        ("good", TOKENS): "valid",
        ("good", HUB_KEY): "valid",
        ("bad", REGISTRY): "rejected",
        ("bad", TOKENS): "rejected",
        ("token", TOKENS): "unusable",
        ("away", "refused.test:5999"): "unreachable",
        ("away", "nosuch.test"): "unreachable",
    }
    assert said.returncode == 1


def test_without_plain_http_no_credential_is_sent_in_the_clear(
    node: NodeCluster, namespace: str
) -> None:
    set_up(node.api, namespace, (pull_secret("pull", REGISTRY),))
    said = node.run(("kubectl", "pullsecret", "verify", "-n", namespace, "-o", "json"))
    (item,) = json.loads(said.stdout)["items"]
    assert item["state"] in ("withheld", "unreachable")
    assert item["accepted"] is None


def test_match_asks_as_whoever_would_be_tried(
    node: NodeCluster, namespace: str, flags: tuple[str, ...]
) -> None:
    set_up(node.api, namespace, (pull_secret("pull", HUB_KEY),))
    command = ("kubectl", "pullsecret", "match", "team/app:v1", "-n", namespace, "--probe")
    said = node.run((*command, *flags, "-o", "json"))
    (item,) = json.loads(said.stdout)["items"]
    assert [(probe["secret"], probe["pull"]) for probe in item["probes"]] == [
        ("pull", True),
        (None, False),
    ]
    assert said.returncode == 0


@pytest.mark.usefixtures("registries")
def test_the_report_in_the_page_about_registries_is_what_a_person_sees(node: NodeCluster) -> None:
    page = (Path(__file__).parents[2] / "docs" / "registries.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"\n\n((?:    deploy/.*\n)(?:    .*\n)+)", page)
    stale = pull_secret("old", TOKENS, password="of yesterday")
    set_up(node.api, "team", (stale, late(workload("Deployment", "old", image=PUBLIC))))
    command = ("kubectl", "pullsecret", "doctor", "-n", "team", "--probe", "--plain-http")
    seen: list[str] = []

    def is_shown() -> bool:
        seen[:] = node.run(command).stdout.splitlines()
        shown = [_timeless(line.removeprefix("    ")) for line in picture.splitlines()]
        return shown == [_timeless(line) for line in seen]

    try:
        eventually(is_shown, PATIENCE, PACE)
    except AssertionError:
        pytest.fail("\n".join(seen))
    finally:
        node.api.remove_namespace("team")


def _timeless(line: str) -> str:
    """Also without the last words: what is cut off with … in the page is not compared."""
    return re.sub(r"(N times, last T ago: ).*", r"\1…", timeless(line))
