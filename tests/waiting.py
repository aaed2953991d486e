"""Waiting for what others do in their own time, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(done: Callable[[], bool], seconds: float = 20.0, pace: float = 0.02) -> None:
    """Returns when it is done; looks again every `pace` seconds, and fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"not done after {seconds:.0f} s"
        time.sleep(pace)
