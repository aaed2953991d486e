"""`kubectl pullsecret doctor`: why images do not pull, and what fixes it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, all_namespaces, output, serialised
from kubectl_pullsecret.cli.registry_flags import RegistryFlags, ask_registries, registry_flags
from kubectl_pullsecret.cli.source import Sighting, Source, look, source
from kubectl_pullsecret.errors import ExitCode, PullSecretError, wrong_usage

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.selection import Selection
    from kubectl_pullsecret.report import Report
    from kubectl_pullsecret.sources.live import Wanted


@click.command("doctor", short_help="Explain why images do not pull and what fixes it", epilog=USE)
@click.argument("targets", nargs=-1, metavar="[TARGET...]")
@source
@all_namespaces
@output(Output.TEXT, Output.WIDE, Output.JSON, Output.YAML, Output.NAME)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="From which findings on the exit code is 1.",
)
@click.option(
    "--allow-unseen",
    is_flag=True,
    help="Exit with 0, not 4, where only secrets were not seen: git rarely has them.",
)
@click.option("--healthy", is_flag=True, help="Also show what may fail at the next pull.")
@click.option(
    "--probe", is_flag=True, help="Ask the registries, from this machine, what stays open."
)
@registry_flags
@click.pass_obj
def command(
    console: Console,
    targets: tuple[str, ...],
    source: Source,
    all_namespaces: bool,
    output: Output,
    fail_on: str,
    allow_unseen: bool,
    healthy: bool,
    probe: bool,
    registry: RegistryFlags,
) -> ExitCode:
    """Explain why images do not pull and what fixes it.

    TARGET is a pod, a workload, a service account or a namespace: pod/web-0, deploy/web,
    sa/default, ns/prod, or TYPE NAME. Without one, every pod of the namespace is looked at.

    No registry is asked without --probe. With it, each credential that bears on a failure is shown
    to its own registry, for pulling alone; the answers are those to this machine, not to a node.

    Exit codes: 0 no finding, 1 findings, 2 wrong usage, 3 no answer, 4 a part was not seen.
    """
    from kubectl_pullsecret.cli.targets import parse_targets
    from kubectl_pullsecret.diagnosis.selection import Selection

    if targets and all_namespaces and not source.from_files:
        raise _target_anywhere()
    registry.refuse_unless(probe, by="--probe")
    chosen = None if all_namespaces else source.namespace
    selection = Selection(parse_targets(targets), chosen, healthy)
    seen = look(console, source, partial(_wanted, selection, console), everywhere=all_namespaces)
    report = _judged(console, seen, selection)
    if probe and report.questions:
        answers = ask_registries(console, registry, source.connection, report.questions)
        told = seen._replace(snapshot=seen.snapshot.with_answers(answers))
        report = _judged(console, told, selection)
    from kubectl_pullsecret.report import FailOn

    console.write(_view(report, output, console, source, seen.place))
    return seen.worst(report.exit_code(FailOn(fail_on), allow_unseen))


def _target_anywhere() -> PullSecretError:
    return wrong_usage(
        "a target has a namespace: it cannot be looked for in all of them",
        remedy="give -n NAMESPACE instead of -A",
    )


def _judged(console: Console, seen: Sighting, selection: Selection) -> Report:
    from kubectl_pullsecret.diagnosis.doctor import diagnose  # last: wrong files are told without

    return diagnose(seen.snapshot, _within(selection, seen.namespace), now=console.now)


def _wanted(selection: Selection, console: Console, namespace: str) -> Wanted:
    from kubectl_pullsecret.diagnosis.wanted_by_doctor import for_doctor

    return partial(for_doctor, _within(selection, namespace or None), console.now)


def _within(selection: Selection, namespace: str | None) -> Selection:
    """Place the selection in the namespace that counts, as far as it says nothing itself."""
    targets = tuple(
        target
        if target.namespace or target.kind == "Namespace"
        else target._replace(namespace=namespace or "")
        for target in selection.targets
    )
    return selection._replace(targets=targets, namespace=namespace)


def _view(report: Report, output: Output, console: Console, source: Source, place: str) -> str:
    """Return the report in the format that `-o` asks for."""
    from kubectl_pullsecret.views.commands import Setting

    flags = source.connection
    setting = Setting(flags.argv, flags.unrepeated, source.from_files)
    if output in (Output.TEXT, Output.WIDE):
        from kubectl_pullsecret.views.text import report_text

        wide = output is Output.WIDE
        return report_text(report, console.terminal, wide=wide, setting=setting, place=place)
    from kubectl_pullsecret.views import doctor_report

    if output is Output.NAME:
        return doctor_report.report_names(report)
    document = doctor_report.report_data(report, setting)
    return serialised(document, output)
