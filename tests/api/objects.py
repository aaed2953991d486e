"""Objects that tests put into the real API server: pods whose images do not pull, and their kin."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone

from tests.api.admin_api import AdminApi, Json, path
from tests.diagnosis.cluster import IMAGE, NOTHING_SENT

REGISTRY = IMAGE.partition("/")[0]
PULL_SECRET = "kubernetes.io/dockerconfigjson"


def pull_secret(name: str, *registries: str, user: str = "puller", password: str = "x") -> Json:
    """A secret with one entry for each registry."""
    auth = b64encode(f"{user}:{password}".encode()).decode()
    content = json.dumps({"auths": {registry: {"auth": auth} for registry in registries}})
    data = {".dockerconfigjson": b64encode(content.encode()).decode()}
    return {"kind": "Secret", "type": PULL_SECRET, "metadata": {"name": name}, "data": data}


def malformed_secret(name: str) -> Json:
    """One that the API server takes and the kubelet cannot read."""
    content = json.dumps({"auths": {REGISTRY: {"auth": "%"}}})
    data = {".dockerconfigjson": b64encode(content.encode()).decode()}
    return {"kind": "Secret", "type": PULL_SECRET, "metadata": {"name": name}, "data": data}


def pod(name: str, *secrets: str, account: str = "default", owner: Json | None = None) -> Json:
    """A pod that a node has taken on."""
    metadata: Json = {"name": name}
    if owner is not None:
        metadata["ownerReferences"] = [owner]
    spec = pod_spec(*secrets) | {"serviceAccountName": account, "nodeName": "node1"}
    return {"kind": "Pod", "metadata": metadata, "spec": spec}


def pod_spec(*secrets: str) -> Json:
    """One container, "app", of `IMAGE`."""
    listed = [{"name": name} for name in secrets]
    return {"containers": [{"name": "app", "image": IMAGE}], "imagePullSecrets": listed}


def template(name: str, *secrets: str, account: str = "default", **spec: str) -> Json:
    """What a workload makes its pods of."""
    spec_of_pod = pod_spec(*secrets) | {"serviceAccountName": account} | spec
    return {"metadata": {"labels": {"app": name}}, "spec": spec_of_pod}


def workload(kind: str, name: str, *secrets: str, account: str = "default") -> Json:
    """A workload of one of the kinds that keep pods running."""
    spec: Json = {"template": template(name, *secrets, account=account)}
    if kind == "ReplicationController":
        spec["selector"] = {"app": name}
    else:
        spec["selector"] = {"matchLabels": {"app": name}}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"kind": kind, "metadata": {"name": name}, "spec": spec}


def job_spec(name: str, *secrets: str) -> Json:
    """Of a Job, or of a CronJob's template of them."""
    return {"template": template(name, *secrets, restartPolicy="Never")}


def owned_by(owner: Json) -> Json:
    """The reference to an object that is in the server."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }


def fail_to_pull(
    api: AdminApi, namespace: str, name: str, error: str = NOTHING_SENT, *, uid: str = ""
) -> None:
    """Lets a pod look as its kubelet leaves it: the image did not pull, and an event says so.

    `uid` is the event's, where it is not the pod's own.
    """
    waiting = {"reason": "ErrImagePull", "message": error}
    container = {"name": "app", "image": IMAGE, "imageID": "", "ready": False, "restartCount": 0}
    status = {
        "phase": "Pending",
        "containerStatuses": [container | {"state": {"waiting": waiting}}],
    }
    where = path("Pod", namespace, name)
    changed = api.patch(f"{where}/status", {"status": status})
    # Later than whatever the test made: nothing was changed since the last attempt.
    last = (datetime.now(timezone.utc) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    api.create(
        {
            "kind": "Event",
            "metadata": {"name": f"{name}.failed", "namespace": namespace},
            "type": "Warning",
            "reason": "Failed",
            "message": f'Failed to pull image "{IMAGE}": {error}',
            "count": 3,
            "firstTimestamp": last,
            "lastTimestamp": last,
            "source": {"component": "kubelet"},
            "involvedObject": {
                "kind": "Pod",
                "name": name,
                "namespace": namespace,
                "uid": uid or changed["metadata"]["uid"],
                "fieldPath": "spec.containers{app}",
            },
        }
    )


def failing_pod(
    api: AdminApi,
    namespace: str,
    name: str,
    *secrets: str,
    owner: Json | None = None,
    labels: Json | None = None,
) -> None:
    """Creates a pod whose image did not pull: nothing was sent to the registry."""
    made = pod(name, *secrets, owner=owned_by(owner) if owner is not None else None)
    made["metadata"]["labels"] = labels or {}
    api.create(made, namespace)
    fail_to_pull(api, namespace, name)


def run_it(api: AdminApi, namespace: str, made: Json) -> None:
    """A pod of which a kubelet says that it runs."""
    spec: Json = made["spec"]
    api.create(made, namespace)
    states = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "sha256:1",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
        }
        for container in spec["containers"]
    ]
    status = {"phase": "Running", "containerStatuses": states}
    api.patch(f"{path('Pod', namespace, made['metadata']['name'])}/status", {"status": status})


def pulled_nothing(api: AdminApi, namespace: str, name: str) -> None:
    """The kubelet took the image that was there."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    uid = api.get(path("Pod", namespace, name))["metadata"]["uid"]
    involved = {"kind": "Pod", "name": name, "namespace": namespace, "uid": uid}
    api.create(
        {
            "kind": "Event",
            "metadata": {"name": f"{name}.pulled", "namespace": namespace},
            "type": "Normal",
            "reason": "Pulled",
            "message": f'Container image "{IMAGE}" already present on machine',
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "involvedObject": involved | {"fieldPath": "spec.containers{app}"},
        },
        namespace,
    )
