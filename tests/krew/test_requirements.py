"""The lock file of the bundle: everything pinned, every file by its hash, for each platform."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from krew import bundle
from krew.bundle import REQUIREMENTS, install_tools

WANTED = REQUIREMENTS.with_suffix(".in")
PIN = re.compile(r"^([a-z\d.-]+)==(\S+)(?: ; (.+?))? \\\n((?:    --hash=sha256:[\da-f]{64}.*\n)+)")


def pins(lock: Path) -> list[tuple[str, str, int]]:
    """Name, marker, and how many files have a hash, of each pinned distribution."""
    blocks = re.split(r"^(?=[a-z])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for block in blocks[1:]:
        pin = PIN.match(block)
        assert pin, block
        found.append((pin[1], pin[3] or "", pin[4].count("--hash")))
    return found


def test_what_is_wanted_is_locked_and_everything_has_hashes() -> None:
    wanted = re.findall(r"^[a-z\d-]+", WANTED.read_text(encoding="utf-8"), re.MULTILINE)
    assert {*wanted} <= {name for name, _, _ in pins(REQUIREMENTS)}
    assert len(wanted) == 6


@pytest.mark.parametrize(
    ("name", "marker"),
    [
        ("click", ""),
        ("pyyaml", ""),
        ("shtab", ""),
        ("urllib3", ""),
        ("cx-freeze", "sys_platform != 'win32'"),
        ("pyinstaller", "sys_platform == 'win32'"),
    ],
)
def test_windows_gets_one_freezer_and_the_others_the_other(name: str, marker: str) -> None:
    assert [found for pinned, found, _ in pins(REQUIREMENTS) if pinned == name] == [marker]


def test_compiled_parts_have_a_file_for_each_platform_and_python() -> None:
    files = {name: hashes for name, _, hashes in pins(REQUIREMENTS)}
    assert files["pyyaml"] > 20
    assert files["pyinstaller"] > 1


def test_the_lock_file_says_how_it_is_renewed() -> None:
    first = REQUIREMENTS.read_text(encoding="utf-8").splitlines()[:3]
    assert "uv pip compile krew/requirements.in --universal --generate-hashes" in first[1]


def test_an_index_that_hangs_does_not_hang_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\nexec sleep 1000\n")
    python.chmod(0o755)
    monkeypatch.setattr(bundle, "PATIENCE", 0.3)
    with pytest.raises(subprocess.TimeoutExpired):
        install_tools(tmp_path)
