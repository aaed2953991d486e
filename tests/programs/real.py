"""Where the real etcd, kube-apiserver, kube-controller-manager and kubectl of the tests are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.programs import building
from tests.programs.building import PACKAGES, Say
from tests.programs.missing import MissingError

ASSETS = "KUBEBUILDER_ASSETS"  # as controller-runtime's envtest has it: a folder with the binaries


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with real programs; from outside it may lack some."""

    folder: Path
    origin: str  # how an absent program is explained

    def path(self, name: str) -> Path:
        """Where the program is; raises `MissingError`."""
        found = self.folder / name
        if not os.access(found, os.X_OK):
            raise MissingError(f"{name} in {self.origin}")
        return found


def find(environment: Mapping[str, str], say: Say) -> Programs:
    """The folder of the environment, else of the cache, else built now; raises `MissingError`."""
    if assets := environment.get(ASSETS):
        programs = Programs(Path(assets).absolute(), f"{ASSETS}={assets}")
        for other in _other_versions(programs):
            say(f"{ASSETS}: {other}, but the tests are about {building.kubernetes_version()}")
        return programs
    if sys.platform == "win32":
        raise MissingError("Linux or macOS, where kube-apiserver runs")
    try:
        folder = cache(environment) / building.key()
        if not (folder / "bin").is_dir():
            building.build(folder, environment, say)
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:  # RuntimeError: no home
        raise MissingError(f"what building the programs needs: {error}") from error
    return Programs(folder / "bin", str(folder / "bin"))


def cache(environment: Mapping[str, str]) -> Path:
    """Outside the checkout, so that every clone finds it (XDG Base Directory: absolute or none)."""
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path(environment.get("HOME") or Path.home(), ".cache")
    return base / "kubectl-pullsecret-tests"


def _other_versions(programs: Programs) -> list[str]:
    """The Kubernetes programs there that have another version: "kubectl is 1.31.0"."""
    found = []
    for name in sorted(set(PACKAGES) - {"etcd"}):
        version = version_of(programs.folder / name)
        if version and version != building.kubernetes_version():
            found.append(f"{name} is {version}")
    return found


def version_of(program: Path) -> str:
    """What the program says of itself: "1.34.4"; "" when it says nothing or is not there."""
    asked = ("version", "--client") if program.name == "kubectl" else ("--version",)
    try:
        run = subprocess.run(
            [program, *asked], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return ""
    number = re.search(r"[Vv]ersion: v?(\d[\w.-]*)|Kubernetes v(\d[\w.-]*)", run.stdout)
    return next(filter(None, number.groups()), "") if number else ""
