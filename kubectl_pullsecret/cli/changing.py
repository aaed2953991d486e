"""What every command that changes something has in common: its flags, and its course.

Read and plan, write, and plan anew where somebody else was quicker: `changes.execution`. A command
gives what it wants to be read and how it plans, both pure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_pullsecret.cli.connection import ConnectionFlags, add_flags, take
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import (
    Function,
    Output,
    changed_namespace,
    output,
    printed,
    serialised,
)
from kubectl_pullsecret.cli.source import cluster
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.kinds import display

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.execution import Writer
    from kubectl_pullsecret.changes.plan import Changes, DryRun, Plan
    from kubectl_pullsecret.changes.refusal import RefusedPlanError
    from kubectl_pullsecret.facts.snapshot import Snapshot
    from kubectl_pullsecret.sources.live import Wanted
    from kubectl_pullsecret.sources.transport import Client
    from kubectl_pullsecret.views.commands import Setting

_LONGEST_PAUSE = 5.0  # seconds
_DOCUMENTS = (Output.JSON, Output.YAML)


class Changing(NamedTuple):
    """The flags that all of these commands share."""

    namespace: str | None
    connection: ConnectionFlags
    dry_run: DryRun
    field_manager: str | None  # None: this program
    output: Output


def changing(function: Function) -> Function:
    """Offer -n, -o, --dry-run, --field-manager and kubectl's connection flags, as `changing`."""

    @wraps(function)
    def with_changing(*arguments: Any, **parameters: Any) -> Any:
        from kubectl_pullsecret.changes.plan import DryRun

        found = Changing(
            namespace=parameters.pop("namespace"),
            connection=take(parameters),
            dry_run=DryRun(parameters.pop("dry_run")),
            field_manager=parameters.pop("field_manager"),
            output=parameters.pop("output"),
        )
        return function(*arguments, changing=found, **parameters)

    offered: Any = add_flags(with_changing)
    formats = output(Output.JSON, Output.YAML, Output.NAME)
    for option in (_FIELD_MANAGER, formats, _DRY_RUN, changed_namespace):
        offered = option(offered)
    return offered  # type: ignore[no-any-return]  # click's decorators keep what they decorate


_DRY_RUN = click.option(
    "--dry-run",
    type=click.Choice(["none", "client", "server"]),
    default="none",
    show_default=True,
    help="Show the change and make none; server: let the server check it too.",
)
_FIELD_MANAGER = click.option(
    "--field-manager",
    metavar="NAME",
    help="Who made the change, for managedFields; without it this program.",
)


@contextmanager
def writing(console: Console, changing: Changing) -> Iterator[tuple[Writer, str]]:
    """Connect; the writer, and the namespace that counts. What a refusal carries is shown."""
    from kubectl_pullsecret.changes.execution import FIELD_MANAGER, Writer
    from kubectl_pullsecret.changes.refusal import RefusedPlanError

    manager = changing.field_manager or FIELD_MANAGER
    with cluster(console, changing.connection, changing.namespace) as (client, namespace):
        try:
            yield Writer(client, changing.dry_run, manager), namespace
        except RefusedPlanError as refused:
            raise explained(console, changing, refused) from None


def explained(console: Console, changing: Changing, refused: RefusedPlanError) -> PullSecretError:
    """Show the report or the manifest of a refused plan; the error with the commands to run."""
    from kubectl_pullsecret.views.commands import command, quoted

    setting = _setting(changing)
    if changing.output in _DOCUMENTS:
        _show_document(console, changing.output, refused, setting)
    else:
        _show_text(console, refused, setting)
    argvs = [command(fix, setting.connection) for fix in refused.fixes]
    lines = [" ".join(map(quoted, argv)) for argv in argvs if argv]
    before = refused.remedy if lines else refused.remedy.rstrip(":")
    remedy = " ".join(filter(None, (before, "; ".join(lines))))
    return PullSecretError(refused.message, remedy=remedy, exit_code=refused.exit_code)


