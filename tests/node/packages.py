"""What the node tier needs of the machine: Linux, root, Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.programs.missing import MissingError, last_lines

PACKAGES = (
    "apache2-utils",  # htpasswd
    "containerd",
    "containernetworking-plugins",
    "docker-registry",
    "iproute2",
    "runc",
)
INSTALL = "--install"
POLICY = Path("/usr/sbin/policy-rc.d")  # asked before a package starts its service
# 101: "action forbidden by policy" (invoke-rc.d(8)).
_NO_SERVICES = "#!/bin/sh\n# While the tests of kubectl-pullsecret install packages.\nexit 101\n"
_PATIENCE = 900  # seconds

Say = Callable[[str], None]


def require(*, install: bool, say: Say) -> None:
    """Returns when everything is here; raises `MissingError`, which says what is not."""
    if sys.platform != "linux":
        raise MissingError("Linux")
    if os.geteuid() != 0:
        raise MissingError("root, who may make namespaces and cgroups")
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        raise MissingError(f"Debian, for its packages {' '.join(PACKAGES)}")
    if not (missing := missing_packages()):
        return
    if not install:
        names = " ".join(missing)
        raise MissingError(f"the Debian packages {names}; with {INSTALL} the tests install them")
    say(f"installing {' '.join(missing)}")
    with no_services(POLICY):
        _apt_get("update")
        _apt_get("install", "--yes", "--no-install-recommends", *missing)


def missing_packages() -> list[str]:
    """Those of `PACKAGES` that are not installed."""
    run = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *PACKAGES],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,  # it fails for a name that it never heard of
    )
    installed = {line.split()[0] for line in run.stdout.splitlines() if line.endswith(" installed")}
    return sorted(set(PACKAGES) - installed)


@contextmanager
def no_services(policy: Path) -> Iterator[None]:
    """Meanwhile, no package starts a service; what the machine's policy was is kept."""
    machines = policy.with_name(f"{policy.name}.before-tests")
    if policy.exists() and policy.read_text() != _NO_SERVICES:  # ours, of a run that was killed
        policy.rename(machines)
    try:
        policy.write_text(_NO_SERVICES)
        policy.chmod(0o755)
        yield
    finally:
        policy.unlink(missing_ok=True)
        if machines.exists():
            machines.rename(policy)


def _apt_get(*arguments: str) -> None:
    run = _run(("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments))
    if run.returncode:
        said = last_lines(run.stdout)
        raise MissingError(f"`apt-get {' '.join(arguments)}`, which failed:\n{said}")


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
