"""Debian packages that tests need: named where they are missing, installed on request."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.programs.missing import MissingError, last_lines
from tests.programs.preparation import say

INSTALL = "--install"
POLICY = Path("/usr/sbin/policy-rc.d")  # asked before a package starts its service
# 101: "action forbidden by policy" (invoke-rc.d(8)).
_NO_SERVICES = "#!/bin/sh\n# While the tests of kubectl-pullsecret install packages.\nexit 101\n"
PATIENCE = 900  # seconds, for one apt-get
_REFUSED = pytest.StashKey[dict[tuple[str, ...], str]]()

Say = Callable[[str], None]


def need(config: pytest.Config, *packages: str) -> None:
    """Returns when the packages are here, installed just now if --install was given; else skips."""
    refused = config.stash.setdefault(_REFUSED, {})  # a failed install takes long: once in a run
    if packages not in refused:
        try:
            require(packages, install=config.getoption(INSTALL), say=partial(say, config))
        except MissingError as missing:
            refused[packages] = str(missing)
        else:
            return
    pytest.skip(f"this test needs {refused[packages]}")


def require(packages: Sequence[str], *, install: bool, say: Say) -> None:
    """Returns when all are here; raises `MissingError`, which says what is not."""
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        raise MissingError(f"Debian, for its packages {' '.join(packages)}")
    if not (missing := missing_packages(packages)):
        return
    names = " ".join(missing)
    if not install:
        raise MissingError(f"the Debian packages {names}; with {INSTALL} the tests install them")
    if os.geteuid() != 0:
        raise MissingError(f"the Debian packages {names}, and root, who may install them")
    say(f"installing {names}")
    with no_services(POLICY):
        _apt_get("update")
        _apt_get("install", "--yes", "--no-install-recommends", *missing)


def missing_packages(packages: Sequence[str]) -> list[str]:
    """Those of `packages` that are not installed."""
    run = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,  # it fails for a name that it never heard of
    )
    installed = {line.split()[0] for line in run.stdout.splitlines() if line.endswith(" installed")}
    return sorted(set(packages) - installed)


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
    try:
        return subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        late = f"which was not done after {PATIENCE} s"
        raise MissingError(f"`{' '.join(command)}`, {late}") from None
