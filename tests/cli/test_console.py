"""The outside world in one value: what is written reaches the stream, whatever the stream is."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timezone
from pathlib import Path
from time import monotonic
from typing import TextIO

import pytest

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.views.terminal import PIPE, Terminal
from tests.cli.outside import NOW
from tests.terminal import pseudo_terminal, resize


def console(stdout: io.TextIOBase, stderr: io.TextIOBase | None = None) -> Console:
    assert isinstance(stdout, (io.StringIO, io.TextIOWrapper))
    errors = stderr or io.StringIO()
    assert isinstance(errors, (io.StringIO, io.TextIOWrapper))
    return Console(io.BytesIO(), stdout, errors, NOW, PIPE)


def stream(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding, errors="backslashreplace", newline="\n")


def written(text: io.TextIOWrapper) -> bytes:
    buffer = text.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


@pytest.mark.parametrize("text", ["one", "one\n", "one\n\n\n"])
def test_output_ends_with_one_line_end(text: str) -> None:
    out = io.StringIO()
    console(out).write(text)
    assert out.getvalue() == "one\n"


def test_nothing_to_say_is_no_line() -> None:
    out = io.StringIO()
    console(out).write("")
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("encoding", "bytes_"),
    [
        pytest.param("utf-8", "••• \u2013 naïve 日\n".encode(), id="UTF-8"),
        pytest.param("ascii", rb"*** - na\xefve \u65e5" + b"\n", id="ASCII"),
        pytest.param("latin-1", b"*** - na\xefve \\u65e5\n", id="Latin-1"),
    ],
)
def test_every_encoding_shows_something(encoding: str, bytes_: bytes) -> None:
    out = stream(encoding)
    console(out).write("••• \u2013 naïve 日")
    assert written(out) == bytes_


def test_warnings_and_errors_are_neutralised() -> None:
    err = io.StringIO()
    one = console(io.StringIO(), err)
    one.warn("file\x1b[2J: \u202e")
    code = one.fail(PullSecretError("no\x00", remedy="a\nb", exit_code=ExitCode.USAGE))
    assert code is ExitCode.USAGE
    assert err.getvalue() == "warning: file\\x1b[2J: \\u202e\nerror: no\\x00\na b\n"


def test_a_full_disk_is_an_error() -> None:
    with (
        open("/dev/full", "w", encoding="utf-8") as full,
        pytest.raises(PullSecretError, match="cannot be written: No space left on device"),
    ):
        console(full).write("text")


def test_a_reader_that_went_away_is_none() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as gone, console(gone) as one:
        one.write("text")
        one.warn("the rest goes nowhere")


def test_the_process_has_a_clock_in_utc_and_no_terminal_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as out:
        monkeypatch.setattr("sys.stdout", out)
        one = Console.of_process()
        assert one.now.tzinfo is timezone.utc
        assert one.terminal == PIPE


def test_closed_streams_are_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", None)
    one = Console.of_process()
    one.write("text")
    assert one.stdin.read() == b""
    one.stdout.close()
    one.stderr.close()


@pytest.fixture
def at_terminal() -> Iterator[TextIO]:
    """A terminal of 72 columns."""
    with (
        pseudo_terminal(72) as (_, its),
        open(its.fileno(), "w", encoding="utf-8", closefd=False) as stdout,
    ):
        yield stdout


@pytest.mark.parametrize(
    ("settings", "terminal"),
    [
        pytest.param({"TERM": "xterm"}, Terminal(72, colour=True), id="a terminal"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, Terminal(72), id="NO_COLOR"),
        pytest.param({"TERM": "xterm", "NO_COLOR": ""}, Terminal(72, colour=True), id="empty"),
        pytest.param({"TERM": "dumb"}, Terminal(72), id="TERM=dumb"),
        pytest.param({}, Terminal(72), id="no TERM"),
        pytest.param({"COLUMNS": "100"}, Terminal(100), id="COLUMNS wins"),
        pytest.param({"COLUMNS": "0"}, Terminal(72), id="COLUMNS without sense"),
    ],
)
def test_a_terminal_has_a_width_and_perhaps_colour(
    at_terminal: TextIO,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    terminal: Terminal,
) -> None:
    monkeypatch.setattr("sys.stdout", at_terminal)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert Console.of_process().terminal == terminal


def test_a_terminal_of_unknown_width_has_80_columns(
    at_terminal: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", at_terminal)
    resize(at_terminal.fileno(), 0)
    assert Console.of_process().terminal.width == 80


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def waiting(stderr: io.StringIO, seconds: float, *, can_wipe: bool = True) -> Console:
    began = monotonic() - seconds
    return Console(io.BytesIO(), io.StringIO(), stderr, NOW, PIPE, began, can_wipe)


def test_who_waits_for_long_is_told_for_what_on_one_line() -> None:
    err = Tty()
    slow = waiting(err, 60)
    slow.progress("reading pods: 1,000")
    slow.progress("")
    assert err.getvalue() == "\r\x1b[Kreading pods: 1,000\r\x1b[K"


def test_what_is_longer_than_the_line_is_cut_so_that_it_can_be_wiped() -> None:
    err = Tty()
    waiting(err, 60).progress("x" * 200)
    assert err.getvalue() == f"\r\x1b[K{'x' * 79}"


@pytest.mark.parametrize(
    ("stderr", "seconds"),
    [
        pytest.param(Tty(), 0, id="not yet long"),
        pytest.param(io.StringIO(), 60, id="no terminal"),
    ],
)
def test_nobody_else_is_told(stderr: io.StringIO, seconds: float) -> None:
    waiting(stderr, seconds).progress("reading pods: 1,000")
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(("kind", "can_wipe"), [("xterm", True), ("dumb", False), ("", False)])
def test_a_terminal_without_escape_sequences_cannot_wipe(
    monkeypatch: pytest.MonkeyPatch, kind: str, can_wipe: bool
) -> None:
    monkeypatch.setenv("TERM", kind)
    assert Console.of_process().can_wipe is can_wipe


def test_where_nothing_can_be_wiped_nobody_is_told() -> None:
    err = Tty()
    waiting(err, 60, can_wipe=False).progress("reading pods: 1,000")
    assert err.getvalue() == ""


def test_a_line_of_the_log_is_neutralised() -> None:
    err = io.StringIO()
    waiting(err, 0).log("GET /a\x1b[2J 200 OK")
    assert "\x1b" not in err.getvalue()
