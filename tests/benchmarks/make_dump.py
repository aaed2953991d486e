"""Writes a cluster dump as `kubectl get pods,sa,secrets,events,deploy,rs -A -o json` prints it.

    python tests/benchmarks/make_dump.py OUT.json [--pods 20000] [--failing 200] [--namespaces 200]
                                                  [--secrets 5000] [--indent 1]

The same arguments give the same bytes. Pods are about 3.8 kB, as a real kubelet's; the failing ones
carry true messages of containerd 2.2 and the events that a kubelet writes for them.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple, TextIO

Json = dict[str, Any]

START = datetime(2026, 11, 21, 6, 0, tzinfo=timezone.utc)
REGISTRY = "registry.test:5000"
RESOLVE = 'failed to pull and unpack image "{image}": failed to resolve image: '


class Failure(NamedTuple):
    """One way to fail: what the registry or the network says, and which secret is attached."""

    host: str
    message: str
    secret: str


FAILURES = (
    Failure(
        REGISTRY,
        RESOLVE + "pull access denied, repository does not exist or may require authorization: "
        "authorization failed: no basic auth credentials",
        "other",
    ),
    Failure(
        REGISTRY,
        RESOLVE + "unexpected status from HEAD request to "
        "http://registry.test:5000/v2/{path}/manifests/v1: 401 Unauthorized",
        "pull",
    ),
    Failure(
        REGISTRY,
        'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
        "failed to resolve image: {image}: not found",
        "pull",
    ),
    Failure(
        "missing.test",
        RESOLVE + 'failed to do request: Head "https://missing.test/v2/{path}/manifests/v1": '
        "dial tcp: lookup missing.test on 10.96.0.10:53: no such host",
        "pull",
    ),
    Failure(
        REGISTRY,
        RESOLVE + "pull access denied, repository does not exist or may require authorization: "
        "authorization failed: no basic auth credentials",
        "absent",
    ),
)


class Size(NamedTuple):
    """How much to write."""

    pods: int
    failing: int
    namespaces: int
    secrets: int


def main() -> None:
    """Write the dump that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--pods", type=int, default=20_000)
    parser.add_argument("--failing", type=int, default=200)
    parser.add_argument("--namespaces", type=int, default=200)
    parser.add_argument("--secrets", type=int, default=5_000)
    parser.add_argument("--indent", type=int, default=1, help="kubectl's own is 4")
    given = parser.parse_args()
    size = Size(given.pods, given.failing, given.namespaces, given.secrets)
    with given.out.open("w", encoding="utf-8") as file:
        write(file, size, indent=given.indent)
    sys.stdout.write(f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB\n")


def write(file: TextIO, size: Size, *, indent: int) -> None:
    """Write a List, object by object, `kind` behind `items` as kubectl has it."""
    file.write('{\n    "apiVersion": "v1",\n    "items": [\n')
    for index, one in enumerate(objects(size)):
        file.write(",\n" if index else "")
        file.write(json.dumps(one, indent=indent, ensure_ascii=False))
    file.write('\n    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n')


def objects(size: Size) -> Iterator[Json]:
    """Every object of the cluster; the failing pods are spread over all namespaces."""
    chance = random.Random(1)  # noqa: S311  # the same dump each time
    namespaces = [f"team-{number:03d}" for number in range(size.namespaces)]
    every = max(1, size.pods // max(1, size.failing))
    for index in range(size.pods):
        namespace = namespaces[index // 5 % size.namespaces]
        is_failing = index % every == 0 and index // every < size.failing
        failure = FAILURES[index // every % len(FAILURES)] if is_failing else None
        yield pod(index, namespace, failure, chance)
        if failure:
            yield from pull_events(index, namespace, failure, chance)
    for namespace in namespaces:
        yield account(namespace)
    for index in range(size.secrets):
        yield secret(index, namespaces[index % size.namespaces], index // size.namespaces)
    for index in range(0, size.pods, 5):
        yield replica_set(index // 5, namespaces[index // 5 % size.namespaces])


def uid(kind: str, number: int) -> str:
    """Return a uid that looks like one; equal for equal arguments."""
    return f"{sum(map(ord, kind)):08x}-{number % 65536:04x}-4000-8000-{number:012x}"


def stamp(seconds: float) -> str:
    """Return a time in the API's spelling, in seconds after the start."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def metadata(kind: str, number: int, namespace: str, name: str, **more: Any) -> Json:
    """Return what the API server writes into every object."""
    return {
        "creationTimestamp": stamp(number % 3000),
        "name": name,
        "namespace": namespace,
        "resourceVersion": str(1000 + number),
        "uid": uid(kind, number),
        **more,
    }


def pod_name(index: int) -> str:
    """Return the name of a Deployment's pod; five pods share an owner."""
    return f"app-{index // 5:05d}-7f496d459c-{index:05x}"


def image_of(index: int, failure: Failure | None) -> str:
    """Return the image that a pod asks for."""
    host = failure.host if failure else REGISTRY
    return f"{host}/{path_of(index)}:v1"


def path_of(index: int) -> str:
    """Return the repository's path; a few hundred repositories are used again and again."""
    return f"team/app{index % 300:03d}"


def pod(index: int, namespace: str, failure: Failure | None, chance: random.Random) -> Json:
    """Return one pod with all that an API server and a kubelet write into it."""
    image = image_of(index, failure)
    token = f"kube-api-access-{index:05x}"
    owner = {
        "apiVersion": "apps/v1",
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": "ReplicaSet",
        "name": f"app-{index // 5:05d}-7f496d459c",
        "uid": uid("ReplicaSet", index // 5),
    }
    labels = {"app": f"app-{index // 5:05d}", "pod-template-hash": "7f496d459c"}
    name = pod_name(index)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(
            "Pod", index, namespace, name, labels=labels, ownerReferences=[owner], generation=1
        ),
        "spec": pod_spec(image, token, failure.secret if failure else "pull", chance),
        "status": pod_status(index, image, token, failure),
    }


def pod_spec(image: str, token: str, secret_name: str, chance: random.Random) -> Json:
    """Return a spec after defaulting and admission."""
    mount = {
        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
        "name": token,
        "readOnly": True,
    }
    return {
        "containers": [
            {
                "env": [{"name": "GREETING", "value": "grüße"}],
                "image": image,
                "imagePullPolicy": "Always",
                "name": "app",
                "resources": {"limits": {"memory": "128Mi"}, "requests": {"cpu": "100m"}},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "volumeMounts": [mount],
            }
        ],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "imagePullSecrets": [{"name": secret_name}],
        "nodeName": f"node{chance.randrange(400)}",
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 0,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": "default",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 30,
        "tolerations": [
            {
                "effect": "NoExecute",
                "key": f"node.kubernetes.io/{state}",
                "operator": "Exists",
                "tolerationSeconds": 300,
            }
            for state in ("not-ready", "unreachable")
        ],
        "volumes": [token_volume(token)],
    }


def token_volume(name: str) -> Json:
    """Return the volume that admission adds for the account's token."""
    namespace_field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "name": name,
        "projected": {
            "defaultMode": 420,
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {
                    "configMap": {
                        "items": [{"key": "ca.crt", "path": "ca.crt"}],
                        "name": "kube-root-ca.crt",
                    }
                },
                {"downwardAPI": {"items": [{"fieldRef": namespace_field, "path": "namespace"}]}},
            ],
        },
    }


def pod_status(index: int, image: str, token: str, failure: Failure | None) -> Json:
    """Return a status of a running pod, or of one in ImagePullBackOff."""
    kinds = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "conditions": [
            {
                "lastProbeTime": None,
                "lastTransitionTime": stamp(index % 3000 + 2),
                "observedGeneration": 1,
                "status": "False" if failure and "Ready" in kind[-5:] else "True",
                "type": kind,
            }
            for kind in kinds
        ],
        "containerStatuses": [container_status(index, image, token, failure)],
        "hostIP": "192.0.2.2",
        "hostIPs": [{"ip": "192.0.2.2"}],
        "observedGeneration": 1,
        "phase": "Pending" if failure else "Running",
        "podIP": f"10.244.{index // 250 % 250}.{index % 250}",
        "podIPs": [{"ip": f"10.244.{index // 250 % 250}.{index % 250}"}],
        "qosClass": "Burstable",
        "startTime": stamp(index % 3000),
    }


def container_status(index: int, image: str, token: str, failure: Failure | None) -> Json:
    """Return what the kubelet says of the container."""
    digest = f"{index % 300:064x}"
    running = {
        "containerID": f"containerd://{index:064x}",
        "imageID": f"{image.rsplit(':', 1)[0]}@sha256:{digest}",
        "started": True,
        "state": {"running": {"startedAt": stamp(index % 3000 + 2)}},
    }
    return {
        "allocatedResources": {"cpu": "100m"},
        "image": image,
        "imageID": "",
        "lastState": {},
        "name": "app",
        "ready": not failure,
        "restartCount": 0,
        "started": False,
        "volumeMounts": [
            {
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                "name": token,
                "readOnly": True,
                "recursiveReadOnly": "Disabled",
            }
        ],
        **(waiting(index, image, failure) if failure else running),
    }


def cause(index: int, image: str, failure: Failure) -> str:
    """Return the runtime's message of a failure."""
    return failure.message.format(image=image, path=path_of(index))


def waiting(index: int, image: str, failure: Failure) -> Json:
    """Return the state of a container whose image does not come."""
    message = f'Back-off pulling image "{image}": ErrImagePull: {cause(index, image, failure)}'
    return {"state": {"waiting": {"message": message, "reason": "ImagePullBackOff"}}}


def pull_events(
    index: int, namespace: str, failure: Failure, chance: random.Random
) -> Iterator[Json]:
    """Yield the events that a kubelet writes for a failed pull, each merged by count."""
    image = image_of(index, failure)
    told = [
        ("Normal", "Pulling", f'Pulling image "{image}"'),
        ("Warning", "Failed", f'Failed to pull image "{image}": {cause(index, image, failure)}'),
        ("Warning", "Failed", "Error: ErrImagePull"),
        ("Normal", "BackOff", f'Back-off pulling image "{image}"'),
        ("Warning", "Failed", "Error: ImagePullBackOff"),
    ]
    if failure.secret == "absent":
        text = "Unable to retrieve some image pull secrets (absent); attempting to pull the image"
        told.append(("Warning", "FailedToRetrieveImagePullSecret", f"{text} may not succeed."))
    for number, (kind, reason, message) in enumerate(told):
        yield event(index * 10 + number, index, namespace, kind, reason, message, chance)


def event(
    number: int,
    index: int,
    namespace: str,
    kind: str,
    reason: str,
    message: str,
    chance: random.Random,
) -> Json:
    """Return one event about a pod."""
    name = pod_name(index)
    about = {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": name,
        "namespace": namespace,
        "uid": uid("Pod", index),
    }
    if reason != "FailedToRetrieveImagePullSecret":
        about["fieldPath"] = "spec.containers{app}"
    return {
        "apiVersion": "v1",
        "count": chance.randrange(2, 12),
        "eventTime": None,
        "firstTimestamp": stamp(index % 3000 + 3),
        "involvedObject": about,
        "kind": "Event",
        "lastTimestamp": stamp(index % 3000 + 3 + chance.randrange(300)),
        "message": message,
        "metadata": metadata("Event", number, namespace, f"{name}.{number:016x}"),
        "reason": reason,
        "reportingComponent": "kubelet",
        "reportingInstance": "node1",
        "source": {"component": "kubelet", "host": "node1"},
        "type": kind,
    }


def account(namespace: str) -> Json:
    """Return the default account of a namespace."""
    return {
        "apiVersion": "v1",
        "imagePullSecrets": [{"name": "pull"}],
        "kind": "ServiceAccount",
        "metadata": metadata("ServiceAccount", 1, namespace, "default"),
    }


def secret(index: int, namespace: str, rank: int) -> Json:
    """Return a pull secret: the first of a namespace serves its images, others serve none."""
    names = ("pull", "other")
    host = REGISTRY if rank == 0 else f"registry-{rank}.example.com"
    return {
        "apiVersion": "v1",
        "data": docker_config(host),
        "kind": "Secret",
        "metadata": metadata(
            "Secret", index, namespace, names[rank] if rank < len(names) else f"pull-{rank}"
        ),
        "type": "kubernetes.io/dockerconfigjson",
    }


def docker_config(key: str) -> Json:
    """Return a pull secret's data with one key."""
    auth = base64.b64encode(b"puller:not-a-real-password").decode()
    config = json.dumps({"auths": {key: {"username": "puller", "auth": auth}}})
    return {".dockerconfigjson": base64.b64encode(config.encode()).decode()}


def replica_set(number: int, namespace: str) -> Json:
    """Return the ReplicaSet of five pods."""
    name = f"app-{number:05d}"
    labels = {"app": name, "pod-template-hash": "7f496d459c"}
    image = image_of(number * 5, None)
    spec = {
        "containers": [{"name": "app", "image": image, "imagePullPolicy": "Always"}],
        "imagePullSecrets": [{"name": "pull"}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": metadata("ReplicaSet", number, namespace, f"{name}-7f496d459c"),
        "spec": {"replicas": 5, "template": {"metadata": {"labels": labels}, "spec": spec}},
        "status": {"fullyLabeledReplicas": 5, "observedGeneration": 1, "replicas": 5},
    }


if __name__ == "__main__":
    main()
