"""Shell patterns by the rules of Go's filepath.Match, for texts without a slash.

Linear: a star is never tried again once the next one was reached, so no pattern takes long.
"""

from __future__ import annotations

_META = frozenset("*?[\\")


class _BadPatternError(ValueError):
    """Go's ErrBadPattern: the keyring takes it for a mismatch."""


class _Char:
    """What one character of the name must be: in a range, or (negated) in none."""

    def __init__(self, *ranges: tuple[str, str], negated: bool = False) -> None:
        self._ranges = ranges
        self._negated = negated

    def fits(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self._ranges) is not self._negated


class _Chunk:
    """A run of the pattern without a star, and whether a star stands before it."""

    def __init__(self, *, star: bool) -> None:
        self.star = star
        self.chars: list[_Char] = []

    def fits(self, name: str, at: int) -> bool:
        """Tell whether the chunk is what `name` holds at `at`."""
        end = at + len(self.chars)
        if end > len(name):
            return False
        return all(char.fits(one) for char, one in zip(self.chars, name[at:end], strict=True))


def matches(pattern: str, name: str) -> bool:
    """Tell whether the pattern fits all of the name; a malformed pattern fits nothing."""
    if _META.isdisjoint(pattern):
        return pattern == name
    try:
        return _fits(_chunks(pattern), name)
    except _BadPatternError:
        return False


def _fits(chunks: list[_Chunk], name: str) -> bool:
    """match.go, Match: each chunk at the first place where it fits, the last one at the end."""
    at = 0
    for chunk in chunks:
        end = _place(chunk, name, at, is_last=chunk is chunks[-1])
        if end is None:
            return False
        at = end
    return at == len(name)


def _place(chunk: _Chunk, name: str, at: int, *, is_last: bool) -> int | None:
    """Find where the chunk ends in `name` if it starts at `at`, or behind it after a star."""
    end = len(name) - len(chunk.chars)
    first = max(at, end) if is_last else at
    starts = range(first, end + 1) if chunk.star else (at,)
    return next((one + len(chunk.chars) for one in starts if chunk.fits(name, one)), None)


def _chunks(pattern: str) -> list[_Chunk]:
    """Part the pattern at its stars (match.go, scanChunk). Raises _BadPatternError."""
    chunks = [_Chunk(star=False)]
    at = 0
    while at < len(pattern):
        if pattern[at] == "*":
            chunks.append(_Chunk(star=True))
            at += 1
        else:
            char, at = _char(pattern, at)
            chunks[-1].chars.append(char)
    return chunks


def _char(pattern: str, at: int) -> tuple[_Char, int]:
    if pattern[at] == "[":
        return _class(pattern, at + 1)
    if pattern[at] == "?":
        return _Char(negated=True), at + 1
    char, at = _unescaped(pattern, at)
    return _Char((char, char)), at


def _class(pattern: str, at: int) -> tuple[_Char, int]:
    """Read a character class behind its bracket (match.go, matchChunk)."""
    negated = pattern[at : at + 1] == "^"
    at += negated
    ranges: list[tuple[str, str]] = []
    while not ranges or pattern[at : at + 1] != "]":
        low, at = _end_of_range(pattern, at)
        high = low
        if pattern[at : at + 1] == "-":
            high, at = _end_of_range(pattern, at + 1)
        ranges.append((low, high))
    return _Char(*ranges, negated=negated), at + 1


def _end_of_range(pattern: str, at: int) -> tuple[str, int]:
    """Read one character of a class, escaped or not (match.go, getEsc)."""
    if pattern[at : at + 1] in ("", "-", "]"):
        raise _BadPatternError
    return _unescaped(pattern, at)


def _unescaped(pattern: str, at: int) -> tuple[str, int]:
    at += pattern[at] == "\\"
    if at == len(pattern):
        raise _BadPatternError
    return pattern[at], at + 1