def _show_document(
    console: Console, output: Output, refused: RefusedPlanError, setting: Setting
) -> None:
    """Write one document: the doctor's report, or else the manifest."""
    if refused.report is not None:
        from kubectl_pullsecret.views.doctor_report import report_data

        console.write(serialised(report_data(refused.report, setting), output))
    elif refused.manifest is not None:
        console.write(printed([refused.manifest], output))


def _show_text(console: Console, refused: RefusedPlanError, setting: Setting) -> None:
    if refused.report is not None:
        from kubectl_pullsecret.views.text import report_text

        console.write(report_text(refused.report, console.terminal, setting=setting))
    if refused.manifest is not None:
        console.write(printed([refused.manifest], Output.YAML))


def _setting(changing: Changing) -> Setting:
    """What a command that is proposed must repeat."""
    from kubectl_pullsecret.views.commands import Setting

    return Setting(changing.connection.argv, changing.connection.unrepeated)


def look_at(console: Console, client: Client, wanted: Wanted) -> Snapshot:
    """Read what is wanted, with progress."""
    from kubectl_pullsecret.sources.live import observe

    try:
        return observe(client, wanted, console.progress)
    finally:
        console.progress("")


def make(console: Console, writer: Writer, plan: Callable[[], Plan]) -> Changes:
    """Plan and write, and say what to beware of. Whoever gets the changes has to `show` them.

    Raises:
        PullSecretError: the plan is refused.
        KeyboardInterrupt: nothing was written yet, when Ctrl-C, SIGTERM or SIGHUP came.
    """
    from kubectl_pullsecret.changes.execution import carry_out
    from kubectl_pullsecret.changes.holding import interruptible

    with interruptible(console.log):
        changes = carry_out(plan, writer, _Pauses())
    for warning in changes.plan.warnings:
        console.warn(warning)
    return changes


class _Pauses:
    """Waits before new tries: competitors must not meet again and again.

    Each for a random time: as long as the last try took at most, doubled with each of them. Where
    many compete, the machine or the server is slow, and so is a try.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, tried: int) -> None:
        import random

        took = time.monotonic() - self._began
        longest = min(_LONGEST_PAUSE, took * 2**tried)
        time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret hangs on it
        self._began = time.monotonic()


def show(console: Console, changing: Changing, changes: Changes) -> None:
    """Write what was changed in the format that `-o` asks for; a pod that is lost, in any.

    Raises:
        PullSecretError: the one thing that was to be done has failed, or what had to come first.
    """
    error = _error_of(changes)
    try:
        _write(console, changing, changes, error)
    except PullSecretError as unwritten:  # a full disk; what is done is done
        from kubectl_pullsecret.changes.plan import Deed

        done = [one for one in changes.outcomes if one.deed is Deed.DONE]
        if not done:
            raise
        names = ", ".join(display(one.target) for one in done)
        message = f"{unwritten.message}; changed is {names}"
        raise PullSecretError(message, exit_code=ExitCode.INCOMPLETE) from None
    if error is not None:
        raise error


def _write(
    console: Console, changing: Changing, changes: Changes, error: PullSecretError | None
) -> None:
    from kubectl_pullsecret.views import changes as views

    if changing.output in _DOCUMENTS:
        report = views.changes_data(changes, _setting(changing))
        console.write(serialised(report, changing.output))
    else:
        _write_lost(console, changes)
        if changing.output is Output.NAME:
            console.write(views.changes_names(changes))
        elif error is not None:
            console.write(views.undone_text(changes, console.terminal))
        else:
            console.write(views.changes_text(changes, console.terminal, _setting(changing)))


def _write_lost(console: Console, changes: Changes) -> None:
    """Print the manifests of pods that are gone."""
    lost = [outcome.manifest for outcome in changes.outcomes if outcome.manifest is not None]
    if lost:
        console.write(printed(lost, Output.YAML))


def _error_of(changes: Changes) -> PullSecretError | None:
    """The failure because of which nothing was done, if it is one; a sentence says it all."""
    told = [outcome for outcome in changes.outcomes if outcome.why]
    if len(told) != 1 or changes.exit_code is not ExitCode.FAILED:
        return None
    return PullSecretError(told[0].why, remedy=told[0].remedy)
