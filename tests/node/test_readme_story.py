"""README's story from ImagePullBackOff to Running, typed on a terminal of a real cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.admin_api import path
from tests.node.cluster import NodeCluster
from tests.node.person import Person
from tests.node.registries import PASSWORD
from tests.node.scenario import fails, runs, workload
from tests.node.setting import set_up
from tests.waiting import eventually

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TEAM = "team"  # as in the README
PATIENCE = 60.0  # seconds

pytestmark = pytest.mark.usefixtures("registries")


@pytest.fixture
def team(node: NodeCluster) -> Iterator[NodeCluster]:
    """The namespace with a Deployment whose image nobody may pull."""
    set_up(node.api, TEAM, (workload("Deployment"),))
    yield node
    node.api.remove_namespace(TEAM)


def story() -> list[str]:
    """The commands of the story, as they stand there."""
    (block,) = re.findall(r"<!-- story -->\n```sh\n(.*?)```", README, re.DOTALL)
    return [line for line in block.splitlines() if line]


def test_the_four_commands_end_in_a_pod_that_runs(team: NodeCluster) -> None:
    why, create, attach, after = story()
    person = Person(team)
    until_it_fails(team)

    code, told = person.type(why)
    assert (code, "NoCredential" in told) == (1, True)

    code, told = person.type(create)
    assert (code, "secret/regcred in team: created" in told) == (0, True), told
    assert PASSWORD not in told

    code, told = person.type(attach)
    assert (code, "the images are there: deploy/web (1 pod)" in told) == (0, True), told
    assert runs([pod for pod in pods(team) if not fails([pod])])

    code, told = person.type(after)
    assert (code, "no image pull problem" in told) == (0, True), told


def pods(node: NodeCluster) -> list[dict[str, object]]:
    items: list[dict[str, object]] = node.api.get(path("Pod", TEAM))["items"]
    return items


def until_it_fails(node: NodeCluster) -> None:
    eventually(lambda: fails(pods(node)), PATIENCE, 0.1)
