"""Dumps of a pod and its account, as `kubectl get -o json` writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def pod(name: str, namespace: str = "prod", image: str = "registry.test/app:v1") -> dict[str, Any]:
    """A pod whose pull was denied."""
    waiting = {
        "reason": "ErrImagePull",
        "message": f'failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": failed to authorize: failed to fetch anonymous token: unexpected status '
        "from GET request to https://registry.test/token: 401 Unauthorized",
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "uid": f"{namespace}-{name}"},
        "spec": {"containers": [{"name": "app", "image": image}], "serviceAccountName": "default"},
        "status": {
            "phase": "Pending",
            "containerStatuses": [{"name": "app", "image": image, "state": {"waiting": waiting}}],
        },
    }


def running(name: str, namespace: str = "prod") -> dict[str, Any]:
    """A pod that runs."""
    one = pod(name, namespace)
    status = one["status"]["containerStatuses"][0]
    status |= {"state": {"running": {}}, "imageID": "sha256:1", "started": True}
    one["status"]["phase"] = "Running"
    return one


def account(namespace: str = "prod", *secrets: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": namespace},
        "imagePullSecrets": [{"name": name} for name in secrets],
    }


def dump(objects: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}).encode()


FAILING = dump([pod("web"), account()])
