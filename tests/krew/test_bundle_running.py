"""The bundle is the same program: every command, signals, streams, and nothing around it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kubectl_pullsecret.cli.main import COMMANDS
from tests.krew.building import ROOT
from tests.terminal import on_terminal

CLUSTER = str(ROOT / "examples" / "recorded-cluster.json")
CREATE = ("create", "regcred", "--dry-run=client", "--docker-server=registry.test")
ACCOUNT = """{"apiVersion": "v1", "kind": "ServiceAccount",
"metadata": {"name": "default", "namespace": "team"}}"""


def ran(
    *command: str | Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """What a program does that has nothing but these variables in its environment."""
    return subprocess.run(
        command, input=stdin, env=environment, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("command", "stdin"),
    [
        *(((name, "--help"), "") for name in COMMANDS),
        ((), ""),
        (("doctor", "-f", CLUSTER), ""),
        (("doctor", "-f", CLUSTER, "-o", "json"), ""),
        (("doctor", "-f", CLUSTER, "-o", "yaml"), ""),
        (("doctor", "-f", "-"), f"{ACCOUNT}\n---\nkind: [broken\n"),
        (("list", "-f", CLUSTER, "-o", "wide"), ""),
        (("match", "ghcr.io/team/app@sha256:12"), ""),
        (("match", "nginx", "-f", CLUSTER), ""),
        (("inspect", "regcred", "-f", CLUSTER), ""),
        (("attach", "sa/default", "regcred", "--local", "-f", "-", "-o", "yaml"), ACCOUNT),
        (("detach", "sa/default", "regcred", "--local", "-f", "-"), ACCOUNT),
        ((*CREATE, "--docker-username=me", "--docker-password-stdin", "-o", "yaml"), "secret"),
        (("copy", "regcred", "--to-namespace=dev"), ""),
        (("verify",), ""),
        (("explain", "ImageNameInvalid"), ""),
        (("version", "--client", "-o", "yaml"), ""),
        (("completion", "bash"), ""),
        (("completion", "zsh"), ""),
        (("__complete", "doctor", "--"), ""),
        (("nonsense",), ""),
    ],
    ids=lambda value: " ".join(value).replace(f"{ROOT}/", "") if isinstance(value, tuple) else "",
)
def test_it_says_what_the_wheels_program_says(
    bundle: Path, tmp_path: Path, command: tuple[str, ...], stdin: str
) -> None:
    nobody = tmp_path / "kubeconfig"  # nobody listens there
    nobody.write_text('{"clusters": [{"name": "", "cluster": {"server": "https://127.0.0.1:1"}}]}')
    given = {"HOME": str(tmp_path), "KUBECONFIG": str(nobody), "PYTHONPATH": str(ROOT)}
    module = (sys.executable, "-m", "kubectl_pullsecret")
    before, ours, after = (
        (run.returncode, run.stdout, run.stderr)
        for program in (module, (bundle,), module)  # ages grow while they run: either is right
        for run in (ran(*program, *command, stdin=stdin.encode(), **given),)
    )
    assert b"this is a bug" not in ours[2]
    assert ours in (before, after)


def test_it_needs_no_environment_at_all(bundle: Path) -> None:
    run = ran(bundle, "explain", "NoCredential")
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"NoCredential" in run.stdout


def test_variables_for_python_mean_nothing_to_it(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('not ours')")
    run = ran(bundle, "--version", PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    assert (run.returncode, run.stderr) == (0, b"")


def test_it_runs_through_a_link_and_from_a_folder_that_cannot_be_written(
    bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "kubectl-pullsecret").symlink_to(bundle)
    before = sorted(bundle.parent.rglob("*"))
    run = ran("kubectl-pullsecret", "--help", PATH=str(tmp_path))
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.startswith(b"Usage: kubectl pullsecret ")
    assert sorted(bundle.parent.rglob("*")) == before  # no __pycache__ or the like


def test_under_its_second_name_it_completes(bundle: Path, tmp_path: Path) -> None:
    completer = tmp_path / "kubectl_complete-pullsecret"
    completer.symlink_to(bundle)
    run = ran(completer, "doc")
    assert run.stdout.startswith(b"doctor\t")


def test_a_closed_pipe_is_silent(bundle: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [bundle, "doctor", "-f", CLUSTER], stdout=writing, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (1, b"")


def test_ctrl_c_ends_it_silently_with_130(bundle: Path) -> None:
    with subprocess.Popen(
        [bundle, "doctor", "-f", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b" " * (1 << 20))  # more than a pipe holds: it reads when this returns
        process.stdin.flush()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=20)
        assert process.stdout is not None
        assert process.stderr is not None
        assert (code, process.stdout.read(), process.stderr.read()) == (130, b"", b"")


def test_ctrl_c_at_the_password_leaves_a_terminal_that_echoes(bundle: Path) -> None:
    command = (str(bundle), *CREATE, "--docker-username=me")
    with on_terminal(command, stdout=subprocess.DEVNULL) as terminal:
        terminal.until("assword")
        terminal.until(lambda: not terminal.echoes)
        terminal.write("\x03")
        assert terminal.end() == 130
        assert terminal.echoes
