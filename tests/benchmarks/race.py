"""Two commands take turns; the medians of their times and their peak memory are compared."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from threading import Timer
from typing import NamedTuple

# An installed program has its bytecode; a checkout gets it in the first round, unless forbidden.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
ANSWERED = (0, 1)  # findings are an answer; any other exit code is no measurement
LONGEST = 600.0  # seconds for one run of a command
HEAD = (
    f"{'what':40} {'ours ms':>9} {'other ms':>9} {'ratio':>6} {'bound':>6} "
    f"{'peak MB':>15} {'ratio':>6} {'bound':>6}"
)


class Cost(NamedTuple):
    """What one process used."""

    seconds: float
    peak_bytes: int


class Race(NamedTuple):
    """Our command, the one that it is measured against, and how many times more it may take."""

    title: str
    ours: Sequence[str]
    other: Sequence[str]
    bound: float  # of the times
    rounds: int
    memory_bound: float | None = None  # of the largest resident sets


def row(race: Race, environment: Mapping[str, str] = ENVIRONMENT) -> str:
    """The medians of interleaved rounds, after one round that only warms the caches."""
    _cost(race.ours, environment), _cost(race.other, environment)
    rounds = [
        (_cost(race.ours, environment), _cost(race.other, environment)) for _ in range(race.rounds)
    ]
    ours, other = (
        statistics.median(one.seconds for one in side) for side in zip(*rounds, strict=True)
    )
    ours_peak, other_peak = (
        max(one.peak_bytes for one in side) / 1e6 for side in zip(*rounds, strict=True)
    )
    memory_bound = "" if race.memory_bound is None else f"{race.memory_bound:.1f}"
    return (
        f"{race.title:40} {ours * 1e3:9.1f} {other * 1e3:9.1f} {ours / other:6.2f} "
        f"{race.bound:6.1f} {f'{ours_peak:.0f}/{other_peak:.0f}':>15} "
        f"{ours_peak / other_peak:6.2f} {memory_bound:>6}"
    )


def _cost(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """One run of a command. Linux counts a parent's peak as the child's, so the parent is small."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    limit = Timer(LONGEST, process.kill)
    limit.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ANSWERED:
        sys.exit(f"exit code {process.returncode}: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, usage.ru_maxrss * unit)
