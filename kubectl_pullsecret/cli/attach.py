"""`attach`: give pull secrets to an account, a workload, or a pod's owner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.asking import can_ask, which
from kubectl_pullsecret.cli.changing import Changing, changing, look_at, make, show, writing
from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.holders import find_target, named
from kubectl_pullsecret.errors import ExitCode

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.attach import AttachRequest
    from kubectl_pullsecret.changes.execution import Writer
    from kubectl_pullsecret.changes.plan import Changes, Plan


@click.command(
    "attach", short_help="Give pull secrets to an account, a workload or a pod's owner", epilog=USE
)
@click.argument("words", nargs=-1, required=True, metavar="TARGET [SECRET...]")
@click.option("--first", is_flag=True, help="Put them before those that are listed.")
@click.option("--force", is_flag=True, help="Attach even what would not help or not last.")
@click.option("--restart", is_flag=True, help="Make new pods for those that are stuck.")
@click.option(
    "--recreate", is_flag=True, help="Of a pod without owner: delete it and create it again."
)
@changing
@click.pass_obj
def command(
    console: Console,
    words: tuple[str, ...],
    first: bool,
    force: bool,
    restart: bool,
    recreate: bool,
    changing: Changing,
) -> ExitCode:
    """Give pull secrets to an account, a workload or a pod's owner; none is taken away.

    TARGET is sa/default, deploy/web, pod/web-0, or any other TYPE/NAME whose object has a pod
    template. Without SECRET, what the target's images need and nothing attaches yet is found by
    the kubelet's own rules.

    A pod's list cannot change: the highest owner with a template gets the secrets.
    """
    from kubectl_pullsecret.changes.attach import AttachRequest

    wish = named(words)
    with writing(console, changing) as (writer, namespace):
        target, api_version = find_target(writer.client, wish, namespace)
        request = AttachRequest(
            target, wish.secrets, first, force, restart, recreate, api_version=api_version
        )
        changes = _attach(console, writer, request)
    show(console, changing, changes)
    return changes.exit_code


def _attach(console: Console, writer: Writer, request: AttachRequest) -> Changes:
    """Plan and write; where several secrets would do, ask which, if somebody sits there."""
    from kubectl_pullsecret.changes.attach import plan_attach, wanted_for_attach
    from kubectl_pullsecret.changes.refusal import RefusedPlanError

    def plan() -> Plan:
        wanted = partial(wanted_for_attach, request, console.now)
        return plan_attach(request, look_at(console, writer.client, wanted), now=console.now)

    try:
        return make(console, writer, plan)
    except RefusedPlanError as refused:
        if not refused.candidates or not can_ask(console):
            raise
        chosen = which(console, refused.message, refused.candidates)
    return _attach(console, writer, request._replace(preferred=(*request.preferred, chosen)))
