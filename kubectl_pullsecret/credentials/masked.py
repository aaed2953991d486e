"""A secret text that does not print itself. Here is the type, and nothing that opens it."""

from __future__ import annotations

from typing import NoReturn

MASK = "•••"


class Masked:
    """Text that only `reveal()` opens: `str`, `repr`, `format` and every log show three dots.

    Equality and hash work on the text, so that credentials can be compared without being opened.
    Bytes that are not UTF-8 are kept as lone surrogates ("surrogateescape").
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. For the flag that asks for it, and to compare."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a masked text is neither pickled nor copied to disk")
