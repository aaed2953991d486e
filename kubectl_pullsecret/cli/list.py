"""`list`: the pull secrets that there are, their state, and who uses them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, all_namespaces, output, serialised
from kubectl_pullsecret.cli.source import Source, look, source
from kubectl_pullsecret.errors import ExitCode

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.inventory import PullSecretRecord
    from kubectl_pullsecret.sources.live import Wanted


@click.command(
    "list", short_help="List pull secrets: registries, user names, state, expiry", epilog=USE
)
@source
@all_namespaces
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Only with these labels.")
@output(Output.WIDE, Output.JSON, Output.YAML, Output.NAME)
@click.pass_obj
def command(
    console: Console,
    source: Source,
    all_namespaces: bool,
    selector: str,
    output: Output,
) -> ExitCode:
    """List the secrets that are, or were meant as, pull secrets.

    -o wide adds the kinds of credentials and who uses them.
    """
    from kubectl_pullsecret.diagnosis.inventory import inventory
    from kubectl_pullsecret.diagnosis.label_selector import label_filter

    matches = label_filter(selector)
    users = output in (Output.WIDE, Output.JSON, Output.YAML)
    seen = look(console, source, partial(_wanted, selector, users), everywhere=all_namespaces)
    records = inventory(seen.snapshot, seen.namespace, now=console.now, matches=matches)
    if not records and output in (Output.TEXT, Output.WIDE):
        console.warn(f"no pull secret {seen.place}")
    else:
        console.write(_shown(records, output, console, all_namespaces))
    return seen.worst(ExitCode.FINE)


def _wanted(selector: str, users: bool, namespace: str) -> Wanted:
    from kubectl_pullsecret.diagnosis.wanted import for_list

    return partial(for_list, namespace, selector, users)


def _shown(
    records: Sequence[PullSecretRecord], output: Output, console: Console, all_namespaces: bool
) -> str:
    from kubectl_pullsecret.views import inventory as views

    if output is Output.NAME:
        return views.list_names(records)
    if output in (Output.JSON, Output.YAML):
        return serialised(views.list_document(records), output)
    several = all_namespaces or len({record.secret.ref.namespace for record in records}) > 1
    wide = output is Output.WIDE
    return views.list_table(records, now=console.now, namespaces=several, wide=wide)
