"""A small cluster to diagnose, told in one breath: `Cluster().secret(...).pod(...).doctor()`.

Objects are manifests as the API prints them, read by the package's own reader.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reading import read_object
from kubectl_pullsecret.facts.snapshot import COMPLETE, Snapshot
from kubectl_pullsecret.report import Finding, Report, Severity

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
NAMESPACE = "team"
IMAGE = "registry.test:5000/team/app:v1"
HUB = "https://index.docker.io/v1/"
DOCKERCONFIGJSON = "kubernetes.io/dockerconfigjson"

_RESOLVE = f'failed to pull and unpack image "{IMAGE}": failed to resolve image: '
NOTHING_SENT = _RESOLVE + (
    "pull access denied, repository does not exist or may require authorization: "
    "authorization failed: no basic auth credentials"
)
REJECTED = _RESOLVE + (
    "unexpected status from HEAD request to "
    "http://registry.test:5000/v2/team/app/manifests/v1: 401 Unauthorized"
)
FORBIDDEN = REJECTED.replace("401 Unauthorized", "403 Forbidden")
DENIED = _RESOLVE + (
    "pull access denied, repository does not exist or may require authorization: "
    "server message: insufficient_scope: authorization failed"
)
NO_SUCH_TAG = f"rpc error: code = NotFound desc = {_RESOLVE}{IMAGE}: not found"
NO_SUCH_HOST = _RESOLVE + (
    'failed to do request: Head "http://registry.test:5000/v2/team/app/manifests/v1": '
    "dial tcp: lookup registry.test on 127.0.0.1:53: no such host"
)
TOO_MANY = REJECTED.replace("401 Unauthorized", "429 Too Many Requests")


def entry(user: str = "puller", password: str = "s3cret") -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def expired_ecr() -> dict[str, str]:
    token = {"payload": "x", "datakey": "y", "version": "2", "type": "DATA_KEY", "expiration": 1}
    return entry("AWS", base64.b64encode(json.dumps(token).encode()).decode())


def ago(**how_long: float) -> str:
    return (NOW - timedelta(**how_long)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Cluster:
    """Objects of one namespace, unless another is named."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    secrets_seen: bool = True
    accounts_seen: bool = True

    def add(self, kind: str, name: str, namespace: str = NAMESPACE, **fields: Any) -> Cluster:
        metadata = {"name": name, "namespace": namespace, "creationTimestamp": ago(hours=2)}
        metadata["uid"] = f"{kind}-{namespace}-{name}"
        metadata |= fields.pop("metadata", {})
        info = kind_info(kind)
        version = fields.pop("apiVersion", info.api_version if info else "example.com/v1")
        self.objects.append({"apiVersion": version, "kind": kind, "metadata": metadata, **fields})
        return self

    def secret(
        self,
        name: str,
        auths: dict[str, Any] | None = None,
        *,
        namespace: str = NAMESPACE,
        type_: str = DOCKERCONFIGJSON,
        raw: str | None = None,
        **metadata: Any,
    ) -> Cluster:
        text = raw if raw is not None else json.dumps({"auths": auths or {}})
        data = {".dockerconfigjson": base64.b64encode(text.encode()).decode()}
        return self.add("Secret", name, namespace, type=type_, data=data, metadata=metadata)

    def account(self, name: str = "default", secrets: tuple[str, ...] = ()) -> Cluster:
        return self.add("ServiceAccount", name, imagePullSecrets=[{"name": s} for s in secrets])

    def workload(
        self,
        kind: str,
        name: str,
        secrets: tuple[str, ...] = (),
        *,
        image: str = IMAGE,
        live: bool = True,
        status: dict[str, Any] | None = None,
        **metadata: Any,
    ) -> Cluster:
        spec = {"template": {"spec": _pod_spec(image, secrets, "Always")}}
        self.add(kind, name, spec=spec, metadata=metadata, status=status or {})
        if not live:
            del self.objects[-1]["metadata"]["uid"]
        return self

    def pod(
        self,
        name: str = "demo",
        *,
        secrets: tuple[str, ...] = (),
        error: str | None = None,
        reason: str = "ErrImagePull",
        image: str = IMAGE,
        owner: str = "",
        tried: timedelta = timedelta(minutes=2),
        count: int = 3,
        policy: str = "Always",
        node: str = "node1",
        **metadata: Any,
    ) -> Cluster:
        """A pod whose last pull failed with `error`; without one it runs."""
        if owner:
            kind, _, owner_name = owner.partition("/")
            reference = {"kind": kind, "name": owner_name, "controller": True}
            reference["apiVersion"] = "apps/v1"
            reference["uid"] = f"{kind}-{NAMESPACE}-{owner_name}"
            metadata["ownerReferences"] = [reference]
        state: dict[str, Any] = {"running": {"startedAt": ago(hours=1)}}
        if error is not None:
            state = {"waiting": {"reason": reason, "message": error}}
        status = {"name": "app", "image": image, "imageID": "", "state": state, "restartCount": 0}
        status["ready"] = status["started"] = error is None
        phase = "Running" if error is None else "Pending"
        self.add(
            "Pod",
            name,
            spec=_pod_spec(image, secrets, policy) | {"nodeName": node},
            status={"phase": phase, "containerStatuses": [status]},
            metadata=metadata,
        )
        if error is not None and count:
            message = f'Failed to pull image "{image}": {error}'
            if reason not in ("ErrImagePull", "ImagePullBackOff"):
                message = f"Error: {error}"
            self.event("Failed", message, pod=name, tried=tried, count=count)
        return self

    def event(
        self,
        reason: str,
        message: str,
        *,
        pod: str = "demo",
        kind: str = "Pod",
        container: str | None = "app",
        tried: timedelta = timedelta(minutes=2),
        count: int = 1,
    ) -> Cluster:
        involved = {"kind": kind, "namespace": NAMESPACE, "name": pod}
        involved["uid"] = f"{kind}-{NAMESPACE}-{pod}"
        if container:
            involved["fieldPath"] = f"spec.containers{{{container}}}"
        when = (NOW - tried).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.add(
            "Event",
            f"{pod}.{len(self.objects)}",
            involvedObject=involved,
            reason=reason,
            message=message,
            count=count,
            firstTimestamp=ago(hours=1),
            lastTimestamp=when,
            type="Warning",
        )

    def snapshot(self) -> Snapshot:
        objects = [one for raw in self.objects if (one := read_object(raw)) is not None]
        seen = {"Pod": True, "Secret": self.secrets_seen, "ServiceAccount": self.accounts_seen}
        sights = {(kind, NAMESPACE): COMPLETE for kind, known in seen.items() if known}
        return Snapshot.of(objects, sights)

    def doctor(self, *targets: ObjectRef, healthy: bool = False) -> Report:
        return diagnose(self.snapshot(), Selection(targets, healthy=healthy), now=NOW)

    def finding(self) -> Finding:
        """The one error (or else the one warning) of the cluster."""
        found = self.doctor().findings
        errors = [finding for finding in found if finding.severity is Severity.ERROR]
        assert len(errors or found) == 1, [finding.reason for finding in found]
        return (errors or list(found))[0]


def _pod_spec(image: str, secrets: tuple[str, ...], policy: str) -> dict[str, Any]:
    container = {"name": "app", "image": image, "imagePullPolicy": policy}
    return {
        "serviceAccountName": "default",
        "containers": [container],
        "imagePullSecrets": [{"name": name} for name in secrets],
    }
