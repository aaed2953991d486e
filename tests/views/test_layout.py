"""Rows, columns, tables, and wrapping that leaves everything fit for copying."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.views.commands import phrases
from kubectl_pullsecret.views.layout import CommandRow, Row, block, table, wrap
from kubectl_pullsecret.views.terminal import PIPE, Terminal, columns_of

WORDS = st.lists(
    st.text("abcdefgh./:-日", min_size=1, max_size=30).filter(lambda word: word != "\\"),
    max_size=12,
)


def test_a_label_stands_once_for_its_neighbours() -> None:
    rows = [Row("note", ("one",)), Row("note", ("two",)), Row("then", ("three",))]
    assert block(rows, PIPE) == ["  note    one", "          two", "  then    three"]


def test_a_long_label_moves_all_values() -> None:
    rows = [Row("elsewhere", ("a",)), Row("fix", ("b",))]
    assert block(rows, PIPE) == ["  elsewhere  a", "  fix        b"]


def test_columns_of_neighbours_are_aligned_whatever_their_label() -> None:
    rows = [
        Row("listed", ("secret/日本", "a", "x")),
        Row("hidden", ("secret/longer", "b", "y")),
    ]
    assert block(rows, PIPE) == [
        "  listed  secret/日本    a  x",
        "  hidden  secret/longer  b  y",
    ]


def test_a_line_between_them_ends_the_alignment() -> None:
    rows = [Row("a", ("1", "x")), Row("b", ("one",)), Row("c", ("three", "y"))]
    assert block(rows, PIPE) == ["  a       1  x", "  b       one", "  c       three  y"]


def test_cells_are_neutralised() -> None:
    assert block([Row("seen", ("a\x1b[2J", "b\u202e"))], PIPE) == [
        r"  seen    a\x1b[2J  b\u202e",
    ]


def test_the_last_column_wraps_under_itself() -> None:
    row = Row("listed", ("secret/pull", "a text that is too long for one line"))
    assert block([row], Terminal(44)) == [
        "  listed  secret/pull  a text that is too",
        "                       long for one line",
    ]


def test_without_room_beside_them_columns_wrap_as_text() -> None:
    row = Row("listed", ("secret/pull", "registry.test:5000", "another host; not tried"))
    assert block([row], Terminal(46)) == [
        "  listed  secret/pull  registry.test:5000",
        "            another host; not tried",
    ]


def test_a_row_without_cells_is_its_label() -> None:
    assert block([Row("note", ())], PIPE) == ["  note"]


@given(WORDS, st.integers(8, 60))
def test_wrapping_keeps_every_word_in_its_order(words: list[str], width: int) -> None:
    assert " ".join(wrap(" ".join(words), width, 2)).split() == words


@given(WORDS, st.integers(8, 60))
def test_only_a_single_word_is_wider_than_the_terminal(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width, 2)
    assert all(columns_of(line) <= width or len(line.split()) == 1 for line in lines)


def test_a_command_is_one_line_in_a_pipe() -> None:
    row = CommandRow("fix", tuple("word" * 9 for _ in range(9)), note="why")
    assert len(block([row], PIPE)) == 1


def test_a_note_that_does_not_fit_stands_below_its_command() -> None:
    row = CommandRow("fix", ("kubectl", "x"), "1. ", note="asks for the password")
    assert block([row], Terminal(40)) == [
        "  fix     1. kubectl x",
        "               (asks for the password)",
    ]


def test_a_flag_stays_with_its_value() -> None:
    words = phrases(("kubectl", "create", "x", "--docker-server", "registry.test"))
    assert block([CommandRow("fix", words)], Terminal(40))[0].endswith("create x \\")


@settings(max_examples=25)
@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), max_size=6
    ),
    st.integers(20, 60),
)
def test_a_broken_command_pastes_as_the_command_that_it_was(argv: list[str], width: int) -> None:
    row = CommandRow("fix", phrases(("printf", "%s\\0", *argv)))
    pasted = re.sub(r"(?m)^  fix     ", "", "\n".join(block([row], Terminal(width))))
    ran = subprocess.run(["bash", "-c", pasted], capture_output=True, check=True, timeout=10)
    said = ran.stdout.decode("utf-8").split("\0")[:-1]
    assert said == (argv or [""])


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param(
            [("NAME", "TYPE", "USERS"), ("pull", "", "a\nb"), ("long-name", "x", "")],
            [
                "NAME        TYPE     USERS",
                "pull        <none>   a b",
                "long-name   x        <none>",
            ],
            id="filled and aligned",
        ),
        pytest.param([], [], id="nothing"),
    ],
)
def test_a_table_looks_like_one_of_kubectl(rows: list[tuple[str, ...]], lines: list[str]) -> None:
    assert table(rows) == lines
