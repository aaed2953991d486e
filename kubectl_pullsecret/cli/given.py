"""The credentials that a command line gives: typed, through a pipe, or in a docker config."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from kubectl_pullsecret.cli.asking import can_ask
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import PullSecretError, wrong_usage

if TYPE_CHECKING:
    from kubectl_pullsecret.credentials import AuthEntry, Masked

PASSWORD_STDIN = "--docker-password-stdin"


class Typed(NamedTuple):
    """The flags of kubectl's own `create secret docker-registry`."""

    server: str | None = None
    username: str | None = None
    email: str | None = None
    password_stdin: bool = False


def typed_entry(console: Console, typed: Typed) -> AuthEntry:
    """Return the one entry that the flags describe; ask for what is missing.

    Raises:
        PullSecretError: (exit 2) there is nobody to ask, or what was given cannot be right.
        click.Abort: the input has ended.
    """
    from kubectl_pullsecret.changes.entries import checked_key
    from kubectl_pullsecret.credentials import AuthEntry
    from kubectl_pullsecret.credentials.hosts import HUB_KEY

    key = checked_key(HUB_KEY if typed.server is None else typed.server)
    username = typed.username
    if username is None:
        username = _ask_username(console, key)
    if not username or ":" in username:
        flaw = "holds a colon" if username else "is empty"
        raise wrong_usage(f"the user name {flaw}; no registry can have such a user")
    password = _password(console, typed, f"Password for {username} at {key}: ")
    return AuthEntry(key, username, password, typed.email or "")


def _ask_username(console: Console, key: str) -> str:
    if not can_ask(console):
        raise wrong_usage("nobody is here to ask for the user name", "add --docker-username USER")
    console.ask(f"User name at {key}: ")
    line = console.stdin.readline()
    if not line:
        raise click.Abort
    return line.decode("utf-8", "surrogateescape").strip()


def _password(console: Console, typed: Typed, prompt: str) -> Masked:
    from kubectl_pullsecret.sources.passwords import piped_password, typed_password
    from kubectl_pullsecret.views.terminal import neutralise

    terminal = console.stdin.isatty()
    if typed.password_stdin and terminal:
        raise wrong_usage(
            f"{PASSWORD_STDIN} reads a pipe or a file, and standard input is a terminal",
            "leave it out to be asked without echo",
        )
    if typed.password_stdin:
        return piped_password(console.stdin)
    if not terminal:
        raise wrong_usage(
            "nobody is here to ask for the password: standard input is no terminal",
            f"give it through a pipe: … | kubectl pullsecret create … {PASSWORD_STDIN}",
        )
    return typed_password(neutralise(prompt))


def stored_entries(
    path: str, registries: tuple[str, ...]
) -> tuple[tuple[AuthEntry, ...], str, tuple[str, ...]]:
    """Return what `docker login` has stored, the name of its file, and what to beware of.

    Raises:
        PullSecretError: the config or one of its helpers cannot be read.
    """
    import os

    from kubectl_pullsecret.credentials import Malformed, read_docker_config
    from kubectl_pullsecret.sources.credential_helpers import Helpers, kept_credentials
    from kubectl_pullsecret.sources.docker_config import read_docker_config_file

    try:
        raw, found = read_docker_config_file(path or None)
    except PullSecretError as error:
        remedy = error.remedy.replace("--docker-config", "--from-docker-config")
        raise PullSecretError(error.message, remedy=remedy) from None
    content = read_docker_config(raw)
    if isinstance(content, Malformed):
        raise PullSecretError(
            f"{found} cannot be read: {content.where}: {content.why}", remedy=content.remedy
        )
    kept = kept_credentials(content.entries, Helpers.of(raw), registries, os.environ)
    return kept.entries, found, kept.warnings
