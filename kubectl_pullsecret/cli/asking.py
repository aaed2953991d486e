"""Asking the person at the terminal: which one of several, and whether to go on."""

from __future__ import annotations

from collections.abc import Sequence

import click

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import wrong_usage

_MOST_TRIES = 3


def can_ask(console: Console) -> bool:
    """Whether somebody sits there: what is asked is seen, and what is typed is read."""
    return console.stdin.isatty() and console.stderr.isatty()


def which(console: Console, question: str, choices: Sequence[str]) -> str:
    """Return the one of the choices that the person names, by its number or its name.

    Raises:
        PullSecretError: (exit 2) nothing of it was named.
        click.Abort: the input has ended.
    """
    console.say(question)
    for number, choice in enumerate(choices, 1):
        console.say(f"  {number}  {choice}")
    for _ in range(_MOST_TRIES):
        console.ask(f"which one, 1 to {len(choices)}? ")
        typed = console.stdin.readline()
        if not typed:
            raise click.Abort
        word = typed.decode("utf-8", "replace").strip()
        if word in choices:
            return word
        if word.isascii() and word.isdigit() and 1 <= int(word) <= len(choices):
            return choices[int(word) - 1]
    raise wrong_usage("none of them was chosen")


def agrees(console: Console, question: str) -> bool:
    """Whether the person says yes; anything else, nothing included, is no.

    Raises:
        click.Abort: the input has ended.
    """
    console.ask(f"{question} [y/N] ")
    typed = console.stdin.readline()
    if not typed:
        raise click.Abort
    return typed.decode("utf-8", "replace").strip().lower() in ("y", "yes")
