"""`version`: this build, and the server that kubectl would talk to."""

from __future__ import annotations

import click

import kubectl_pullsecret
from kubectl_pullsecret.cli.connection import USE, ConnectionFlags, connection
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, output, serialised
from kubectl_pullsecret.cli.source import cluster
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.views.terminal import neutralise


@click.command(
    "version", short_help="Print the versions of this program and of the server", epilog=USE
)
@click.option("--client", is_flag=True, help="Only this program's; no server is asked.")
@connection
@output(Output.JSON, Output.YAML)
@click.pass_obj
def command(
    console: Console, client: bool, connection: ConnectionFlags, output: Output
) -> ExitCode:
    """Print the versions of this program and of the server."""
    found = {"clientVersion": {"gitVersion": f"v{kubectl_pullsecret.__version__}"}}
    if output is Output.TEXT:
        console.write(f"Client Version: {found['clientVersion']['gitVersion']}")
    if not client:
        found["serverVersion"] = _server_version(console, connection)
    if output is not Output.TEXT:
        console.write(serialised(found, output))
    elif not client:
        version = neutralise(found["serverVersion"].get("gitVersion", "unknown"))
        console.write(f"Server Version: {version}")
    return ExitCode.FINE


def _server_version(console: Console, flags: ConnectionFlags) -> dict[str, str]:
    from kubectl_pullsecret.sources.transport import Action

    with cluster(console, flags) as (server, _):
        answer = server.get("/version", Action("get", "version"))
    return {key: value for key, value in answer.items() if isinstance(value, str)}
