"""The node tier for one pytest run: whether it can run here, and its programs."""

from __future__ import annotations

from functools import partial

import pytest

from tests.node import namespaces, packages
from tests.node.cluster import NodePrograms
from tests.node.containerd import Runtime, debian
from tests.programs.debian import INSTALL
from tests.programs.missing import MissingError
from tests.programs.preparation import prepare, say
from tests.programs.sets import CONTAINERD, NODE

_REQUIRED = pytest.StashKey[str]()


def require(config: pytest.Config) -> None:
    """Asks, and installs, once in a run. Raises `MissingError`."""
    if _REQUIRED not in config.stash:
        config.stash[_REQUIRED] = ""
        try:
            packages.require(install=config.getoption(INSTALL), say=partial(say, config))
            namespaces.require_the_right()
        except MissingError as missing:
            config.stash[_REQUIRED] = str(missing)
    if missing_things := config.stash[_REQUIRED]:
        raise MissingError(missing_things)


def programs_for(config: pytest.Config, runtime: Runtime) -> NodePrograms:
    """Finds or builds them. Raises `MissingError`."""
    require(config)
    built = runtime is Runtime.CONTAINERD_2
    containerd = prepare(config, CONTAINERD).path("containerd").parent if built else debian()
    return NodePrograms(prepare(config), prepare(config, NODE), containerd)
