"""What a machine lacks for the tests against real programs."""

from __future__ import annotations


class MissingError(Exception):
    """Something that the real programs need is not here; the text says what."""


def last_lines(output: str, count: int = 15) -> str:
    """The end of a program's output, where it says why it failed."""
    return "\n".join(output.rstrip().splitlines()[-count:])
