"""The one error that users see. Everything else that is raised is a bug.

Exit codes are a contract (README.md); a report computes its own, an error carries one.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    FAILED = 3
    INCOMPLETE = 4
    INTERRUPTED = 130


class PullSecretError(Exception):
    """Something that the user can mend: a sentence that names object and field, and a remedy.

    `message` must never contain a credential; it may contain text from outside, which the command
    line neutralises before it reaches a terminal.
    """

    def __init__(
        self, message: str, *, remedy: str = "", exit_code: ExitCode = ExitCode.FAILED
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.exit_code = exit_code


def wrong_usage(message: str, remedy: str = "") -> PullSecretError:
    """What is wrong with a command line (exit 2), to be raised."""
    return PullSecretError(message, remedy=remedy, exit_code=ExitCode.USAGE)
