"""What we make of shtab's scripts rests on how it writes them: other words of it fail here."""

from __future__ import annotations

import pytest
import shtab

from kubectl_pullsecret.cli.completion_scripts import AMENDMENTS, ENTRY, as_shtab_makes_it, script

ROWS = [(shell, *row) for shell, rows in AMENDMENTS.items() for row in rows]


@pytest.mark.parametrize(("shell", "written", "instead"), ROWS)
def test_shtab_writes_what_is_amended_and_it_is_amended(
    shell: str, written: str, instead: str
) -> None:
    made = as_shtab_makes_it(shell)
    assert written in made
    assert instead not in made
    assert instead in script(shell)
    assert written not in script(shell)


@pytest.mark.parametrize(
    ("shell", "defined"),
    [
        pytest.param("bash", f"\n{ENTRY}() {{\n", id="bash: the function that ours calls"),
        pytest.param("bash", "COMPREPLY=", id="bash: where its answers are"),
        pytest.param("powershell", "$tokens = ", id="PowerShell: the words that ours hands on"),
    ],
)
def test_shtab_defines_what_our_part_uses(shell: str, defined: str) -> None:
    assert defined in as_shtab_makes_it(shell)


@pytest.mark.parametrize("shell", [shell for shell in shtab.SUPPORTED_SHELLS if shell != "tcsh"])
def test_names_are_asked_for_where_our_part_defines_how(shell: str) -> None:
    """It stands once in our part, and at each word that may be a name."""
    assert as_shtab_makes_it(shell).count("_kubectl_pullsecret_names") > 20
