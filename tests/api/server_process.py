"""A server program of the tests: started, watched, stopped by its pid."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs.missing import last_lines
from tests.programs.process import ending_with


class ServerError(Exception):
    """A server that ended, or was not ready in time; the text has the end of its log."""


@dataclass(slots=True)
class ServerProcess:
    """One program with its arguments; it may be started again after it was stopped."""

    command: tuple[str, ...]
    folder: Path  # where it runs and logs
    within: tuple[str, ...] = ()  # before the command: what enters the namespaces where it runs
    environment: Mapping[str, str] | None = None  # None: the test run's
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return Path(self.command[0]).name

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ending_with(os.getpid(), (*self.within, *self.command)),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C ends the tests, and they end it
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Returns when it is ready; raises `ServerError` when it ended or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.runs:
                raise ServerError(self._told("ended"))
            if time.monotonic() > deadline:
                raise ServerError(self._told(f"was not ready after {seconds:.0f} s"))
            time.sleep(0.02)

    def kill(self) -> None:
        """Ends it at once, without a goodbye: its data is thrown away."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)

    def pause(self) -> None:
        """It keeps its connections and says nothing until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def tail(self) -> str:
        """The last lines of its log."""
        return last_lines(self.log.read_text(errors="replace"))

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def _told(self, what: str) -> str:
        return f"{self.name} {what}:\n{self.tail()}"
