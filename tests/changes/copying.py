"""A cluster as `copy` sees it: an origin, secret/pull of team, and namespaces to copy to."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from kubectl_pullsecret.changes.copies import CopyRequest
from kubectl_pullsecret.changes.copying import plan_copy
from kubectl_pullsecret.changes.plan import Plan
from kubectl_pullsecret.facts.objects import Namespace, ObjectRef, Secret
from kubectl_pullsecret.facts.reading import COPIED_FROM, read_object
from kubectl_pullsecret.facts.snapshot import Completeness, Sight, Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
CONFIG = "kubernetes.io/dockerconfigjson"
LEGACY = "kubernetes.io/dockercfg"
SOURCE = ObjectRef("Secret", "team", "pull")


def entry(password: str = "x", user: str = "puller") -> dict[str, Any]:
    return {"auth": b64encode(f"{user}:{password}".encode()).decode()}


def config(password: str = "x", user: str = "puller", key: str = "registry.test") -> bytes:
    return json.dumps({"auths": {key: entry(password, user)}}).encode()


GOOD = config()


def secret(
    namespace: str = "team",
    content: bytes = GOOD,
    *,
    type_: str = CONFIG,
    key: str = ".dockerconfigjson",
    copied_from: str = "",
    name: str = "pull",
    **more: Any,
) -> Secret:
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{namespace}",
        "resourceVersion": "7",
        "labels": {"owner": "sync"},
    }
    if copied_from:
        metadata["annotations"] = {COPIED_FROM: copied_from}
    data = {key: b64encode(content).decode()}
    raw = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": type_}
    found = read_object({**raw, "data": data, **more})
    assert isinstance(found, Secret)
    return found


def namespace(name: str, *, terminating: bool = False) -> Namespace:
    return Namespace(ObjectRef("Namespace", "", name), terminating)


def cluster(
    *objects: Secret | Namespace, unread: Iterable[str] = (), there: Iterable[str] = ("a", "b")
) -> Snapshot:
    """What was seen: all that was asked for by name, but the secrets of `unread` namespaces."""
    closed = set(unread)
    sights = {("Namespace", ""): Sight(Completeness.PARTIAL, frozenset(("a", "b", "gone")))}
    listed = [one.ref.name for one in objects if isinstance(one, Namespace)]
    for place in ("team", "a", "b", "x", "gone", *there, *listed, *closed):
        seen = Sight(Completeness.PARTIAL, frozenset((SOURCE.name,)))
        refused = Sight(Completeness.UNREAD, why="you may not")
        sights["Secret", place] = refused if place in closed else seen
    return Snapshot.of((*(namespace(one) for one in there), *objects), sights)


def request(*namespaces: str, **more: Any) -> CopyRequest:
    return CopyRequest(SOURCE, namespaces, **more)


def plan(asked: CopyRequest, seen: Snapshot) -> Plan:
    return plan_copy(asked, seen, seen, now=NOW)


def copied(place: str, content: bytes = GOOD, **more: Any) -> Secret:
    """A secret with the mark of a copy of secret/pull of team."""
    return secret(place, content, copied_from="team/pull", **more)
