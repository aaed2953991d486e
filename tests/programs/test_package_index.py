"""The package index: where there is none, or one that hangs, it is said in a sentence, and soon."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.missing import MissingError
from tests.programs.package_index import install, reach


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of an index that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def asking(url: str) -> dict[str, str]:
    """An environment whose pip knows this index alone."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**others, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": url}


def test_without_an_index_it_says_so_in_a_sentence(tmp_path: Path) -> None:
    said = r"^a package index; pip says 'ERROR: No matching distribution found for click'$"
    with pytest.raises(MissingError, match=said):
        reach(tmp_path, asking("http://127.0.0.1:1/"))


def test_an_index_that_hangs_is_none(tmp_path: Path, silent: str) -> None:
    with pytest.raises(MissingError, match=r"^a package index that answers within 2 s$"):
        reach(tmp_path, asking(silent), within=2)


@pytest.mark.usefixtures("package_index")
def test_one_that_answers_is_enough(tmp_path: Path) -> None:
    reach(tmp_path, os.environ)
    assert [path.suffix for path in tmp_path.iterdir()] == [".whl"]


def test_what_an_install_started_ends_with_it(tmp_path: Path) -> None:
    """Else the pipe stays open, and is waited for."""
    script = f"sleep 1000 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        install(("/bin/sh", "-c", script), env=os.environ, within=1)
    state = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    gone = not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
    assert gone or sys.platform != "linux"


def test_an_install_says_all_that_it_says_in_one_text() -> None:
    done = install(("/bin/sh", "-c", "echo one; echo two >&2; exit 3"), env=os.environ)
    assert (done.returncode, done.stdout) == (3, "one\ntwo\n")
