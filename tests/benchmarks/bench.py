"""Measures start-up and a large dump against what they may cost. Run by hand, see README.md.

python tests/benchmarks/bench.py [--rounds 15] [--large-rounds 5] [--pods 20000] [--dump FILE]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
CAPTURE = HERE.parent / "data" / "captures" / "containerd-2.2" / "pod-shadows-sa.json"
PROGRAM = str(Path(sys.executable).with_name("kubectl-pullsecret"))
KUBECTL = ("kubectl", "version", "--client")
JSON_LOAD = "import json, sys; json.load(open(sys.argv[1], encoding='utf-8'))"

# An installed program has its bytecode; a checkout gets it in the first round, unless forbidden.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
ANSWERED = (0, 1)  # findings are an answer; any other exit code is no measurement


class Cost(NamedTuple):
    """What one process used."""

    seconds: float
    peak_bytes: int


class Race(NamedTuple):
    """Our command, the one that it is measured against, and how many times longer it may take."""

    title: str
    ours: Sequence[str]
    other: Sequence[str]
    bound: float
    rounds: int


def main() -> None:
    options = _options()
    print(f"{'what':34} {'ours ms':>9} {'other ms':>9} {'ratio':>6} {'bound':>6} {'peak MB':>15}")
    with tempfile.TemporaryDirectory() as folder:
        dump = options.dump or _made_dump(Path(folder), options.pods)
        for race in _races(options, dump):
            print(_row(race), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="of the two that measure start-up")
    parser.add_argument("--large-rounds", type=int, default=5, help="of the large dump")
    parser.add_argument("--pods", type=int, default=20_000, help="in the dump that is generated")
    parser.add_argument("--dump", type=Path, help="use this dump and generate none")
    return parser.parse_args()


def _made_dump(folder: Path, pods: int) -> Path:
    """A dump by make_dump.py, in a process of its own: ours stays small, see `_cost`."""
    path = folder / "dump.json"
    command = [sys.executable, str(HERE / "make_dump.py"), str(path), "--pods", str(pods)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


def _races(options: argparse.Namespace, dump: Path) -> Iterator[Race]:
    if shutil.which("kubectl"):
        yield Race("--help / kubectl", (PROGRAM, "--help"), KUBECTL, 1.5, options.rounds)
        doctor = (PROGRAM, "doctor", "-f", str(CAPTURE))
        yield Race("doctor, sample / kubectl", doctor, KUBECTL, 2.5, options.rounds)
    else:
        print("no kubectl here: start-up is not measured")
    title = f"doctor, {dump.stat().st_size / 1e6:.0f} MB / json.load"
    load = (sys.executable, "-c", JSON_LOAD, str(dump))
    doctor = (PROGRAM, "doctor", "-f", str(dump))
    yield Race(title, doctor, load, 2.0, options.large_rounds)


def _row(race: Race) -> str:
    """The medians of interleaved rounds, after one round that only warms the caches."""
    _cost(race.ours), _cost(race.other)
    rounds = [(_cost(race.ours), _cost(race.other)) for _ in range(race.rounds)]
    ours = statistics.median(one.seconds for one, _ in rounds)
    other = statistics.median(one.seconds for _, one in rounds)
    peaks = [max(one.peak_bytes for one in side) / 1e6 for side in zip(*rounds, strict=True)]
    return (
        f"{race.title:34} {ours * 1e3:9.1f} {other * 1e3:9.1f} {ours / other:6.2f} "
        f"{race.bound:6.1f} {peaks[0]:7.0f}/{peaks[1]:.0f}"
    )


def _cost(command: Sequence[str]) -> Cost:
    """One run of a command. Linux counts a parent's peak as the child's, so the parent is small."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ANSWERED:
        sys.exit(f"exit code {process.returncode}: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, usage.ru_maxrss * unit)


if __name__ == "__main__":
    main()
