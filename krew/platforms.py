"""The platforms that there is a bundle for, in krew's words, and what its archive is called."""

from __future__ import annotations

import platform
import sys

import kubectl_pullsecret

NAME = "kubectl-pullsecret"
# What it is called in a bundle; krew's link to it has its real name. With a dash in the name,
# cx_Freeze's start would load the modules that translate it to an identifier (8 ms of 18).
PROGRAM = "kubectl_pullsecret"
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64")

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def this_platform() -> str:
    """Return the platform that this runs on: "linux_amd64", or a name that is not in PLATFORMS."""
    machine = platform.machine().lower()
    return f"{_SYSTEMS.get(sys.platform, sys.platform)}_{_MACHINES.get(machine, machine)}"


def archive_name(on: str, version: str = kubectl_pullsecret.__version__) -> str:
    """Return what the archive for a platform is called: "kubectl-pullsecret_vX.Y.Z_….tar.gz"."""
    suffix = "zip" if on.startswith("windows") else "tar.gz"
    return f"{NAME}_v{version}_{on}.{suffix}"
