"""git for tests: as nobody, without the developer's settings and without a repository around."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.test")


def without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without git's: a hook, too, may have started the tests, and named its own."""
    others = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
    return {**others, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *words: str) -> str:
    """What git says in a folder; it has to succeed."""
    done = subprocess.run(
        ["git", *_NOBODY, "-c", "init.defaultBranch=main", *words],
        cwd=folder,
        env=without_settings(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
