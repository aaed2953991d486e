"""A kubelet that may pull once a second only: it says so, and no credential is to blame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.admin_api import path
from tests.node.cluster import NodeCluster
from tests.node.person import Person
from tests.node.scenario import PUBLIC, pod, runs
from tests.node.setting import set_up
from tests.node.theatre import FEATURES
from tests.waiting import eventually

NAMESPACE = "limited"
PATIENCE, PACE = 60.0, 0.2  # seconds

pytestmark = pytest.mark.usefixtures("registries")


@pytest.fixture
def limited(node: NodeCluster) -> Iterator[NodeCluster]:
    node.restart_kubelet(FEATURES, registryPullQPS=1, registryBurst=1)
    try:
        yield node
    finally:
        node.restart_kubelet(FEATURES)
    node.api.remove_namespace(NAMESPACE)


def test_the_kubelet_s_own_limit_is_named_and_raising_it_is_enough(limited: NodeCluster) -> None:
    person = Person(limited)
    set_up(limited.api, NAMESPACE, [pod(image=PUBLIC, name=f"demo-{n}") for n in range(4)])
    eventually(lambda: bool(person.doctor("-n", NAMESPACE)), PATIENCE, PACE)
    found = person.doctor("-n", NAMESPACE)
    assert {item["reason"] for item in found} == {"PullQPSExceeded"}
    assert [fix["argv"] for item in found for fix in item["fixes"]] == [None] * len(found)

    limited.restart_kubelet(FEATURES)
    eventually(lambda: runs(limited.api.get(path("Pod", NAMESPACE))["items"]), PATIENCE, PACE)
    assert person.doctor("-n", NAMESPACE) == []
