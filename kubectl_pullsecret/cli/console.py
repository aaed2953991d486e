"""Everything outside the program, in one value: streams, clock, terminal. Tests give their own.

Nothing else in the package looks at `sys.stdout`, the environment's terminal settings or the time.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from time import monotonic
from types import TracebackType
from typing import BinaryIO, TextIO

from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.views.terminal import Terminal, neutralise

_PATIENCE = 2.0  # seconds without a word
_NARROW = 80  # columns, where nobody knows
_WIPE = "\x1b[K"  # to the end of the line
# What stands for our own characters where a terminal's encoding has none (ASCII, Latin-1).
_SUBSTITUTES = {ord("•"): "*", ord("…"): "...", ord("\u2013"): "-"}


@dataclass(frozen=True)
class Console:
    """The outside world as a command sees it."""

    stdin: BinaryIO
    stdout: TextIO
    stderr: TextIO
    now: datetime  # aware, UTC
    terminal: Terminal  # what stdout is: its width and whether it shows colour
    began: float = field(default_factory=monotonic)
    can_wipe: bool = True  # a line of the terminal, to write it anew

    @classmethod
    def of_process(cls) -> Console:
        """Return this process's streams and terminal, and the time."""
        stdout, stderr = _text_stream(sys.stdout), _text_stream(sys.stderr)
        stdin = sys.stdin.buffer if sys.stdin is not None else io.BytesIO()
        now, terminal = datetime.now(timezone.utc), _terminal(stdout, os.environ)
        return cls(stdin, stdout, stderr, now, terminal, can_wipe=not _is_dumb(os.environ))

    def __enter__(self) -> Console:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send what is still buffered, so that the interpreter has nothing to complain about."""
        for stream in (self.stdout, self.stderr):
            with suppress(OSError):
                self._send(stream, "")

    def write(self, text: str) -> None:
        """Print a view's text or document, with exactly one line end; nothing if there is none.

        The views have neutralised what came from outside. A reader that has gone away (`| head`) is
        no error: the rest goes nowhere, and the exit code stays the verdict's.

        Raises:
            PullSecretError: the output cannot be written, e.g. to a full disk.
        """
        try:
            self._send(self.stdout, _for_encoding(_ended(text), self.stdout))
        except OSError as error:
            _discard(self.stdout)
            raise PullSecretError(f"the output cannot be written: {error.strerror}") from None

    def warn(self, message: str) -> None:
        """Say on stderr what is worth knowing but stops nothing."""
        self._complain(f"warning: {neutralise(message)}\n")

    def say(self, line: str) -> None:
        """Print a line on stderr for the person who sits there, such as what to choose from."""
        self._complain(f"{neutralise(line)}\n")

    def log(self, line: str) -> None:
        """Print a line that -v asked for."""
        self.say(line)

    def ask(self, question: str) -> None:
        """Put a question on stderr; the answer comes on stdin, in the same line of a terminal."""
        with suppress(OSError):
            self._send(self.stdout, "")
            self._send(self.stderr, neutralise(question))

    def progress(self, what: str) -> None:
        """Say on stderr what takes so long, where a person may be waiting; "" wipes it away.

        One line at most: what has wrapped cannot be wiped.
        """
        if self.can_wipe and self.stderr.isatty() and monotonic() - self.began > _PATIENCE:
            with suppress(OSError):
                shown = neutralise(what)[: (self.terminal.width or _NARROW) - 1]
                self._send(self.stderr, f"\r{_WIPE}{shown}")

    def fail(self, error: PullSecretError) -> ExitCode:
        """Say on stderr why nothing more comes, in plain words whatever `-o` is; its exit code."""
        remedy = f"{neutralise(error.remedy)}\n" if error.remedy else ""
        self._complain(f"error: {neutralise(error.message)}\n{remedy}")
        return error.exit_code

    def _complain(self, text: str) -> None:
        from kubectl_pullsecret.credentials.redaction import redact

        text = redact(text)  # a path, a name or an argument may hold what somebody pasted
        for stream, said in ((self.stdout, ""), (self.stderr, _for_encoding(text, self.stderr))):
            with suppress(OSError):
                self._send(stream, said)  # in order, where both are one terminal

    @staticmethod
    def _send(stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:
            _discard(stream)


def _text_stream(stream: TextIO | None) -> TextIO:
    """Make the stream unable to raise UnicodeEncodeError; one to nowhere for a closed one.

    A terminal has its locale's encoding; pipes and files get UTF-8, as kubectl's do everywhere.
    """
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        encoding = None if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="backslashreplace")
    return stream


def _terminal(stdout: TextIO, environment: Mapping[str, str]) -> Terminal:
    """Look at what stdout is. NO_COLOR: https://no-color.org, any value that is not empty."""
    if not stdout.isatty():
        return Terminal()
    plain = bool(environment.get("NO_COLOR")) or _is_dumb(environment)
    return Terminal(_width(stdout, environment), colour=not plain)


def _is_dumb(environment: Mapping[str, str]) -> bool:
    """Whether the terminal knows no escape sequences (terminfo(5)), as in an editor's shell."""
    return environment.get("TERM") in (None, "", "dumb")


def _width(stdout: TextIO, environment: Mapping[str, str]) -> int:
    """Return the terminal's columns; COLUMNS wins, as in shutil; 80 where nobody knows."""
    given = environment.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stdout.fileno()).columns or 80
    return 80


def _ended(text: str) -> str:
    return text.rstrip("\n") + "\n" if text else ""


def _for_encoding(text: str, stream: TextIO) -> str:
    """Replace our own characters where the stream's encoding does not have them."""
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return text.translate(_SUBSTITUTES)
    return text


def _discard(stream: TextIO) -> None:
    """Let everything that is still written to this stream go nowhere, at interpreter exit too."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
