"""JSON documents, read item by item: a List of 20,000 pods never stands in memory as a whole.

The decoder of the standard library reads each item; only the outermost object is walked here.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import cache
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

from kubectl_pullsecret.sources.text_error import TextError

Members = dict[str, object]


class JsonDocument:
    """The object that opens at `start`, read while `items()` runs.

    `members` are its members as far as they were met; of a list `items` only an empty one stands
    there. `end` is the position behind the object, once it was read.
    """

    def __init__(self, text: str, start: int) -> None:
        self.members: Members = {}
        self.end = start
        self._text = text

    def items(self) -> Iterator[object]:
        """Yield what the list `items` holds, one after another; nothing if there is none.

        Raises TextError, with a position in the text, where that is not JSON.
        """
        text = self._text
        at = _blank(text, self.end + 1)
        more = text[at : at + 1] != "}"
        if not more:
            self.end = at + 1
        while more:
            key, at = _key(text, at)
            if key == "items" and text[at : at + 1] == "[":
                self.members[key] = []
                at = yield from _elements(text, at)
            else:
                self.members[key], at = value_at(text, at)
            at, more = _next(text, at, "}")
            self.end = at


def value_at(text: str, at: int) -> tuple[object, int]:
    """One JSON value and the position behind it. Raises TextError."""
    try:
        return _decoder().raw_decode(text, at)
    except JSONDecodeError as error:
        raise TextError(_in_words(error), error.pos) from None
    except RecursionError:
        raise TextError("it is nested too deeply", at) from None
    except ValueError as error:
        raise TextError(
            str(error) if isinstance(error, _NotFiniteError) else _TOO_LONG, at
        ) from None


_TOO_LONG = "a number has too many digits"


def _elements(text: str, at: int) -> Generator[object, None, int]:
    """Yield the elements of the list that opens at `at`; return the position behind it."""
    at = _blank(text, at + 1)
    if text[at : at + 1] == "]":
        return at + 1
    while True:
        value, at = value_at(text, at)
        yield value
        del value  # so that the caller's reduction frees it before the next one is read
        at, more = _next(text, at, "]")
        if not more:
            return at


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise TextError("a quoted key is missing", at)
    key, at = value_at(text, at)
    at = _blank(text, at)
    if text[at : at + 1] != ":":
        raise TextError("a colon is missing", at)
    return str(key), _blank(text, at + 1)


def _next(text: str, at: int, end: str) -> tuple[int, bool]:
    """Return the position of the next member, or behind the end; and whether there is a next."""
    at = _blank(text, at)
    found = text[at : at + 1]
    if found == ",":
        return _blank(text, at + 1), True
    if found == end:
        return at + 1, False
    raise TextError("a comma is missing" if found else "it is cut off", at)


def _blank(text: str, at: int) -> int:
    """Return the position of the first character that is not JSON's white space."""
    if text[at : at + 1] > " ":
        return at
    found = _not_blank().search(text, at)
    return found.start() if found else len(text)


@cache
def _not_blank() -> re.Pattern[str]:
    return re.compile(r"[^ \t\r\n]")


class _NotFiniteError(ValueError):
    """NaN and Infinity: Python's decoder takes them, JSON does not."""


def _refuse(constant: str) -> NoReturn:
    raise _NotFiniteError(f"{constant} is no JSON value")


@cache
def _decoder() -> JSONDecoder:
    return JSONDecoder(parse_constant=_refuse)


def _in_words(error: JSONDecodeError) -> str:
    """Return the decoder's words, fixed texts; the error itself holds the whole file."""
    words = error.msg[:1].lower() + error.msg[1:]
    return words.removesuffix(" starting at").removesuffix(" at")
