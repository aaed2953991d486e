"""What every way to fail looks like to a user."""

from __future__ import annotations

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import Outcome


def is_one_sentence(outcome: Outcome) -> bool:
    """Whether a command failed with one sentence, at most one remedy, and nothing on stdout."""
    lines = outcome.err.splitlines()
    return (
        (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        and 1 <= len(lines) <= 2
        and lines[0].startswith("error: ")
        and "this is a bug" not in outcome.err
        and "Traceback" not in outcome.err
    )
