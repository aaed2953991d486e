"""A whole Kubernetes on this machine for tests: control plane, scheduler, kubelet, containerd.

Root on Linux; a few seconds to a node that is ready. Everything runs in namespaces of its own
(namespaces.py), so that clusters may stand beside one another, and leaves nothing (undoing.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.api.admin_api import AdminApi, Json, path
from tests.api.control_plane import ControlPlane, Site
from tests.api.identities import ADMIN
from tests.api.server_process import ServerError, ServerProcess
from tests.node import cgroups, images, undoing
from tests.node.containerd import PAUSE, Containerd, Limits, Runtime
from tests.node.hosts import RegistryHost, write_hosts
from tests.node.kubelet import NODE, Kubelet
from tests.node.namespaces import Namespaces, namespaces
from tests.node.tools import PATH
from tests.programs.real import Programs

API_PORT = 6443  # in the cluster's own network
NO_LIMITS = Limits()
READY_WITHIN = 60.0  # seconds; 5 on two idle cores
CONTROLLERS = (
    "node-lifecycle-controller",  # takes the taint from a node that is ready
    "root-ca-certificate-publisher-controller",  # every pod mounts what it makes
)


@dataclass(frozen=True, slots=True)
class NodePrograms:
    """Where the programs of a cluster with a node are."""

    control_plane: Programs  # etcd, kube-apiserver, kube-controller-manager, kubectl
    node: Programs  # kubelet, kube-scheduler
    containerd: Path  # a folder: containerd, its shim, ctr


@contextmanager
def node_cluster(
    programs: NodePrograms,
    runtime: Runtime,
    *,
    hosts: Iterable[RegistryHost] = (),
    feature_gates: Mapping[str, bool] | None = None,
    limits: Limits = NO_LIMITS,
) -> Iterator[NodeCluster]:
    """A cluster whose node is ready; afterwards the machine is as it was before."""
    with undoing.undone() as folder, namespaces(folder, undoing.link(folder)) as own:
        cgroups.make(folder.name)
        cluster = NodeCluster(programs, runtime, folder, own, limits)
        try:
            cluster.set_hosts(hosts)
            cluster.start(feature_gates or {})
            yield cluster
        finally:
            cluster.stop()


class NodeCluster:
    """A cluster of one node; made by `node_cluster`."""

    def __init__(
        self,
        programs: NodePrograms,
        runtime: Runtime,
        folder: Path,
        namespaces: Namespaces,
        limits: Limits,
    ) -> None:
        self.runtime, self.folder, self._programs = runtime, folder, programs
        self._namespaces = namespaces
        site = Site(namespaces.address, API_PORT, namespaces.network)
        self.control_plane = ControlPlane(programs.control_plane, folder, site)
        self.containerd = Containerd(programs.containerd, folder, namespaces, limits)
        self.kubelet = Kubelet(programs.node.path("kubelet"), folder, namespaces, self.containerd)
        self._scheduler = self._a_scheduler()
        self.kubeconfig = folder / "admin.kubeconfig"

    @property
    def api(self) -> AdminApi:
        return self.control_plane.api

    @property
    def enter(self) -> tuple[str, ...]:
        """Before a command: it runs in the cluster's network, with its hosts and its DNS.

        It ends with the process that this starts, and with the cluster.
        """
        return self._namespaces.enter

    def start(self, feature_gates: Mapping[str, bool]) -> None:
        """Returns when the node is ready."""
        self.containerd.start()
        self._import_pause()
        plane = self.control_plane
        plane.start()
        self._scheduler.start()
        plane.start_controllers(CONTROLLERS)
        plane.kubeconfig(self.kubeconfig, plane.admin(ADMIN))
        kubelet = plane.authority.client(f"system:node:{NODE}", "system:nodes")
        plane.kubeconfig(self.folder / "kubelet.kubeconfig", kubelet)
        self.kubelet.start(feature_gates)
        self._until_ready()

    def stop(self) -> None:
        """Ends everything, in any state."""
        for server in (self.kubelet, self.containerd, self._scheduler):
            server.kill()
        self.control_plane.stop()

    def restart_kubelet(
        self, feature_gates: Mapping[str, bool] | None = None, **settings: object
    ) -> None:
        """With these feature gates and settings of its own, or none; the pods go on meanwhile."""
        self.kubelet.kill()
        self.kubelet.start(feature_gates or {}, settings)
        self._until_ready()

    def set_hosts(self, hosts: Iterable[RegistryHost]) -> None:
        """Where containerd finds the registries, from the next pull on."""
        write_hosts(self.containerd.hosts, hosts)

    def import_image(self, archive: Path) -> None:
        """An image as `docker save` writes it becomes present on the node."""
        self.containerd.import_image(archive)

    @property
    def docker_config(self) -> Path:
        """The node's own credentials: a docker config file that tests write and remove.

        The kubelet keeps what it read, or did not find, for five minutes: restart it.
        """
        return self.kubelet.docker_config

    def run(
        self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command as the cluster's admin would on a machine of the cluster."""
        run = subprocess.run(
            [*self.enter, *argv],
            input=stdin,
            capture_output=True,
            cwd=self.home,
            env=self.environment,
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(
            argv, run.returncode, run.stdout.decode(), run.stderr.decode()
        )

    @property
    def environment(self) -> dict[str, str]:
        """An admin's: kubectl, with this Python's kubectl-pullsecret as its plugin."""
        kubectl, plugin = self._programs.control_plane.path("kubectl"), Path(sys.executable)
        folders = (str(kubectl.parent), str(plugin.parent), PATH)
        return {
            "HOME": str(self.home),
            "KUBECONFIG": str(self.kubeconfig),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(folders),
        }

    @property
    def home(self) -> Path:
        """Of the admin who runs commands: where no docker config of the developer's is."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return home

    def _import_pause(self) -> None:
        archive = self.folder / "pause.tar"
        archive.write_bytes(images.sleeper("pause").archive(PAUSE))
        self.import_image(archive)

    def _a_scheduler(self) -> ServerProcess:
        kubeconfig = self.control_plane.kubeconfig(
            self.folder / "scheduler.kubeconfig", self.control_plane.admin("system:kube-scheduler")
        )
        command = (
            str(self._programs.node.path("kube-scheduler")),
            f"--kubeconfig={kubeconfig}",
            "--leader-elect=false",
            "--secure-port=0",
        )
        return ServerProcess(command, self.folder, self._namespaces.network)

    def _until_ready(self) -> None:
        try:
            self.kubelet.wait_until(self._is_ready, READY_WITHIN)
        except ServerError as error:
            raise ServerError(f"{error}\n{self.containerd.tail()}") from None

    def _is_ready(self) -> bool:
        where = path("Node", "", NODE)
        return self.api.answers(where) and _ready(self.api.get(where))


def _ready(node: Json) -> bool:
    """It says so, and pods may go there."""
    conditions = node.get("status", {}).get("conditions", ())
    says = any(it["type"] == "Ready" and it["status"] == "True" for it in conditions)
    return says and not node["spec"].get("taints")
