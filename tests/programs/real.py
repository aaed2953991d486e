"""Where the real programs of the tests are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.programs import building
from tests.programs.building import Say
from tests.programs.missing import MissingError
from tests.programs.sets import CONTROL_PLANE, ProgramSet

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


def find(
    environment: Mapping[str, str],
    say: Say,
    wanted: ProgramSet = CONTROL_PLANE,
    toolchain: Path | None = None,
) -> Programs:
    """The folder of the environment, else of the cache, else built now; raises `MissingError`.

    A compiler that has to be fetched goes after the build, or stays in `toolchain`.
    """
    if programs := _from_outside(environment, wanted):
        for other in _other_versions(programs, wanted):
            say(f"{ASSETS}: {other}, but the tests are about {wanted.version}")
        return programs
    if sys.platform == "win32":
        raise MissingError("Linux or macOS, where kube-apiserver runs")
    try:
        folder = cache(environment) / wanted.key
        if not (folder / "bin").is_dir():
            building.build(wanted, folder, environment, say, toolchain)
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:  # RuntimeError: no home
        raise MissingError(f"what building the programs needs: {error}") from error
    return Programs(folder / "bin", str(folder / "bin"))


def _from_outside(environment: Mapping[str, str], wanted: ProgramSet) -> Programs | None:
    """The folder of the environment; envtest's own has nothing of a node, which is no refusal."""
    if not (assets := environment.get(ASSETS)):
        return None
    folder = Path(assets).absolute()
    if wanted is CONTROL_PLANE or any((folder / name).exists() for name in wanted.packages):
        return Programs(folder, f"{ASSETS}={assets}")
    return None


def cache(environment: Mapping[str, str]) -> Path:
    """Outside the checkout, so that every clone finds it (XDG Base Directory: absolute or none)."""
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path(environment.get("HOME") or Path.home(), ".cache")
    return base / "kubectl-pullsecret-tests"


def _other_versions(programs: Programs, wanted: ProgramSet) -> list[str]:
    """The programs there that have another version: "kubectl is 1.31.0"."""
    found = []
    for name in sorted(set(wanted.packages) - {"etcd"}):
        version = version_of(programs.folder / name)
        if version and version != wanted.version:
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
    told = r"(?:[Vv]ersion:|Kubernetes|^(?:containerd|ctr) \S+) v?(\d[\w.~-]*)"
    number = re.search(told, run.stdout)
    return number[1] if number else ""
