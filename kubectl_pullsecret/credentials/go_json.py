"""JSON as Go's encoding/json reads it: duplicates kept, depth limited, faults in Go's words.

Valid text goes through the C scanner of `json`, whose grammar is the same. What that refuses, or
cannot nest, is read again by `go_json_scanner`.
"""

from __future__ import annotations

from functools import cache
from json import JSONDecoder
from typing import NoReturn

from kubectl_pullsecret.credentials.go_json_scanner import MAX_DEPTH, Json, scan


def parse(text: str) -> Json:
    """Read one document. Raises InvalidJSONError.

    `text` is decoded from UTF-8 with "surrogateescape": each invalid byte is one character.
    """
    try:
        document: Json = _decoder().decode(text)
    except (ValueError, RecursionError):
        return scan(text)
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_too_deep(document):
        return scan(text)
    return document


@cache
def _decoder() -> JSONDecoder:
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
