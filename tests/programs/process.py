"""Child processes that do not outlive the test run."""

from __future__ import annotations

import sys

# Linux ends the program when the thread that started it ends, however that happens. The parent may
# be gone before the request: then its pid is no longer the one that was handed over.
_END_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
os.getppid() == int(sys.argv[1]) or sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


def ending_with(parent: int, command: tuple[str, ...]) -> tuple[str, ...]:
    """The command, ended by the kernel when the process `parent`, its starter, is gone.

    Only Linux can do it; elsewhere the command is as it was. `command[0]` is a path. A wrapper and
    not `preexec_fn`, which is unsafe when other threads run.
    """
    if sys.platform != "linux":
        return command
    return (sys.executable, "-I", "-S", "-c", _END_WITH_PARENT, str(parent), *command)
