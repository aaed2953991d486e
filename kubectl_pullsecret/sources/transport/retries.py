"""How long to wait before a request is tried again, or that it is not. Pure.

client-go, rest/with_retry.go: an answer of 429 or 5xx is tried again where it says Retry-After, at
most ten times, whatever the method. Beyond that, reads are tried a few more times after what a
server that restarts does: a cut connection, 502, 503, 504.
"""

from __future__ import annotations

_MOST_TRIES = 10
_LONGEST_PAUSE = 60.0  # seconds that a server may ask for; beyond that its refusal is the answer
_PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0)  # seconds
_WHERE_UNKNOWN = 2  # pauses for a server that never answered: it may not be one
_RESTARTING = (502, 503, 504)


def pause_after_answer(
    method: str, status: int, retry_after: str | None, *, tried: int, known: bool
) -> float | None:
    """Seconds to wait after an answer that is no success; None: it stands.

    `tried` counts the requests so far, from 1; `known`: this server has answered well before.
    """
    if status != 429 and status < 500:
        return None
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        pause = float(retry_after)
        return pause if tried < _MOST_TRIES and pause <= _LONGEST_PAUSE else None
    return _pause(tried, known) if method == "GET" and status in _RESTARTING else None


def pause_after_fault(
    method: str, *, cut: bool, refused: bool, tried: int, known: bool
) -> float | None:
    """Seconds to wait after there was no whole answer; None: not again."""
    worth_a_try = cut or (refused and known)
    return _pause(tried, known) if method == "GET" and worth_a_try else None


def _pause(tried: int, known: bool) -> float | None:
    pauses = _PAUSES if known else _PAUSES[:_WHERE_UNKNOWN]
    return pauses[tried - 1] if tried <= len(pauses) else None
