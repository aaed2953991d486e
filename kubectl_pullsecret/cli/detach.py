"""`detach`: take pull secrets from an account, a workload, or a pod's owner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.changing import Changing, changing, look_at, make, show, writing
from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.local import Local, edit, local
from kubectl_pullsecret.cli.words import UNKNOWN, find_target, named
from kubectl_pullsecret.errors import ExitCode, wrong_usage

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.plan import Plan
    from kubectl_pullsecret.facts.objects import ObjectRef
    from kubectl_pullsecret.facts.snapshot import Snapshot


@click.command(
    "detach",
    short_help="Take pull secrets from an account, a workload or a pod's owner",
    epilog=USE,
)
@click.argument("words", nargs=-1, required=True, metavar="TARGET [SECRET...]")
@click.option("--all-missing", is_flag=True, help="Every reference to a secret that is not there.")
@click.option("--force", is_flag=True, help="Detach even where it would not last.")
@click.option(
    "--recreate", is_flag=True, help="Of a pod without owner: delete it and create it again."
)
@local
@changing
@click.pass_obj
def command(
    console: Console,
    words: tuple[str, ...],
    all_missing: bool,
    force: bool,
    recreate: bool,
    local: Local,
    changing: Changing,
) -> ExitCode:
    """Take pull secrets from an account, a workload or a pod's owner; the Secrets stay.

    TARGET is sa/default, deploy/web, pod/web-0, or any other TYPE/NAME whose object has a pod
    template. What is not listed needs no change.
    """
    from kubectl_pullsecret.changes.detach import DetachRequest, plan_detach, wanted_for_detach

    wish = named(words)
    request = DetachRequest(UNKNOWN, wish.secrets, all_missing, force, recreate)

    def plan(target: ObjectRef, snapshot: Snapshot) -> Plan:
        return plan_detach(request._replace(target=target), snapshot, now=console.now)

    if not wish.secrets and not all_missing:
        raise wrong_usage(f"{words[0]}: which secret?", "name those to detach, or --all-missing")
    if local.wanted:
        return edit(console, changing, local, wish, plan)
    with writing(console, changing) as (writer, namespace):
        target, api_version = find_target(writer.client, wish, namespace)
        request = request._replace(target=target, api_version=api_version)
        wanted = partial(wanted_for_detach, request)
        changes = make(
            console, writer, lambda: plan(target, look_at(console, writer.client, wanted))
        )
    show(console, changing, changes)
    return changes.exit_code
