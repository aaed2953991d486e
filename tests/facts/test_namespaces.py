"""What is kept of a Namespace: whether it is on its way out."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_pullsecret.facts.objects import Namespace, ObjectRef
from kubectl_pullsecret.facts.reading import read_object
from kubectl_pullsecret.facts.snapshot import Snapshot

TEAM = ObjectRef("Namespace", "", "team")


def manifest(api_version: str = "v1", **metadata: Any) -> dict[str, Any]:
    metadata = {"name": "team", **metadata}
    return {"apiVersion": api_version, "kind": "Namespace", "metadata": metadata}


@pytest.mark.parametrize(
    ("metadata", "terminating"),
    [({}, False), ({"deletionTimestamp": "2026-11-21T12:00:00Z"}, True)],
)
def test_a_namespace_is_terminating_once_it_is_deleted(
    metadata: dict[str, str], terminating: bool
) -> None:
    assert read_object(manifest(**metadata)) == Namespace(TEAM, terminating)


def test_a_namespace_of_another_group_says_nothing() -> None:
    assert read_object(manifest("management.example.com/v1")) is None


def test_a_snapshot_has_it_by_its_name() -> None:
    namespace = Namespace(TEAM, terminating=False)
    assert Snapshot.of([namespace], {}).namespaces == {"team": namespace}
