"""A Debian machine of scripts: what is installed there is in a file, and what was asked for too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.programs import debian


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, *installed: str) -> Path:
    """Puts its programs on PATH, as root; what apt-get was asked for is in `asked`."""
    script(folder / "dpkg-query", "cat $0.says; echo 'no packages found' >&2; exit 1")
    says = [*(f"{name} installed\n" for name in installed), "iproute2 config-files\n"]
    (folder / "dpkg-query.says").write_text("".join(says))
    asked, policy = folder / "asked", folder / "policy-rc.d"
    script(
        folder / "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {asked}; {policy}; echo $? >> {asked}'
    )
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "POLICY", policy)
    return folder


def script(path: Path, text: str) -> None:
    """A program for sh."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def silent(line: str) -> None:
    """Nobody reads it."""
