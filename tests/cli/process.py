"""The program as a process: how it is called, at a terminal or not, and what it imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.terminal import on_terminal

ENTRY = (str(Path(sys.executable).with_name("kubectl-pullsecret")),)
MODULE = (sys.executable, "-m", "kubectl_pullsecret")
WITHIN = 60.0  # seconds
_IMPORTED = """
import json, sys
from kubectl_pullsecret.__main__ import main
main()
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def environment(**changes: str) -> dict[str, str]:
    """What this process has, with changes."""
    return {**os.environ, **changes}


def at_terminal(
    argv: tuple[str, ...], *, columns: int = 80, changes: Mapping[str, str] | None = None
) -> str:
    """What a program shows at a terminal of this width, with changes of its environment."""
    env = environment(**{"TERM": "xterm", **(changes or {})})
    with on_terminal(argv, columns=columns, environment=env) as terminal:
        terminal.end(WITHIN)
        return terminal.shown


def imported(*args: str) -> set[str]:
    """The modules that a command line imports."""
    argv = (sys.executable, "-c", _IMPORTED, *args)
    ran = subprocess.run(argv, capture_output=True, timeout=WITHIN, check=True)
    return set(json.loads(ran.stderr.decode().splitlines()[-1]))
