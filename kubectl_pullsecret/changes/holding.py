"""Signals that would end the program in the midst of a change: they interrupt, or wait."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any

_ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
Handler = Callable[[int, "FrameType | None"], None]


def _tell_nobody(_sentence: str) -> None:
    """What is said where nobody listens."""


_tell: ContextVar[Callable[[str], None]] = ContextVar("_tell", default=_tell_nobody)


@contextmanager
def interruptible(tell: Callable[[str], None] = _tell_nobody) -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does: a report can follow.

    `tell` gets what is to be said meanwhile to whoever sent a signal that waits. One that is
    ignored (nohup) stays so. Outside the main thread nothing changes: signals do not come there.
    """
    token = _tell.set(tell)
    before = _handled_by(_interrupt)
    try:
        yield
    finally:
        _restore(before)
        _tell.reset(token)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _handled_by(handler: Handler, before: dict[int, Any] | None = None) -> dict[int, Any]:
    """Handle the signals so from here on; what handled them before, also put into `before`."""
    before = {} if before is None else before
    if threading.current_thread() is threading.main_thread():
        for number in _ENDING:
            old = signal.getsignal(number)
            if old is not signal.SIG_IGN and old is not None:
                before[number] = old  # first: a signal may come in between
                signal.signal(number, handler)
    return before


def _restore(before: dict[int, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)


class HeldSignals:
    """From `hold` to the end of the block, Ctrl-C and its kin wait; then they interrupt.

    So what was done meanwhile can be told: a SIGTERM, too, ends as a KeyboardInterrupt. One that is
    ignored (nohup) stays so. Outside the main thread nothing is held: signals do not come there.
    """

    def __init__(self) -> None:
        self.count = 0  # of signals that came
        self.begun = True  # False while all that was asked for changes nothing
        self._before: dict[int, Any] = {}

    def hold(self) -> None:
        """Let signals wait from here on."""
        if not self._before:
            _handled_by(self._note, self._before)

    def tell(self, sentence: str) -> None:
        """Say this to whoever sent a signal; not from its handler, which may cut into a write."""
        _tell.get()(sentence)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1

    def __enter__(self) -> HeldSignals:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go, and deliver what came.

        Raises:
            KeyboardInterrupt: a signal has waited.
        """
        _restore(self._before)
        self._before = {}
        if self.count and kind is None:
            raise KeyboardInterrupt
