"""What may be sent to a terminal, and how wide it is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.views.terminal import Terminal, columns_of, neutralise


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("registry.test:5000/team/app", "registry.test:5000/team/app", id="plain"),
        pytest.param("Grüße 日本", "Grüße 日本", id="letters of any script"),
        pytest.param("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m", id="colour"),
        pytest.param("\x1b]0;title\x07", r"\x1b]0;title\x07", id="title"),
        pytest.param("\x9b31m", r"\x9b31m", id="C1 control"),
        pytest.param("a\x00b\x7f", r"a\x00b\x7f", id="NUL and DEL"),
        pytest.param("\u202egnp.exe\u202c", r"\u202egnp.exe\u202c", id="bidi override"),
        pytest.param("\u2066x\u2069\u200e\u061c", r"\u2066x\u2069\u200e\u061c", id="bidi marks"),
        pytest.param("a\u200bb\u2060c\ufeff", r"a\u200bb\u2060c\ufeff", id="zero width"),
        pytest.param("a\u2028b\u2029", r"a\u2028b\u2029", id="separators"),
        pytest.param("a\u00a0b", r"a\xa0b", id="no-break space"),
        pytest.param("\udc80", r"\udc80", id="lone surrogate"),
        pytest.param("\U000e0041", r"\U000e0041", id="tag"),
        pytest.param("\u3164\u2800", r"\u3164\u2800", id="invisible letters"),
        pytest.param("one\r\n\ttwo \n three", "one two three", id="line breaks within"),
        pytest.param("user\n", r"user\n", id="line break at the end"),
        pytest.param("\tuser", r"\tuser", id="tab at the start"),
        pytest.param("\r\n", r"\r\n", id="nothing but a line break"),
        pytest.param("two  blanks", "two  blanks", id="blanks stay"),
    ],
)
def test_what_is_invisible_or_active_becomes_visible(text: str, shown: str) -> None:
    assert neutralise(text) == shown


@given(st.text(st.characters()))
def test_every_text_becomes_one_printable_line(text: str) -> None:
    assert neutralise(text).isprintable()


@given(st.text(st.characters()))
def test_neutralising_twice_is_neutralising_once(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("pod/web", 7, id="ascii"),
        pytest.param("日本", 4, id="wide"),
        pytest.param("e\u0301", 1, id="combining mark"),
        pytest.param("ü", 1, id="narrow"),
    ],
)
def test_columns_are_those_of_a_terminal(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_without_colour_a_style_changes_nothing() -> None:
    assert Terminal(80).paint("x", "error") == "x"


def test_with_colour_a_style_ends_where_it_began() -> None:
    assert Terminal(80, colour=True).paint("x", "error") == "\x1b[31mx\x1b[0m"


def test_nothing_is_not_coloured() -> None:
    assert Terminal(80, colour=True).paint("", "error") == ""
