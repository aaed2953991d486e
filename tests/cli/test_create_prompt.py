"""The questions of `create` at a real terminal: nothing that is typed as a password is shown."""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.terminal import Terminal, on_terminal

PROGRAM = (sys.executable, "-m", "kubectl_pullsecret", "create", "pull", "--dry-run=client")
ME = ("--docker-username", "me")


@contextmanager
def create(*args: str, out: Path | None = None) -> Iterator[Terminal]:
    """A person at a terminal who runs the program; its standard output goes elsewhere."""
    with (
        Path(out or os.devnull).open("wb") as stdout,
        on_terminal((*PROGRAM, *args), stdout=stdout) as terminal,
    ):
        yield terminal


def entry(manifest: Path) -> dict[str, str]:
    data = yaml.safe_load(manifest.read_bytes())["data"][".dockerconfigjson"]
    (found,) = json.loads(b64decode(data))["auths"].values()
    return dict(found)


def test_the_password_is_asked_for_without_echo(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with create(*ME, "--docker-server", "r.test", "-o", "yaml", out=out) as terminal:
        terminal.until("Password for me at r.test: ")
        assert not terminal.echoes
        terminal.write("S3cret é\n")
        assert terminal.end() == 0
        assert "S3cret" not in terminal.shown
    assert entry(out)["password"] == "S3cret é"


def test_the_user_is_asked_for_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with create("-o", "yaml", out=out) as terminal:
        terminal.until("User name at https://index.docker.io/v1/: ")
        terminal.write("me\n")
        terminal.until("Password for me at ")
        terminal.write("S3cret\n")
        assert terminal.end() == 0
    assert (entry(out)["username"], entry(out)["password"]) == ("me", "S3cret")


def test_an_interruption_is_silent_and_the_terminal_echoes_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with create(*ME, out=out) as terminal:
        terminal.until("Password for me")
        terminal.write("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.shown
        assert terminal.echoes
    assert out.read_bytes() == b""


@pytest.mark.parametrize("typed", ["\n", "\x04"], ids=["nothing", "end of input"])
def test_no_password_is_an_error(typed: str) -> None:
    with create(*ME) as terminal:
        terminal.until("Password for me")
        terminal.write(typed)
        assert terminal.end() == 2
        assert "error: no password was typed" in terminal.shown


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(
            (*ME, "--docker-password-stdin"), "standard input is a terminal", id="no pipe"
        ),
        pytest.param(("--docker-server", "r .test"), "can serve no image", id="no server"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_asked(args: tuple[str, ...], says: str) -> None:
    with create(*args) as terminal:
        assert terminal.end() == 2
        assert says in terminal.shown
