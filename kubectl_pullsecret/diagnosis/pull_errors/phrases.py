"""How a row of the table finds its words: literal phrases, no regular expressions to compile."""

from __future__ import annotations

from collections.abc import Iterable

GAP = 300  # characters that "…" may stand for: an image name at its longest
_MOST_OPENINGS = 16  # places where the part before "…" is tried


def find(phrase: str, words: str) -> int:
    """Index of the first place where the phrase stands, -1 for none.

    `^` at its start and `$` at its end are the ends of the words; "…" is up to GAP characters.
    """
    if phrase.startswith("^"):
        anchored = phrase[1:]
        return (
            0 if words.startswith(anchored.partition("…")[0]) and find(anchored, words) == 0 else -1
        )
    if phrase.endswith("$"):
        ending = phrase[:-1]
        return len(words) - len(ending) if words.endswith(ending) else -1
    opening, gap, rest = phrase.partition("…")
    at = words.find(opening)
    if not gap:
        return at
    for _ in range(_MOST_OPENINGS):
        if at < 0 or _follows(rest.split("…"), words, at + len(opening)):
            return at
        at = words.find(opening, at + 1)
    return -1


def _follows(parts: Iterable[str], words: str, at: int) -> bool:
    for part in parts:
        found = words.find(part, at, at + GAP + len(part))
        if found < 0:
            return False
        at = found + len(part)
    return True


def first(phrases: Iterable[str], words: str) -> int:
    """Index of the phrase that stands first in the words, -1 if none does."""
    places = [at for phrase in phrases if (at := find(phrase, words)) >= 0]
    return min(places, default=-1)
