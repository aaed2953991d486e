"""A real API server with a benchmark's objects in it, for as long as standard input is open.

    python tests/benchmarks/cluster.py small|large [--pods 20000] [--failing 200]
                                                   [--namespaces 200] [--secrets 5000]

The first line that it prints is JSON: {"kubeconfig": PATH, "kubectl": PATH, "pod": NAME}. With
`large` each line of input, "spread" or "crowded", then moves the failing pods; it is repeated when
that is done. Objects are those of make_dump.py; uids, times and managedFields the server's own.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import signal
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script knows only its own folder

from tests.api.admin_api import AdminApi, Json, path
from tests.api.control_plane import ControlPlane, control_plane
from tests.api.identities import ADMIN, ADMINS, SEEDER
from tests.benchmarks import make_dump
from tests.benchmarks.make_dump import FAILURES, REGISTRY, RESOLVE, Failure, Size
from tests.programs.real import find

T = TypeVar("T")

SMALL = "shop"  # the namespace of `small`
CONNECTIONS = 8
CROWDED = 5  # namespaces that share the failing pods
MADE_BY = {"Pod": "kube-controller-manager", "Event": "kubelet"}  # so managedFields say
NEAR_MISS = Failure(
    REGISTRY,
    RESOLVE + "pull access denied, repository does not exist or may require authorization: "
    "authorization failed: no basic auth credentials",
    "other",
)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped
    given = _given()
    with (
        control_plane(find(os.environ, _say)) as plane,
        TemporaryDirectory(prefix="kube-") as folder,
    ):
        large = None
        pod = ""
        if given.size == "small":
            pod = load_small(plane.api)
        else:
            size = Size(given.pods, given.failing, given.namespaces, given.secrets)
            large = Large(Loader(plane), size)
            large.load()
        admin = plane.authority.client(ADMIN, ADMINS)
        kubeconfig = plane.kubeconfig(Path(folder, "kubeconfig"), admin, SMALL)
        kubectl = find(os.environ, _say).path("kubectl")
        told = {"kubeconfig": str(kubeconfig), "kubectl": str(kubectl), "pod": pod}
        print(json.dumps(told), flush=True)
        for line in sys.stdin:
            if large is not None:
                large.move_failing(line.strip())
            print(line.strip(), flush=True)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("size", choices=("small", "large"))
    parser.add_argument("--pods", type=int, default=20_000, help="the failing ones among them")
    parser.add_argument("--failing", type=int, default=200)
    parser.add_argument("--namespaces", type=int, default=200)
    parser.add_argument("--secrets", type=int, default=5_000)
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def load_small(api: AdminApi) -> str:
    """One namespace with a few pull secrets, none right for its one pod; the pod's name."""
    _create(api, _namespace(SMALL))
    _create(api, make_dump.account(SMALL))
    for index, key in enumerate(("ghcr.io", "registry.test", "https://index.docker.io/v1/")):
        secret = make_dump.secret(index, SMALL, index)
        secret["data"] = make_dump.docker_config(key)
        _create(api, secret)
    put_failing(api, 0, SMALL, NEAR_MISS)
    return make_dump.pod_name(0)


