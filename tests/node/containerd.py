"""containerd for a test's node: Debian's 1.6, or 2.x as the tests build it."""

from __future__ import annotations

import enum
import json
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.api.server_process import ServerProcess
from tests.node import proxy
from tests.node.namespaces import Namespaces
from tests.node.tools import PATH, tool
from tests.programs.missing import last_lines

STARTS_WITHIN = 30.0  # seconds
PAUSE = "bench.invalid/pause:1"  # a host with a dot: else it would be looked for on Docker Hub
POD_SUBNET = "10.244.0.0/24"
CNI_PLUGINS = "/usr/lib/cni"  # where Debian has them


class Runtime(enum.Enum):
    """The container runtimes whose messages differ."""

    CONTAINERD_1_6 = "containerd 1.6"
    CONTAINERD_2 = "containerd 2"


class ContainerdError(Exception):
    """containerd did not do what it was asked to do."""


class Limits(NamedTuple):
    """What the node has little of; "" for as much as is usual."""

    room: str = ""  # for images, as tmpfs takes it: "16m"
    patience: str = ""  # with a pull that does not go on, "3s"; 1.6 cannot be told


class Containerd:
    """The daemon with a folder, a socket and a configuration of its own."""

    def __init__(
        self, programs: Path, folder: Path, namespaces: Namespaces, limits: Limits
    ) -> None:
        self._ctr, self._namespaces = programs / "ctr", namespaces
        self.hosts = folder / "hosts.d"
        self.socket = folder / "containerd.sock"
        self._folder, self._limits = folder, limits
        command = (str(programs / "containerd"), f"--config={folder / 'containerd.toml'}")
        environment = {"PATH": f"{programs}:{PATH}", "HOME": str(folder)}  # its shim, runc
        environment |= proxy.ENVIRONMENT
        self._process = ServerProcess(command, folder, namespaces.enter, environment)

    def start(self) -> None:
        """Returns when it answers."""
        (self._folder / "containerd.toml").write_text(self._config(), encoding="utf-8")
        networks = self._folder / "cni"
        networks.mkdir(exist_ok=True)
        (networks / "10-bridge.conflist").write_text(json.dumps(_bridge(self._folder)))
        if self._limits.room:
            self._narrow()
        self._process.start()
        self._process.wait_until(self._answers, STARTS_WITHIN)

    def kill(self) -> None:
        """The containers go on."""
        self._process.kill()

    def import_image(self, archive: Path) -> None:
        """An image as `docker save` writes it becomes present on the node."""
        run = self._ask("--namespace=k8s.io", "images", "import", str(archive))
        if run.returncode:
            raise ContainerdError(f"{archive.name}: {last_lines(run.stdout)}")

    def version(self) -> str:
        """As it says itself: "1.6.20~ds1", "2.2.9"."""
        server = self._ask("version").stdout.partition("Server:")[2]
        return server.partition("Version:")[2].split()[0].removeprefix("v")

    def tail(self) -> str:
        """The end of its log."""
        return self._process.tail()

    def _answers(self) -> bool:
        return self.socket.exists() and self._ask("version").returncode == 0

    def _ask(self, *question: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._namespaces.enter, self._ctr, f"--address={self.socket}", *question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )

    def _narrow(self) -> None:
        """What is unpacked, and its own records, have room: a pull fails, nothing else does."""
        store = self._folder / "containerd" / "io.containerd.content.v1.content"
        store.mkdir(parents=True)
        size = f"size={self._limits.room}"
        mount = (tool("mount"), "-t", "tmpfs", "-o", size, "tmpfs", str(store))
        subprocess.run([*self._namespaces.enter, *mount], check=True, timeout=30)

    def _config(self) -> str:
        """Version 2 of the format, which 2.x understands too."""
        folder, patience = self._folder, self._limits.patience
        return f"""
version = 2
root = "{folder}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "{self.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  {f'image_pull_progress_timeout = "{patience}"' if patience else ""}
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{self.hosts}"
"""


def debian() -> Path:
    """The folder of Debian's programs; raises `MissingError`."""
    return Path(tool("containerd")).parent


def _bridge(folder: Path) -> object:
    """A bridge for the pods, which reach the node and nothing else."""
    addresses = {
        "type": "host-local",
        "dataDir": str(folder / "addresses"),
        "ranges": [[{"subnet": POD_SUBNET}]],
    }
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipam": addresses}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [bridge]}
