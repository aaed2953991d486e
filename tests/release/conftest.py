"""The real actionlint."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs.debian import need
from tests.programs.missing import MissingError
from tests.programs.preparation import prepare
from tests.programs.sets import ACTIONLINT
from tests.release.workflows import ROOT

Lint = Callable[..., "subprocess.CompletedProcess[str]"]  # of files


@pytest.fixture(scope="session")
def actionlint(pytestconfig: pytest.Config) -> Lint:
    """What it says of files; shellcheck, which it finds on PATH, looks at their `run:` blocks."""
    need(pytestconfig, "shellcheck")
    try:
        program = prepare(pytestconfig, ACTIONLINT).path("actionlint")
    except MissingError as missing:
        pytest.skip(f"actionlint needs {missing}")

    def lint(*files: Path) -> subprocess.CompletedProcess[str]:
        command = [str(program), "-no-color", "-pyflakes=", *map(str, files)]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )

    return lint
