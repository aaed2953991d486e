"""Healthy today, broken at the next pull: what a pod that runs is warned of, and what it is not."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta

import pytest

from kubectl_pullsecret.report import Confidence, FailOn, Reason
from tests.diagnosis.cluster import (
    IMAGE,
    NOW,
    Cluster,
    ago,
    entry,
    expired_ecr,
)
from tests.diagnosis.healthy import (
    BROKEN,
    DEMO,
    GOOD,
    HUB,
    OTHER,
    REGISTRY,
    RENAMED,
    WEB,
    account,
    one,
    owned,
    warned,
)


def token(**left: float) -> dict[str, str]:
    """An ECR token."""
    ends = int((NOW + timedelta(**left)).timestamp())
    inside = {"payload": "x", "datakey": "y", "version": "2", "type": "DATA_KEY"}
    inside |= {"expiration": ends}  # type: ignore[dict-item]  # a number among words
    return entry("AWS", base64.b64encode(json.dumps(inside).encode()).decode())


def jwt(**left: float) -> dict[str, str]:
    """A token of a long life."""
    claims = json.dumps({"exp": int((NOW + timedelta(**left)).timestamp())}).encode()
    parts = (b'{"alg":"none"}', claims, b"signature")
    encoded = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return entry("robot", ".".join(encoded))


LISTS = {
    "a secret that is gone": (
        Cluster().pod(secrets=("gone",)),
        (Reason.SECRET_NOT_FOUND, Confidence.OPEN),
    ),
    "a secret that is Opaque now": (
        Cluster().secret("pull", GOOD, type_="Opaque").pod(secrets=("pull",)),
        (Reason.SECRET_WRONG_TYPE, Confidence.OPEN),
    ),
    "a secret that nobody can read now": (
        Cluster().secret("pull", BROKEN).pod(secrets=("pull",)),
        (Reason.SECRET_MALFORMED, Confidence.SETTLED),
    ),
    "a secret whose key was renamed": (
        Cluster().secret("pull", RENAMED).pod(secrets=("pull",)),
        (Reason.NO_MATCHING_CREDENTIAL, Confidence.OPEN),
    ),
    "a secret without a password": (
        Cluster().secret("pull", {REGISTRY: {"username": "x"}}).pod(secrets=("pull",)),
        (Reason.UNUSABLE_CREDENTIAL, Confidence.OPEN),
    ),
    "a token that has expired since": (
        Cluster().secret("pull", {REGISTRY: expired_ecr()}).pod(secrets=("pull",)),
        (Reason.CREDENTIAL_EXPIRED, Confidence.LIKELY),
    ),
    "a list of its own that hides the account's": (
        account("pull").secret("mine", OTHER).secret("pull", GOOD).pod(secrets=("mine",)),
        (Reason.POD_HIDES_SERVICE_ACCOUNT, Confidence.OPEN),
    ),
}


@pytest.mark.parametrize(("cluster", "expected"), LISTS.values(), ids=LISTS)
def test_a_pod_that_runs_is_warned_of_what_its_list_has_become(
    cluster: Cluster, expected: tuple[Reason, Confidence]
) -> None:
    assert warned(cluster) == [expected]
    assert [one.reason for one in cluster.doctor(DEMO).findings] == [expected[0]]
    assert cluster.doctor().findings == ()
    assert cluster.doctor(healthy=True).exit_code(FailOn.ERROR) == 0


QUIET = {
    "nothing is listed": Cluster().pod(),
    "what is listed serves the image": Cluster().secret("pull", GOOD).pod(secrets=("pull",)),
    "another secret serves it": Cluster().secret("pull", GOOD).pod(secrets=("gone", "pull")),
    "what is listed is for other registries": (
        Cluster().secret("pull", OTHER).pod(secrets=("pull",))
    ),
    "what is listed is for another path": (
        Cluster().secret("pull", {f"{REGISTRY}/other": entry()}).pod(secrets=("pull",))
    ),
    "the account has a credential for Docker Hub's rate limit": (
        account("hub")
        .secret("hub", HUB)
        .secret("mine", OTHER)
        .pod(secrets=("mine",), image="nginx:1.29")
    ),
    "a renewed token has half of its life left": (
        Cluster().secret("pull", {REGISTRY: token(hours=6)}).pod(secrets=("pull",))
    ),
    "one token ends, and a password does not": (
        Cluster().secret("a", {REGISTRY: expired_ecr()}).secret("b", GOOD).pod(secrets=("a", "b"))
    ),
    "the pod has ended": Cluster().pod(secrets=("gone",), phase="Succeeded"),
    "it is never pulled, and nobody makes it anew": (
        Cluster().pod(secrets=("gone",), policy="Never")
    ),
}


@pytest.mark.parametrize("cluster", QUIET.values(), ids=QUIET)
def test_nothing_is_said_where(cluster: Cluster) -> None:
    for made in cluster.objects:
        if phase := made["metadata"].pop("phase", None):
            made["status"]["phase"] = phase
    report = cluster.doctor(healthy=True)
    assert report.findings == ()
    assert report.exit_code(FailOn.WARNING) == 0


def test_a_thousand_healthy_pods_of_public_images_give_no_warning_and_take_no_time() -> None:
    cluster = account()
    for number in range(1000):
        cluster.pod(f"p{number}", image=f"ghcr.io/team{number % 40}/app:v{number % 7}")
        words = f'Container image "{IMAGE}" already present on machine'
        cluster.event("Pulled", words, pod=f"p{number}")
    snapshot_and_all = time.monotonic()
    report = cluster.doctor(healthy=True)
    assert time.monotonic() - snapshot_and_all < 5
    assert (report.findings, report.pods) == ((), 1000)


class TestTheEndOfACredential:
    """A token that something renews in good time is nobody's worry."""

    @pytest.mark.parametrize(
        ("auths", "created", "told"),
        [
            pytest.param(token(minutes=50), ago(hours=11), True, id="ECR, its last hour"),
            pytest.param(token(hours=2), ago(hours=10), False, id="ECR, two hours left"),
            pytest.param(token(hours=2), ago(days=90), False, id="ECR in an old secret"),
            pytest.param(jwt(hours=23), ago(days=90), True, id="of months, its last day"),
            pytest.param(jwt(hours=25), ago(days=90), False, id="of months, more than a day"),
            pytest.param(jwt(hours=5), ago(hours=19), False, id="of a day, five hours left"),
            pytest.param(jwt(hours=1), ago(hours=23), True, id="of a day, its last hour"),
        ],
    )
    def test_is_told_in_the_last_twelfth_of_its_life_and_within_a_day(
        self, auths: dict[str, str], created: str, told: bool
    ) -> None:
        cluster = Cluster().secret("pull", {REGISTRY: auths}, creationTimestamp=created)
        expected = [(Reason.CREDENTIAL_EXPIRES_SOON, Confidence.LIKELY)] if told else []
        assert warned(cluster.pod(secrets=("pull",))) == expected

    def test_is_told_with_its_time(self) -> None:
        cluster = Cluster().secret("pull", {REGISTRY: token(minutes=30)})
        found = one(cluster.pod(secrets=("pull",)))
        assert "runs, but soon may not pull again" in found.message
        (why,) = (line.text for line in found.evidence if line.about == "why")
        assert "ends 2026-11-21 12:30 UTC" in why

    def test_is_no_matter_where_another_credential_goes_on(self) -> None:
        cluster = Cluster().secret("a", {REGISTRY: token(minutes=30)}).secret("b", GOOD)
        assert warned(cluster.pod(secrets=("a", "b"))) == []


