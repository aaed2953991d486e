"""The version stands in kubectl_pullsecret/__init__.py, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kubectl_pullsecret
from tests.release.workflows import ROOT

ITSELF = kubectl_pullsecret.__version__
VERSION = re.compile(rf"(?<!\d)(?<!\d\.){re.escape(ITSELF)}(?!\d|\.\d)")
# What is released is named there; lock files have versions of others.
EXEMPT = {"CHANGELOG.md", "LICENSE", "packages.txt", "requirements.txt"}
PLACES = (
    *(".ci", ".github", "completions", "docs", "examples", "krew", "kubectl_pullsecret"),
    *(".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "ARCHITECTURE.md"),
    *("CONTRIBUTING.md", "SECURITY.md"),
)
TEXTS = {
    *(".md", ".py", ".sh", ".toml", ".yaml", ".yml", "", ".in", ".txt"),
    *(".bash", ".zsh", ".fish", ".tcsh", ".ps1"),
}


def written() -> Iterator[Path]:
    """The files that a person may read or change."""
    for place in PLACES:
        path = ROOT / place
        files = path.rglob("*") if path.is_dir() else (path,)
        yield from (one for one in files if one.is_file() and one.suffix in TEXTS)


@pytest.mark.parametrize("text", [ITSELF, f"v{ITSELF}", f"program_v{ITSELF}_linux", f"{ITSELF}."])
def test_it_is_seen_in_whatever_it_is_written(text: str) -> None:
    assert VERSION.search(text)


@pytest.mark.parametrize("text", [f"1{ITSELF}", f"1.{ITSELF}", f"{ITSELF}1", f"{ITSELF}.1"])
def test_another_version_is_not_taken_for_it(text: str) -> None:
    assert not VERSION.search(text)


def test_no_other_file_repeats_it() -> None:
    holders = {
        str(file.relative_to(ROOT))
        for file in written()
        if file.name not in EXEMPT and VERSION.search(file.read_text(encoding="utf-8"))
    }
    assert holders == {"kubectl_pullsecret/__init__.py"}
