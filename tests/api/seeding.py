"""Puts a recorded dump into the real API server, as it was.

The server sets uids and creation times itself. So what refers to a uid is translated, and all other
times are moved by one step: from the recorded creation of the newest object to the real one. What
happened before or after what stays as it was; events that were recorded minutes after the pod's
creation lie in the future.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.api.admin_api import STRATEGIC, AdminApi, Json, path

# Owners before what they own. The rest of a dump, whose times need all of these, is Events.
_ORDER = (
    "Secret",
    "ServiceAccount",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Pod",
)
_MADE_BY_THE_SERVER = ("creationTimestamp", "generation", "resourceVersion", "uid")
_MADE_WITH_AN_EVENT = ("creationTimestamp", "uid")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?Z)")
_SECONDS = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What is in the server now, and how the recorded names and times are found there."""

    document: Json  # the dump with the server's namespaces, uids and times
    namespaces: Mapping[str, str]  # real by recorded
    uids: Mapping[str, str]  # real by recorded
    step: timedelta  # from a recorded time to the real one


@dataclass(slots=True)
class _Seeding:
    api: AdminApi
    items: list[Json]
    uids: dict[str, str] = field(default_factory=dict)
    created: dict[tuple[str, str, str], str] = field(default_factory=dict)  # creationTimestamp

    def of_kind(self, *kinds: str) -> list[Json]:
        return [item for kind in kinds for item in self.items if item["kind"] == kind]

    def create(self, item: Json) -> None:
        answer = self.api.create(_translated(_as_written(item), self.uids.get))
        metadata = item["metadata"]
        if "uid" in metadata:
            self.uids[metadata["uid"]] = answer["metadata"]["uid"]
        self.created[_key(item)] = answer["metadata"]["creationTimestamp"]


def seed(api: AdminApi, recorded: Json, suffix: str = "") -> Seeded:
    """Creates a recorded list's namespaces, with this suffix to their names, and what is in them.

    An account that a pod names is made, empty, when it was not recorded. An account gets its pull
    secrets after the pods, which list what they were recorded with. Raises `RefusedError`.
    """
    spaces = {item["metadata"]["namespace"] for item in recorded["items"]}
    namespaces = {space: f"{space}{suffix}" for space in sorted(spaces)}
    items = _translated(recorded["items"], _renaming(namespaces))
    for name in namespaces.values():
        api.create({"kind": "Namespace", "metadata": {"name": name}})
    seeding = _Seeding(api, [*_unrecorded_accounts(items), *items])
    for item in seeding.of_kind(*_ORDER):
        seeding.create(item)
    step = _newest(seeding.created.values()) - _newest(
        item["metadata"]["creationTimestamp"]
        for item in seeding.of_kind(*_ORDER)
        if "uid" in item["metadata"]
    )
    seeding.items = [_in_the_server(item, seeding, step) for item in seeding.items]
    for item in seeding.of_kind(*_ORDER):
        _finish(api, item)
    for event in seeding.of_kind("Event"):
        metadata = api.create(_as_written(event))["metadata"]
        event["metadata"].update({name: metadata[name] for name in _MADE_WITH_AN_EVENT})
    document = {**recorded, "items": seeding.items}
    return Seeded(document, namespaces, seeding.uids, step)


def _as_written(item: Json) -> Json:
    """The object as somebody could have written it: without what the server, or others, add."""
    metadata = {k: v for k, v in item["metadata"].items() if k not in _MADE_BY_THE_SERVER}
    written = {**item, "metadata": metadata}
    written.pop("status", None)
    if item["kind"] == "ServiceAccount":
        written.pop("imagePullSecrets", None)
    if item["kind"] == "Pod":
        later = ("ephemeralContainers",)
        written["spec"] = {k: v for k, v in item["spec"].items() if k not in later}
    return written


def _finish(api: AdminApi, item: Json) -> None:
    """What cannot be given when an object is created."""
    metadata = item["metadata"]
    where = path(item["kind"], metadata["namespace"], metadata["name"])
    if pull_secrets := item["kind"] == "ServiceAccount" and item.get("imagePullSecrets"):
        api.patch(where, {"imagePullSecrets": pull_secrets})
    if containers := item.get("spec", {}).get("ephemeralContainers"):
        change = {"spec": {"ephemeralContainers": containers}}
        api.patch(f"{where}/ephemeralcontainers", change, STRATEGIC)
    if "status" in item:
        api.patch(f"{where}/status", {"status": item["status"]})


def _unrecorded_accounts(items: list[Json]) -> list[Json]:
    there = {_key(item) for item in items}
    named = {
        (pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default"))
        for pod in items
        if pod["kind"] == "Pod"
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": space},
        }
        for space, name in sorted(named)
        if ("ServiceAccount", space, name) not in there
    ]


def _in_the_server(item: Json, seeding: _Seeding, step: timedelta) -> Json:
    """The recorded object with the server's uids and times."""

    def translate(text: str) -> str | None:
        return seeding.uids.get(text) or _moved(text, step)

    translated: Json = _translated(item, translate)
    if created := seeding.created.get(_key(item)):
        translated["metadata"]["creationTimestamp"] = created
    return translated


def _renaming(namespaces: Mapping[str, str]) -> Callable[[str], str | None]:
    """Namespaces where they stand alone, and in "Successfully assigned NAMESPACE/POD to …"."""

    def rename(text: str) -> str | None:
        for old, new in namespaces.items():
            text = new if text == old else text.replace(f" {old}/", f" {new}/")
        return text

    return rename


def _moved(text: str, step: timedelta) -> str | None:
    """The time, moved; None for a text that is no time."""
    if time := _TIME.fullmatch(text):
        return (_time(time[1]) + step).strftime(_SECONDS) + time[2]
    return None


def _newest(times: Any) -> datetime:
    return max(_time(time.rstrip("Z")) for time in times)


def _time(seconds: str) -> datetime:
    return datetime.strptime(seconds, _SECONDS).replace(tzinfo=timezone.utc)


def _key(item: Json) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata["namespace"], metadata["name"]


def _translated(value: Any, translate: Callable[[str], str | None]) -> Any:
    """A copy of the JSON value; each text that `translate` knows is replaced."""
    if isinstance(value, dict):
        return {key: _translated(it, translate) for key, it in value.items()}
    if isinstance(value, list):
        return [_translated(it, translate) for it in value]
    if isinstance(value, str):
        return translate(value) or value
    return value