def test_replicas_are_one_warning() -> None:
    cluster = owned(account(), "gone", lists=("gone",))
    for number in range(5):
        cluster.pod(f"web-{number}", secrets=("gone",), owner="ReplicaSet/web-5b8c7d9f6")
    found = one(cluster)
    assert found.pods.count == 6
    assert found.message.endswith(": 6 pods")


def test_a_template_that_has_another_image_than_its_pods_is_judged_too() -> None:
    """A paused Deployment, OnDelete, a CronJob between two runs."""
    cluster = owned(account().secret("pull", GOOD), "pull", lists=("pull",))
    (deployment,) = (made for made in cluster.objects if made["kind"] == "Deployment")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["image"] = "Registry/Team/App"
    found = cluster.doctor(healthy=True).findings
    assert [(one.reason, one.subject) for one in found] == [(Reason.INVALID_IMAGE_NAME, WEB)]


@pytest.mark.parametrize(("kind", "told"), [("StatefulSet", True), ("Job", False)])
def test_an_owner_whose_pods_have_ended_makes_others_unless_it_is_done(
    kind: str, told: bool
) -> None:
    cluster = account().workload(kind, "work", ("gone",))
    cluster.pod("work-1", secrets=("gone",), owner=f"{kind}/work")
    cluster.objects[-1]["status"]["phase"] = "Succeeded"
    expected = [(Reason.SECRET_NOT_FOUND, Confidence.OPEN)] if told else []
    assert warned(cluster) == expected


def test_a_secret_that_was_not_seen_is_no_clean_bill() -> None:
    cluster = Cluster(secrets_seen=False).pod(secrets=("pull",)).pod("two", secrets=("pull",))
    report = cluster.doctor(healthy=True)
    assert report.findings == ()
    assert [part.resource for part in report.incomplete] == ["secrets/pull"]
    assert report.exit_code(FailOn.ERROR) == 4
