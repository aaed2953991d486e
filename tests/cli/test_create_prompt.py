"""The questions of `create` at a real terminal: nothing that is typed as a password is shown."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress

import pytest
import yaml

PROGRAM = (sys.executable, "-m", "kubectl_pullsecret", "create", "pull", "--dry-run=client")
# Makes the terminal of standard input the session's own, as a shell has done.
LOGIN = """import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
PATIENCE = 15.0  # seconds


class Terminal:
    """A person at a terminal who runs the program; its standard output goes elsewhere."""

    def __init__(self, *args: str) -> None:
        self.ours, its = pty.openpty()
        self.process = subprocess.Popen(
            (sys.executable, "-c", LOGIN, *PROGRAM, *args),
            stdin=its,
            stdout=subprocess.PIPE,
            stderr=its,
            start_new_session=True,
        )
        os.close(its)
        self.seen = ""

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen:
            ready, _, _ = select.select([self.ours], [], [], deadline - time.monotonic())
            assert ready, f"not asked: {self.seen!r}"
            try:
                self.seen += os.read(self.ours, 4096).decode()
            except OSError:  # Linux: the program has gone
                raise AssertionError(f"gone without {words!r}: {self.seen!r}") from None

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.ours)[3] & termios.ECHO)

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def finish(self) -> tuple[int, str]:
        out, _ = self.process.communicate(timeout=PATIENCE)
        with suppress(OSError):  # Linux: nothing is left
            if select.select([self.ours], [], [], 0)[0]:
                self.seen += os.read(self.ours, 65536).decode()
        return self.process.returncode, out.decode()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        os.close(self.ours)


@pytest.fixture
def open_terminal() -> Iterator[type[Terminal]]:
    opened: list[Terminal] = []

    class Kept(Terminal):
        def __init__(self, *args: str) -> None:
            super().__init__(*args)
            opened.append(self)

    yield Kept
    for terminal in opened:
        terminal.close()


def entry(manifest: str) -> dict[str, str]:
    data = yaml.safe_load(manifest)["data"][".dockerconfigjson"]
    (found,) = json.loads(b64decode(data))["auths"].values()
    return dict(found)


def test_the_password_is_asked_for_without_echo(open_terminal: type[Terminal]) -> None:
    terminal = open_terminal("--docker-username", "me", "--docker-server", "r.test", "-o", "yaml")
    terminal.wait_for("Password for me at r.test: ")
    assert not terminal.echoes()
    terminal.type("S3cret é\n")
    code, out = terminal.finish()
    assert (code, entry(out)["password"]) == (0, "S3cret é")
    assert "S3cret" not in terminal.seen


def test_the_user_is_asked_for_too(open_terminal: type[Terminal]) -> None:
    terminal = open_terminal("-o", "yaml")
    terminal.wait_for("User name at https://index.docker.io/v1/: ")
    terminal.type("me\n")
    terminal.wait_for("Password for me at ")
    terminal.type("S3cret\n")
    code, out = terminal.finish()
    assert code == 0
    assert (entry(out)["username"], entry(out)["password"]) == ("me", "S3cret")


def test_an_interruption_is_silent_and_the_terminal_echoes_again(
    open_terminal: type[Terminal],
) -> None:
    terminal = open_terminal("--docker-username", "me")
    terminal.wait_for("Password for me")
    os.killpg(terminal.process.pid, signal.SIGINT)
    assert terminal.finish() == (130, "")
    assert "Traceback" not in terminal.seen
    assert terminal.echoes()


@pytest.mark.parametrize("typed", ["\n", "\x04"], ids=["nothing", "end of input"])
def test_no_password_is_an_error(open_terminal: type[Terminal], typed: str) -> None:
    terminal = open_terminal("--docker-username", "me")
    terminal.wait_for("Password for me")
    terminal.type(typed)
    assert terminal.finish()[0] == 2
    assert "error: no password was typed" in terminal.seen


def test_a_pipe_is_expected_where_it_is_named(open_terminal: type[Terminal]) -> None:
    terminal = open_terminal("--docker-username", "me", "--docker-password-stdin")
    terminal.wait_for("standard input is a terminal")
    assert terminal.finish()[0] == 2


def test_a_server_that_is_none_is_said_before_anything_is_asked(
    open_terminal: type[Terminal],
) -> None:
    terminal = open_terminal("--docker-server", "r .test")
    terminal.wait_for("can serve no image")
    assert terminal.finish()[0] == 2
