"""`inspect`: one secret, or a docker config, as the kubelet sees it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, output, serialised
from kubectl_pullsecret.cli.source import Source, look, source
from kubectl_pullsecret.errors import ExitCode, PullSecretError

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.inventory import Decoded, PullSecretRecord
    from kubectl_pullsecret.sources.live import Wanted
    from kubectl_pullsecret.views.inspect import InspectView

_DEFAULT_CONFIG = ""  # docker's own


@click.command("inspect", short_help="Show what the kubelet sees in one secret, masked", epilog=USE)
@click.argument("secret", metavar="[SECRET]", required=False)
@source
@click.option(
    "--docker-config",
    "docker_config",
    is_flag=False,
    flag_value=_DEFAULT_CONFIG,
    metavar="[FILE]",
    help="Inspect a docker config instead; without FILE that of docker login.",
)
@click.option("--reveal", is_flag=True, help="Show passwords in clear.")
@output(Output.JSON, Output.YAML)
@click.pass_obj
def command(
    console: Console,
    secret: str | None,
    source: Source,
    docker_config: str | None,
    reveal: bool,
    output: Output,
) -> ExitCode:
    """Show one secret decoded: what the kubelet sees in it, what is wrong, who uses it.

    Passwords are masked unless --reveal. Without SECRET there must be just one pull secret.
    """
    if docker_config is not None:
        if secret or source.from_files:
            raise _usage("--docker-config takes neither a SECRET nor -f")
        return _inspect_config(console, docker_config, reveal, output)
    from kubectl_pullsecret.diagnosis.inventory import find_secret
    from kubectl_pullsecret.views.inspect import InspectView

    name = (secret or "").removeprefix("secret/") or None
    if name and "/" in name:
        raise _usage(f"{secret}: a secret is written NAME or secret/NAME")
    seen = look(console, source, partial(_wanted, name))
    record = find_secret(seen.snapshot, name, seen.namespace, now=console.now)
    from_file = any(file != "-" for file in source.filenames)
    view = InspectView(console.now, reveal, git_warning=from_file)
    _write_secret(console, record, view, output)
    return seen.worst(_verdict(record.decoded))


def _wanted(name: str | None, namespace: str) -> Wanted:
    from kubectl_pullsecret.diagnosis.wanted import for_inspect

    return partial(for_inspect, name, namespace)


def _inspect_config(console: Console, path: str, reveal: bool, output: Output) -> ExitCode:
    from kubectl_pullsecret.credentials import read_docker_config
    from kubectl_pullsecret.diagnosis.inventory import decode
    from kubectl_pullsecret.sources.docker_config import read_docker_config_file
    from kubectl_pullsecret.views.inspect import InspectView, config_document, config_text

    raw, found = read_docker_config_file(path or None)
    decoded = decode(read_docker_config(raw), None, now=console.now)
    view = InspectView(console.now, reveal)
    if output is Output.TEXT:
        console.write(config_text(decoded, found, console.terminal, view))
    else:
        console.write(serialised(config_document(decoded, found, view), output))
    return _verdict(decoded)


def _write_secret(
    console: Console, record: PullSecretRecord, view: InspectView, output: Output
) -> None:
    from kubectl_pullsecret.views.inspect import secret_document, secret_text

    if output is Output.TEXT:
        console.write(secret_text(record, console.terminal, view))
    else:
        console.write(serialised(secret_document(record, view), output))


def _verdict(decoded: Decoded) -> ExitCode:
    return ExitCode.FINE if decoded.malformed is None else ExitCode.FINDINGS


def _usage(message: str) -> PullSecretError:
    return PullSecretError(message, exit_code=ExitCode.USAGE)
