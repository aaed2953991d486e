"""The password of `create` reaches no other process, no environment and no file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.test_silence_about_secrets import CANARY, heard

PROGRAM = (sys.executable, "-m", "kubectl_pullsecret", "create", "pull", "--docker-username", "me")
# A program that looks around: its arguments, environment and input, and its parent's.
SPY = """#!/bin/sh
exec >> {seen}
echo "spy $@"
env
tr '\\0' '\\n' < /proc/$PPID/cmdline
tr '\\0' '\\n' < /proc/$PPID/environ
cat
"""


@pytest.fixture
def spied(tmp_path: Path) -> Path:
    """A kubeconfig whose exec plugin looks around and then fails."""
    seen, plugin = tmp_path / "seen", tmp_path / "plugin"
    plugin.write_text(SPY.format(seen=seen))
    plugin.chmod(0o755)
    api_version = "client.authentication.k8s.io/v1"
    run = {"apiVersion": api_version, "command": str(plugin), "interactiveMode": "IfAvailable"}
    server = {"server": "https://127.0.0.1:1"}
    kubeconfig = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": server}],
        "users": [{"name": "c", "user": {"exec": run}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(kubeconfig))
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nobody_else_sees_it(spied: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ran = subprocess.run(
        (*PROGRAM, "--docker-password-stdin", "-v", "9", "--kubeconfig", str(spied)),
        input=CANARY.encode(),
        capture_output=True,
        timeout=30,
        cwd=temporary,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary), "HOME": str(temporary)},
    )
    seen = (tmp_path / "seen").read_text()
    assert ran.returncode == 3
    assert "--docker-password-stdin" in seen  # the parent's arguments were looked at
    assert heard(seen + ran.stdout.decode() + ran.stderr.decode()) == []
    assert list(temporary.iterdir()) == []
