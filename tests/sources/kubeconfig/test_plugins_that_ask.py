"""Exec plugins that ask the user, at a terminal: beside kubectl."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.kubeconfig.beside_kubectl import CANARY, Outcome, Row, World, kubeconfig

pty = pytest.importorskip("pty", reason="this system has no pseudo terminals")

V1 = "client.authentication.k8s.io/v1"
ASKING = f"""#!/bin/sh
printf '%s' "$KUBERNETES_EXEC_INFO" | grep -o '"interactive": *[a-z]*' | tr -d ' ' > interactive
test -t 0 && echo terminal > input || echo none > input
read -r word
echo '{{"apiVersion": "{V1}", "status": {{"token": "word-'$word'"}}}}'
"""
ROOT = Path(__file__).parents[3]
WITHIN = 60.0  # seconds


@pytest.mark.parametrize(
    ("mode", "typed", "interactive", "stdin"),
    [
        ("Always", CANARY, "true", "terminal"),
        ("IfAvailable", CANARY, "true", "terminal"),
        ("Never", "", "false", "none"),
    ],
)
def test_who_asks(world: World, mode: str, typed: str, interactive: str, stdin: str) -> None:
    plugin = {"apiVersion": V1, "command": "./plugin", "interactiveMode": mode}
    row = Row("", {"config": kubeconfig(user={"token": None, "exec": plugin}), "plugin": ASKING})
    world.write(row.files)
    kubectl = [str(world.kubectl), "get", "secrets"]
    ours = [sys.executable, "-m", "tests.sources.kubeconfig.ours"]
    for argv in (kubectl, ours):
        outcome = at_a_terminal(world, argv, row)
        assert outcome.message == ""
        assert [one.authorization for one in outcome.arrived] == [f"Bearer word-{typed}"]
        assert (world.folder / "interactive").read_text() == f'"interactive":{interactive}\n'
        assert (world.folder / "input").read_text() == f"{stdin}\n"


def at_a_terminal(world: World, argv: list[str], row: Row) -> Outcome:
    """Run a program whose standard input is a terminal, at which somebody types one line."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{CANARY}\n".encode())
        done = subprocess.run(
            argv,
            env=world.environment(row) | {"PYTHONPATH": str(ROOT)},
            cwd=world.folder,
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return world.outcome(done.stderr if done.returncode else "")
