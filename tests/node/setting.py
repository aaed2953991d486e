"""Setting the stage of a scenario: its namespace with all that it has, in an order that counts."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from tests.api.admin_api import AdminApi, Json, path
from tests.api.attaching import of_a_new_pod
from tests.waiting import eventually


def set_up(api: AdminApi, namespace: str, objects: Sequence[Json]) -> None:
    """Creates the namespace, a second one if an object is elsewhere, and the objects."""
    _create_namespace(api, namespace)
    for item in objects:
        if item["kind"] == "ServiceAccount":
            _set_list(api, namespace, item)
        else:
            _create(api, namespace, item)


def _create_namespace(api: AdminApi, name: str) -> None:
    """With its account, which a controller makes, and without which no pod is admitted."""
    api.create({"kind": "Namespace", "metadata": {"name": name}})
    eventually(lambda: api.answers(path("ServiceAccount", name, "default")))


def _create(api: AdminApi, namespace: str, item: Json) -> None:
    item = copy.deepcopy(item)
    if item["metadata"].get("namespace") == "elsewhere":
        namespace = f"{namespace}-b"
        item["metadata"]["namespace"] = namespace
        _create_namespace(api, namespace)
    api.create(item, namespace)


def _set_list(api: AdminApi, namespace: str, account: Json) -> None:
    """Returns when admission, which reads from a cache, knows it."""
    listed = account["imagePullSecrets"]
    where = path("ServiceAccount", namespace, account["metadata"]["name"])
    api.patch(where, {"imagePullSecrets": listed})
    names = [one["name"] for one in listed]
    eventually(lambda: of_a_new_pod(api, namespace) == names)
