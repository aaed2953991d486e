"""The terminal of the tests: it has an end, whatever the program does."""

from __future__ import annotations

import os
import re
import signal

import pytest

from tests.terminal import on_terminal
from tests.waiting import eventually


def test_what_a_program_says_is_read_to_its_end() -> None:
    with on_terminal(("sh", "-c", r"printf 'na\303'; sleep 0.2; printf '\257ve\n'; exit 3")) as one:
        assert (one.end(), one.shown) == (3, "naïve\n")


def test_bytes_that_are_no_text_are_shown_as_something() -> None:
    with on_terminal(("printf", r"a\377b")) as one:
        assert (one.end(), one.shown) == (0, "a\ufffdb")


@pytest.mark.parametrize("columns", [0, 20, 120])
def test_it_is_as_wide_as_it_is_told(columns: int) -> None:
    with on_terminal(("stty", "size"), columns=columns) as one:
        assert (one.end(), one.shown) == (0, f"50 {columns}\n")


def test_ctrl_c_reaches_the_program() -> None:
    with on_terminal(("sh", "-c", "echo ready; exec sleep 60")) as one:
        one.until("ready")
        one.write("\x03")
        assert one.end() == -signal.SIGINT


def test_who_shows_nothing_is_waited_for_no_longer_than_that() -> None:
    with (
        on_terminal(("sleep", "60")) as one,
        pytest.raises(AssertionError, match="nothing happens after"),
    ):
        one.until("never", seconds=0.1)


def test_who_ended_without_it_is_not_waited_for() -> None:
    with (
        on_terminal(("echo", "other")) as one,
        pytest.raises(AssertionError, match=r"has ended after:\n'other"),
    ):
        one.until("words")


def test_a_program_ends_with_the_block_even_where_it_ignores_the_end_of_its_terminal() -> None:
    with on_terminal(("sh", "-c", "trap '' HUP TERM INT; echo $$; while :; do :; done")) as one:
        one.until(lambda: bool(re.fullmatch(r"\d+\n", one.shown)))
        pid = int(one.shown)
        os.kill(pid, 0)
    eventually(lambda: not _is_there(pid))


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
