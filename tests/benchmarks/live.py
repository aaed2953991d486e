"""Measures the live commands against kubectl, both asking a real API server. See README.md.

python tests/benchmarks/live.py small [--rounds 15] [--program FILE]
python tests/benchmarks/live.py large [--rounds 5] [--program FILE] [--pods 20000]
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script knows only its own folder

from tests.benchmarks.race import ENVIRONMENT, HEAD, Race, row

ROOT = Path(__file__).parents[2]
CLUSTER = Path(__file__).with_name("cluster.py")
SMALL = "shop"  # as in cluster.py, which is not imported: this process stays small, see race.py
ROUNDS = {"small": 15, "large": 5}
LOADED_WITHIN = 1800.0  # seconds, for everything; 3 minutes on two cores, more to build programs
STOPPED_WITHIN = 60.0


def main() -> None:
    given = _given()
    rounds = given.rounds or ROUNDS[given.size]
    with TemporaryDirectory(prefix="pullsecret-") as home, _cluster(given) as cluster:
        program = str(given.program or _installed(Path(home)))
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n{HEAD}", flush=True)
        environment = {**ENVIRONMENT, "KUBECONFIG": cluster.told["kubeconfig"], "HOME": home}
        races = _small if given.size == "small" else _large
        for race in races(program, cluster, rounds):
            print(row(race, environment), flush=True)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("size", choices=ROUNDS)
    parser.add_argument("--rounds", type=int, help="15 for small, 5 for large")
    parser.add_argument("--program", type=Path, help="an installed one; else this checkout's")
    parser.add_argument("--pods", type=int, default=20_000, help="of large")
    return parser.parse_args()


def _installed(folder: Path) -> Path:
    """The program as pip installs it, with its bytecode."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", ROOT], check=True, env=ENVIRONMENT)
    return python.with_name("kubectl-pullsecret")


class Cluster:
    """The process of cluster.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.told: dict[str, str] = json.loads(self._line())

    def move_failing(self, arrangement: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{arrangement}\n")
        self._process.stdin.flush()
        self._line()

    def _line(self) -> str:
        output = self._process.stdout
        assert output is not None
        ready, _, _ = select.select([output], [], [], LOADED_WITHIN)
        line = output.readline() if ready else ""
        if not line:
            sys.exit("the cluster did not come up" if ready else "the cluster takes too long")
        return line


@contextmanager
def _cluster(given: argparse.Namespace) -> Iterator[Cluster]:
    """It ends when its standard input does, also when this process is killed."""
    command = [sys.executable, str(CLUSTER), given.size, "--pods", str(given.pods)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    try:
        yield Cluster(process)
    finally:
        process.stdin.close()
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(STOPPED_WITHIN)


def _small(program: str, cluster: Cluster, rounds: int) -> Iterator[Race]:
    kubectl, pod = cluster.told["kubectl"], cluster.told["pod"]
    here = ("-n", SMALL)
    secrets = (kubectl, "get", "secrets", *here)
    yield Race("list / get secrets", (program, "list", *here), secrets, 3.2, rounds)
    doctor, get = (program, "doctor", f"pod/{pod}", *here), (kubectl, "get", "pod", pod, *here)
    yield Race("doctor pod / get pod", doctor, get, 3.2, rounds)


def _large(program: str, cluster: Cluster, rounds: int) -> Iterator[Race]:
    other = (cluster.told["kubectl"], "get", "pods", "-A", "-o", "json")
    for arrangement in ("spread", "crowded"):
        cluster.move_failing(arrangement)
        title = f"doctor -A, {arrangement} / get pods -A -o json"
        yield Race(title, (program, "doctor", "-A"), other, 0.3, rounds, memory_bound=0.1)


if __name__ == "__main__":
    main()
