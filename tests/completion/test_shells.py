"""Words, choices and files in real shells, with shtab's scripts; no cluster is there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.completion.shells import KINDS, ZSH, Kind, Shell, launcher, shell
from tests.kubeconfig import kubeconfig
from tests.programs.debian import need

ME = "kubectl-pullsecret"
SCRIPTS = Path(__file__).parents[2] / "completions"


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    """A shell with the script, in a folder with one file."""
    kind: Kind = request.param
    need(request.config, *kind.packages)
    home = tmp_path_factory.mktemp(kind.name)
    (home / "dump.json").touch()
    (home / "folder").mkdir()
    contexts = [{"name": "arn:aws:eks:one", "context": {}}, {"name": "$(touch x)", "context": {}}]
    environment = {
        "PATH": f"{launcher(home / 'bin').parent}:/usr/bin:/bin",
        "KUBECONFIG": kubeconfig(home / "config", contexts=contexts),
    }
    with shell(kind, home, environment, f"{ME} completion {kind.name}") as running:
        yield running
    assert not (home / "x").exists()


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("att", "attach "),
        ("attach --rest", "attach --restart "),
        ("doctor -o js", "doctor -o json "),
        ("doctor --fail-on warn", "doctor --fail-on warning "),
        ("doctor --fail-on=warn", "doctor --fail-on=warning "),
        ("doctor -A -o js", "doctor -A -o json "),
        ("attach dep", "attach deploy/"),
        ("attach --force dep", "attach --force deploy/"),
        ("explain SecretM", "explain SecretMalformed "),
        ("completion fi", "completion fish "),
        ("inspect -f du", "inspect -f dump.json "),
        ("inspect --filename=du", "inspect --filename=dump.json "),
        ("inspect -f fol", "inspect -f folder/"),
        ("doctor --context ar", "doctor --context arn:aws:eks:one "),
        ("doctor --context=ar", "doctor --context=arn:aws:eks:one "),
        ("doctor --context arn:aw", "doctor --context arn:aws:eks:one "),
        ("doctor --context=arn:aws:", "doctor --context=arn:aws:eks:one "),
        ("explain nonsense", "explain nonsense"),
        ("doctor pod/", "doctor pod/"),
    ],
)
def test_tab_completes(asked: Shell, typed: str, line: str) -> None:
    assert asked.completed(f"{ME} {typed}") == f"{ME} {line}"


def test_all_commands_are_shown(asked: Shell) -> None:
    shown = asked.listed(f"{ME} ").split()
    assert {"doctor", "match", "attach", "completion", "version"} <= set(shown)


def test_choices_are_shown_where_several_are_possible(asked: Shell) -> None:
    shown = asked.listed(f"{ME} doctor -o ").split()
    assert {"wide", "json", "yaml", "name"} <= set(shown)


def test_a_shell_that_has_gone_is_replaced(asked: Shell) -> None:
    with pytest.raises(AssertionError, match="has ended"):
        asked.completed("exit\n")
    assert asked.completed(f"{ME} att") == f"{ME} attach "


@pytest.mark.parametrize("way", ["fpath", "eval"])
def test_zsh_takes_its_script_from_a_folder_and_by_eval(
    tmp_path: Path, pytestconfig: pytest.Config, way: str
) -> None:
    need(pytestconfig, *ZSH.packages)
    setup = f"fpath=({SCRIPTS} $fpath)\n{ZSH.setup}" if way == "fpath" else ZSH.setup
    kind = ZSH._replace(setup=setup, load="" if way == "fpath" else 'eval "$({command})"')
    environment = {"PATH": f"{launcher(tmp_path / 'bin').parent}:/usr/bin:/bin"}
    with shell(kind, tmp_path, environment, f"{ME} completion zsh") as asked:
        for typed, line in (("att", "attach "), ("doctor -o js", "doctor -o json ")):
            assert asked.completed(f"{ME} {typed}") == f"{ME} {line}"


def test_tcsh_reads_its_script(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """What it makes of Tab is not tested."""
    need(pytestconfig, "tcsh")
    script = SCRIPTS / "kubectl-pullsecret.tcsh"
    tcsh = shutil.which("tcsh") or ""
    command = f"source {script}; complete {ME}"
    run = subprocess.run(
        [tcsh, "-f", "-c", command],
        env={"HOME": str(tmp_path), "TERM": "xterm"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "(doctor match list" in run.stdout
