"""A shell on a terminal of a machine of the cluster: what is typed, and what the terminal shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.text import Text

from tests.node.cluster import NodeCluster
from tests.node.registries import PASSWORD
from tests.terminal import Terminal, on_terminal

PATIENCE = 90.0  # seconds for one command
# What is typed is bold: from the prompt on until PS0 (bash 4.4), just before the command runs.
_TYPED, _PLAIN = "\x1b[1m", "\x1b[0m"
PROMPT = f"\x1b[32m$\x1b[0m {_TYPED}"
_NEXT_LINE = "> "
_QUESTION = re.compile(r"assword[^\n]*: $")
# Unseen, before each prompt: the exit code of the last command, as terminals that remember
# commands are told it (OSC 133;D).
_ENDED = re.compile(r"\x1b\]133;D;(\d+)\x07")
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

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._until_prompt()

    def type(self, command: str) -> Said:
        """Types a command of one or more lines, and the password where it is asked for."""
        *first, last = command.splitlines()
        for line in first:
            self._write(line)
            self._until(lambda: self._terminal.shown.endswith(f"\n{_NEXT_LINE}"))
        self._write(last)
        code, shown = self._until_prompt()
        assert PASSWORD not in shown, "the password is shown"
        return Said(code, PROMPT + shown)

    def _until_prompt(self) -> tuple[int, str]:
        """The exit code, and what was shown before the prompt; answers the question in between."""
        self._until(lambda: self._is_asked() or self._is_ready())
        if self._is_asked():
            self._write(PASSWORD)
            self._until(self._is_ready)
        before, code, _ = _ENDED.split(self._terminal.take(), maxsplit=1)
        return int(code), before

    def _is_asked(self) -> bool:
        """Some programs put the question first, and hide what is typed a little later."""
        return not self._terminal.echoes and bool(_QUESTION.search(self._terminal.shown))

    def _is_ready(self) -> bool:
        shown = self._terminal.shown
        return bool(_ENDED.search(shown)) and shown.endswith(PROMPT)

    def _until(self, condition: Callable[[], bool]) -> None:
        self._terminal.until(condition, PATIENCE)

    def _write(self, line: str) -> None:
        self._terminal.write(f"{line}\n")


@contextmanager
def shell(
    node: NodeCluster, columns: int = 80, environment: Mapping[str, str] | None = None
) -> Iterator[Shell]:
    """Bash in the cluster's network, until the block ends; with this added to its environment."""
    own = {
        "TERM": "xterm-256color",
        "PS1": f"\n{PROMPT}",  # with an empty line before it
        "PS0": _PLAIN,
        "PS2": _NEXT_LINE,
        "PROMPT_COMMAND": _TELL_THE_END,
    }
    with on_terminal(
        ("bash", "--noprofile", "--norc", "--noediting", "-i"),
        columns=columns,
        environment={**node.environment, **own, **(environment or {})},
        cwd=node.home,
        within=node.enter,
    ) as terminal:
        yield Shell(terminal)
