"""The real programs for one pytest run: prepared once, before its first test."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import partial

import pytest

from tests.programs.missing import MissingError
from tests.programs.real import Programs, find

_FOUND = pytest.StashKey[Programs | MissingError]()


def prepare(config: pytest.Config) -> Programs:
    """Finds or builds them; what was found, or not, is remembered. Raises `MissingError`."""
    if _FOUND not in config.stash:
        try:
            config.stash[_FOUND] = find(os.environ, partial(_say, config))
        except MissingError as missing:
            config.stash[_FOUND] = missing
    found = config.stash[_FOUND]
    if isinstance(found, MissingError):
        raise MissingError(*found.args)
    return found


def _say(config: pytest.Config, line: str) -> None:
    """A line on the terminal at once, whatever is captured; a build takes minutes."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None:  # a worker of pytest-xdist
        return
    capture = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        terminal.ensure_newline()
        terminal.write_line(line)
        terminal.flush()
