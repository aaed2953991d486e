"""`kubectl pullsecret completion`: what it prints, and what it does beside the program."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from kubectl_pullsecret.cli.completion import SHELLS
from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke
from tests.completion.shells import launcher


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program, by the path by which kubectl calls it; its folder is on PATH."""
    path = launcher(tmp_path / "bin")
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}/usr/bin")
    return path


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_s_script_is_printed(shell: str) -> None:
    outcome = invoke("completion", shell)
    assert (outcome.code, outcome.err) == (ExitCode.FINE, "")
    assert "kubectl-pullsecret" in outcome.out


def test_install_says_what_it_did_and_what_remains_to_do(program: Path) -> None:
    completer = program.with_name("kubectl_complete-pullsecret")
    rest = "kubectl uses it where its own completion is loaded: kubectl completion"
    outcome = invoke("completion", "install")
    assert outcome.out == f"{completer} made; {rest}\n"
    assert (outcome.code, outcome.err) == (ExitCode.FINE, "")
    assert invoke("completion", "install").out == f"{completer} is there already; {rest}\n"


def test_what_was_installed_answers_kubectl(program: Path) -> None:
    invoke("completion", "install")
    completer = program.with_name("kubectl_complete-pullsecret")
    run = subprocess.run(
        [str(completer), "expl"], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "explain\tExplain a reason that a report names\n:4\n"


def test_uninstall_says_what_it_did(program: Path) -> None:
    completer = program.with_name("kubectl_complete-pullsecret")
    invoke("completion", "install")
    assert invoke("completion", "uninstall").out == f"{completer} removed\n"
    assert invoke("completion", "uninstall").out == f"{completer} is not there: nothing to remove\n"


def test_a_folder_that_is_not_on_path_is_warned_of(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    outcome = invoke("completion", "install")
    warning = f"warning: {program.parent} is not on PATH: kubectl does not find it there\n"
    assert (outcome.code, outcome.err) == (ExitCode.FINE, warning)


@pytest.mark.usefixtures("program")
def test_what_is_in_the_way_is_an_error(program: Path) -> None:
    program.with_name("kubectl_complete-pullsecret").write_text("another's")
    outcome = invoke("completion", "install")
    assert outcome.code is ExitCode.FAILED
    assert outcome.err.startswith("error: ")
    assert "is there, and is not ours" in outcome.err


@pytest.mark.parametrize("words", [(), ("ksh",)], ids=str)
def test_a_word_that_it_does_not_know_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert invoke("completion", *words).code is ExitCode.USAGE


def test_pip_brings_the_program_that_kubectl_looks_for() -> None:
    (ours,) = entry_points(name="kubectl_complete-pullsecret")
    assert ours.value == "kubectl_pullsecret.__main__:program"
