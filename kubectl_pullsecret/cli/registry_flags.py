"""The flags of every command that asks registries, and the way to them.

Nothing is sent to a registry but through `ask_registries`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_pullsecret.cli.connection import ConnectionFlags
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Function
from kubectl_pullsecret.errors import wrong_usage

if TYPE_CHECKING:
    from kubectl_pullsecret.facts.answers import Answer, Question


class RegistryFlags(NamedTuple):
    """What the flags say about how registries are asked."""

    authorities: str | None  # a file with certificates that are trusted besides the system's
    plain_http: bool

    def refuse_unless(self, asked: bool, *, by: str) -> None:
        """Refuse flags that would mean nothing: registries are asked only with another one."""
        if self != RegistryFlags(None, False) and not asked:
            raise wrong_usage(
                "--registry-ca and --plain-http are for registries, and none is asked",
                remedy=f"add {by}",
            )


def registry_flags(function: Function) -> Function:
    """Offer --registry-ca and --plain-http; the parameter is `registry: RegistryFlags`."""

    @wraps(function)
    def with_registry(*arguments: Any, **parameters: Any) -> Any:
        found = RegistryFlags(parameters.pop("registry_ca"), parameters.pop("plain_http"))
        return function(*arguments, registry=found, **parameters)

    offered: Any = with_registry
    for option in (_PLAIN_HTTP, _REGISTRY_CA):
        offered = option(offered)
    return offered  # type: ignore[no-any-return]  # click's decorators keep what they decorate


_REGISTRY_CA = click.option(
    "--registry-ca",
    metavar="FILE",
    help="Trust these certificates of authorities too, when a registry shows its own.",
)
_PLAIN_HTTP = click.option(
    "--plain-http",
    is_flag=True,
    help="Also send credentials to registries without TLS: anybody on the way can read them.",
)


def ask_registries(
    console: Console,
    flags: RegistryFlags,
    connection: ConnectionFlags,
    questions: Iterable[Question],
) -> Mapping[Question, Answer]:
    """What registries answer to this machine; --request-timeout and -v hold for them too.

    Raises:
        PullSecretError: the certificates of --registry-ca cannot be read, or a flag says nothing.
    """
    from pathlib import Path

    from kubectl_pullsecret.registry import Registries, Settings
    from kubectl_pullsecret.sources.kubeconfig.timeout import parse_timeout

    authorities = Path(flags.authorities) if flags.authorities is not None else None
    settings = Settings(authorities, flags.plain_http)
    written = connection.given.get("request_timeout", "")
    timeout = parse_timeout(written if isinstance(written, str) else "")
    if timeout is not None:  # else the registries' own: none has all the time in the world
        settings = settings._replace(timeout=timeout)
    verbosity = connection.verbosity
    with Registries(settings, os.environ, log=console.log, verbosity=verbosity) as registries:
        try:
            return registries.ask(questions, console.progress)
        finally:
            console.progress("")
