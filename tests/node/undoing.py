"""What a test cluster leaves on the machine, undone by a process that outlives the test run.

A folder, a cgroup and a link bear the cluster's name; all else is in its namespaces and ends with
them. The guardian waits until the test run lets go of a pipe, by its will or by its death, and
removes them. Should both be killed, the next cluster's start finds the folder and removes them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.node import cgroups
from tests.node.tools import tool

PREFIX = "kube-node-"
PATIENCE = 60.0  # seconds
_ROOT = Path(__file__).parents[2]


@contextmanager
def undone() -> Iterator[Path]:
    """A new folder; afterwards it is gone, and the link and the cgroup of its name with it."""
    sweep()
    folder, lock = _new_folder()
    guardian = subprocess.Popen(
        [sys.executable, "-m", "tests.node.undoing", str(folder)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C ends the tests; it does not end this
        pass_fds=(lock,),  # the lock is held as long as one of the two lives
    )
    assert guardian.stdin is not None
    try:
        yield folder
    finally:
        guardian.stdin.close()
        guardian.wait(timeout=PATIENCE)
        os.close(lock)


def link(folder: Path) -> str:
    """The name of the link between the cluster and the machine; 15 bytes at most."""
    return f"kn-{folder.name.removeprefix(PREFIX)}"


def sweep() -> None:
    """Removes what runs left that were killed together with their guardians."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another run sweeps, or its cluster lives
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _undo(folder)
            finally:
                os.close(lock)


def _new_folder() -> tuple[Path, int]:
    """A folder and the descriptor that holds its lock; it has its name only when it is locked."""
    unnamed = Path(tempfile.mkdtemp(prefix="kube-new-")).resolve()
    lock = os.open(unnamed, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = unnamed.with_name(unnamed.name.replace("kube-new-", PREFIX))
    unnamed.rename(folder)
    return folder, lock


def _undo(folder: Path) -> None:
    """The processes that used them are gone, or on their way."""
    if Path("/sys/class/net", link(folder)).exists():
        subprocess.run([tool("ip"), "link", "delete", link(folder)], check=False, timeout=30)
    cgroups.remove(folder.name)
    shutil.rmtree(folder, ignore_errors=True)


def _guard(folder: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()  # until nobody holds the other end
    _undo(folder)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]))
