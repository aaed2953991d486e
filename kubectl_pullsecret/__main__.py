"""The program: `kubectl-pullsecret`, `kubectl pullsecret` and `python -m kubectl_pullsecret`.

Under the name `kubectl_complete-pullsecret` kubectl asks it for the words that may come next, and
shells do so with `kubectl-pullsecret __complete`.
"""

from __future__ import annotations

import gc
import os
import sys

from kubectl_pullsecret.completion import COMPLETER

TYPE_CHECKING = False  # without importing typing: completion has no time for it
if TYPE_CHECKING:
    from typing import NoReturn

INTERRUPTED = 130


def main() -> int:
    """Run this process's command line; its exit code. Ctrl-C is silent, during imports too."""
    gc.disable()  # a short run makes no garbage in circles worth a twentieth of its time
    try:
        words = _words_to_complete(sys.argv)
        if words is not None:
            from kubectl_pullsecret.completion.program import main as complete

            return complete(words)
        from kubectl_pullsecret.cli.console import Console
        from kubectl_pullsecret.cli.main import run

        with Console.of_process() as console:
            return run(sys.argv[1:], console)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        gc.enable()


def _come_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Have a Ctrl-C that came while something was torn down come again outside of that.

    Python would print its traceback and forget it: urllib3's pools have finalizers. From another
    thread, because here it would be raised at once, and be printed and forgotten as well.
    """
    if unraisable.exc_type is KeyboardInterrupt:
        from _thread import interrupt_main, start_new_thread

        start_new_thread(interrupt_main, ())
    else:
        sys.__unraisablehook__(unraisable)


def _words_to_complete(argv: list[str]) -> list[str] | None:
    """The words that are to be completed; None where a command is to run."""
    name = os.path.basename(argv[0]) if argv else ""
    if name.lower().removesuffix(".exe") == COMPLETER:
        return argv[1:]
    return argv[2:] if argv[1:2] == ["__complete"] else None


def program() -> NoReturn:
    """Run and leave at once: all output is flushed, and tearing down modules takes its time."""
    sys.unraisablehook = _come_again
    try:
        code = main()
    except KeyboardInterrupt:  # after the answer
        code = INTERRUPTED
    os._exit(code)


if __name__ == "__main__":
    program()
