"""`.ci/release_notes.py`: a tag is released only as the version that it names, with its notes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.workflows import ROOT

SCRIPT = ROOT / ".ci" / "release_notes.py"
CHANGELOG = """# Changelog

## Unreleased

### Added
- Later.

## 0.2.0

### Added
- Two.

### Fixed
- Three.

## [0.1.0] - 2026-11-21

- One.
"""
TWO = "### Added\n- Two.\n\n### Fixed\n- Three.\n"


def notes(folder: Path, tag: str, *, version: str, changelog: str = CHANGELOG) -> tuple[str, str]:
    """What the script prints in a checkout of this version: its output, its complaint."""
    (folder / ".ci").mkdir()
    (folder / "kubectl_pullsecret").mkdir()
    shutil.copy(SCRIPT, folder / ".ci")
    (folder / "kubectl_pullsecret" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    (folder / "CHANGELOG.md").write_text(changelog)
    command = [sys.executable, str(folder / ".ci" / SCRIPT.name), tag]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode == 0) is (done.stderr == "")
    return done.stdout, done.stderr


@pytest.mark.parametrize(("version", "said"), [("0.2.0", TWO), ("0.1.0", "- One.\n")])
def test_the_notes_of_a_release_are_its_section(tmp_path: Path, version: str, said: str) -> None:
    assert notes(tmp_path, f"v{version}", version=version) == (said, "")


@pytest.mark.parametrize("tag", ["v0.1.0", "0.2.0", "v0.2", "v0.2.0-rc.1", "refs/tags/v0.2.0", ""])
def test_a_tag_that_is_not_the_version_is_refused(tmp_path: Path, tag: str) -> None:
    out, complaint = notes(tmp_path, tag, version="0.2.0")
    assert out == ""
    assert complaint == f"error: the tag is {tag}, but kubectl_pullsecret/__init__.py says 0.2.0\n"


@pytest.mark.parametrize(
    "changelog",
    [
        pytest.param(CHANGELOG, id="no section"),
        pytest.param("## 0.3.0\n\n## 0.2.0\n\n- Two.\n", id="an empty section"),
        pytest.param("## 0.3.0-rc.1\n\n- Not yet.\n", id="of a version before it"),
    ],
)
def test_a_version_without_notes_is_refused(tmp_path: Path, changelog: str) -> None:
    out, complaint = notes(tmp_path, "v0.3.0", version="0.3.0", changelog=changelog)
    assert out == ""
    assert "CHANGELOG.md says nothing of 0.3.0" in complaint


def test_a_version_that_is_none_for_krew_is_refused(tmp_path: Path) -> None:
    """krew wants semver, PyPI its own form: three numbers are both."""
    _, complaint = notes(tmp_path, "v0.2.0rc1", version="0.2.0rc1")
    assert "has no __version__ of three numbers" in complaint


def test_without_a_tag_it_says_how_it_is_used() -> None:
    done = subprocess.run([SCRIPT], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: .ci/release_notes.py TAG\n")
