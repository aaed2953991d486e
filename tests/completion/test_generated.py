"""What is made of the commands is current: the table of words, then the scripts for shells.

In this order, so that one run with UPDATE_GOLDEN=1 renews both.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import shtab

from kubectl_pullsecret.cli.completion import SHELLS
from tests.completion import generation
from tests.golden import assert_golden

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "kubectl_pullsecret/completion/table.py"
FOLDER = ROOT / "completions"
# As the shells look for them in their folders.
FILES = {
    "bash": "kubectl-pullsecret.bash",
    "zsh": "_kubectl-pullsecret",
    "fish": "kubectl-pullsecret.fish",
    "tcsh": "kubectl-pullsecret.tcsh",
    "powershell": "kubectl-pullsecret.ps1",
}


def test_the_table_is_what_the_commands_are() -> None:
    assert_golden(TABLE, generation.table())


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_what_shtab_makes_of_the_commands(shell: str) -> None:
    run = subprocess.run(  # a new process, which reads a table that was just renewed
        [sys.executable, "-m", "kubectl_pullsecret", "completion", shell],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert_golden(FOLDER / FILES[shell], run.stdout)


def test_every_shell_of_shtab_has_a_script() -> None:
    assert sorted(SHELLS) == sorted(shtab.SUPPORTED_SHELLS)
    assert {path.name for path in FOLDER.iterdir()} == set(FILES.values())


@pytest.mark.parametrize("shell", ["tcsh", "powershell"])
def test_what_is_not_tested_says_so_in_its_first_line(shell: str) -> None:
    first = (FOLDER / FILES[shell]).read_text().splitlines()[0]
    assert first == "# Generated, and not tested."
