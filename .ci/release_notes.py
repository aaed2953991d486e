#!/usr/bin/env python3
"""Print what CHANGELOG.md says of a release; refuse a tag that is not this checkout's version.

    .ci/release_notes.py vX.Y.Z > notes.md

Needs nothing but Python: it is the first step of a release, before anything is installed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_VERSION = re.compile(r"^__version__ = \"(\d+\.\d+\.\d+)\"$", re.MULTILINE)


def notes(checkout: Path, tag: str) -> str:
    """Return the section of the tag's version, without its heading.

    Raises:
        ValueError: the tag is not the version, or the version has no notes.
    """
    version = _version_in(_read(checkout / "kubectl_pullsecret" / "__init__.py"))
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, but kubectl_pullsecret/__init__.py says {version}")
    return _section(_read(checkout / "CHANGELOG.md"), version)


def _version_in(source: str) -> str:
    found = _VERSION.search(source)
    if not found:
        raise ValueError("kubectl_pullsecret/__init__.py has no __version__ of three numbers")
    return found[1]


def _section(changelog: str, version: str) -> str:
    """Find `## 1.2.3` or `## [1.2.3] - 2026-11-21`, as in Keep a Changelog."""
    heading = rf"^## \[?{re.escape(version)}\]?(?: - \d{{4}}-\d\d-\d\d)?$"
    found = re.search(rf"{heading}\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise ValueError(f"CHANGELOG.md says nothing of {version}; rename its 'Unreleased' section")
    return found[1].strip() + "\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: .ci/release_notes.py TAG\n")
        return 2
    try:
        sys.stdout.write(notes(Path(__file__).parents[1], arguments[0]))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
