"""An outside world for command lines: what goes in, and what came out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timezone

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.main import run
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.views.terminal import PIPE, Terminal

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Outcome:
    """What one command line did."""

    code: ExitCode
    out: str
    err: str


def invoke(
    *args: str, stdin: bytes = b"", terminal: Terminal = PIPE, now: datetime = NOW
) -> Outcome:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = run(args, Console(io.BytesIO(stdin), out, err, now, terminal))
    return Outcome(code, out.getvalue(), err.getvalue())
