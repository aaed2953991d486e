"""Clusters in which everything runs, and what they are warned of."""

from __future__ import annotations

from typing import Any

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Confidence, Finding, Reason, Severity
from tests.diagnosis.cluster import (
    NAMESPACE,
    Cluster,
    ago,
    entry,
)

REGISTRY = "registry.test:5000"
GOOD = {REGISTRY: entry()}
OTHER = {"other.test:5000": entry()}
RENAMED = {"https://registry.test": entry()}  # the port went
BROKEN = {REGISTRY: {"auth": "%%%"}}
HUB = {"https://index.docker.io/v1/": entry()}
WEB = ObjectRef("Deployment", NAMESPACE, "web")
DEMO = ObjectRef("Pod", NAMESPACE, "demo")
CREATED = ago(hours=2)  # of everything, unless it is said
LATER, BEFORE = ago(hours=1), ago(hours=3)


def account(*secrets: str, changed: str = CREATED) -> Cluster:
    """A cluster with the account `default`, whose list was last changed then."""
    owned = {"fieldsV1": {"f:imagePullSecrets": {}}, "time": changed, "manager": "kubectl"}
    listed = [{"name": name} for name in secrets]
    metadata = {"managedFields": [owned] if secrets else []}
    return Cluster().add("ServiceAccount", "default", imagePullSecrets=listed, metadata=metadata)


def owned(cluster: Cluster, *secrets: str, lists: tuple[str, ...] = (), **pod: Any) -> Cluster:
    """A Deployment whose template lists `lists`, and a pod of it that runs and lists `secrets`."""
    above = {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1", "controller": True}
    above["uid"] = f"Deployment-{NAMESPACE}-web"
    cluster.workload("Deployment", "web", lists)
    cluster.workload("ReplicaSet", "web-5b8c7d9f6", lists, ownerReferences=[above])
    return cluster.pod("web-5b8c7d9f6-x", secrets=secrets, owner="ReplicaSet/web-5b8c7d9f6", **pod)


def warned(cluster: Cluster) -> list[tuple[Reason, Confidence]]:
    found = cluster.doctor(healthy=True).findings
    assert all(one.severity is Severity.WARNING for one in found)
    return [(one.reason, one.confidence) for one in found]


def one(cluster: Cluster) -> Finding:
    (found,) = (
        one for one in cluster.doctor(healthy=True).findings if one.severity is Severity.WARNING
    )
    return found
