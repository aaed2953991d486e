"""The kubelet of a test's node: its configuration, its credentials, its restart."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.api.server_process import ServerProcess
from tests.node.containerd import Containerd
from tests.node.namespaces import Namespaces
from tests.node.tools import PATH

NODE = "node1"


class Kubelet:
    """One kubelet; it may be stopped, configured anew and started again: the pods go on."""

    def __init__(
        self, program: Path, folder: Path, namespaces: Namespaces, containerd: Containerd
    ) -> None:
        self._folder, self._containerd = folder, containerd
        self._root = folder / "kubelet"
        self._config = folder / "kubelet.json"
        command = (
            str(program),
            f"--config={self._config}",
            f"--kubeconfig={folder / 'kubelet.kubeconfig'}",
            f"--root-dir={self._root}",
            f"--cert-dir={self._root / 'pki'}",
            f"--hostname-override={NODE}",
            f"--node-ip={namespaces.address}",  # else it asks a DNS for its own name
        )
        home = folder / "kubelet-home"  # it looks for a docker config there, and where it runs
        home.mkdir()
        environment = {"PATH": PATH, "HOME": str(home)}
        self._process = ServerProcess(command, home, namespaces.enter, environment)

    def start(
        self, feature_gates: Mapping[str, bool], settings: Mapping[str, object] | None = None
    ) -> None:
        """Returns at once; the node becomes ready in its own time."""
        self._root.mkdir(exist_ok=True)
        self.static_pods.mkdir(exist_ok=True)
        config = _configuration(self._folder, self._containerd.socket, feature_gates)
        config |= {"staticPodPath": str(self.static_pods), **(settings or {})}
        self._config.write_text(json.dumps(config, indent=1), encoding="utf-8")
        self._process.start()

    def kill(self) -> None:
        """The pods go on."""
        self._process.kill()

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Returns when it is ready; raises `ServerError` when it ended or takes too long."""
        self._process.wait_until(ready, seconds)

    @property
    def docker_config(self) -> Path:
        """Credentials of the node itself, which serve every pod: <root-dir>/config.json."""
        return self._root / "config.json"

    @property
    def static_pods(self) -> Path:
        """A folder: of each manifest in it the kubelet runs the pod, whoever is the scheduler."""
        return self._folder / "static-pods"


def _configuration(
    folder: Path, runtime: Path, feature_gates: Mapping[str, bool]
) -> dict[str, object]:
    """What differs from the defaults: small, without the machine's firewall, quick to tell."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": "127.0.0.1",
        "authentication": {"webhook": {"enabled": False}, "anonymous": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{folder.name}",
        "clusterDNS": ["127.0.0.1"],  # without one, each pod gets a warning
        "clusterDomain": "cluster.test",
        "containerRuntimeEndpoint": f"unix://{runtime}",
        "evictionHard": {"memory.available": "1Mi", "nodefs.available": "0%"},
        "failCgroupV1": False,
        "failSwapOn": False,
        "featureGates": dict(feature_gates),
        "healthzBindAddress": "127.0.0.1",
        "imageGCHighThresholdPercent": 100,
        "makeIPTablesUtilChains": False,
        "nodeStatusUpdateFrequency": "2s",
        "podLogsDir": str(folder / "pods"),
        "registryPullQPS": 0,
        "resolvConf": str(folder / "resolv.conf"),
        "serializeImagePulls": False,
        "syncFrequency": "10s",
        "volumePluginDir": str(folder / "volume-plugins"),
    }
