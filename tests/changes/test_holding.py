"""Signals that wait, and are not lost."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from kubectl_pullsecret.changes.holding import HeldSignals, interruptible

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Whatever a test does, the runner's own come back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_interrupts_when_the_block_ends(number: signal.Signals) -> None:
    before, done = signal.getsignal(number), []

    def work() -> None:
        with HeldSignals() as signals:
            signals.hold()
            send(number)
            done.append(signals.count)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]
    assert signal.getsignal(number) is before


def test_without_a_signal_nothing_happens() -> None:
    before = signal.getsignal(signal.SIGINT)
    with HeldSignals() as signals:
        signals.hold()
    assert signal.getsignal(signal.SIGINT) is before


def test_before_it_is_held_a_signal_interrupts_at_once() -> None:
    with HeldSignals(), pytest.raises(KeyboardInterrupt):
        send(signal.SIGINT)


def test_an_ignored_signal_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with HeldSignals() as signals:
        signals.hold()
        send(signal.SIGHUP)
        assert signals.count == 0


def test_an_error_is_not_hidden_by_a_signal() -> None:
    def fail() -> None:
        with HeldSignals() as signals:
            signals.hold()
            send(signal.SIGINT)
            raise ValueError("what went wrong")

    with pytest.raises(ValueError, match="what went wrong"):
        fail()


def test_in_another_thread_nothing_is_held() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def hold() -> None:
        with HeldSignals() as signals:
            signals.hold()
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join(10)
    assert seen == [before]


@pytest.mark.parametrize("number", SIGNALS)
def test_in_a_change_each_of_them_interrupts_and_the_handler_comes_back(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interruptible():
        send(number)
    assert signal.getsignal(number) is before


def test_in_a_change_an_ignored_signal_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with interruptible():
        send(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_in_a_change_held_signals_wait_as_ever() -> None:
    done = []

    def work() -> None:
        with HeldSignals() as signals:
            signals.hold()
            send(signal.SIGTERM)
            done.append(signals.count)

    with interruptible(), pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]


def test_in_another_thread_a_change_is_not_interruptible() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def work() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert seen == [before]


def test_who_listens_is_told_what_a_held_signal_waits_for() -> None:
    heard: list[str] = []
    with interruptible(heard.append), HeldSignals() as signals:
        signals.tell("it takes a while")
    HeldSignals().tell("nobody is there")
    assert heard == ["it takes a while"]
