"""What a terminal may be sent: harmless characters, our own colours, lines of a known width.

Everything that came from outside (names, registry keys, messages) goes through `neutralise` before
it is printed, to terminals and pipes alike: the views do it in `layout`, the console in `warn`.
"""

from __future__ import annotations

from typing import NamedTuple

# Letters and marks to Unicode that no terminal shows: Hangul fillers, joiners, an empty braille
# cell. str.isprintable finds the others: controls, bidi, zero width, tags, separators, surrogates.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_CODES = {"strong": "1", "faint": "2", "error": "31", "warning": "33"}


class Terminal(NamedTuple):
    """Where text is shown. Without a width nothing is wrapped: a pipe, a file."""

    width: int | None = None  # columns
    colour: bool = False

    def paint(self, text: str, style: str) -> str:
        """Colour the text in a style of ours: strong, faint, error, warning."""
        if not self.colour or not text:
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


PIPE = Terminal()


def neutralise(text: str) -> str:
    r"""Return the text in one line; what is invisible or active as an escape such as \u200b.

    Line breaks and tabs within the text become one blank; at its ends they stay visible, because a
    line end after a user name is news.
    """
    if text.isprintable() and _INVISIBLE.isdisjoint(text):
        return text
    inner = text.strip("\r\n\t")
    start = text.index(inner) if inner else len(text)
    before, after = text[:start], text[start + len(inner) :]
    return _escaped(before) + _escaped(_one_line(inner)) + _escaped(after)


def _one_line(text: str) -> str:
    """Show each run of white space that holds a line break or a tab as one blank."""
    if not any(character in text for character in "\r\n\t"):
        return text
    import re

    return re.sub(r" *[\r\n\t][ \r\n\t]*", " ", text)


def _escaped(text: str) -> str:
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable() and character not in _INVISIBLE:
        return character
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def columns_of(text: str) -> int:
    """Return how many columns neutralised text takes: wide characters two, marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )
