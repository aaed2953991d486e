"""A real node for tests: one cluster per container runtime, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.node.cluster import NodeCluster, NodePrograms, node_cluster
from tests.node.containerd import Runtime
from tests.node.preparation import programs_for, require
from tests.node.registries import Registries
from tests.node.scenario import Scenario
from tests.node.theatre import theatre
from tests.programs.missing import MissingError


@pytest.fixture(scope="session", params=Runtime, ids=lambda runtime: runtime.value)
def node(request: pytest.FixtureRequest) -> Iterator[NodeCluster]:
    """A cluster whose node is ready; all tests of a runtime share it."""
    with node_cluster(programs_for(request.config, request.param), request.param) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def registries(node: NodeCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registries]:
    """The registries that the node pulls from; it has a login of its own at one of them."""
    with theatre(node, tmp_path_factory.mktemp("registries")) as servers:
        yield servers


@pytest.fixture(scope="session")
def node_programs(pytestconfig: pytest.Config) -> NodePrograms:
    """For clusters of a test's own, with Debian's containerd."""
    return programs_for(pytestconfig, Runtime.CONTAINERD_1_6)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drops what a runtime need not or cannot play: of scenarios, of files with `RUNTIMES`."""
    dropped = [item for item in items if not _is_for_its_runtime(item)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = [item for item in items if item not in dropped]


def _is_for_its_runtime(item: pytest.Item) -> bool:
    case = getattr(item, "callspec", None)
    params = case.params if case is not None else {}
    scenario = params.get("scenario")
    module = getattr(item, "module", None)
    own = scenario.runtimes if isinstance(scenario, Scenario) else getattr(module, "RUNTIMES", None)
    return own is None or params.get("node") in (None, *own)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Installs and builds what the tests of this folder want, before the first one runs.

    Where that cannot be, those that need it are skipped, with one and the same message.
    """
    if session.config.option.collectonly or session.testsfailed:
        return
    wanted = {item: runtimes for item in session.items if (runtimes := _runtimes(item))}
    try:
        require(session.config)
        for runtime in sorted(set().union(*wanted.values()), key=list(Runtime).index):
            programs_for(session.config, runtime)
    except MissingError as missing:
        for item in wanted:
            item.add_marker(pytest.mark.skip(reason=f"the tests on a real node need {missing}"))


def _runtimes(item: pytest.Item) -> set[Runtime]:
    """Those on which the test runs."""
    case = getattr(item, "callspec", None)
    params = case.params.values() if case is not None else ()
    runtimes = {value for value in params if isinstance(value, Runtime)}
    if "node_programs" in getattr(item, "fixturenames", ()):
        runtimes.add(Runtime.CONTAINERD_1_6)
    return runtimes
