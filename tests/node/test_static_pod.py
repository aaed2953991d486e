"""A static pod, which the node makes by itself: no Secret reaches it, the node's own login does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.api.admin_api import path
from tests.node.cluster import NodeCluster
from tests.node.kubelet import NODE
from tests.node.person import Person
from tests.node.scenario import REGISTRY, entry, pod, pull_secret, runs
from tests.node.setting import set_up
from tests.node.theatre import FEATURES
from tests.waiting import eventually

NAMESPACE = "static"
MIRROR = f"demo-{NODE}"  # as the API server knows the pod
PATIENCE, PACE = 60.0, 0.2  # seconds

pytestmark = pytest.mark.usefixtures("registries")


@pytest.fixture
def static_pod(node: NodeCluster) -> Iterator[NodeCluster]:
    """Beside it lies a good secret; the node's login is restored afterwards."""
    login = node.docker_config.read_text(encoding="utf-8")
    set_up(node.api, NAMESPACE, (pull_secret(),))
    item = pod(image=f"{REGISTRY}/team/static:v1")
    del item["spec"]["imagePullSecrets"]
    item["metadata"]["namespace"] = NAMESPACE
    manifest = node.kubelet.static_pods / "demo.json"
    manifest.write_text(json.dumps(item), encoding="utf-8")
    try:
        yield node
    finally:
        manifest.unlink()
        node.docker_config.write_text(login, encoding="utf-8")
        node.restart_kubelet(FEATURES)
        node.api.remove_namespace(NAMESPACE)


def test_it_is_told_that_it_cannot_use_secrets_and_that_the_node_can(
    static_pod: NodeCluster,
) -> None:
    node, person = static_pod, Person(static_pod)
    eventually(lambda: bool(person.doctor("-n", NAMESPACE)), PATIENCE, PACE)
    (found,) = person.doctor("-n", NAMESPACE)
    assert (found["reason"], found["subject"]["name"]) == ("NoCredential", MIRROR)
    assert [fix["argv"] for fix in found["fixes"]] == [None]
    assert found["fixes"][0]["text"].startswith("a static pod cannot use Secrets")

    node.docker_config.write_text(json.dumps({"auths": {REGISTRY: entry()}}), encoding="utf-8")
    node.restart_kubelet(FEATURES)
    eventually(lambda: runs(node.api.get(path("Pod", NAMESPACE))["items"]), PATIENCE, PACE)
    assert person.doctor("-n", NAMESPACE, "--healthy") == []
