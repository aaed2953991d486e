"""A call that may block in C, and who waits for it can stop at any moment.

A name lookup answers neither to Ctrl-C nor to a timeout, and a server may send a byte every few
seconds for ever. So a request runs in a daemon thread, and its caller waits outside.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

SLICE = 0.2  # seconds of every wait: on Windows Ctrl-C is noticed only where one ends


class OverdueError(Exception):
    """A call did not end in time. It goes on, unheard."""


class Begun(Generic[T]):
    """A call that is being made, in a thread of its own."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._results: list[T] = []
        self._failures: list[BaseException] = []
        self._thread = Thread(target=self._run, args=(call,), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[], T]) -> None:
        try:
            self._results.append(call())
        except BaseException as failure:  # raised by who waits
            self._failures.append(failure)

    def result(self, seconds: float | None = None) -> T:
        """The call's result, or what it raised; OverdueError where it takes longer than this."""
        end = None if seconds is None else monotonic() + seconds
        while self._thread.is_alive():
            left = SLICE if end is None else min(SLICE, end - monotonic())
            if left <= 0:
                raise OverdueError
            self._thread.join(left)
        if self._failures:
            raise self._failures.pop()
        return self._results.pop()
