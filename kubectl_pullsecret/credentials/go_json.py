"""JSON as Go's encoding/json reads it: duplicates kept, depth limited, faults in Go's words.

Valid text goes through the C scanner of `json`, whose grammar is the same. What that refuses, or
cannot nest, is read again by `go_json_scanner`.
"""

from __future__ import annotations

from functools import cache
from json import JSONDecoder
from typing import NoReturn

MAX_DEPTH = 10_000  # scanner.go, maxNestingDepth

# An object is a tuple of its members in order, an array a list, every number 0.
Json = None | bool | int | str | list["Json"] | tuple[tuple[str, "Json"], ...]


class InvalidJSONError(ValueError):
    """Text that is no JSON. Its message is Go's, and may show one character of the text."""

    def __init__(self, problem: str, at: int, char: str = "") -> None:
        shown = f"invalid character {_quoted(char)} {problem}" if char else problem
        super().__init__(shown)
        self.problem = problem  # without the character
        self.char = char  # "" at the end of the text
        self.at = at  # index into the text


def parse(text: str) -> Json:
    """Read one document. Raises InvalidJSONError.

    `text` is decoded from UTF-8 with "surrogateescape": each invalid byte is one character.
    """
    try:
        document: Json = decoder().decode(text)
    except (ValueError, RecursionError):
        return _scan(text)
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_too_deep(document):
        return _scan(text)
    return document


def _scan(text: str) -> Json:
    from kubectl_pullsecret.credentials import go_json_scanner  # seldom needed: not at start-up

    return go_json_scanner.scan(text)


@cache
def decoder() -> JSONDecoder:
    """Return the C scanner, which refuses NaN and Infinity as Go does."""
    return JSONDecoder(
        object_pairs_hook=tuple,
        parse_float=_no_number,
        parse_int=_no_number,
        parse_constant=_refuse,
    )


def _no_number(_text: str) -> int:
    """Read no digits: no field of a docker config is a number, and a million digits take long."""
    return 0


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity, which Go does not know


def _is_too_deep(document: Json) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [child for value in level for child in _children(value)]
        if not level:
            return False
    return True


def _children(value: Json) -> list[Json]:
    if isinstance(value, tuple):
        return [member for _, member in value]
    return value if isinstance(value, list) else []


def _quoted(char: str) -> str:
    """Show a character's first byte as a Go rune literal (scanner.go, quoteChar)."""
    byte = char.encode("utf-8", "surrogateescape")[0]
    if char in "'\\":
        return f"'\\{char}'"
    if 7 <= byte <= 13:
        return f"'\\{'abtnvfr'[byte - 7]}'"
    if byte < 0x20 or byte == 0x7F:
        return f"'\\x{byte:02x}'"
    if 0x80 <= byte <= 0xA0 or byte == 0xAD:
        return f"'\\u{byte:04x}'"
    return f"'{chr(byte)}'"
