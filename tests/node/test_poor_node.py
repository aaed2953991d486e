"""A node with little room for images, and with little patience: not the credential is to blame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.admin_api import Json, path
from tests.node.cluster import NodeCluster, node_cluster
from tests.node.containerd import Limits, Runtime
from tests.node.person import Person
from tests.node.preparation import programs_for
from tests.node.registries import registries
from tests.node.scenario import fails, pod
from tests.node.scenarios_of_registries import FAKE
from tests.node.setting import set_up
from tests.waiting import eventually

PATIENCE, PACE = 60.0, 0.2  # seconds
ROOM, CANCELLED_AFTER = "8m", "2s"


@pytest.fixture(scope="module")
def poor_node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NodeCluster]:
    """Of the test's own, for what fails on it stays in the way of others."""
    runtime: Runtime = request.param
    patience = CANCELLED_AFTER if runtime is Runtime.CONTAINERD_2 else ""
    programs = programs_for(request.config, runtime)
    folder = tmp_path_factory.mktemp("registries")
    with (
        node_cluster(programs, runtime, limits=Limits(ROOM, patience)) as node,
        registries(folder, node.enter) as servers,
    ):
        node.set_hosts(servers.hosts)
        yield node


def found_once_it_fails(node: NodeCluster, namespace: str, kind: str) -> Json:
    """What doctor says of a pod with an awkward image, first of all."""
    set_up(node.api, namespace, (pod(image=f"{FAKE}/{kind}/app:v1"),))
    eventually(lambda: fails(node.api.get(path("Pod", namespace))["items"]), PATIENCE, PACE)
    (found,) = Person(node).doctor("-n", namespace)
    node.api.delete(path("Pod", namespace, "demo"))
    return found


def for_runtimes(*runtimes: Runtime) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "poor_node", runtimes, indirect=True, ids=lambda runtime: runtime.value
    )


@for_runtimes(Runtime.CONTAINERD_2)
def test_a_pull_that_does_not_go_on_is_cancelled(poor_node: NodeCluster) -> None:
    """Debian's 1.6 would wait for ever."""
    found = found_once_it_fails(poor_node, "cancelled", "stalls")
    assert found["reason"] == "PullCanceled"
    assert [fix["argv"] for fix in found["fixes"]] == [None]


@for_runtimes(*Runtime)
def test_no_room_for_an_image(poor_node: NodeCluster) -> None:
    found = found_once_it_fails(poor_node, "full", "large")
    assert found["reason"] == "NodeDiskFull"
    assert [fix["argv"] for fix in found["fixes"]] == [None]
