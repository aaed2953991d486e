"""`list`: the pull secrets that there are, their state, and who uses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import (
    Output,
    all_namespaces,
    filenames,
    namespace,
    output,
    recursive,
)
from kubectl_pullsecret.errors import ExitCode

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.inventory import PullSecretRecord
    from kubectl_pullsecret.facts.objects import Secret


@click.command("list", short_help="List pull secrets: registries, user names, state, expiry")
@filenames
@recursive
@namespace
@all_namespaces
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Only with these labels.")
@output(Output.WIDE, Output.JSON, Output.YAML, Output.NAME)
@click.pass_obj
def command(
    console: Console,
    filenames: tuple[str, ...],
    recursive: bool,
    namespace: str | None,
    all_namespaces: bool,
    selector: str,
    output: Output,
) -> ExitCode:
    """List the secrets that are, or were meant as, pull secrets.

    Without -n all namespaces of the input. -o wide adds the kinds of credentials and who uses them.
    """
    from kubectl_pullsecret.cli.input import read_input, worst
    from kubectl_pullsecret.diagnosis.inventory import inventory

    matches = _label_filter(selector)
    observed = read_input(console, filenames, recursive=recursive, namespace=namespace)
    wanted = None if all_namespaces else namespace
    records = inventory(observed.snapshot, wanted, now=console.now, matches=matches)
    if not records and output in (Output.TEXT, Output.WIDE):
        where = f"namespace {wanted}" if wanted else "the input"
        console.warn(f"no pull secret in {where}")
    else:
        console.write(_shown(records, output, console, all_namespaces))
    return worst(ExitCode.FINE, observed)


def _label_filter(selector: str) -> Callable[[Secret], bool]:
    if not selector:
        return lambda _: True
    from kubectl_pullsecret.diagnosis.label_selector import parse_selector, selects

    requirements = parse_selector(selector)
    return lambda secret: selects(requirements, dict(secret.labels))


def _shown(
    records: Sequence[PullSecretRecord], output: Output, console: Console, all_namespaces: bool
) -> str:
    from kubectl_pullsecret.views import inventory as views
    from kubectl_pullsecret.views.data import as_json, as_yaml

    if output is Output.NAME:
        return views.list_names(records)
    if output in (Output.JSON, Output.YAML):
        write = as_json if output is Output.JSON else as_yaml
        return write(views.list_document(records))
    several = all_namespaces or len({record.secret.ref.namespace for record in records}) > 1
    wide = output is Output.WIDE
    return views.list_table(records, now=console.now, namespaces=several, wide=wide)
