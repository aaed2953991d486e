"""JSON as Go reads it. Every sentence was taken from Go 1.24.12."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.go_json import parse
from kubectl_pullsecret.credentials.go_json_scanner import MAX_DEPTH, InvalidJSONError, Json, scan


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + "1" + closing * depth


def problem(text: str) -> str:
    with pytest.raises(InvalidJSONError) as invalid:
        parse(text)
    return str(invalid.value)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("null", None),
        (" true\n", True),
        ("-0.5e+10", 0),
        ("9" * 10_000, 0),
        ("1e999", 0),
        ('"\\u00e9\\ud83d\\ude00\\/"', "é😀/"),
        ('"\\ud800"', "\ud800"),
        ("[]", []),
        ("{ }", ()),
        ('[1, "a", [null]]', [0, "a", [None]]),
        ('{"a": 1, "b": {}, "a": "2"}', (("a", 0), ("b", ()), ("a", "2"))),
    ],
)
def test_a_document_is_read_with_its_duplicates(text: str, document: Json) -> None:
    assert parse(text) == document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "unexpected end of JSON input"),
        (" ", "unexpected end of JSON input"),
        ("[", "unexpected end of JSON input"),
        ('{"a"', "unexpected end of JSON input"),
        ('{"a":1,', "unexpected end of JSON input"),
        ('"abc', "unexpected end of JSON input"),
        ('"\\', "invalid character ' ' in string escape code"),
        ('"\\u12', "invalid character ' ' in \\u hexadecimal character escape"),
        ("tru", "invalid character ' ' in literal true (expecting 'e')"),
        ("nulx", "invalid character 'x' in literal null (expecting 'l')"),
        ("-", "invalid character ' ' in numeric literal"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1e+x", "invalid character 'x' in exponent of numeric literal"),
        ("01", "invalid character '1' after top-level value"),
        ("[01]", "invalid character '1' after array element"),
        ("+1", "invalid character '+' looking for beginning of value"),
        (".5", "invalid character '.' looking for beginning of value"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
        ("-Infinity", "invalid character 'I' in numeric literal"),
        ("{} {}", "invalid character '{' after top-level value"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ('"a\nb"', "invalid character '\\n' in string literal"),
        ('"a\x00b"', "invalid character '\\x00' in string literal"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ('"\\u12G4"', "invalid character 'G' in \\u hexadecimal character escape"),
        ("\ufeff{}", "invalid character 'ï' looking for beginning of value"),
        ("\udcff{}", "invalid character 'ÿ' looking for beginning of value"),
        ("\u00a0", "invalid character 'Â' looking for beginning of value"),
        ("\udca0", "invalid character '\\u00a0' looking for beginning of value"),
        ("\x7f", "invalid character '\\x7f' looking for beginning of value"),
        ("\\", "invalid character '\\\\' looking for beginning of value"),
    ],
    ids=repr,
)
def test_a_syntax_error_is_worded_as_by_go(text: str, words: str) -> None:
    assert problem(text) == words


def test_a_syntax_error_knows_its_place() -> None:
    with pytest.raises(InvalidJSONError) as invalid:
        parse('{"é": tru}')

    assert invalid.value.at == 9


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_is_limited_as_in_go(opening: str, closing: str) -> None:
    depth = MAX_DEPTH // (opening.count("[") + opening.count("{"))

    assert parse(nested(depth, opening, closing))
    assert problem(nested(depth + 1, opening, closing)).endswith("exceeded max depth")


def test_nesting_is_limited_whatever_python_allows() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(3 * MAX_DEPTH)
    try:
        assert parse(nested(MAX_DEPTH))
        assert problem(nested(MAX_DEPTH + 1)).endswith("exceeded max depth")
    finally:
        sys.setrecursionlimit(limit)


def test_a_broken_text_is_nested_as_deeply() -> None:
    assert problem(nested(MAX_DEPTH) + "x") == "invalid character 'x' after top-level value"


def test_wide_documents_are_not_taken_for_deep_ones() -> None:
    assert parse("[" + "[]," * (2 * MAX_DEPTH) + "[]]")


@pytest.mark.parametrize(
    "text",
    ['"' + "x" * 3_000_000, '"' + "\\n" * 300_000, "[" * 3_000_000, "[" + "1," * 100_000],
    ids=["long string", "many escapes", "deep", "many values"],
)
def test_a_large_broken_text_takes_no_time(text: str) -> None:
    began = time.perf_counter()

    problem(text)

    assert time.perf_counter() - began < 2


def outcome(read: Callable[[str], Json], text: str) -> Json:
    try:
        return read(text)
    except InvalidJSONError as error:
        return f"{error} at {error.at}"


values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def as_json(value: object) -> Json:
    if isinstance(value, dict):
        return tuple((name, as_json(member)) for name, member in value.items())
    if isinstance(value, list):
        return [as_json(item) for item in value]
    assert value is None or isinstance(value, (bool, str))
    return value


@given(values)
def test_json_is_read_back_by_the_fast_and_by_the_slow_scanner(value: object) -> None:
    text = json.dumps(value)

    assert parse(text) == scan(text) == as_json(value)


@given(st.text(alphabet='{}[]",:\\ \ntruefalsn0123.-eE\udc80', max_size=30))
def test_both_scanners_agree_on_what_is_json(text: str) -> None:
    assert outcome(parse, text) == outcome(scan, text)
