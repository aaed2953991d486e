"""What the bundle runs: the same program as `kubectl-pullsecret` from the wheel.

A frozen interpreter leaves signals as the system has them; those that Python sets are set here.
Without them Ctrl-C would end a command before it has put the terminal back, and a server that hangs
up would kill it.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` makes enums of all first


def _signals_as_in_python() -> None:
    """Set what `python` sets at its start (CPython 3.13, Python/pylifecycle.c, init_signals)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGPIPE", "SIGXFSZ"):  # writing says what is wrong instead; not on Windows
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


_signals_as_in_python()

from kubectl_pullsecret.__main__ import program  # noqa: E402  (Ctrl-C works from here on)

program()
