"""How patiently completion is asked, in whatever way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
NOTHING = ":4\n"  # the answer of `__complete` without a word
TRIES = 5


def answered(ask: Callable[[], Answer], nothing: Answer) -> Answer:
    """The first answer that is not `nothing`.

    The completer gives up after two seconds, and the machine may be too busy to find names in time.
    """
    answers = (ask() for _ in range(TRIES))
    return next((answer for answer in answers if answer != nothing), nothing)
