"""From ImagePullBackOff to Running on a real node: every reason, and every printed command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_pullsecret.report import Reason
from tests.cli.outside import invoke
from tests.node.cluster import NodeCluster
from tests.node.dumps import Recorder, dump
from tests.node.proof import Performance, Proof
from tests.node.scenario import Scenario
from tests.node.scenarios import SCENARIOS

Performances = Mapping[str, Performance]

pytestmark = pytest.mark.usefixtures("registries")


@pytest.fixture(scope="module")
def performances(node: NodeCluster, request: pytest.FixtureRequest) -> Performances:
    """The scenarios that tests of this run are about, all played for the first one that asks."""
    played = Proof(node, wanted(request.session.items, node), dump).perform()
    record(request.config, node, played)
    return played


def wanted(items: Sequence[pytest.Item], node: NodeCluster) -> list[Scenario]:
    """Those of the tests that were chosen for this runtime."""
    cases = (getattr(item, "callspec", None) for item in items)
    chosen = {
        case.params["scenario"].name
        for case in cases
        if case is not None and "scenario" in case.params and case.params["node"] is node.runtime
    }
    return [one for one in SCENARIOS if one.name in chosen]


def record(config: pytest.Config, node: NodeCluster, played: Performances) -> None:
    """For `python -m tests.node.recorder`."""
    for recorder in config.pluginmanager.get_plugins():
        if isinstance(recorder, Recorder):
            dumps = {name: one.dump for name, one in played.items() if one.dump is not None}
            reasons = {name: one.found["reason"] for name, one in played.items() if one.found}
            major, minor = node.containerd.version().split(".")[:2]
            recorder.keep(f"containerd-{major}.{minor}", dumps, reasons)


@pytest.fixture
def performance(performances: Performances, scenario: Scenario) -> Performance:
    return performances[scenario.name]


def scenarios(*, recorded: bool = False) -> pytest.MarkDecorator:
    """All, or those of which a namespace's dump tells everything."""
    chosen = (
        one for one in SCENARIOS if not recorded or one.reason is not Reason.CREDENTIAL_RECHECK
    )
    return pytest.mark.parametrize("scenario", [pytest.param(s, id=s.name) for s in chosen])


@scenarios()
def test_scenario(performance: Performance) -> None:
    """It did all that the scenario says, and doctor never said anything else."""
    assert not performance.failed, performance.failed
    assert performance.verdicts == []
    assert performance.mended == performance.scenario.mended


@scenarios(recorded=True)
def test_a_dump_of_its_namespace_tells_the_same(performance: Performance, tmp_path: Path) -> None:
    file = tmp_path / "dump.json"
    file.write_text(json.dumps(performance.dump), encoding="utf-8")
    said = invoke("doctor", "-f", str(file), "-o", "json", now=datetime.now(timezone.utc))
    found = [item["reason"] for item in json.loads(said.out)["items"]]
    reason = performance.scenario.reason
    assert found[:1] == ([] if reason is None else [reason.value])
