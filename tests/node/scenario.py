"""What a scenario of the proof is, and the objects that scenarios are made of."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kubectl_pullsecret.report import Reason
from tests.api.admin_api import AdminApi, Json
from tests.node.containerd import Runtime
from tests.node.registries import PASSWORD, PULLER

REGISTRY = "registry.test:5000"  # http, Basic
TOKENS = "token.test:5001"  # http, Bearer
APP = f"{REGISTRY}/team/app:v1"
PUBLIC = f"{TOKENS}/public/app:v1"
ON_THE_NODE = "bench.invalid/done:1"  # ends at once; never pulled
HUB_KEY = "https://index.docker.io/v1/"
DOCKERCONFIGJSON = "kubernetes.io/dockerconfigjson"
EVERYWHERE = frozenset(Runtime)
# Where the runtime has no say, or none that another scenario does not show.
ONCE = frozenset({Runtime.CONTAINERD_2})

Pods = Sequence[Json]


class Stage(Protocol):
    """Where a scenario plays: its namespace, and a shell."""

    @property
    def api(self) -> AdminApi: ...

    @property
    def namespace(self) -> str: ...

    def kubectl(self, *words: str) -> None:
        """Runs a command in the namespace; it must succeed."""


Step = Callable[[Stage], None]


class NotYetError(Exception):
    """A step that is to be tried again a little later."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A pod that does not get its image, or does; and what is true of it."""

    name: str
    objects: tuple[Json, ...]  # created in this order; "elsewhere" for a second namespace
    reason: Reason | None  # what doctor must say while it fails; None: the pod runs
    first: frozenset[Reason] = frozenset()  # what is as true until the node knows more
    mended: bool = False  # by the printed commands and a right password
    pasted: bool = False  # out of the text, into a shell with a terminal
    before: Step | None = None  # once the pod is as `ready_for_it` says, before the verdict
    ready_for_it: Callable[[Pods], bool] | None = None  # None: it fails
    after: Step | None = None  # after the printed commands
    runtimes: frozenset[Runtime] = EVERYWHERE


def container(image: str, name: str = "app", policy: str = "Always") -> Json:
    return {"name": name, "image": image, "imagePullPolicy": policy}


def pod_spec(image: str, *secrets: str, policy: str = "Always", **more: object) -> Json:
    """A pod that ends at once when it must; without a token, which it does not need."""
    return {
        "containers": [container(image, policy=policy)],
        "imagePullSecrets": [{"name": name} for name in secrets],
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        **more,
    }


def pod(
    *secrets: str, image: str = APP, name: str = "demo", policy: str = "Always", **more: object
) -> Json:
    spec = pod_spec(image, *secrets, policy=policy, **more)
    return {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name}, "spec": spec}


def late(item: Json) -> Json:
    """The pod, or the workload, with pods whose kubelet has the Secrets when it pulls.

    At the very first sync its cache may not have them yet, and an image that is public then comes.
    """
    spec = item["spec"] if item["kind"] == "Pod" else item["spec"]["template"]["spec"]
    spec["initContainers"] = [container(ON_THE_NODE, "first", policy="Never")]
    return item


def workload(
    kind: str, *secrets: str, image: str = APP, name: str = "web", labels: Json | None = None
) -> Json:
    """One of the kinds that keep a pod running."""
    template = {"metadata": {"labels": {"app": name}}, "spec": pod_spec(image, *secrets)}
    spec: Json = {"selector": {"matchLabels": {"app": name}}, "template": template}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    metadata = {"name": name, "labels": labels or {}}
    return {"kind": kind, "apiVersion": "apps/v1", "metadata": metadata, "spec": spec}


def job(*secrets: str, name: str = "task") -> Json:
    spec = {"template": {"spec": pod_spec(APP, *secrets, restartPolicy="Never")}}
    return {
        "kind": "Job",
        "apiVersion": "batch/v1",
        "metadata": {"name": name},
        "spec": spec,
    }


def cron_job(*secrets: str, name: str = "nightly") -> Json:
    """It does not run by itself while a test runs."""
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job(*secrets)["spec"]}}
    return {
        "kind": "CronJob",
        "apiVersion": "batch/v1",
        "metadata": {"name": name},
        "spec": spec,
    }


def account(*secrets: str, name: str = "default") -> Json:
    """The list of a ServiceAccount, set before the objects that come after it."""
    return {
        "kind": "ServiceAccount",
        "apiVersion": "v1",
        "metadata": {"name": name},
        "imagePullSecrets": [{"name": secret} for secret in secrets],
    }


def entry(user: str = PULLER, password: str = PASSWORD) -> dict[str, str]:
    return {"auth": b64encode(f"{user}:{password}".encode()).decode()}


def secret(
    name: str, content: object, kind: str = DOCKERCONFIGJSON, key: str = ".dockerconfigjson"
) -> Json:
    """A secret with this content."""
    data = {key: b64encode(json.dumps(content).encode()).decode()}
    return _secret(name, kind, data)


def pull_secret(name: str = "pull", *registries: str, **who: str) -> Json:
    """A good one, with the same entry for each registry key."""
    return auths(name, {registry: entry(**who) for registry in registries or (REGISTRY,)})


def auths(name: str, entries: Mapping[str, object]) -> Json:
    return secret(name, {"auths": entries})


def basic_auth_secret(name: str) -> Json:
    words = {"username": PULLER, "password": PASSWORD}
    data = {key: b64encode(value.encode()).decode() for key, value in words.items()}
    return _secret(name, "kubernetes.io/basic-auth", data)


def _secret(name: str, kind: str, data: Json) -> Json:
    return {
        "kind": "Secret",
        "apiVersion": "v1",
        "type": kind,
        "metadata": {"name": name},
        "data": data,
    }


def elsewhere(item: Json) -> Json:
    """The object in the scenario's second namespace."""
    return {**item, "metadata": {**item["metadata"], "namespace": "elsewhere"}}


def waiting(pods: Pods) -> list[Json]:
    """Why containers wait: {"reason", "message"}."""
    statuses = (
        status
        for one in pods
        for kind in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
        for status in one["status"].get(kind, [])
    )
    return [status["state"]["waiting"] for status in statuses if "waiting" in status["state"]]


def fails(pods: Pods) -> bool:
    """Whether a container waits for another reason than that it was just made."""
    begun = {"ContainerCreating", "PodInitializing"}
    return any(why.get("reason", "") not in begun for why in waiting(pods))


def runs(pods: Pods) -> bool:
    """Whether all pods run that shall not end."""
    lasting = [one for one in pods if "deletionTimestamp" not in one["metadata"]]
    return bool(lasting) and all(map(_runs, lasting))


def _runs(one: Json) -> bool:
    kinds = ("container", "ephemeralContainer")
    wanted = [item for kind in kinds for item in one["spec"].get(f"{kind}s", [])]
    seen = [status for kind in kinds for status in one["status"].get(f"{kind}Statuses", [])]
    return len(seen) == len(wanted) and all("running" in status["state"] for status in seen)
