"""Why a text cannot be read, and where. Never shows the text: it may be a Secret."""

from __future__ import annotations


class TextError(ValueError):
    """A reason in words, and a position in the text (an offset in characters)."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.why = why
        self.at = at


class Places:
    """Lines and columns in one text. Asked in the text's order it counts each line end once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def of(self, at: int) -> str:
        """Return `line 3, column 5` for an offset; both count from 1."""
        if at < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return f"line {self._line}, column {at - self._text.rfind(chr(10), 0, at)}"
