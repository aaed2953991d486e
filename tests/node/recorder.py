"""Writes dumps of failing pods as a node leaves them: `python -m tests.node.recorder FOLDER`.

Plays the proof on each runtime and keeps each namespace as it was when `doctor` gave the right
reason: FOLDER/containerd-2.2/no-pull-secret.json and so on, and FOLDER/expected.json. The files
under tests/data/captures are such dumps; this makes them anew from a newer Kubernetes. What
follows FOLDER goes to pytest: `-k "no-such"`, `-k "containerd 2"`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.node.dumps import Recorder


def main(folder: str, *to_pytest: str) -> int:
    proof = Path(__file__).with_name("test_proof.py")
    flags = ("-q", "-p", "no:cacheprovider", *to_pytest)
    return pytest.main([str(proof), *flags], plugins=[Recorder(Path(folder))])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: python -m tests.node.recorder FOLDER [PYTEST ARGUMENT...]\n{__doc__}")
    sys.exit(main(*sys.argv[1:]))
