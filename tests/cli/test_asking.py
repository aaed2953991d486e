"""What is asked at a terminal, and what counts as an answer."""

from __future__ import annotations

import io

import click
import pytest

from kubectl_pullsecret.cli.asking import agrees, which
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.views.terminal import PIPE
from tests.cli.outside import NOW


class Quiet(Console):
    """A console whose log, which -v asks for, says nothing."""

    def log(self, line: str) -> None:
        pass


def asked(typed: bytes) -> tuple[str, str]:
    """What was chosen, and what was shown."""
    err = io.StringIO()
    console = Quiet(io.BytesIO(typed), io.StringIO(), err, NOW, PIPE)
    return which(console, "several fit", ["a", "b"]), err.getvalue()


def test_the_choices_are_shown_without_v() -> None:
    assert asked(b"1\n") == ("a", "several fit\n  1  a\n  2  b\nwhich one, 1 to 2? ")


@pytest.mark.parametrize("typed", [b"2\n", b"b\n", b" b \n", b"3\nb\n", b"0\n\n2\n"])
def test_a_number_or_a_name_is_an_answer(typed: bytes) -> None:
    assert asked(typed)[0] == "b"


def test_three_times_nothing_of_it_is_wrong_usage() -> None:
    with pytest.raises(PullSecretError, match="none of them was chosen") as caught:
        asked(b"x\n" * 3)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [(b"y\n", True), (b" YES \n", True), (b"\n", False), (b"n\n", False), (b"yeah\n", False)],
)
def test_only_yes_is_agreement(typed: bytes, agreed: bool) -> None:
    err = io.StringIO()
    console = Console(io.BytesIO(typed), io.StringIO(), err, NOW, PIPE)
    assert agrees(console, "go on?") is agreed
    assert err.getvalue() == "go on? [y/N] "


def test_who_hangs_up_aborts() -> None:
    console = Console(io.BytesIO(b""), io.StringIO(), io.StringIO(), NOW, PIPE)
    with pytest.raises(click.Abort):
        agrees(console, "go on?")
