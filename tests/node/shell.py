"""A shell on a terminal of a machine of the cluster: what is typed, and what the terminal shows."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.text import Text

from tests.node.cluster import NodeCluster
from tests.node.registries import PASSWORD

ROWS = 50
PATIENCE, PACE = 90.0, 0.05  # seconds: for one command, and from one look to the next
# What is typed is bold: from the prompt on until PS0 (bash 4.4), just before the command runs.
_TYPED, _PLAIN = "\x1b[1m", "\x1b[0m"
PROMPT = f"\x1b[32m$\x1b[0m {_TYPED}"
_NEXT_LINE = "> "
_QUESTION = re.compile(r"assword[^\n]*: $")
# Unseen, before each prompt: the exit code of the last command, as terminals that remember
# commands are told it (OSC 133;D).
_ENDED = re.compile(r"\x1b\]133;D;(\d+)\x07")
_LOCAL = 3  # the local modes in what tcgetattr returns
_TELL_THE_END = r"printf '\e]133;D;%s\a' $?"


@dataclass(frozen=True, slots=True)
class Said:
    """What a terminal shows of one command."""

    code: int
    screen: str  # the prompt, what was typed, what came; with its colours

    @property
    def text(self) -> str:
        """What is read there, without the colours."""
        return Text.from_ansi(self.screen).plain

    @property
    def answer(self) -> str:
        """What came after what was typed: one line, and one more after each `\\`."""
        lines = self.text.splitlines(keepends=True)
        typed = next(n for n, line in enumerate(lines, 1) if not line.endswith("\\\n"))
        return "".join(lines[typed:])


class Shell:
    """An interactive bash; made by `shell`."""

    def __init__(self, terminal: int) -> None:
        self._terminal, self._shown = terminal, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._until_prompt()

    def type(self, command: str) -> Said:
        """Types a command of one or more lines, and the password where it is asked for."""
        *first, last = command.splitlines()
        for line in first:
            self._write(line)
            self._until(lambda: self._shown.endswith(f"\n{_NEXT_LINE}"))
        self._write(last)
        code, shown = self._until_prompt()
        assert PASSWORD not in shown, "the password is shown"
        return Said(code, PROMPT + shown.replace("\r\n", "\n"))

    def _until_prompt(self) -> tuple[int, str]:
        """The exit code, and what was shown before the prompt; answers the question in between."""
        self._until(lambda: self._is_asked() or self._is_ready())
        if self._is_asked():
            self._write(PASSWORD)
            self._until(self._is_ready)
        before, code, _ = _ENDED.split(self._shown, maxsplit=1)
        self._shown = ""
        return int(code), before

    def _is_asked(self) -> bool:
        """Some programs put the question first, and hide what is typed a little later."""
        hidden = not termios.tcgetattr(self._terminal)[_LOCAL] & termios.ECHO
        return hidden and bool(_QUESTION.search(self._shown))

    def _is_ready(self) -> bool:
        return bool(_ENDED.search(self._shown)) and self._shown.endswith(PROMPT)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"nothing happens after:\n{self._shown}"
            if select.select([self._terminal], [], [], PACE)[0]:
                self._shown += self._decoder.decode(os.read(self._terminal, 65536))

    def _write(self, line: str) -> None:
        os.write(self._terminal, f"{line}\n".encode())


@contextmanager
def shell(node: NodeCluster, columns: int, environment: Mapping[str, str]) -> Iterator[Shell]:
    """Bash in the cluster's network, until the block ends; with this added to its environment."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    own = {
        "TERM": "xterm-256color",
        "PS1": f"\n{PROMPT}",  # with an empty line before it
        "PS0": _PLAIN,
        "PS2": _NEXT_LINE,
        "PROMPT_COMMAND": _TELL_THE_END,
    }
    bash = ("bash", "--noprofile", "--norc", "--noediting", "-i")
    with subprocess.Popen(
        [*node.enter, "setsid", "--ctty", "--wait", *bash],
        stdin=end,
        stdout=end,
        stderr=end,
        cwd=node.home,
        env={**node.environment, **own, **environment},
    ) as running:
        os.close(end)
        try:
            yield Shell(terminal)
        finally:
            os.close(terminal)  # hangs up: bash ends
            running.kill()
