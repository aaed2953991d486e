"""Signals that would end the program between two requests that belong together."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class HeldSignals:
    """From `hold` to the end of the block, Ctrl-C and its kin wait; then they interrupt.

    So what was done meanwhile can be told: a SIGTERM, too, ends as a KeyboardInterrupt. One that is
    ignored (nohup) stays so. Outside the main thread nothing is held: signals do not come there.
    """

    def __init__(self) -> None:
        self.count = 0  # of signals that came
        self._before: dict[int, Any] = {}

    def hold(self) -> None:
        """Let signals wait from here on."""
        if threading.current_thread() is not threading.main_thread() or self._before:
            return
        for number in _ENDING:
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN and handler is not None:
                self._before[number] = handler  # first: a signal may come in between
                signal.signal(number, self._note)

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
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}
        if self.count and kind is None:
            raise KeyboardInterrupt
