"""A cluster leaves nothing on the machine, however the run that had it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.api.server_process import ServerError
from tests.node import cgroups, undoing
from tests.node.cluster import NodePrograms, node_cluster
from tests.node.containerd import Runtime
from tests.node.inventory import Inventory, inventory, left_of, processes
from tests.programs.real import Programs

ROOT = Path(__file__).parents[2]

# A run with a cluster and a container in it: it tells of them and ends as it is told to.
RUN = """
import json, os, sys
from pathlib import Path
from tests.node.cluster import NodePrograms, node_cluster
from tests.node.containerd import PAUSE, Runtime
from tests.programs.real import Programs

plane, node, containerd = map(Path, sys.argv[1:])
programs = NodePrograms(Programs(plane, ""), Programs(node, ""), containerd)
with node_cluster(programs, Runtime.CONTAINERD_1_6) as cluster:
    ctr = ("ctr", f"--address={cluster.containerd.socket}", "--namespace=k8s.io", "run", "--detach")
    ran = cluster.run((*ctr, "--cgroup", f"/{cluster.folder.name}/one", PAUSE, "one"))
    assert ran.returncode == 0, ran.stderr
    ways = (word.partition("=")[2] for word in cluster.enter if word.startswith("--"))
    print(json.dumps([str(cluster.folder), [os.readlink(way) for way in ways if way]]), flush=True)
    assert sys.stdin.readline() == "end\\n"
"""


class Cluster(NamedTuple):
    """A cluster of another process."""

    run: subprocess.Popen[str]
    folder: Path
    namespaces: tuple[str, ...]

    def left(self) -> list[str]:
        """What there is of it."""
        return left_of(self.folder.name, undoing.link(self.folder), self.namespaces)

    def guardian(self) -> int:
        """The process that outlives the run."""
        command = f"tests.node.undoing {self.folder} "
        (found,) = (process for process, told in processes() if told.endswith(command))
        return int(found.name)


@pytest.fixture
def machine() -> Inventory:
    """What there was before."""
    return inventory()


@pytest.fixture
def cluster(node_programs: NodePrograms) -> Iterator[Cluster]:
    """In a run of its own, with a container that runs."""
    folders = (node_programs.control_plane.folder, node_programs.node.folder)
    command = [sys.executable, "-c", RUN, *map(str, folders), str(node_programs.containerd)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        try:
            assert run.stdout is not None
            folder, namespaces = json.loads(run.stdout.readline())
            yield Cluster(run, Path(folder), tuple(namespaces))
        finally:
            run.kill()


def gone(cluster: Cluster, seconds: float = 15.0) -> list[str]:
    """What is left of it after a while; the kernel takes a moment, and so does the guardian."""
    deadline = time.monotonic() + seconds
    while (left := cluster.left()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param("end\n", 0, id="as it should"),
        pytest.param("fail\n", 1, id="by an exception"),
        pytest.param(signal.SIGINT, 1, id="by SIGINT"),
        pytest.param(signal.SIGTERM, -signal.SIGTERM, id="by SIGTERM"),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, id="by SIGKILL"),
    ],
)
def test_nothing_is_left_when_the_run_ends(
    machine: Inventory, cluster: Cluster, end: str | signal.Signals, code: int
) -> None:
    assert len(cluster.left()) > 10  # the servers, the cgroups, the link, the folder
    assert inventory() == machine  # and that is all that a cluster changes
    if isinstance(end, str):
        cluster.run.communicate(end, timeout=30)
    else:
        cluster.run.send_signal(end)
    assert cluster.run.wait(timeout=30) in {code, -signal.SIGINT if code else 0}
    assert gone(cluster) == []
    assert inventory() == machine


def test_what_a_killed_guardian_could_not_undo_the_next_run_does(
    machine: Inventory, cluster: Cluster
) -> None:
    undoing.sweep()  # it lets alone what lives
    assert cgroups.named(cluster.folder.name)
    assert cluster.folder.is_dir()
    os.kill(cluster.guardian(), signal.SIGKILL)
    cluster.run.kill()
    cluster.run.wait(timeout=30)
    deadline = time.monotonic() + 15
    while any(it.startswith("process") for it in cluster.left()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(cluster.left()) > 1  # the folder, the cgroups

    undoing.sweep()
    assert gone(cluster) == []
    assert inventory() == machine


def test_a_setup_that_fails_half_way_leaves_nothing(
    machine: Inventory, node_programs: NodePrograms, tmp_path: Path
) -> None:
    node = tmp_path / "node"
    node.mkdir()
    (node / "kube-scheduler").symlink_to(node_programs.node.path("kube-scheduler"))
    (node / "kubelet").symlink_to("/bin/false")
    broken = NodePrograms(node_programs.control_plane, Programs(node, ""), node_programs.containerd)
    with (
        pytest.raises(ServerError, match=r"^kubelet ended"),
        node_cluster(broken, Runtime.CONTAINERD_1_6),
    ):
        pass
    assert inventory() == machine
