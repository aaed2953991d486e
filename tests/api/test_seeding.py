"""What is put into the real server is what was recorded from another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.admin_api import AdminApi, Json, names, path
from tests.api.conftest import CAPTURES
from tests.api.seeding import Seeded, seed

NAMES = sorted(str(p.relative_to(CAPTURES)) for p in CAPTURES.glob("*/*.json"))
KINDS = ("Pod", "ServiceAccount", "Secret", "Deployment", "ReplicaSet", "Event")
CREATED = "2026-11-21T06:00:00Z"


def lacking(wanted: Any, there: Any, where: str = "") -> Iterator[str]:
    """What of a recorded value is not in the other one, and where; null says nothing."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        for key in wanted.keys() - {"resourceVersion"}:
            yield from lacking(wanted[key], there.get(key), f"{where}.{key}")
    elif isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        for number, (one, other) in enumerate(zip(wanted, there, strict=True)):
            yield from lacking(one, other, f"{where}[{number}]")
    elif wanted not in (there, None) and not (there is None and wanted in ({}, [], "", False)):
        yield f"{where}: {wanted!r} is {there!r}"


def stored(api: AdminApi, seeded: Seeded, kind: str) -> dict[str, Json]:
    (namespace,) = seeded.namespaces.values()
    answer = api.get(path(kind, namespace))
    items = [{**item, "kind": kind, "apiVersion": answer["apiVersion"]} for item in answer["items"]]
    return dict(zip(names(items), items, strict=True))


def written(seeded: Seeded, kind: str) -> dict[str, Json]:
    items = [item for item in seeded.document["items"] if item["kind"] == kind]
    return dict(zip(names(items), items, strict=True))


def secret(namespace: str, created: str) -> Json:
    metadata = {"name": "pull", "namespace": namespace, "uid": "1", "creationTimestamp": created}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}


def event(namespace: str, last: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "demo.1", "namespace": namespace, "uid": "2"},
        "involvedObject": {"kind": "Pod", "name": "demo", "namespace": namespace},
        "lastTimestamp": last,
    }


def moment(time: str) -> datetime:
    return datetime.strptime(time, "%Y-%m-%dT%H:%M:%S%z")


@pytest.mark.parametrize("capture", NAMES)
def test_a_capture_is_in_the_server_as_it_was_recorded(
    api: AdminApi, seeded: Callable[[str], Seeded], capture: str
) -> None:
    seeding = seeded(capture)
    for kind in KINDS:
        there, wanted = stored(api, seeding, kind), written(seeding, kind)
        assert sorted(there) == sorted(wanted)
        for name, item in wanted.items():
            assert list(lacking(item, there[name], f"{kind} {name}")) == []


def test_owners_have_their_new_uids(api: AdminApi, seeded: Callable[[str], Seeded]) -> None:
    seeding = seeded("containerd-2.2/owner-deployment.json")
    (deployment,) = stored(api, seeding, "Deployment").values()
    (replica_set,) = stored(api, seeding, "ReplicaSet").values()
    (pod,) = stored(api, seeding, "Pod").values()
    owners = [item["metadata"]["ownerReferences"][0]["uid"] for item in (replica_set, pod)]
    assert owners == [deployment["metadata"]["uid"], replica_set["metadata"]["uid"]]


def test_a_pod_keeps_what_it_was_created_with(
    api: AdminApi, seeded: Callable[[str], Seeded]
) -> None:
    seeding = seeded("containerd-2.2/sa-patched-after-pod.json")
    (pod,) = stored(api, seeding, "Pod").values()
    assert stored(api, seeding, "ServiceAccount")["default"]["imagePullSecrets"]
    assert "imagePullSecrets" not in pod["spec"]


@pytest.mark.parametrize(
    ("failed", "step"),
    [
        pytest.param("2026-11-21T06:00:05Z", timedelta(seconds=5), id="after the secret"),
        pytest.param("2026-11-21T05:59:55Z", timedelta(seconds=-5), id="before the secret"),
    ],
)
def test_an_event_stays_before_or_after_a_change(
    api: AdminApi, namespace: str, failed: str, step: timedelta
) -> None:
    items = [event(namespace, failed), secret(namespace, CREATED)]
    seeding = seed(api, {"kind": "List", "items": items}, suffix="-seeded")
    created = stored(api, seeding, "Secret")["pull"]["metadata"]["creationTimestamp"]
    last = stored(api, seeding, "Event")["demo.1"]["lastTimestamp"]
    api.remove_namespace(seeding.namespaces[namespace])
    assert moment(last) - moment(created) == step
