"""kubectl's connection flags: one table, taken by every command that may ask a cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import click

from kubectl_pullsecret.cli.options import Function
from kubectl_pullsecret.credentials.masked import Masked

if TYPE_CHECKING:
    from kubectl_pullsecret.sources.kubeconfig import Overrides


class Flag(NamedTuple):
    """One flag. `field` is its name in `Overrides`; `told`: a fix's command must repeat it."""

    name: str
    field: str
    metavar: str = ""  # "": it takes no value
    told: bool = True
    several: bool = False


# kubectl 1.34, `kubectl options`. A token or a password is never repeated: it would stand in argv.
FLAGS: tuple[Flag, ...] = (
    Flag("--kubeconfig", "kubeconfig", "FILE"),
    Flag("--context", "context", "NAME"),
    Flag("--cluster", "cluster", "NAME"),
    Flag("--user", "user", "NAME"),
    Flag("--server", "server", "URL"),
    Flag("--tls-server-name", "tls_server_name", "NAME"),
    Flag("--insecure-skip-tls-verify", "insecure_skip_tls_verify"),
    Flag("--certificate-authority", "certificate_authority", "FILE"),
    Flag("--client-certificate", "client_certificate", "FILE"),
    Flag("--client-key", "client_key", "FILE"),
    Flag("--token", "token", "TOKEN", told=False),
    Flag("--username", "username", "NAME"),
    Flag("--password", "password", "PASSWORD", told=False),
    Flag("--as", "as_user", "USER"),
    Flag("--as-uid", "as_uid", "UID"),
    Flag("--as-group", "as_groups", "GROUP", several=True),
    Flag("--request-timeout", "request_timeout", "DURATION", told=False),
    Flag("--disable-compression", "disable_compression", told=False),
)
USE = "The cluster is kubectl's; all of its connection flags work here: see kubectl options."
_SECRET = frozenset({"token", "password"})
_SHORT = {"--server": "-s"}
_VERBOSITY = "verbosity"


class ConnectionFlags(NamedTuple):
    """The connection flags of a command line, by their field."""

    given: Mapping[str, str | bool | tuple[str, ...] | Masked]
    verbosity: int = 0

    def overrides(self, namespace: str) -> Overrides:
        """Return them as the kubeconfig's resolution takes them; secrets masked."""
        from kubectl_pullsecret.sources.kubeconfig import Overrides

        plain: dict[str, Any] = {
            field: value.reveal() if field == "server" and isinstance(value, Masked) else value
            for field, value in self.given.items()
        }
        return Overrides(namespace=namespace, **plain)

    @property
    def unrepeated(self) -> tuple[str, ...]:
        """The credentials among them, which no command of ours repeats."""
        server = self.given.get("server")
        in_url = isinstance(server, Masked) and _without_user(server.reveal()) != server.reveal()
        return tuple(sorted((_SECRET & self.given.keys()) | ({"password"} if in_url else set())))

    @property
    def argv(self) -> tuple[str, ...]:
        """What a command of ours must repeat to reach the same server as the same user."""
        return tuple(
            word for flag in FLAGS if flag.told for word in _words(flag, self.given.get(flag.field))
        )


def _without_user(server: str) -> str:
    """Return a server's URL without user:password before its host."""
    return re.sub(r"(?<=//)[^/?#]*@", "", server)


def _words(flag: Flag, value: str | bool | tuple[str, ...] | Masked | None) -> tuple[str, ...]:
    if isinstance(value, Masked):
        value = _without_user(value.reveal())
    if isinstance(value, bool) or value is None:
        return (flag.name,) if value else ()
    values = value if isinstance(value, tuple) else (value,)
    return tuple(
        word
        for one in values
        for word in ((f"{flag.name}={one}",) if one.startswith("-") else (flag.name, one))
    )


def take(parameters: dict[str, Any]) -> ConnectionFlags:
    """Take the flags out of a command's parameters."""
    given = {flag.field: parameters.pop(flag.field) for flag in FLAGS}
    verbosity = parameters.pop(_VERBOSITY)
    masked = {
        name: Masked(value) if name in (*_SECRET, "server") else value
        for name, value in given.items()
        if value
    }
    return ConnectionFlags(masked, verbosity)


def connection(function: Function) -> Function:
    """Offer the flags and nothing else; the parameter is `connection: ConnectionFlags`."""

    @wraps(function)
    def with_connection(*arguments: Any, **parameters: Any) -> Any:
        return function(*arguments, connection=take(parameters), **parameters)

    return add_flags(cast("Function", with_connection))


def add_flags(function: Function) -> Function:
    """Offer the flags; hidden, for they are kubectl's own: `kubectl options` explains them."""
    for flag in reversed(FLAGS):
        names = (flag.name, *([_SHORT[flag.name]] if flag.name in _SHORT else ()))
        kind: dict[str, Any] = {"metavar": flag.metavar} if flag.metavar else {"is_flag": True}
        option = click.option(*names, flag.field, multiple=flag.several, hidden=True, **kind)
        function = option(function)
    return click.option("-v", "--v", _VERBOSITY, type=int, default=0, hidden=True)(function)
