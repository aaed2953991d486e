"""`kubectl pullsecret explain`: the page of a reason, or all reasons in one line each."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import ExitCode, PullSecretError

if TYPE_CHECKING:
    from kubectl_pullsecret.report import Reason


@click.command("explain", short_help="Explain a reason that a report names")
@click.argument("reason", required=False)
@click.pass_obj
def command(console: Console, reason: str | None) -> ExitCode:
    """Explain a reason that a report names: when it holds, what it means, what mends it.

    Without REASON, all of them are listed, what comes first in a pull first.
    """
    from kubectl_pullsecret.views.reasons import page_text, reason_list

    if reason is None:
        console.write(reason_list(console.terminal))
    else:
        console.write(page_text(_named(reason), console.terminal))
    return ExitCode.FINE


def _named(word: str) -> Reason:
    """Return the reason of this name in any case; raise PullSecretError with near misses."""
    from kubectl_pullsecret.report import Reason

    names = {reason.value.lower(): reason for reason in Reason}
    found = names.get(word.lower())
    if found is None:
        near = get_close_matches(word.lower(), names, n=3)
        proposed = ", ".join(names[name].value for name in near)
        raise PullSecretError(
            f"{word}: there is no such reason",
            remedy=f"did you mean {proposed}?" if proposed else "without a name, all are listed",
            exit_code=ExitCode.USAGE,
        )
    return found
