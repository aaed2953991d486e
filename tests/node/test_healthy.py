"""`doctor --healthy` on a real node: pods that run, and whose images would not pull again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.admin_api import Json, path
from tests.node.cluster import NodeCluster
from tests.node.person import Person
from tests.node.proof import Performance
from tests.node.scenario import Scenario, runs
from tests.node.scenarios_of_warnings import WARNINGS
from tests.node.setting import set_up
from tests.waiting import eventually

PATIENCE, PACE = 60.0, 0.5  # seconds
HANDS = 2  # commands that are run beside one another

Findings = Mapping[str, list[Json]]  # by namespace

pytestmark = pytest.mark.usefixtures("registries")


@pytest.fixture(scope="module")
def stages(node: NodeCluster) -> Iterator[list[Performance]]:
    """Every pod ran, and then it happened."""
    playing = [Performance(one, node, one.name) for one in WARNINGS]
    for stage in playing:
        set_up(node.api, stage.namespace, stage.scenario.objects)
    eventually(lambda: all(map(pods_run, playing)), PATIENCE, PACE)
    for stage in playing:
        assert stage.scenario.before is not None
        stage.scenario.before(stage)
    yield playing
    for stage in playing:
        node.api.remove_namespace(stage.namespace)


@pytest.fixture(scope="module")
def warnings(node: NodeCluster, stages: list[Performance]) -> Findings:
    """While all pods run, of which doctor has nothing to say unless it is asked for more."""
    assert not any(found_in(stages, Person(node).doctor("-A")).values())
    found = found_in(stages, Person(node).doctor("-A", "--healthy"))
    assert all(map(pods_run, stages))
    return found


@pytest.fixture(scope="module")
def mended(node: NodeCluster, stages: list[Performance], warnings: Findings) -> Findings:
    """What is still found once all that was printed has run, and every pod runs again."""

    def mend(stage: Performance) -> None:
        for item in warnings[stage.namespace]:
            for fix in item["fixes"]:
                Person(node).run(fix)

    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(mend, stages))
    eventually(lambda: all(map(pods_run, stages)), PATIENCE, PACE)
    return found_in(stages, Person(node).doctor("-A", "--healthy"))


def pods_run(stage: Performance) -> bool:
    return runs(stage.api.get(path("Pod", stage.namespace))["items"])


def found_in(stages: list[Performance], found: list[Json]) -> Findings:
    """Of each stage."""
    return {
        stage.namespace: [one for one in found if one["subject"]["namespace"] == stage.namespace]
        for stage in stages
    }


def scenarios() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scenario", [pytest.param(s, id=s.name) for s in WARNINGS])


@scenarios()
def test_what_happened_is_a_warning_with_its_reason(warnings: Findings, scenario: Scenario) -> None:
    expected = [] if scenario.reason is None else [(scenario.reason.value, "warning")]
    assert [(one["reason"], one["severity"]) for one in warnings[scenario.name]] == expected


@scenarios()
def test_the_printed_commands_leave_nothing_to_warn_of(
    mended: Findings, scenario: Scenario
) -> None:
    assert mended[scenario.name] == []
