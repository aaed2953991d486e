"""Measures start-up and a large dump against what they may cost. Run by hand, see README.md.

python tests/benchmarks/bench.py [--program FILE] [--rounds 15] [--large-rounds 5] [--pods 20000]
    [--dump FILE]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script knows only its own folder

from tests.benchmarks.race import HEAD, Race, row

HERE = Path(__file__).parent
CAPTURE = HERE.parent / "data" / "captures" / "containerd-2.2" / "pod-shadows-sa.json"
PROGRAM = Path(sys.executable).with_name("kubectl-pullsecret")
KUBECTL = ("kubectl", "version", "--client")
KUBECTL_HELP = ("kubectl", "get", "--help")
JSON_LOAD = "import json, sys; json.load(open(sys.argv[1], encoding='utf-8'))"


def main() -> None:
    options = _options()
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        dump = options.dump or _made_dump(Path(folder), options.pods)
        for race in _races(options, dump):
            print(row(race), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--program", type=Path, default=PROGRAM, help="for example a bundle's")
    parser.add_argument("--rounds", type=int, default=15, help="of those that measure start-up")
    parser.add_argument("--large-rounds", type=int, default=5, help="of the large dump")
    parser.add_argument("--pods", type=int, default=20_000, help="in the dump that is generated")
    parser.add_argument("--dump", type=Path, help="use this dump and generate none")
    return parser.parse_args()


def _made_dump(folder: Path, pods: int) -> Path:
    """A dump by make_dump.py, in a process of its own: ours stays small, see race.py."""
    path = folder / "dump.json"
    command = [sys.executable, str(HERE / "make_dump.py"), str(path), "--pods", str(pods)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


def _races(options: argparse.Namespace, dump: Path) -> Iterator[Race]:
    program = str(options.program)
    if shutil.which("kubectl"):
        starts = (
            ("--help / kubectl get --help", ("--help",), KUBECTL_HELP, 1.5),
            ("completion of a word / kubectl version", ("__complete", "att"), KUBECTL, 0.8),
            ("doctor, sample / kubectl version", ("doctor", "-f", str(CAPTURE)), KUBECTL, 2.5),
        )
        for title, ours, other, bound in starts:
            yield Race(title, (program, *ours), other, bound, options.rounds)
    else:
        print("no kubectl here: start-up is not measured")
    title = f"doctor, {dump.stat().st_size / 1e6:.0f} MB / json.load"
    load = (sys.executable, "-c", JSON_LOAD, str(dump))
    doctor = (program, "doctor", "-f", str(dump))
    yield Race(title, doctor, load, 2.0, options.large_rounds)


if __name__ == "__main__":
    main()
