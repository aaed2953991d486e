"""The node that the other tests run on is what they think it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.api.admin_api import Json, path
from tests.node import images
from tests.node.cluster import NodeCluster
from tests.node.containerd import Runtime
from tests.node.kubelet import NODE
from tests.programs.sets import CONTAINERD
from tests.programs.sets import NODE as NODE_SET
from tests.waiting import eventually

IMAGE = "bench.invalid/local:1"


@pytest.fixture
def pods(node: NodeCluster) -> Iterator[str]:
    """A namespace for pods, with its account."""
    name = f"pods-{time.monotonic_ns()}"
    node.api.create({"kind": "Namespace", "metadata": {"name": name}})
    eventually(lambda: node.api.answers(path("ServiceAccount", name, "default")), PATIENCE)
    yield name
    node.api.remove_namespace(name)


PATIENCE = 30.0  # seconds


def a_pod(node: NodeCluster, namespace: str, name: str) -> Callable[[], Json]:
    """A pod of an image that only the node has; what comes back asks for it."""
    archive = node.folder / "local.tar"
    archive.write_bytes(images.sleeper("local").archive(IMAGE))
    node.import_image(archive)
    containers = [{"name": "app", "image": IMAGE, "imagePullPolicy": "Never"}]
    pod = {"kind": "Pod", "metadata": {"name": name}, "spec": {"containers": containers}}
    node.api.create(pod, namespace)
    return lambda: node.api.get(path("Pod", namespace, name))


def test_the_node_is_ready_with_the_versions_that_the_tests_are_about(node: NodeCluster) -> None:
    info = node.api.get(path("Node", "", NODE))["status"]["nodeInfo"]
    assert info["kubeletVersion"] == f"v{NODE_SET.version}"
    runtime = info["containerRuntimeVersion"].removeprefix("containerd://")
    if node.runtime is Runtime.CONTAINERD_2:
        assert runtime == CONTAINERD.version
    else:
        assert runtime.startswith("1.6.")


def test_a_pod_runs_with_an_image_that_is_on_the_node(node: NodeCluster, pods: str) -> None:
    pod = a_pod(node, pods, "local")
    eventually(lambda: pod()["status"]["phase"] == "Running", PATIENCE)
    assert pod()["status"]["podIP"].startswith("10.244.0.")


def test_kubectl_finds_the_plugin_and_the_cluster(node: NodeCluster, pods: str) -> None:
    pod = a_pod(node, pods, "seen")
    eventually(lambda: pod()["status"]["phase"] == "Running", PATIENCE)
    said = node.run(["kubectl", "pullsecret", "doctor", "-n", pods])
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == "1 pod, no image pull problem\n"


def test_the_kubelet_is_restarted_with_other_features(node: NodeCluster, pods: str) -> None:
    pod = a_pod(node, pods, "stays")
    eventually(lambda: pod()["status"]["phase"] == "Running", PATIENCE)
    before = pod()["status"]["containerStatuses"][0]["containerID"]
    node.restart_kubelet({"KubeletEnsureSecretPulledImages": True, "ImageVolume": True})
    try:
        assert pod()["status"]["containerStatuses"][0]["containerID"] == before
    finally:
        node.restart_kubelet()


def test_the_account_of_the_node_may_not_read_every_secret(node: NodeCluster) -> None:
    """It is authorized as a node is, so that what pods wait for is what they wait for there."""
    kubeconfig = node.folder / "kubelet.kubeconfig"
    said = node.run(["kubectl", f"--kubeconfig={kubeconfig}", "get", "secrets", "-A"])
    assert "Forbidden" in said.stderr
