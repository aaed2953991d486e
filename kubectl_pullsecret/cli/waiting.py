"""`--wait`: follow a change's pods until their images are there, or the doctor knows why not."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Function, Output
from kubectl_pullsecret.errors import ExitCode, PullSecretError, wrong_usage

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.awaited import Awaited, Progress, Still
    from kubectl_pullsecret.changes.plan import Changes
    from kubectl_pullsecret.cli.changing import Changing
    from kubectl_pullsecret.facts.snapshot import Snapshot
    from kubectl_pullsecret.report import Report
    from kubectl_pullsecret.sources.transport import Client

_BETWEEN_LOOKS = 2.0  # seconds
_LEAST = 5.0  # seconds that a look may take, however short the timeout is
_TIMEOUT = 300.0  # seconds, without --timeout


class Waiting(NamedTuple):
    """What the flags say."""

    wanted: bool
    timeout: float  # seconds


class Verdict(NamedTuple):
    """What came of waiting."""

    code: ExitCode  # FINE, FINDINGS or FAILED
    sentence: str
    report: Report | None = None  # FINDINGS: what the doctor says of the pods


def waiting(function: Function) -> Function:
    """Offer --wait and --timeout; the parameter is `waiting: Waiting`.

    Raises:
        PullSecretError: (exit 2) nothing is waited for, and yet it is said how long.
    """

    @wraps(function)
    def with_waiting(*arguments: Any, **parameters: Any) -> Any:
        wanted, timeout = parameters.pop("wait"), parameters.pop("timeout")
        if timeout is not None and not wanted:
            raise wrong_usage("--timeout is how long --wait waits", "add --wait")
        if wanted and parameters.get("dry_run", "none") != "none":
            raise wrong_usage("--wait waits for new pods, and --dry-run makes none", "omit one")
        found = Waiting(wanted, _TIMEOUT if timeout is None else timeout)
        return function(*arguments, waiting=found, **parameters)

    offered: Any = with_waiting
    for option in (_TIMEOUT_FLAG, _WAIT):
        offered = option(offered)
    return offered  # type: ignore[no-any-return]  # click's decorators keep what they decorate


def _seconds(_ctx: click.Context, _param: click.Parameter, written: str | None) -> float | None:
    """Read a length as kubectl does; zero is one look."""
    if written is None:
        return None
    from kubectl_pullsecret.sources.kubeconfig.timeout import parse_timeout

    try:
        return parse_timeout(written) or 0.0
    except PullSecretError:
        raise click.BadParameter("write it like 30s, 5m or 1m30s") from None


_WAIT = click.option("--wait", is_flag=True, help="Wait until the new pods have their images.")
_TIMEOUT_FLAG = click.option(
    "--timeout", metavar="LENGTH", callback=_seconds, help="How long --wait waits; 5m without it."
)


def follow(
    console: Console,
    changing: Changing,
    client: Client,
    waiting: Waiting,
    changes: Changes,
    seen: Snapshot,
) -> ExitCode:
    """Wait for the pods that a change makes, and tell what came of it; `seen` is from before it.

    Without --wait, and where nothing was changed, the exit code is the change's.

    Raises:
        PullSecretError: it was not settled in time, or the pods cannot be seen.
    """
    from kubectl_pullsecret.changes.awaited import awaited_of
    from kubectl_pullsecret.changes.plan import DryRun

    undone = changes.dry_run is not DryRun.NONE or changes.exit_code is not ExitCode.FINE
    if undone or not waiting.wanted:
        return changes.exit_code
    awaited = awaited_of(changes.plan, seen, _began(console, client))
    if awaited is None:
        console.warn("there is nothing to wait for: no pod is made anew by this")
        return ExitCode.FINE
    verdict = wait_for(console, client, awaited, waiting.timeout)
    if verdict.code is ExitCode.FAILED:
        raise PullSecretError(verdict.sentence, remedy="the change itself is made")
    if changing.output is not Output.TEXT:  # what is asked for is on stdout already
        if verdict.code is not ExitCode.FINE:
            console.fail(PullSecretError(verdict.sentence, remedy="the doctor knows why"))
    elif verdict.report is None:
        console.write(verdict.sentence)
    else:
        _show(console, changing, verdict.report)
    return verdict.code


def _show(console: Console, changing: Changing, report: Report) -> None:
    from kubectl_pullsecret.views.commands import Setting
    from kubectl_pullsecret.views.text import report_text

    setting = Setting(changing.connection.argv, changing.connection.unrepeated)
    console.write(report_text(report, console.terminal, setting=setting))


def _began(console: Console, client: Client) -> datetime:
    """When this program began, by the server's clock: its last answer's time, less our time."""
    told = client.server_time
    if told is None:
        return console.now
    return told - timedelta(seconds=max(0.0, time.monotonic() - console.began))


def wait_for(
    console: Console,
    client: Client,
    awaited: Awaited,
    timeout: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Verdict:
    """Look every two seconds, for `timeout` seconds at most; progress goes to stderr.

    A server that does not answer is waited for too, and that is said; while it starts it may refuse
    what it allows later.

    Raises:
        PullSecretError: the pods cannot be seen.
    """
    from kubectl_pullsecret.changes.awaited import Done, Failed

    began, outage = clock(), False
    try:
        while True:
            client.until = time.monotonic() + max(_LEAST, began + timeout - clock())
            progress = _look(console, client, awaited, clock, starting=outage)
            outage = _tell_outage(console, progress, outage)
            if isinstance(progress, Done):
                return Verdict(ExitCode.FINE, progress.sentence)
            if isinstance(progress, Failed):
                said = "the new pods cannot pull their images"
                return Verdict(ExitCode.FINDINGS, said, progress.report)
            left = began + timeout - clock()
            if progress.endless or left <= 0:
                return Verdict(ExitCode.FAILED, _unsettled(progress, timeout))
            console.progress(f"waiting: {progress.sentence}")
            sleep(min(_BETWEEN_LOOKS, left))
    finally:
        client.until = None
        console.progress("")


def _tell_outage(console: Console, progress: Progress, before: bool) -> bool:
    """Say once that the server does not answer, and once that it does again; whether it does not.

    On any stderr: who reads the log of a pipeline wants to know why nothing happens.
    """
    from kubectl_pullsecret.changes.awaited import Still

    now = isinstance(progress, Still) and progress.unanswered
    if isinstance(progress, Still) and now and not before:
        console.warn(f"{progress.sentence}; the change is made, and the server is waited for")
    if before and not now:
        console.say("the server answers again")
    return now


def _unsettled(progress: Still, timeout: float) -> str:
    if progress.endless:
        return progress.sentence
    return f"not settled within {timeout:g} s: {progress.sentence}"


def _look(
    console: Console,
    client: Client,
    awaited: Awaited,
    clock: Callable[[], float],
    *,
    starting: bool,
) -> Progress:
    """What is seen of the pods; `starting`: the server has just not answered."""
    from kubectl_pullsecret.changes.awaited import Still, progress_of, selection_of, unseen
    from kubectl_pullsecret.diagnosis.wanted_by_doctor import for_doctor
    from kubectl_pullsecret.sources.live import observe
    from kubectl_pullsecret.sources.transport import ApiError

    now = console.now + timedelta(seconds=max(0.0, clock() - console.began))
    try:
        snapshot = observe(client, partial(for_doctor, selection_of(awaited), now))
    except ApiError as error:
        if error.not_found:
            return Still(error.message)
        if error.code in (0, 429) or error.code >= 500 or (starting and error.code in (401, 403)):
            return Still(error.message, unanswered=True)
        raise
    why = unseen(snapshot)
    if why and starting:
        return Still(why, unanswered=True)
    if why:
        raise PullSecretError(f"the pods cannot be followed: {why}")
    return progress_of(snapshot, awaited, now=now)