class Large:
    """Many pods that run, and some that fail and can be moved."""

    def __init__(self, loader: Loader, size: Size) -> None:
        self._loader, self._size = loader, size
        self._spaces = [f"team-{number:03d}" for number in range(size.namespaces)]
        self._failing: list[tuple[int, str]] = []  # a pod's number and its namespace

    def load(self) -> None:
        """Create everything that stays; the pods that run have owners by name only."""
        size, spaces = self._size, self._spaces
        self._loader.each(_create, map(_namespace, spaces))
        self._loader.each(_create, map(make_dump.account, spaces))
        secrets = (
            make_dump.secret(index, spaces[index % len(spaces)], index // len(spaces))
            for index in range(size.secrets)
        )
        self._loader.each(_create, secrets)
        chance = random.Random(1)  # noqa: S311  # the same cluster each time
        pods = (
            make_dump.pod(index, spaces[index // 5 % len(spaces)], None, chance)
            for index in range(size.pods - size.failing)
        )
        self._loader.each(_create, pods)

    def move_failing(self, arrangement: str) -> None:
        """Put the failing pods into all namespaces ("spread"), or into a few ("crowded")."""
        self._loader.each(
            lambda api, one: api.delete(path("Pod", one[1], make_dump.pod_name(one[0]))),
            self._failing,
        )
        for kind in ("Event", "ReplicaSet", "Deployment"):  # nobody else has any
            self._loader.each(lambda api, where: api.delete(where), _places(kind, self._failing))
        spaces = self._spaces[: None if arrangement == "spread" else CROWDED]
        first = self._size.pods  # of five pods with one owner this is the only one that is there
        self._failing = [
            (5 * (first + number), spaces[number % len(spaces)])
            for number in range(self._size.failing)
        ]
        self._loader.each(
            lambda api, one: put_failing(api, *one, FAILURES[one[0] // 5 % len(FAILURES)]),
            self._failing,
        )


def _places(kind: str, pods: Iterable[tuple[int, str]]) -> list[str]:
    return sorted({path(kind, space) for _, space in pods})


class Loader:
    """Several connections to the server, kept alive as long as there is something to do."""

    def __init__(self, plane: ControlPlane) -> None:
        tls = plane.authority.tls(plane.authority.client(SEEDER, ADMINS))
        host, port = plane.server.removeprefix("https://").split(":")
        self._connections = [AdminApi(host, int(port), tls) for _ in range(CONNECTIONS)]

    def each(self, put: Callable[[AdminApi, T], object], items: Iterable[T]) -> None:
        """Do this with each item, in any order; raises the first failure."""
        idle: queue.SimpleQueue[AdminApi] = queue.SimpleQueue()
        for api in self._connections:
            idle.put(api)

        def lend(item: T) -> None:
            api = idle.get()
            try:
                put(api, item)
            finally:
                idle.put(api)

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            for _ in threads.map(lend, items):
                pass
        for api in self._connections:
            api.close()  # the server would, after a while


def put_failing(api: AdminApi, index: int, space: str, failure: Failure) -> None:
    """Create a failing pod, its ReplicaSet and Deployment, and the events of the kubelet."""
    chance = random.Random(index)  # noqa: S311  # the same cluster each time
    pod = make_dump.pod(index, space, failure, chance)
    deployment = _create(api, _workload("Deployment", pod))
    replica_set = _create(api, _workload("ReplicaSet", pod, deployment))
    pod["metadata"]["ownerReferences"] = [_reference(replica_set)]
    made = _create(api, pod)
    now = made["metadata"]["creationTimestamp"]  # the secrets were there before
    for event in make_dump.pull_events(index, space, failure, chance):
        event["involvedObject"]["uid"] = made["metadata"]["uid"]
        _create(api, {**event, "firstTimestamp": now, "lastTimestamp": now})


def _workload(kind: str, pod: Json, owner: Json | None = None) -> Json:
    metadata, spec = pod["metadata"], pod["spec"]
    name = metadata["ownerReferences"][0]["name"]  # the ReplicaSet's
    container = {key: spec["containers"][0][key] for key in ("name", "image", "imagePullPolicy")}
    template = {"containers": [container], "imagePullSecrets": spec["imagePullSecrets"]}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "name": name if owner else name.rpartition("-")[0],
            "namespace": metadata["namespace"],
            "ownerReferences": [_reference(owner)] if owner else [],
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": metadata["labels"]},
            "template": {"metadata": {"labels": metadata["labels"]}, "spec": template},
        },
    }


def _reference(owner: Json) -> Json:
    return {
        "apiVersion": owner["apiVersion"],
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }


def _namespace(name: str) -> Json:
    return {"kind": "Namespace", "metadata": {"name": name}}


def _create(api: AdminApi, item: Json) -> Json:
    """Create an object and give it its status; what the server made of it."""
    kind, space = item["kind"], item["metadata"].get("namespace", "")
    manager = f"?fieldManager={MADE_BY.get(kind, 'kubectl-create')}"
    made = api.request("POST", path(kind, space) + manager, _as_written(item))
    if "status" not in item:
        return made
    where = path(kind, space, made["metadata"]["name"], "status")
    return api.replace(f"{where}?fieldManager=kubelet", {**made, "status": item["status"]})


def _as_written(item: Json) -> Json:
    """The object without what is the server's to say."""
    by_server = ("creationTimestamp", "generation", "resourceVersion", "uid")
    metadata = {key: value for key, value in item["metadata"].items() if key not in by_server}
    return {**{k: v for k, v in item.items() if k != "status"}, "metadata": metadata}


if __name__ == "__main__":
    main()
