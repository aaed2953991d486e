"""Which real programs there are: sets that are built together, from a Go module each."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class ProgramSet:
    """Programs that are built by one command, and wanted by the same tests."""

    name: str
    module: Path  # the folder of go.mod and go.sum, which say what is built, exactly
    about: str  # the Go module whose version the programs have
    packages: Mapping[str, str]  # program: its Go package
    stamped: tuple[str, ...]  # Go variables and their values: {version}, {major}, {minor}

    @cached_property
    def version(self) -> str:
        """The version that go.mod requires: "1.34.4"."""
        required = rf"^(?:require|\t)\s*{re.escape(self.about)} v([\d.]+)"
        found = re.search(required, self._read("go.mod"), re.MULTILINE)
        assert found, self.about
        return found[1]

    @property
    def key(self) -> str:
        """A folder's name for these versions, built like this, for this kind of machine."""
        files = (self._read("go.mod"), self._read("go.sum"))
        recipe = "\n".join((*files, self.linker_flags, *self.packages.values()))
        digest = hashlib.sha256(recipe.encode()).hexdigest()[:10]
        machine = f"{sys.platform}-{platform.machine()}".lower()
        return f"{self.name}-{self.version}-{machine}-{digest}"

    @property
    def linker_flags(self) -> str:
        """Small, and stamped with the version as in the projects' own builds."""
        major, minor, _ = self.version.split(".")
        values = {"version": self.version, "major": major, "minor": minor}
        return " ".join(("-s", "-w", *(f"-X {it.format(**values)}" for it in self.stamped)))

    def _read(self, name: str) -> str:
        return (self.module / name).read_text(encoding="utf-8")


# As hack/lib/version.sh has it: else they call themselves v0.0.0-master.
_KUBERNETES_STAMPS = tuple(
    f"k8s.io/{package}.{stamp}"
    for package in ("client-go/pkg/version", "component-base/version")
    for stamp in ("gitVersion=v{version}", "gitMajor={major}", "gitMinor={minor}")
)

CONTROL_PLANE = ProgramSet(
    "kubernetes",
    _HERE / "go",
    "k8s.io/kubernetes",
    {
        "etcd": "go.etcd.io/etcd/server/v3",
        "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
        "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
        "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    },
    _KUBERNETES_STAMPS,
)
NODE = ProgramSet(
    "kubernetes-node",
    CONTROL_PLANE.module,
    CONTROL_PLANE.about,
    {name: f"k8s.io/kubernetes/cmd/{name}" for name in ("kube-scheduler", "kubelet")},
    _KUBERNETES_STAMPS,
)
_CONTAINERD = "github.com/containerd/containerd/v2"
_OF_CONTAINERD = ("containerd", "containerd-shim-runc-v2", "ctr")
CONTAINERD = ProgramSet(
    "containerd",
    _HERE / "containerd",
    _CONTAINERD,
    {name: f"{_CONTAINERD}/cmd/{name}" for name in _OF_CONTAINERD},
    (f"{_CONTAINERD}/version.Version={{version}}",),
)
ACTIONLINT = ProgramSet(
    "actionlint",
    _HERE / "actionlint",
    "github.com/rhysd/actionlint",
    {"actionlint": "github.com/rhysd/actionlint/cmd/actionlint"},
    ("github.com/rhysd/actionlint.version={version}",),
)
_KREW = "sigs.k8s.io/krew"
KREW = ProgramSet(
    "krew",
    _HERE / "krew",
    _KREW,
    {name: f"{_KREW}/cmd/{name}" for name in ("krew", "validate-krew-manifest")},
    (),  # with a version it would ask GitHub for a newer one
)
