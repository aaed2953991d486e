"""The real programs for one pytest run: prepared once, before its first test."""

from __future__ import annotations

import os
import shutil
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.programs.missing import MissingError
from tests.programs.real import Programs, cache, find
from tests.programs.sets import CONTROL_PLANE, ProgramSet

_TOOLCHAIN = pytest.StashKey[Path | None]()
_FOUND = pytest.StashKey[dict[str, Programs | MissingError]]()


def prepare(config: pytest.Config, wanted: ProgramSet = CONTROL_PLANE) -> Programs:
    """Finds or builds them; what was found, or not, is remembered. Raises `MissingError`."""
    known = config.stash.setdefault(_FOUND, {})
    if wanted.name not in known:
        try:
            toolchain = _toolchain(config)
            known[wanted.name] = find(os.environ, partial(say, config), wanted, toolchain)
        except MissingError as missing:
            known[wanted.name] = missing
    found = known[wanted.name]
    if isinstance(found, MissingError):
        raise MissingError(*found.args)
    return found


def _toolchain(config: pytest.Config) -> Path | None:
    """Where a compiler that has to be fetched stays, for the next build, until the run ends."""
    if _TOOLCHAIN not in config.stash:
        config.stash[_TOOLCHAIN] = None
        with suppress(RuntimeError):  # no home, which the build will say
            folder = cache(os.environ)  # some GB: not on a small /tmp
            for left in folder.glob("toolchain-*"):
                if not _is_alive(int(left.name.rpartition("-")[2])):
                    shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
            own = config.stash[_TOOLCHAIN] = folder / f"toolchain-{os.getpid()}"
            config.add_cleanup(partial(shutil.rmtree, own, ignore_errors=True))
    return config.stash[_TOOLCHAIN]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


def say(config: pytest.Config, line: str) -> None:
    """A line on the terminal at once, whatever is captured; a build takes minutes."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None:  # a worker of pytest-xdist
        return
    capture = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        terminal.ensure_newline()
        terminal.write_line(line)
        terminal.flush()
