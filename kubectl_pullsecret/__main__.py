"""The program: `kubectl-pullsecret`, `kubectl pullsecret` and `python -m kubectl_pullsecret`."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> int:
    """Run this process's command line; its exit code. Ctrl-C is silent, during imports too."""
    try:
        from kubectl_pullsecret.cli.console import Console
        from kubectl_pullsecret.cli.main import run

        with Console.of_process() as console:
            return run(sys.argv[1:], console)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
