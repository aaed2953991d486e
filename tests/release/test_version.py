"""The version stands in kubectl_pullsecret/__init__.py, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import kubectl_pullsecret
from tests.release.workflows import ROOT

VERSION = re.compile(rf"(?<![\w.]){re.escape(kubectl_pullsecret.__version__)}(?![\w]|\.\d)")
# What is released is named there; lock files have versions of others.
EXEMPT = {"CHANGELOG.md", "LICENSE"}
PLACES = (
    *(".ci", ".github", "completions", "docs", "examples", "krew", "kubectl_pullsecret"),
    *(".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "ARCHITECTURE.md"),
    *("CONTRIBUTING.md", "SECURITY.md"),
)
TEXTS = {".md", ".py", ".sh", ".toml", ".yaml", ".yml", "", ".bash", ".zsh", ".fish", ".tcsh"}


def written() -> Iterator[Path]:
    """The files that a person may read or change."""
    for place in PLACES:
        path = ROOT / place
        files = path.rglob("*") if path.is_dir() else (path,)
        yield from (one for one in files if one.is_file() and one.suffix in TEXTS)


def test_no_other_file_repeats_it() -> None:
    holders = {
        str(file.relative_to(ROOT))
        for file in written()
        if file.name not in EXEMPT and VERSION.search(file.read_text(encoding="utf-8"))
    }
    assert holders == {"kubectl_pullsecret/__init__.py"}
