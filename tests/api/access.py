"""RBAC for tests: what a user may do, as roles in the real server."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import product

from tests.api.admin_api import AdminApi, Json

GROUP = "rbac.authorization.k8s.io"
PATIENCE = 10.0  # seconds, until the server's authorizer has seen a new role


def may(verbs: str, resources: str, *names: str) -> Json:
    """A rule: may("get list", "pods deployments.apps"), may("get", "secrets", "pull")."""
    groups = {resource.partition(".")[2] for resource in resources.split()}
    assert len(groups) == 1, "one rule for each API group: RBAC crosses groups with resources"
    rule = {
        "verbs": verbs.split(),
        "apiGroups": sorted(groups),
        "resources": [resource.partition(".")[0] for resource in resources.split()],
    }
    return {**rule, "resourceNames": list(names)} if names else rule


def grant(api: AdminApi, user: str, rules: Iterable[Json], namespace: str) -> None:
    """Lets the user do this in one namespace, or with "" in the cluster; returns when he may."""
    granted = list(rules)
    kind = "Role" if namespace else "ClusterRole"
    metadata = {"name": f"of-{user}", **({"namespace": namespace} if namespace else {})}
    api.create({"kind": kind, "metadata": metadata, "rules": granted}, namespace)
    binding = {
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": metadata["name"]},
        "subjects": [{"apiGroup": GROUP, "kind": "User", "name": user}],
    }
    api.create(binding, namespace)
    deadline = time.monotonic() + PATIENCE
    while not all(_may(api, user, question, namespace) for question in _questions(granted)):
        assert time.monotonic() < deadline, f"{user} may still not do what was granted"
        time.sleep(0.01)


def _questions(rules: Iterable[Json]) -> Iterable[Json]:
    for rule in rules:
        names = rule.get("resourceNames", [""])
        for verb, group, resource, name in product(
            rule["verbs"], rule["apiGroups"], rule["resources"], names
        ):
            plural, _, subresource = resource.partition("/")
            asked = {"verb": verb, "group": group, "resource": plural, "name": name}
            yield {**asked, "subresource": subresource}


def _may(api: AdminApi, user: str, question: Json, namespace: str) -> bool:
    attributes = {**question, "namespace": namespace}
    review = {
        "kind": "SubjectAccessReview",
        "metadata": {},
        "spec": {"user": user, "resourceAttributes": attributes},
    }
    return bool(api.create(review)["status"]["allowed"])
