"""A call that may block in C, and who waits for it can stop at any moment.

A name lookup answers neither to Ctrl-C nor to a timeout, and a server may send a byte every few
seconds for ever. So a request runs in a daemon thread, and its caller waits outside.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

_SLICE = 0.2  # seconds; on Windows Ctrl-C is noticed only where a wait ends


class OverdueError(Exception):
    """A call did not end in time. It goes on, unheard."""


def interruptible(call: Callable[[], T], seconds: float | None = None) -> T:
    """The call's result, or what it raised; OverdueError where it takes longer than `seconds`."""
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as failure:  # raised by who waits
            failures.append(failure)

    thread = Thread(target=run, daemon=True)
    thread.start()
    end = None if seconds is None else monotonic() + seconds
    while thread.is_alive():
        left = _SLICE if end is None else min(_SLICE, end - monotonic())
        if left <= 0:
            raise OverdueError
        thread.join(left)
    if failures:
        raise failures.pop()
    return results.pop()
