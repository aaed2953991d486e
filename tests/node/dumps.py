"""A namespace as `kubectl get … -o json --show-managed-fields` prints it: input for `doctor -f`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.api.admin_api import AdminApi, Json, path

# As README advises.
KINDS = (
    "Pod",
    "ServiceAccount",
    "Secret",
    "Event",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
)


def dump(api: AdminApi, namespace: str) -> Json:
    """A v1 List of all objects of these kinds."""
    items: list[Json] = []
    for kind in KINDS:
        found = api.get(path(kind, namespace))
        version = found["apiVersion"]
        items += ({"apiVersion": version, "kind": kind, **item} for item in found["items"])
    return {
        "apiVersion": "v1",
        "kind": "List",
        "metadata": {"resourceVersion": ""},
        "items": items,
    }


class Recorder:
    """Keeps what was seen as files: a folder for each runtime, and what each must give out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._expected: dict[str, list[str]] = {}

    def keep(self, runtime: str, dumps: Mapping[str, Json], reasons: Mapping[str, str]) -> None:
        """Dumps by scenario, and their reasons; a scenario without one has a pod that runs."""
        folder = self._folder / runtime
        folder.mkdir(parents=True, exist_ok=True)
        for name, seen in sorted(dumps.items()):
            text = json.dumps(seen, indent=1, ensure_ascii=False)
            (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
            self._expected[f"{runtime}/{name}.json"] = [reasons[name]] if name in reasons else []
        expected = json.dumps(self._expected, indent=1)
        (self._folder / "expected.json").write_text(f"{expected}\n", encoding="utf-8")
