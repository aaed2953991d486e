"""An exec plugin that has only so much time: it has no terminal, and is ended after it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.authentication import authenticate
from kubectl_pullsecret.sources.connection import Connection, ExecPlugin, InteractiveMode

VERSION = "client.authentication.k8s.io/v1"
TOKEN = f'{{"apiVersion": "{VERSION}", "status": {{"token": "t"}}}}'


def connection(folder: Path, script: str) -> Connection:
    """With a plugin that sh runs."""
    path = folder / "plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    plugin = ExecPlugin(str(path), (), (), VERSION, InteractiveMode.IF_AVAILABLE)
    return Connection("https://server.test", exec_plugin=plugin)


def test_one_that_is_quick_enough_is_believed(tmp_path: Path) -> None:
    asked = connection(tmp_path, f"echo '{TOKEN}'")
    found = authenticate(asked, os.environ, stdin_is_terminal=False, seconds=30)
    assert found.token == Masked("t")


@pytest.mark.parametrize("seconds", [0.2, -1.0], ids=["soon", "already over"])
def test_one_that_hangs_is_ended_with_what_it_started(tmp_path: Path, seconds: float) -> None:
    asked = connection(tmp_path, "sleep 600 & wait")
    started = time.monotonic()
    with pytest.raises(PullSecretError, match="was ended by signal 9"):
        authenticate(asked, os.environ, stdin_is_terminal=False, seconds=seconds)
    assert time.monotonic() - started < 60  # the child would keep the pipe open for ten minutes


def test_it_cannot_ask_on_the_terminal_behind_our_back(tmp_path: Path) -> None:
    asked = connection(tmp_path, f"(: < /dev/tty) 2>/dev/null && exit 1; echo '{TOKEN}'")
    found = authenticate(asked, os.environ, stdin_is_terminal=False, seconds=30)
    assert found.token == Masked("t")
