"""A namespace in which every right counts: stuck pods of every kind of owner, and users of secrets.

docs/rights.md names what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.api.admin_api import AdminApi, Json, path
from tests.api.objects import (
    REGISTRY,
    failing_pod,
    job_spec,
    owned_by,
    pod,
    pull_secret,
    pulled_nothing,
    run_it,
    template,
    workload,
)
from tests.api.test_attach_custom import DEFINITIONS, definition
from tests.cli.small_registry import PASSWORD
from tests.diagnosis.cluster import IMAGE
from tests.waiting import eventually

ROLLOUTS = "/apis/argoproj.io/v1alpha1"


class OtherRegistry(AdminApi):
    """The same server; what is put there names another registry."""

    def __init__(self, api: AdminApi, registry: str) -> None:
        self._api, self._registry = api, registry

    def request(
        self, method: str, where: str, body: Json | None = None, how: str = "application/json"
    ) -> Json:
        told = json.dumps(body).replace(REGISTRY, self._registry)
        return self._api.request(method, where, json.loads(told), how)


def build(admin: AdminApi, namespace: str, registry: str) -> None:
    """Fills the namespace; the images are those of the registry."""
    api = OtherRegistry(admin, registry)
    _secrets(admin, namespace, registry)
    api.create({"kind": "ServiceAccount", "metadata": {"name": "puller"}}, namespace)
    api.patch(
        path("ServiceAccount", namespace, "puller"), {"imagePullSecrets": [{"name": "regcred"}]}
    )
    _stuck(api, namespace)
    _users(api, namespace)
    _running(api, namespace)
    for name, listed in (("web", []), ("shop", [{"name": "regcred"}])):
        spec = template(name)
        spec["spec"]["imagePullSecrets"] = listed
        made = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name}}
        where = f"{ROLLOUTS}/namespaces/{namespace}/rollouts"
        api.request("POST", where, {**made, "spec": {"template": spec}})


def _secrets(api: AdminApi, namespace: str, registry: str) -> None:
    good = pull_secret("regcred", registry, password=PASSWORD)
    good["metadata"]["labels"] = {"purpose": "pull"}
    api.create(good, namespace)
    wrong = pull_secret("broken", registry, password=PASSWORD)
    api.create({**wrong, "type": "Opaque"}, namespace)


def _stuck(api: AdminApi, namespace: str) -> None:
    """A pod without list of every kind of owner, and of none, that cannot pull."""
    deployment = api.create(workload("Deployment", "web"), namespace)
    between = workload("ReplicaSet", "web-1")
    between["metadata"] |= {"ownerReferences": [owned_by(deployment)], "labels": {"app": "web"}}
    owners = [api.create(between, namespace)]
    for kind, name in (
        ("StatefulSet", "db"),
        ("DaemonSet", "agent"),
        ("ReplicaSet", "alone"),
        ("ReplicationController", "old"),
    ):
        owners.append(api.create(workload(kind, name), namespace))
    cron_job = api.create(_cron_job("nightly"), namespace)
    metadata = {"name": "nightly-1", "ownerReferences": [owned_by(cron_job)]}
    job: Json = {"kind": "Job", "metadata": metadata, "spec": job_spec("nightly")}
    owners.append(api.create(job, namespace))
    for owner in owners:
        name = owner["metadata"]["name"]
        labels = {"app": name.removesuffix("-1"), "job-name": name}
        failing_pod(api, namespace, f"{name}-x", owner=owner, labels=labels)
    failing_pod(api, namespace, "bare")
    failing_pod(api, namespace, "broken", "gone")
    for name, listed in (("waits", ()), ("waits-too", ("regcred", "gone"))):
        waiting = pod(name, *listed)
        del waiting["spec"]["nodeName"]  # the server itself ends such a pod
        api.create(waiting, namespace)


def _cron_job(name: str, *secrets: str) -> Json:
    spec = {"schedule": "@yearly", "jobTemplate": {"spec": job_spec(name, *secrets)}}
    return {"kind": "CronJob", "metadata": {"name": name}, "spec": spec}


def _users(api: AdminApi, namespace: str) -> None:
    """One of each kind that lists regcred, and a Deployment that lists one that is gone."""
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"):
        api.create(workload(kind, "shop", "regcred"), namespace)
    api.create(_cron_job("shop", "regcred"), namespace)
    spec = job_spec("shop", "regcred")
    api.create({"kind": "Job", "metadata": {"name": "shop"}, "spec": spec}, namespace)
    api.create(workload("Deployment", "broken", "regcred", "gone"), namespace)


def _running(api: AdminApi, namespace: str) -> None:
    """A pod with the list of its template, and one that has its image by luck."""
    deployment = api.get(path("Deployment", namespace, "shop"))
    between = workload("ReplicaSet", "shop-1", "regcred")
    owner = {"kind": "Deployment", "apiVersion": "apps/v1", **deployment}
    between["metadata"] |= {"ownerReferences": [owned_by(owner)], "labels": {"app": "shop"}}
    made = pod("shop-1-x", "regcred", owner=owned_by(api.create(between, namespace)))
    made["metadata"]["labels"] = {"app": "shop"}
    run_it(api, namespace, made)
    run_it(api, namespace, pod("lucky"))
    pulled_nothing(api, namespace, "lucky")


def build_beside(admin: AdminApi, namespace: str, origin: str, registry: str) -> None:
    """What is to be found in another namespace: an old copy, and pods that need their node."""
    api = OtherRegistry(admin, registry)
    copy = pull_secret("regcred", registry, password="old")
    copy["metadata"]["annotations"] = {"kubectl-pullsecret/copied-from": f"{origin}/regcred"}
    api.create(copy, namespace)
    for name, act in (("web", run_it), ("shop", _never_pulled)):
        owner = api.create(workload("Deployment", name), namespace)
        made = pod(f"{name}-x", owner=owned_by(owner))
        made["spec"]["containers"][0]["imagePullPolicy"] = "Never"
        act(api, namespace, made)


def _never_pulled(api: AdminApi, namespace: str, made: Json) -> None:
    api.create(made, namespace)
    (container,) = made["spec"]["containers"]
    said = f'Container image "{container["image"]}" is not present with pull policy of Never'
    waiting = {"waiting": {"reason": "ErrImageNeverPull", "message": said}}
    state = {"name": "app", "image": container["image"], "imageID": "", "state": waiting}
    status = {"containerStatuses": [{**state, "ready": False, "restartCount": 0}]}
    where = path("Pod", namespace, made["metadata"]["name"])
    api.patch(f"{where}/status", {"status": {"phase": "Pending", **status}})


@contextmanager
def nodes(admin: AdminApi, registry: str) -> Iterator[None]:
    """node1 has the image, node2 lacks it."""
    api = OtherRegistry(admin, registry)
    images = {"node1": [{"names": [IMAGE]}], "node2": []}
    made: list[str] = []
    try:
        for name, there in images.items():
            api.create({"kind": "Node", "metadata": {"name": name}})
            made.append(path("Node", "", name))
            api.patch(f"{made[-1]}/status", {"status": {"images": there}})
        yield
    finally:
        for where in made:
            api.delete(where)


@contextmanager
def rollouts(api: AdminApi) -> Iterator[None]:
    """The server knows Argo's Rollouts."""
    made = json.loads(
        json.dumps(definition("Rollout", "rollouts", "ro")).replace("example.test", "argoproj.io")
    )
    api.request("POST", DEFINITIONS, made)
    try:
        eventually(lambda: api.answers(f"{ROLLOUTS}/rollouts"))
        yield
    finally:
        api.delete(f"{DEFINITIONS}/rollouts.argoproj.io")


@contextmanager
def namespaces(api: AdminApi, *names: str, **labels: str) -> Iterator[None]:
    """Namespaces with these labels, and the account that a pod needs; removed with all in them."""
    made: list[str] = []
    try:
        for name in names:
            api.create({"kind": "Namespace", "metadata": {"name": name, "labels": labels}})
            made.append(name)
            api.create({"kind": "ServiceAccount", "metadata": {"name": "default"}}, name)
        yield
    finally:
        for name in made:
            api.remove_namespace(name)
