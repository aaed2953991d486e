"""The program: `kubectl-pullsecret`, `kubectl pullsecret` and `python -m kubectl_pullsecret`."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

INTERRUPTED = 130


def main() -> int:
    """Run this process's command line; its exit code. Ctrl-C is silent, during imports too."""
    gc.disable()  # a short run makes no garbage in circles worth a twentieth of its time
    try:
        from kubectl_pullsecret.cli.console import Console
        from kubectl_pullsecret.cli.main import run

        with Console.of_process() as console:
            return run(sys.argv[1:], console)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        gc.enable()


def program() -> NoReturn:
    """Run and leave at once: all output is flushed, and tearing down modules takes its time."""
    os._exit(main())


if __name__ == "__main__":
    program()
