"""`attach`: give pull secrets to an account, a workload, or a pod's owner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.asking import can_ask, which
from kubectl_pullsecret.cli.changing import Changing, changing, look_at, make, show, writing
from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.local import Local, edit, local
from kubectl_pullsecret.cli.waiting import Waiting, follow, waiting
from kubectl_pullsecret.cli.words import UNKNOWN, find_target, named
from kubectl_pullsecret.errors import ExitCode

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.attach import AttachRequest
    from kubectl_pullsecret.changes.execution import Writer
    from kubectl_pullsecret.changes.plan import Changes, Plan
    from kubectl_pullsecret.facts.objects import ObjectRef
    from kubectl_pullsecret.facts.snapshot import Snapshot


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
@waiting
@local
@changing
@click.pass_obj
def command(
    console: Console,
    words: tuple[str, ...],
    first: bool,
    force: bool,
    restart: bool,
    recreate: bool,
    waiting: Waiting,
    local: Local,
    changing: Changing,
) -> ExitCode:
    """Give pull secrets to an account, a workload or a pod's owner; none is taken away.

    TARGET is sa/default, deploy/web, or any other TYPE/NAME whose object has a pod template. A
    pod's list cannot change: the highest owner with a template gets the secrets. Without SECRET,
    what the images need and nothing attaches yet is found by the kubelet's own rules.

    \b
    Examples:
      kubectl pullsecret attach sa/default regcred
      kubectl pullsecret attach pod/web-0 --wait
      kubectl pullsecret attach deploy/web regcred -f web.yaml --local > new.yaml
    """  # noqa: D301 - click reads the character \b, not a backslash
    from kubectl_pullsecret.changes.attach import AttachRequest, plan_attach

    wish = named(words)
    request = AttachRequest(UNKNOWN, wish.secrets, first, force, restart, recreate)
    if local.wanted:

        def plan(target: ObjectRef, snapshot: Snapshot) -> Plan:
            return plan_attach(request._replace(target=target), snapshot, now=console.now)

        return edit(console, changing, local, wish, plan)
    with writing(console, changing) as (writer, namespace):
        target, api_version = find_target(writer.client, wish, namespace)
        request = request._replace(target=target, api_version=api_version)
        changes, seen = _attach(console, writer, request)
        show(console, changing, changes)
        return follow(console, changing, writer.client, waiting, changes, seen)


def _attach(console: Console, writer: Writer, request: AttachRequest) -> tuple[Changes, Snapshot]:
    """Plan and write; where several secrets would do, ask which, if somebody sits there.

    Return what was changed, and what was seen before.
    """
    from kubectl_pullsecret.changes.attach import plan_attach, wanted_for_attach
    from kubectl_pullsecret.changes.refusal import RefusedPlanError

    seen: list[Snapshot] = []

    def plan() -> Plan:
        wanted = partial(wanted_for_attach, request, console.now)
        seen.append(look_at(console, writer.client, wanted))
        return plan_attach(request, seen[-1], now=console.now)

    try:
        return make(console, writer, plan), seen[0]
    except RefusedPlanError as refused:
        if not refused.candidates or not can_ask(console):
            raise
        chosen = which(console, refused.message, refused.candidates)
    return _attach(console, writer, request._replace(preferred=(*request.preferred, chosen)))
