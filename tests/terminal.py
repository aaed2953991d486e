"""Programs on a terminal of their own: what is shown there, what is typed, and an end to both."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import IO

from tests.programs.process import ending_with

PATIENCE = 60.0  # seconds for one answer
_PACE = 0.05  # seconds from one look to the next: a terminal ceases to echo without a word
_ROWS = 50
_LOCAL = 3  # the local modes in what tcgetattr returns
# Makes the terminal of standard input the session's own, so that Ctrl-C and /dev/tty are real.
_LOGIN = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A terminal at which a program runs; made by `on_terminal`."""

    def __init__(self, ours: FileIO, process: subprocess.Popen[bytes]) -> None:
        self._ours, self._process, self._said = ours, process, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def shown(self) -> str:
        """All that came, with its escape sequences; lines end as in a file."""
        return self._said.replace("\r\n", "\n")

    @property
    def echoes(self) -> bool:
        """Whether it shows what is typed."""
        return bool(termios.tcgetattr(self._ours)[_LOCAL] & termios.ECHO)

    def write(self, text: str) -> None:
        """Type it; "\\x03" is Ctrl-C."""
        os.write(self._ours.fileno(), text.encode())

    def take(self) -> str:
        """What is shown, which is forgotten."""
        shown, self._said = self.shown, ""
        return shown

    def until(self, what: str | Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Returns when the text is shown, or the condition holds; fails when it cannot be."""
        deadline = time.monotonic() + seconds
        while not (what in self.shown if isinstance(what, str) else what()):
            assert self._read(deadline), f"the program has ended after:\n{self.shown!r}"

    def end(self, seconds: float = PATIENCE) -> int:
        """The exit code of a program that ends by itself; all that it said is shown then."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass
        return self._process.wait(max(0.0, deadline - time.monotonic()))

    def _read(self, deadline: float) -> bool:
        """Waits a moment for more; False when nobody is left who could write."""
        assert time.monotonic() < deadline, f"nothing happens after:\n{self.shown!r}"
        if not select.select([self._ours], [], [], _PACE)[0]:
            return True
        try:
            read = os.read(self._ours.fileno(), 65536)
        except OSError:  # Linux: the other side is closed
            return False
        self._said += self._decoder.decode(read)
        return bool(read)


@contextmanager
def pseudo_terminal(columns: int) -> Iterator[tuple[FileIO, FileIO]]:
    """Our side of a terminal, and the program's."""
    ours, its = pty.openpty()
    resize(its, columns)
    with FileIO(ours, "r+") as one, FileIO(its, "r+") as other:
        yield one, other


def resize(terminal: int, columns: int) -> None:
    """Make it this wide; 0 is unknown."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, columns, 0, 0))


@contextmanager
def on_terminal(
    argv: tuple[str, ...],
    *,
    columns: int = 80,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    within: tuple[str, ...] = (),
    stdout: IO[bytes] | int | None = None,
) -> Iterator[Terminal]:
    """Runs a program at a terminal until the block ends; its standard output may go elsewhere.

    `within` is a command that starts the session: what enters the namespaces of a node.
    """
    login = (sys.executable, "-I", "-S", "-c", _LOGIN)
    with pseudo_terminal(columns) as (ours, its):
        process = subprocess.Popen(
            ending_with(os.getpid(), (*within, *login, *argv)),
            stdin=its,
            stdout=its if stdout is None else stdout,
            stderr=its,
            cwd=cwd,
            env=environment,
        )
        its.close()
        try:
            yield Terminal(ours, process)
        finally:
            process.kill()
            process.wait(PATIENCE)
