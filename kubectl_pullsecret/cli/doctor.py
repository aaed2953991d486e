"""`kubectl pullsecret doctor`: why images do not pull, and what fixes it."""

from __future__ import annotations

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
    from kubectl_pullsecret.report import Report


@click.command("doctor", short_help="Explain why images do not pull and what fixes it")
@click.argument("targets", nargs=-1, metavar="[TARGET...]")
@filenames
@recursive
@namespace
@all_namespaces
@output(Output.TEXT, Output.WIDE, Output.JSON, Output.YAML, Output.NAME)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="From which findings on the exit code is 1.",
)
@click.option("--healthy", is_flag=True, help="Also show what may fail at the next pull.")
@click.pass_obj
def command(
    console: Console,
    targets: tuple[str, ...],
    filenames: tuple[str, ...],
    recursive: bool,
    namespace: str | None,
    all_namespaces: bool,
    output: Output,
    fail_on: str,
    healthy: bool,
) -> ExitCode:
    """Explain why images do not pull and what fixes it.

    TARGET is a pod, a workload, a service account or a namespace: pod/web-0, deploy/web,
    sa/default, ns/prod, or TYPE NAME. Without one, every pod of the input is looked at.

    Exit codes: 0 no finding, 1 findings, 2 wrong usage, 3 nothing could be answered, 4 a part
    could not be seen.
    """
    from kubectl_pullsecret.cli.input import read_input, worst
    from kubectl_pullsecret.cli.targets import parse_targets

    chosen = None if all_namespaces else namespace
    wanted = parse_targets(targets, chosen or "")
    observed = read_input(console, filenames, recursive=recursive, namespace=namespace)
    # imported last: a wrong target or file is told without them
    from kubectl_pullsecret.diagnosis import Selection, diagnose
    from kubectl_pullsecret.report import FailOn

    report = diagnose(observed.snapshot, Selection(wanted, chosen, healthy), now=console.now)
    console.write(_view(report, output, console))
    return worst(report.exit_code(FailOn(fail_on)), observed)


def _view(report: Report, output: Output, console: Console) -> str:
    """Return the report in the format that `-o` asks for."""
    if output in (Output.TEXT, Output.WIDE):
        from kubectl_pullsecret.views.text import report_text

        wide = output is Output.WIDE
        return report_text(report, console.terminal, wide=wide, from_files=True)
    from kubectl_pullsecret.views import data, doctor_report

    if output is Output.NAME:
        return doctor_report.report_names(report)
    document = doctor_report.report_data(report, from_files=True)
    return data.as_json(document) if output is Output.JSON else data.as_yaml(document)
