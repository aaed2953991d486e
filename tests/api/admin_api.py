"""Requests to the API server that tests make themselves: to put things there and to ask it.

The standard library alone, so that it owes nothing to the transport that is tested.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

Json = dict[str, Any]

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
# Kind: where its API group is, and its plural.
_PLACES: Mapping[str, tuple[str, str]] = {
    "ClusterRole": ("/apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    "ClusterRoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings"),
    "CronJob": ("/apis/batch/v1", "cronjobs"),
    "DaemonSet": ("/apis/apps/v1", "daemonsets"),
    "Deployment": ("/apis/apps/v1", "deployments"),
    "Event": ("/api/v1", "events"),
    "Job": ("/apis/batch/v1", "jobs"),
    "Namespace": ("/api/v1", "namespaces"),
    "Node": ("/api/v1", "nodes"),
    "Pod": ("/api/v1", "pods"),
    "ReplicaSet": ("/apis/apps/v1", "replicasets"),
    "ReplicationController": ("/api/v1", "replicationcontrollers"),
    "Role": ("/apis/rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "Secret": ("/api/v1", "secrets"),
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "StatefulSet": ("/apis/apps/v1", "statefulsets"),
    "SubjectAccessReview": ("/apis/authorization.k8s.io/v1", "subjectaccessreviews"),
    "ValidatingAdmissionPolicy": (_ADMISSION, "validatingadmissionpolicies"),
    "ValidatingAdmissionPolicyBinding": (_ADMISSION, "validatingadmissionpolicybindings"),
}
_IN_NAMESPACES = (  # owners before what they own, so that nothing is made again
    "CronJob",
    "Job",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "Secret",
    "ServiceAccount",
    "Event",
    "RoleBinding",
    "Role",
)


class RefusedError(Exception):
    """The API server's Status, when it does not do what a test asked for."""

    def __init__(self, status: Json) -> None:
        super().__init__(f"{status.get('code')} {status.get('reason')}: {status.get('message')}")
        self.code = int(status.get("code", 0))
        self.reason = str(status.get("reason", ""))


def path(kind: str, namespace: str = "", name: str = "", subresource: str = "") -> str:
    """The path of an object, or of all of a kind when there is no name."""
    group, plural = _PLACES[kind]
    space = f"namespaces/{namespace}" if namespace else ""
    return "/".join(filter(None, (group, space, plural, name, subresource)))


def plural(kind: str) -> str:
    """The kind's name in paths: "pods"."""
    return _PLACES[kind][1]


class AdminApi:
    """One kept-alive connection, for one thread."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext) -> None:
        self._connection = http.client.HTTPSConnection(host, port, context=tls, timeout=30)

    def get(self, where: str) -> Json:
        return self.request("GET", where)

    def create(self, item: Json, namespace: str = "") -> Json:
        """Creates the object in its own namespace, or in the given one."""
        space = namespace or item["metadata"].get("namespace", "")
        return self.request("POST", path(item["kind"], space), item)

    def replace(self, where: str, item: Json) -> Json:
        return self.request("PUT", where, item)

    def patch(self, where: str, change: Json, how: str = MERGE) -> Json:
        return self.request("PATCH", where, change, how)

    def delete(self, where: str, uid: str = "") -> Json:
        """Deletes an object (only the one with this uid), or all at a path without a name."""
        only = {"preconditions": {"uid": uid}} if uid else {}
        return self.request("DELETE", where, {"gracePeriodSeconds": 0, **only})

    def remove_namespace(self, name: str) -> None:
        """Empties and finalizes it, as the namespace controller does, which need not run."""
        where = path("Namespace", "", name)
        self.delete(where)
        for kind in _IN_NAMESPACES:
            self.delete(path(kind, name))
        with suppress(RefusedError):  # the controller does run, and was quicker
            namespace = self.get(where)
            namespace["spec"]["finalizers"] = []
            self.replace(f"{where}/finalize", namespace)

    def request(
        self, method: str, where: str, body: Json | None = None, how: str = "application/json"
    ) -> Json:
        """The answer; raises `RefusedError` for a failure that it tells, OSError for none."""
        text = None if body is None else json.dumps(body)
        status, said = self._exchange(method, where, text, {"Content-Type": how})
        if status < 400:
            answer: Json = json.loads(said)
            return answer
        raise RefusedError(_status(status, said))

    def answers(self, where: str) -> bool:
        """Whether the server says 200; also when nobody listens."""
        try:
            return self._exchange("GET", where, None, {})[0] == 200
        except OSError:
            return False

    def close(self) -> None:
        self._connection.close()

    def _exchange(
        self, method: str, where: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        try:
            self._connection.request(method, where, body, dict(headers))
            response = self._connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException as error:
            self.close()
            raise ConnectionError(str(error)) from error
        except OSError:
            self.close()
            raise


def _status(code: int, said: bytes) -> Json:
    """The server's Status object; some refusals are plain text."""
    try:
        status: Json = json.loads(said)
    except ValueError:
        return {"code": code, "message": said.decode(errors="replace")}
    return status


def names(items: Iterable[Json]) -> list[str]:
    """The objects' names, in their order."""
    return [item["metadata"]["name"] for item in items]
