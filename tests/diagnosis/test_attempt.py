"""The last failed pull, joined from a status that lags and events that get lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kubectl_pullsecret.diagnosis.attempt import attempts_of, is_raw_reason
from kubectl_pullsecret.diagnosis.pull_errors import Cause
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Confidence, Reason
from tests.diagnosis.cluster import (
    DENIED,
    IMAGE,
    NO_SUCH_TAG,
    NOTHING_SENT,
    REJECTED,
    Cluster,
    ago,
)

BACK_OFF = f'Back-off pulling image "{IMAGE}"'
MINUTE = timedelta(minutes=1)


def causes(cluster: Cluster) -> list[Cause]:
    snapshot = cluster.snapshot()
    (pod,) = snapshot.pods
    attempts = attempts_of(pod, snapshot.events_of(pod.ref, pod.uid))
    return [attempt.error.cause for attempt in attempts]


def failed(error: str) -> str:
    return f'Failed to pull image "{IMAGE}": {error}'


def test_a_bare_back_off_is_explained_by_the_newest_failed_event() -> None:
    cluster = Cluster().pod(error=BACK_OFF, reason="ImagePullBackOff", count=0)
    cluster.event("Failed", failed(NOTHING_SENT), tried=5 * MINUTE)
    cluster.event("Failed", failed(REJECTED), tried=2 * MINUTE)
    cluster.event("Failed", "Error: ImagePullBackOff", tried=MINUTE)

    assert causes(cluster) == [Cause.CREDENTIAL_REJECTED]


def test_a_status_that_repeats_an_older_event_lags_behind() -> None:
    cluster = Cluster().pod(error=NOTHING_SENT, tried=5 * MINUTE)
    cluster.event("Failed", failed(NO_SUCH_TAG), tried=MINUTE)

    assert causes(cluster) == [Cause.MANIFEST_NOT_FOUND]


def test_a_status_that_no_event_tells_is_the_news() -> None:
    cluster = Cluster().pod(error=NO_SUCH_TAG, count=0)
    cluster.event("Failed", failed(NOTHING_SENT), tried=5 * MINUTE)

    assert causes(cluster) == [Cause.MANIFEST_NOT_FOUND]


def test_a_failed_event_counts_before_the_status_tells_of_it() -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.event("Failed", failed(REJECTED))

    assert causes(cluster) == [Cause.CREDENTIAL_REJECTED]


@pytest.mark.parametrize("progress", ["Pulled", "Started"])
def test_a_pull_that_succeeded_later_ends_the_failure(progress: str) -> None:
    cluster = Cluster().pod(error=REJECTED, tried=2 * MINUTE)
    cluster.event(progress, "…", tried=MINUTE)

    assert causes(cluster) == []


def test_a_crash_is_no_failed_pull() -> None:
    cluster = Cluster().pod(error="back-off 5m0s restarting", reason="CrashLoopBackOff", count=0)

    assert causes(cluster) == []


def test_events_of_another_container_do_not_count() -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.event("Failed", failed(REJECTED), container="other")

    assert causes(cluster) == []


@pytest.mark.parametrize(
    ("spec_key", "status_key"),
    [
        ("initContainers", "initContainerStatuses"),
        ("ephemeralContainers", "ephemeralContainerStatuses"),
    ],
)
def test_init_and_ephemeral_containers_are_pulled_the_same_way(
    spec_key: str, status_key: str
) -> None:
    cluster = Cluster().pod()
    pod = cluster.objects[0]
    image = "token.test:5001/team/tool:v1"
    pod["spec"][spec_key] = [{"name": "tool", "image": image}]
    waiting = {"reason": "ErrImagePull", "message": DENIED.replace(IMAGE, image)}
    pod["status"][status_key] = [{"name": "tool", "image": image, "state": {"waiting": waiting}}]
    (finding,) = cluster.account().doctor().findings

    assert (finding.image, finding.containers) == (image, ("tool",))
    assert finding.reason is Reason.NO_CREDENTIAL


def test_an_image_volume_is_told_apart_from_its_containers_image() -> None:
    volume = "token.test:5001/team/models:v1"
    cluster = Cluster().pod(error=f'Back-off pulling image "{volume}"', count=0)
    cluster.objects[0]["spec"]["volumes"] = [{"name": "models", "image": {"reference": volume}}]
    cluster.event("Failed", f'Failed to pull image "{volume}": {DENIED}', container=None)
    (finding,) = cluster.account().doctor().findings

    assert (finding.image, finding.containers) == (volume, ("models",))
    assert finding.cause == Cause.DENIED_OR_NOT_FOUND.value


def test_a_finished_pod_has_no_attempt() -> None:
    cluster = Cluster().pod(error=REJECTED)
    cluster.objects[0]["status"]["phase"] = "Failed"

    assert causes(cluster) == []


def test_a_pod_says_so_when_its_events_are_gone() -> None:
    (finding,) = Cluster().account().pod(error=REJECTED, count=0).doctor().findings
    seen = next(line.text for line in finding.evidence if line.about == "seen")

    assert finding.last_attempt is None
    assert "no events were seen" in seen


@pytest.mark.parametrize(
    ("reason", "raw"),
    [
        ("illegal base64 data at input byte 4", True),
        ("unexpected end of JSON input", True),
        ("ImagePullBackOff", False),
        ("CrashLoopBackOff", False),
        ("", False),
    ],
)
def test_raw_go_text_is_a_waiting_reason_that_is_no_word(reason: str, raw: bool) -> None:
    assert is_raw_reason(reason) is raw


def test_an_owner_that_cannot_create_its_pod_is_told() -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "message": "no sa/builder"}
    cluster = Cluster().workload("Deployment", "web", status={"conditions": [condition]})
    (finding,) = cluster.doctor().findings

    assert finding.reason is Reason.POD_NOT_CREATED
    assert any("no sa/builder" in line.text for line in finding.evidence)


def test_the_event_of_a_replica_set_blames_its_deployment() -> None:
    cluster = Cluster().workload("Deployment", "web")
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    cluster.workload(
        "ReplicaSet", "web-1", ownerReferences=[owner | {"uid": "Deployment-team-web"}]
    )
    cluster.event(
        "FailedCreate", "pods is forbidden", pod="web-1", kind="ReplicaSet", container=None
    )
    (finding,) = cluster.doctor().findings

    assert (finding.reason, finding.subject.kind) == (Reason.POD_NOT_CREATED, "Deployment")


def test_a_creation_that_succeeded_later_is_no_finding() -> None:
    cluster = Cluster().workload("ReplicaSet", "web")
    cluster.event("FailedCreate", "quota", pod="web", kind="ReplicaSet", tried=5 * MINUTE)
    cluster.event("SuccessfulCreate", "web-1", pod="web", kind="ReplicaSet", tried=MINUTE)

    assert cluster.doctor().findings == ()


def test_a_sandbox_whose_image_does_not_pull_is_the_nodes_matter() -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.event(
        "FailedCreatePodSandBox",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox "
        'image "registry.k8s.io/pause:3.6": failed to pull image: dial tcp 192.0.2.1:443: '
        "i/o timeout",
        container=None,
    )
    (finding,) = cluster.doctor().findings

    assert (finding.reason, finding.cause) == (Reason.SANDBOX_IMAGE_FAILED, "Timeout")


def never_pulled(*images: str) -> Cluster:
    """A pod of policy Never on a node that reports these images."""
    cluster = Cluster().pod(
        error=f'Container image "{IMAGE}" is not present with pull policy of Never',
        reason="ErrImageNeverPull",
        policy="Never",
    )
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node1"}}
    cluster.objects.append(node | {"status": {"images": [{"names": list(images)}]}})
    return cluster


def test_never_pull_of_an_image_that_is_on_the_node_is_a_credential_recheck() -> None:
    assert never_pulled(IMAGE).finding().reason is Reason.CREDENTIAL_RECHECK


def test_never_pull_of_an_image_that_is_not_on_the_node_is_settled() -> None:
    finding = never_pulled("other.test/app:v1").finding()
    assert (finding.reason, finding.confidence) == (Reason.NEVER_PULL, Confidence.SETTLED)


def test_never_pull_on_a_node_that_was_not_seen_is_likely_and_says_what_else_it_may_be() -> None:
    cluster = never_pulled()
    cluster.objects.pop()
    finding = cluster.finding()
    why = next(line.text for line in finding.evidence if line.about == "why")
    assert (finding.reason, finding.confidence) == (Reason.NEVER_PULL, Confidence.LIKELY)
    assert why.endswith("if the image is there, a credential is wanted (CredentialRecheck)")


def test_times_are_told_as_ages() -> None:
    (finding,) = Cluster().account().pod(error=REJECTED, tried=timedelta(hours=3)).doctor().findings
    seen = next(line.text for line in finding.evidence if line.about == "seen")

    assert seen.startswith("3 times, last 3h ago: ")
    assert ago(hours=3).startswith("2026-11-21T09")


@pytest.mark.parametrize(
    "message", ['Error: secret "db" not found', "Error: cannot find key in ConfigMap"]
)
def test_a_start_that_fails_after_the_pull_is_no_failed_pull(message: str) -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.event("Pulled", "Successfully pulled image", tried=2 * MINUTE)
    cluster.event("Failed", message, tried=MINUTE)

    assert causes(cluster) == []


def test_an_unreadable_secret_counts_before_the_status_tells_of_it() -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.event("Failed", "Error: illegal base64 data at input byte 4")

    assert causes(cluster) == [Cause.SECRET_MALFORMED]


def test_an_image_volume_counts_before_the_status_tells_of_it() -> None:
    volume = "token.test:5001/team/models:v1"
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.objects[0]["spec"]["volumes"] = [{"name": "models", "image": {"reference": volume}}]
    cluster.event("Failed", f'Failed to pull image "{volume}": {DENIED}', container=None)

    assert causes(cluster) == [Cause.DENIED_OR_NOT_FOUND]


def test_a_pod_that_is_being_deleted_has_no_attempt() -> None:
    assert causes(Cluster().pod(error=REJECTED, deletionTimestamp=ago(minutes=1))) == []


def test_a_sandbox_failure_is_seen_behind_events_that_come_at_any_time() -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    message = 'failed to get sandbox image "bench.invalid/pause:1": dial tcp: i/o timeout'
    cluster.event("FailedCreatePodSandBox", message, container=None, tried=2 * MINUTE)
    cluster.event("FailedMount", "MountVolume.SetUp failed", container=None, tried=MINUTE)
    (finding,) = cluster.doctor().findings

    assert finding.reason is Reason.SANDBOX_IMAGE_FAILED


def test_an_event_without_a_uid_may_be_about_an_earlier_pod_of_the_name() -> None:
    cluster = Cluster().pod(error="", reason="ContainerCreating", count=0)
    cluster.event("Failed", failed(REJECTED), tried=timedelta(hours=3))
    del cluster.objects[-1]["involvedObject"]["uid"]

    assert cluster.doctor().findings == ()


def test_an_owner_with_some_pods_lacks_one() -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "message": "quota"}
    cluster = Cluster().workload("ReplicaSet", "web", status={"conditions": [condition]})
    (finding,) = cluster.pod("web-1", owner="ReplicaSet/web").doctor().findings

    assert "lacks a pod" in finding.message


def test_an_owner_outside_the_input_does_not_hide_the_failure_of_its_replica_set() -> None:
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", "uid": "r"}
    condition = {"type": "ReplicaFailure", "status": "True", "message": "quota"}
    cluster = Cluster().workload(
        "ReplicaSet",
        "web-1",
        status={"conditions": [condition]},
        ownerReferences=[owner | {"controller": True}],
    )
    (finding,) = cluster.doctor().findings

    assert (finding.reason, finding.subject.name) == (Reason.POD_NOT_CREATED, "web-1")


def test_a_named_replica_set_that_makes_no_pod_is_told_though_a_deployment_owns_it() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    cluster = (
        Cluster()
        .workload("Deployment", "web")
        .workload("ReplicaSet", "web-1", ownerReferences=[owner | {"uid": "Deployment-team-web"}])
    )
    cluster.event("FailedCreate", "quota", pod="web-1", kind="ReplicaSet", container=None)
    report = cluster.doctor(ObjectRef("ReplicaSet", "", "web-1"))

    assert [finding.reason for finding in report.findings] == [Reason.POD_NOT_CREATED]
