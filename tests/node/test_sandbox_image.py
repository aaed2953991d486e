"""A node that has lost its pause image: no pod starts, and no pull secret would help."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.admin_api import path
from tests.node.cluster import NodeCluster
from tests.node.containerd import PAUSE
from tests.node.person import Person
from tests.node.scenario import PUBLIC, pod, runs
from tests.node.setting import set_up
from tests.waiting import eventually

NAMESPACE = "no-sandbox"
PATIENCE, PACE = 60.0, 0.2  # seconds

pytestmark = pytest.mark.usefixtures("registries")  # and their name server


@pytest.fixture
def without_pause_image(node: NodeCluster) -> Iterator[NodeCluster]:
    """The name server says that the image's host does not exist."""
    ctr = ("ctr", f"--address={node.containerd.socket}", "--namespace=k8s.io")
    removed = node.run((*ctr, "images", "rm", "--sync", PAUSE))
    assert removed.returncode == 0, removed.stderr
    yield node
    node.import_image(node.folder / "pause.tar")
    node.api.remove_namespace(NAMESPACE)


def test_the_sandbox_image_is_named_and_its_return_is_enough(
    without_pause_image: NodeCluster,
) -> None:
    node = without_pause_image
    person = Person(node)
    set_up(node.api, NAMESPACE, (pod(image=PUBLIC),))

    eventually(lambda: bool(person.doctor("-n", NAMESPACE)), PATIENCE, PACE)
    (found,) = person.doctor("-n", NAMESPACE)
    assert found["reason"] == "SandboxImageFailed"
    assert [fix["argv"] for fix in found["fixes"]] == [None]

    node.import_image(node.folder / "pause.tar")
    eventually(lambda: runs(node.api.get(path("Pod", NAMESPACE))["items"]), PATIENCE, PACE)
    assert person.doctor("-n", NAMESPACE) == []
