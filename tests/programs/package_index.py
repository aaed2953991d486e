"""The package index that some tests install from, as the machine's own pip settings name it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.programs.missing import MissingError, last_lines

PATIENCE = 600  # seconds: the bound of everything that installs
_WITHIN = 120  # seconds, for the file that tells whether there is an index
_DOWNLOAD = ("-m", "pip", "download", "-q", "--no-input", "--no-deps", "--only-binary=:all:")
_ASKED_FOR = "click"  # small, and needed by whatever is installed


def reach(folder: Path, environment: Mapping[str, str], within: float = _WITHIN) -> None:
    """Returns when a file came from the index; raises `MissingError`, which says what pip says."""
    command = (sys.executable, *_DOWNLOAD, "--retries=1", f"--dest={folder}", _ASKED_FOR)
    try:
        run = install(command, env=environment, within=within)
    except subprocess.TimeoutExpired:
        raise MissingError(f"a package index that answers within {within:.0f} s") from None
    if run.returncode:
        raise MissingError(f"a package index; pip says {last_lines(run.stdout, 1)!r}")


def install(
    command: tuple[str | Path, ...],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    within: float = PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """What a command does that installs packages; both its streams are in `stdout`.

    Raises `subprocess.TimeoutExpired` when it takes longer; what it started ends with it.
    """
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # to end it with its children, who hold the pipe open
    ) as process:
        try:
            said, _ = process.communicate(timeout=within)
        finally:
            with suppress(OSError):  # nobody is left
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, process.returncode, said)
