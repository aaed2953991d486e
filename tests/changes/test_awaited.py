"""How far the pods of a change are: a table of what was seen, and what is made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kubectl_pullsecret.changes.awaited import (
    Awaited,
    Done,
    Failed,
    Progress,
    Still,
    awaited_of,
    progress_of,
)
from kubectl_pullsecret.changes.plan import (
    Deletion,
    Edit,
    ListChange,
    Plan,
    PodRecreation,
    RolloutRestart,
)
from kubectl_pullsecret.changes.plan import Step as PlanStep
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Reason, Severity
from tests.diagnosis.cluster import NAMESPACE, NOTHING_SENT, NOW, Cluster, ago

SINCE = NOW - timedelta(minutes=1)
NEW = ago(seconds=30)
DEPLOYMENT = ObjectRef("Deployment", NAMESPACE, "web")
POD = ObjectRef("Pod", NAMESPACE, "demo")


def deployment(**spec: Any) -> Cluster:
    cluster = Cluster().account().secret("pull").workload("Deployment", "web", ("pull",))
    cluster.objects[-1]["apiVersion"] = "apps/v1"
    cluster.objects[-1]["spec"] |= spec
    return cluster


def progress(cluster: Cluster, *targets: ObjectRef, **options: Any) -> Progress:
    awaited = Awaited(targets or (DEPLOYMENT,), SINCE, **options)
    return progress_of(cluster.snapshot(), awaited, now=NOW)


def new(cluster: Cluster, name: str, **fields: Any) -> Cluster:
    """A pod of the deployment that was made after the change."""
    return cluster.pod(name, owner="Deployment/web", creationTimestamp=NEW, **fields)


def old(cluster: Cluster, name: str, **fields: Any) -> Cluster:
    return cluster.pod(name, owner="Deployment/web", **fields)


def starting(cluster: Cluster, name: str, **fields: Any) -> Cluster:
    new(cluster, name, error="", reason="ContainerCreating", count=0, **fields)
    return cluster


@pytest.mark.parametrize(
    ("cluster", "sentence"),
    [
        (deployment(), "deploy/web has no new pod yet"),
        (old(deployment(), "a"), "deploy/web has no new pod yet"),
        (old(deployment(), "a", error=NOTHING_SENT), "deploy/web has no new pod yet"),
        (
            starting(new(deployment(), "a"), "b"),
            "deploy/web: 1 of 2 pods ready to start; "
            "pod/b: still starting; no image pull has failed",
        ),
        (new(deployment(), "a", deletionTimestamp=NEW), "deploy/web has no new pod yet"),
    ],
    ids=["no pod", "an old one runs", "an old one fails", "one of two", "one that is deleted"],
)
def test_is_waited_for(cluster: Cluster, sentence: str) -> None:
    assert progress(cluster) == Still(sentence)


@pytest.mark.parametrize(
    "cluster",
    [
        new(deployment(), "a"),
        old(new(deployment(), "a"), "b", error=NOTHING_SENT),
        new(new(deployment(), "a"), "b", error=NOTHING_SENT, deletionTimestamp=NEW),
    ],
    ids=["all run", "an old one fails", "a failing one is being deleted"],
)
def test_is_done(cluster: Cluster) -> None:
    assert progress(cluster) == Done("the images are there: deploy/web (1 pod)")


def test_an_image_that_was_pulled_counts_though_its_container_crashes() -> None:
    cluster = new(deployment(), "a", error="back-off 10s", reason="CrashLoopBackOff", count=0)
    cluster.objects[-1]["status"]["containerStatuses"][0]["restartCount"] = 3
    assert isinstance(progress(cluster), Done)


def test_a_pod_that_failed_without_its_image_does_not_count() -> None:
    cluster = starting(new(deployment(), "a"), "evicted")
    cluster.objects[-1]["status"] |= {"phase": "Failed", "reason": "Evicted"}
    assert progress(cluster) == Done("the images are there: deploy/web (1 pod)")


def test_a_new_pod_that_cannot_pull_is_the_doctor_s_matter_and_it_alone() -> None:
    cluster = old(new(deployment(), "a", error=NOTHING_SENT), "b", error=NOTHING_SENT)
    found = progress(cluster)
    assert isinstance(found, Failed)
    (finding,) = [one for one in found.report.findings if one.severity is Severity.ERROR]
    assert finding.pods.names == ("a",)


def test_a_pod_that_was_there_before_is_not_new_whatever_its_time() -> None:
    cluster = new(deployment(), "a")
    assert isinstance(progress(cluster, old=frozenset({f"Pod-{NAMESPACE}-a"})), Still)


def test_a_pod_of_the_same_second_is_new() -> None:
    cluster = deployment().pod("a", owner="Deployment/web", creationTimestamp=ago(minutes=1))
    awaited = Awaited((DEPLOYMENT,), SINCE + timedelta(milliseconds=900))
    assert isinstance(progress_of(cluster.snapshot(), awaited, now=NOW), Done)


def test_without_replicas_waiting_is_endless() -> None:
    still = progress(deployment(replicas=0))
    assert still == Still("deploy/web has no replicas, so that no pod comes", endless=True)


def test_every_target_has_to_have_its_images() -> None:
    cluster = new(deployment(), "a").pod("demo", creationTimestamp=NEW, error="", count=0)
    cluster.objects[-1]["status"]["containerStatuses"][0]["state"] = {"waiting": {}}
    still = progress(cluster, DEPLOYMENT, POD)
    assert still == Still("pod/demo: still starting; no image pull has failed")


def test_a_pod_that_is_not_created_yet_is_waited_for() -> None:
    assert progress(Cluster(), POD) == Still("pod/demo is not there yet")


def test_a_pod_that_cannot_be_created_is_the_doctor_s_matter_if_it_was_since() -> None:
    def refused(seconds: int) -> Progress:
        cluster = deployment().event(
            "FailedCreate",
            "exceeded quota",
            pod="web",
            kind="Deployment",
            container=None,
            tried=timedelta(seconds=seconds),
        )
        return progress(cluster)

    failed = refused(10)
    assert isinstance(failed, Failed)
    assert [one.reason for one in failed.report.findings][:1] == [Reason.POD_NOT_CREATED]
    assert isinstance(refused(3600), Still)


class TestPodsThatRecoverByThemselves:
    """A Secret was changed: the pods that are there try again."""

    @pytest.mark.parametrize(
        ("cluster", "expected"),
        [
            (old(deployment(), "a"), Done),
            (old(deployment(), "a", error=NOTHING_SENT, tried=timedelta(seconds=10)), Failed),
            (old(deployment(), "a", error=NOTHING_SENT, tried=timedelta(minutes=5)), Still),
        ],
        ids=["they run", "they failed again", "they have not tried again yet"],
    )
    def test_are_told_by_their_last_attempt(self, cluster: Cluster, expected: type) -> None:
        assert isinstance(progress(cluster, recovering=True), expected)


def target(kind: str, name: str) -> ObjectRef:
    return ObjectRef(kind, NAMESPACE, name)


def list_change(kind: str, name: str) -> ListChange:
    info = kind_info(kind)
    assert info is not None
    return ListChange(target(kind, name), info, "", "", (), Edit(("pull",)))


def deletion(kind: str, name: str) -> Deletion:
    info = kind_info(kind)
    assert info is not None
    return Deletion(target(kind, name), info, "")


def rollout(name: str) -> RolloutRestart:
    info = kind_info("Deployment")
    assert info is not None
    return RolloutRestart(target("Deployment", name), info, "", "")


@pytest.mark.parametrize(
    ("step", "followed"),
    [
        (list_change("Deployment", "web"), DEPLOYMENT),
        (list_change("Deployment", "paused"), None),
        (list_change("ReplicaSet", "set"), None),
        (list_change("ServiceAccount", "default"), None),
        (rollout("web"), DEPLOYMENT),
        (deletion("Pod", "stuck"), target("ReplicaSet", "set")),
        (deletion("Pod", "demo"), None),
        (PodRecreation(POD, "", "", (), ("pull",), {}), POD),
    ],
    ids=[
        "a rollout",
        "a paused one",
        "no rollout",
        "an account",
        "a restart",
        "a deleted pod's owner",
        "a deleted pod without owner",
        "a pod made anew",
    ],
)
def test_who_is_followed_after_a_step(step: PlanStep, followed: ObjectRef | None) -> None:
    cluster = deployment().workload("Deployment", "paused").workload("ReplicaSet", "set")
    cluster.objects[-2]["spec"]["paused"] = True
    cluster.pod("stuck", owner="ReplicaSet/set").pod("demo")
    for raw in cluster.objects:
        if raw["kind"] in ("Deployment", "ReplicaSet"):
            raw["apiVersion"] = "apps/v1"
    awaited = awaited_of(Plan((step,)), cluster.snapshot(), SINCE)
    assert (awaited.targets if awaited else ()) == ((followed,) if followed else ())
    if awaited:
        assert awaited.old == {f"Pod-{NAMESPACE}-{name}" for name in ("stuck", "demo")}
