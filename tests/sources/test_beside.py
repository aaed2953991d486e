"""Calls side by side: all results, in order, or the first exception."""

from __future__ import annotations

from threading import Barrier, Event, get_ident
from time import sleep

import pytest

from kubectl_pullsecret.sources.beside import MOST_THREADS, beside

AT_MOST = 10.0  # seconds that a test waits for another thread


def test_results_come_in_the_order_of_the_calls() -> None:
    calls = [lambda number=number: number * number for number in range(50)]
    assert beside(calls) == [number * number for number in range(50)]


def test_as_many_calls_as_there_are_threads_run_at_once() -> None:
    all_there = Barrier(MOST_THREADS)
    places = beside([lambda: all_there.wait(AT_MOST)] * MOST_THREADS)
    assert sorted(places) == list(range(MOST_THREADS))


def test_with_one_thread_they_run_in_this_one() -> None:
    assert set(beside([get_ident] * 5, threads=1)) == {get_ident()}


def test_nothing_to_do_is_done() -> None:
    nothing: list[int] = beside([])
    assert nothing == []


def test_the_first_exception_is_raised_and_what_was_not_begun_is_not_made() -> None:
    made: list[int] = []
    failed = Event()

    def fail() -> int:
        failed.set()
        raise LookupError("no answer")

    def wait(number: int) -> int:
        assert failed.wait(AT_MOST)
        sleep(0.005)
        made.append(number)
        return number

    calls = [fail, *(lambda number=number: wait(number) for number in range(1_000))]
    with pytest.raises(LookupError, match="no answer"):
        beside(calls)
    assert len(made) < 1_000
