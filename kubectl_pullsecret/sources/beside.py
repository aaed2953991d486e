"""Calls that wait for a network, side by side; Ctrl-C ends all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")

MOST_THREADS = 8


def beside(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run the calls, at most `MOST_THREADS` at a time; their results in the calls' order.

    The first exception of a call is raised here; calls that were not begun are then not made.
    Threads are daemons: a call that hangs keeps nobody from leaving.
    """
    if len(calls) <= 1:
        return [call() for call in calls]
    waiting: SimpleQueue[tuple[int, Callable[[], Result]]] = SimpleQueue()
    done: SimpleQueue[tuple[int, Callable[[], Result]]] = SimpleQueue()
    for numbered in enumerate(calls):
        waiting.put(numbered)
    for _ in range(min(MOST_THREADS, len(calls))):
        Thread(target=_work, args=(waiting, done), daemon=True).start()
    results: dict[int, Result] = {}
    while len(results) < len(calls):
        number, outcome = done.get()
        try:
            results[number] = outcome()
        except BaseException:
            _empty(waiting)
            raise
    return [results[number] for number in range(len(calls))]


def _work(
    waiting: SimpleQueue[tuple[int, Callable[[], Result]]],
    done: SimpleQueue[tuple[int, Callable[[], Result]]],
) -> None:
    """Make one call after another; hand over what gives the result, or raises its exception."""
    while True:
        try:
            number, call = waiting.get_nowait()
        except Empty:
            return
        done.put((number, _outcome(call)))


def _outcome(call: Callable[[], Result]) -> Callable[[], Result]:
    try:
        result = call()
    except BaseException as error:  # a thread has nobody to raise to
        raised = error

        def fail() -> Result:
            raise raised

        return fail
    return lambda: result


def _empty(waiting: SimpleQueue[tuple[int, Callable[[], Result]]]) -> None:
    while True:
        try:
            waiting.get_nowait()
        except Empty:
            return
