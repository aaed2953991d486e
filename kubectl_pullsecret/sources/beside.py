"""Calls that wait for a network, side by side; Ctrl-C ends all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

Result = TypeVar("Result")

MOST_THREADS = 8


def beside(calls: Sequence[Callable[[], Result]], threads: int = MOST_THREADS) -> list[Result]:
    """Run the calls, at most `threads` at a time; their results in the calls' order.

    The first exception of a call is raised here; calls that were not begun are then not made.
    Threads are daemons: a call that hangs keeps nobody from leaving.
    """
    if len(calls) <= 1 or threads <= 1:
        return [call() for call in calls]
    waiting: SimpleQueue[tuple[int, Callable[[], Result]] | None] = SimpleQueue()
    done: SimpleQueue[tuple[int, Callable[[], Result]]] = SimpleQueue()
    given_up = Event()

    def work() -> None:
        for number, call in iter(waiting.get, None):
            if not given_up.is_set():
                done.put((number, _outcome(call)))

    for numbered in enumerate(calls):
        waiting.put(numbered)
    for _ in range(min(threads, len(calls))):
        waiting.put(None)  # one for each thread to end at
        Thread(target=work, daemon=True).start()
    results: dict[int, Result] = {}
    try:
        while len(results) < len(calls):
            number, outcome = done.get()
            results[number] = outcome()
    finally:
        given_up.set()
    return [results[number] for number in range(len(calls))]


def _outcome(call: Callable[[], Result]) -> Callable[[], Result]:
    """Make the call; what gives its result, or raises its exception where somebody listens."""
    try:
        result = call()
    except BaseException as error:  # a thread has nobody to raise to
        raised = error

        def fail() -> Result:
            raise raised

        return fail
    return lambda: result
