"""Go's own JSON scanner, without recursion: slower than `json`, but it nests as deep as Go does.

What is wrong is found at the same place and told in the same words as by Go 1.24, encoding/json,
scanner.go.
"""

from __future__ import annotations

import re
from json import JSONDecoder

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


def scan(text: str) -> Json:
    """Read one document. Raises InvalidJSONError."""
    return _Scanner(text).document()


_LITERALS: dict[str, tuple[str, bool | None]] = {
    "t": ("true", True),
    "f": ("false", False),
    "n": ("null", None),
}


class _Array:
    """An array that is still open."""

    closing = "]"
    after = "after array element"

    def __init__(self) -> None:
        self._items: list[Json] = []

    def add(self, value: Json) -> None:
        self._items.append(value)

    def closed(self) -> Json:
        return self._items


class _Object:
    """An object that is still open; `key` waits for its value."""

    closing = "}"
    after = "after object key:value pair"

    def __init__(self) -> None:
        self.key = ""
        self._members: list[tuple[str, Json]] = []

    def add(self, value: Json) -> None:
        self._members.append((self.key, value))

    def closed(self) -> Json:
        return tuple(self._members)


class _Opened:
    """In place of a value: an array or object has begun, and its first value comes next."""


class _Scanner:
    """Go's state machine. A blank is added to the text, as `scanner.eof` does, to end a literal."""

    def __init__(self, text: str) -> None:
        self._text = text + " "
        self._at = 0
        self._open: list[_Array | _Object] = []
        self._decode = JSONDecoder().raw_decode
        self._blanks = re.compile(r"[ \t\r\n]*")
        self._digits = re.compile("[0-9]*")
        self._plain = re.compile(r'[^"\\\x00-\x1f]*')
        self._escape = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')

    def document(self) -> Json:
        value = self._value()
        self._skip_blanks()
        if self._at < len(self._text):
            raise self._invalid("after top-level value")
        return value

    def _value(self) -> Json:
        while True:
            value = self._begin_value()
            while not isinstance(value, _Opened):
                if not self._open:
                    return value
                holder = self._open[-1]
                holder.add(value)
                value = self._end_value(holder)

    def _begin_value(self) -> Json | _Opened:
        char = self._next_char()
        if char in "{[":
            return self._begin_holder(_Object() if char == "{" else _Array())
        if char == '"':
            return self._string()
        if char in "-0123456789":
            return self._number()
        if char in _LITERALS:
            return self._literal(*_LITERALS[char])
        raise self._invalid("looking for beginning of value")

    def _begin_holder(self, holder: _Array | _Object) -> Json | _Opened:
        self._open.append(holder)
        if len(self._open) > MAX_DEPTH:
            raise self._invalid("exceeded max depth")
        self._at += 1
        if self._next_char() == holder.closing:
            return self._close()
        self._begin_member(holder)
        return _Opened()

    def _end_value(self, holder: _Array | _Object) -> Json | _Opened:
        char = self._next_char()
        if char == holder.closing:
            return self._close()
        if char != ",":
            raise self._invalid(holder.after)
        self._at += 1
        self._begin_member(holder)
        return _Opened()

    def _begin_member(self, holder: _Array | _Object) -> None:
        if isinstance(holder, _Array):
            return
        if self._next_char() != '"':
            raise self._invalid("looking for beginning of object key string")
        holder.key = self._string()
        if self._next_char() != ":":
            raise self._invalid("after object key")
        self._at += 1

    def _close(self) -> Json:
        self._at += 1
        return self._open.pop().closed()

    def _string(self) -> str:
        value: str
        try:
            value, self._at = self._decode(self._text, self._at)
        except ValueError:
            raise self._invalid_string(self._at + 1) from None
        return value

    def _number(self) -> int:
        self._skip("-")
        if not self._skip("0"):
            self._skip_digits("in numeric literal")
        if self._skip("."):
            self._skip_digits("after decimal point in numeric literal")
        if self._skip("eE"):
            self._skip("+-")
            self._skip_digits("in exponent of numeric literal")
        return 0

    def _literal(self, word: str, value: bool | None) -> bool | None:
        for expected in word:
            if not self._skip(expected):
                raise self._invalid(f"in literal {word} (expecting {expected!r})")
        return value

    def _next_char(self) -> str:
        self._skip_blanks()
        if self._at == len(self._text):
            raise self._ended()
        return self._text[self._at]

    def _skip_blanks(self) -> None:
        self._at = _end(self._blanks, self._text, self._at)

    def _skip(self, chars: str) -> bool:
        found = self._text[self._at] in chars
        self._at += found
        return found

    def _skip_digits(self, problem: str) -> None:
        end = _end(self._digits, self._text, self._at)
        if end == self._at:
            raise self._invalid(problem)
        self._at = end

    def _invalid_string(self, at: int) -> InvalidJSONError:
        while escape := self._escape.match(self._text, at := _end(self._plain, self._text, at)):
            at = escape.end()
        self._at = at
        if at == len(self._text):
            return self._ended()
        if self._text[at] == "\\":
            return self._invalid_escape()
        return self._invalid("in string literal")

    def _invalid_escape(self) -> InvalidJSONError:
        self._at += 1
        if not self._skip("u"):
            return self._invalid("in string escape code")
        while self._skip("0123456789abcdefABCDEF"):
            pass
        return self._invalid("in \\u hexadecimal character escape")

    def _invalid(self, problem: str) -> InvalidJSONError:
        return InvalidJSONError(problem, self._at, self._text[self._at])

    def _ended(self) -> InvalidJSONError:
        return InvalidJSONError("unexpected end of JSON input", len(self._text) - 1)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a pattern that matches the empty text, too, ends."""
    match = pattern.match(text, at)
    return match.end() if match else at


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
