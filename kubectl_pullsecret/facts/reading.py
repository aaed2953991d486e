"""From the JSON of one Kubernetes object, of any shape, to the frozen objects of `facts.objects`.

Nothing here trusts its input: a field of a wrong shape raises `UnreadableObjectError`, which names
the object and the field and never shows a value.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import DATA_KEYS
from kubectl_pullsecret.facts.objects import (
    Event,
    Namespace,
    Node,
    ObjectRef,
    Rollout,
    Secret,
    ServiceAccount,
    Workload,
)
from kubectl_pullsecret.facts.ownership import managers
from kubectl_pullsecret.facts.pods import (
    read_controller,
    read_pod,
    read_pod_spec,
    read_pull_secrets,
)
from kubectl_pullsecret.facts.rollouts import read_rollout
from kubectl_pullsecret.facts.shapes import (
    Json,
    WrongShapeError,
    count,
    flag,
    mapping,
    sequence,
    shape_of,
    text,
    texts,
    time,
    words,
)
from kubectl_pullsecret.facts.snapshot import AnyObject

WORKLOAD_KINDS = frozenset(
    (
        "CronJob",
        "DaemonSet",
        "Deployment",
        "DeploymentConfig",
        "Job",
        "PodTemplate",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    )
)
_WORKLOAD_GROUPS = ("", "v1", "apps", "batch", "extensions", "apps.openshift.io")
COPIED_FROM = "kubectl-pullsecret/copied-from"  # annotation: "namespace/name" of a copy's origin
_TEMPLATE_PLACES = (
    ("spec", "template"),
    ("spec", "jobTemplate", "spec", "template"),
    ("template",),
)
_CONTAINER_KEYS = ("containers", "initContainers")
_CORE = ("v1", "")  # "": the items of a PodList often carry neither kind nor apiVersion
# A docker config larger than this cannot be in a Secret: the API server refuses more than 1 MiB.
_LARGEST_VALUE = 2 * 1024 * 1024
_DOCKER_KEYS = frozenset(DATA_KEYS.values())


class UnreadableObjectError(ValueError):
    """An object that cannot be read. `str` is one sentence that names the object and the field."""

    def __init__(self, sentence: str, kind: str = "", namespace: str = "", name: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.namespace = namespace
        self.name = name


def read_object(raw: object, default_namespace: str = "default") -> AnyObject | None:
    """Return what an object says about image pulls; None for kinds that say nothing.

    `default_namespace` is for namespaced objects that name none. Raises UnreadableObjectError.
    """
    if not isinstance(raw, dict):
        raise UnreadableObjectError(f"a Kubernetes object must be an object, not {shape_of(raw)}")
    try:
        kind = text(raw, "kind", "")
        api_version = text(raw, "apiVersion", "")
    except WrongShapeError as error:
        raise UnreadableObjectError(str(error)) from None
    if kind == "Status" and api_version == "v1":
        said = raw.get("message")
        raise UnreadableObjectError(
            f"this is the server's answer to a failed request: {said}"
            if isinstance(said, str)
            else "this is the server's answer to a failed request, not an object"
        )
    if not kind:
        raise UnreadableObjectError("a Kubernetes object must have a kind")
    reader = _READERS.get(kind)
    if reader is None or not _is_ours(kind, api_version):
        reader = _read_workload
    return _read_named(raw, kind, default_namespace, reader)


_NOWHERE = ("Namespace", "Node")  # kinds whose objects are in no namespace
_Reader = Callable[[Json, Json, ObjectRef], "AnyObject | None"]


def _is_ours(kind: str, api_version: str) -> bool:
    """Other groups have kinds of the same names: Node in longhorn.io, Secret in several."""
    return api_version in _CORE or (kind == "Event" and api_version.startswith("events.k8s.io/"))


def _read_named(raw: Json, kind: str, default_namespace: str, reader: _Reader) -> AnyObject | None:
    namespace, name = "" if kind in _NOWHERE else default_namespace, ""
    try:
        metadata = mapping(raw, "metadata", "")
        name = text(metadata, "name", "metadata") or text(metadata, "generateName", "metadata")
        if namespace:
            namespace = text(metadata, "namespace", "metadata") or default_namespace
        return reader(raw, metadata, ObjectRef(kind, namespace, name))
    except WrongShapeError as error:
        place = f" in ns {namespace}" if namespace else ""
        sentence = f"{kind.lower()}/{name or '?'}{place}: {error}"
        raise UnreadableObjectError(sentence, kind, namespace, name) from None


def _read_workload(raw: Json, metadata: Json, ref: ObjectRef) -> Workload | None:
    """Read any kind that holds a pod template at a known place (Argo Rollout, Knative, …)."""
    api_version = text(raw, "apiVersion", "")
    template, where = _find_template(raw)
    ours = _is_workload(ref.kind, api_version)
    if template is None and not ours:
        return None
    return Workload(
        ref=ref,
        api_version=api_version,
        uid=text(metadata, "uid", "metadata"),
        owner=read_controller(metadata),
        template=None if template is None else read_pod_spec(template, where),
        managed_by=managers(metadata),
        replica_failure=_replica_failure(mapping(raw, "status", "")),
        place=where,
        rollout=read_rollout(raw, ref.kind) if ours else Rollout(),
        selector=_selector(raw) if ours else "",
    )


def _is_workload(kind: str, api_version: str) -> bool:
    return kind in WORKLOAD_KINDS and api_version.split("/")[0] in _WORKLOAD_GROUPS


def _find_template(raw: Json) -> tuple[Json | None, str]:
    """Return a pod template's spec and its path. What holds no containers is no pod template."""
    for place in _TEMPLATE_PLACES:
        holder: object = raw
        for key in (*place, "spec"):
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and any(key in holder for key in _CONTAINER_KEYS):
            return holder, ".".join((*place, "spec"))
    return None, ""


def _selector(raw: Json) -> str:
    """Write `spec.selector` as the API's query wants it (apimachinery, labels/selector.go)."""
    selector = mapping(mapping(raw, "spec", ""), "selector", "spec")
    if raw.get("kind") in ("ReplicationController", "DeploymentConfig"):
        labels = texts(mapping(raw, "spec", ""), "selector", "spec")
        return ",".join(f"{key}={value}" for key, value in labels.items())
    labels = texts(selector, "matchLabels", "spec.selector")
    found = [f"{key}={value}" for key, value in labels.items()]
    found += [
        _requirement(one, "spec.selector.matchExpressions[]")
        for one in sequence(selector, "matchExpressions", "spec.selector")
    ]
    return ",".join(found)


def _requirement(raw: Json, where: str) -> str:
    key, operator = text(raw, "key", where), text(raw, "operator", where)
    if operator in ("Exists", "DoesNotExist"):
        return key if operator == "Exists" else f"!{key}"
    return f"{key} {operator.lower()} ({','.join(words(raw, 'values', where))})"


def _replica_failure(status: Json) -> str:
    conditions = status.get("conditions")
    if not isinstance(conditions, list):  # custom resources keep what they like there
        return ""
    for condition in conditions:
        if isinstance(condition, dict) and condition.get("type") == "ReplicaFailure":
            failing = condition.get("status") == "True"
            return text(condition, "message", "status.conditions[]") if failing else ""
    return ""


def _read_account(raw: Json, metadata: Json, ref: ObjectRef) -> ServiceAccount:
    return ServiceAccount(
        ref=ref,
        pull_secrets=read_pull_secrets(raw, ""),
        changed=_changed(metadata, _ACCOUNT_FIELDS),
        managed_by=managers(metadata),
        uid=text(metadata, "uid", "metadata"),
    )


def _read_secret(raw: Json, metadata: Json, ref: ObjectRef) -> Secret:
    """`stringData` wins over `data`, as in the API. The API's default type is Opaque."""
    data = texts(raw, "data", "")
    plain = texts(raw, "stringData", "")
    encoded = [(key, Masked(value)) for key, value in data.items() if key not in plain]
    encoded += [(key, Masked(_encode(value))) for key, value in plain.items()]
    return Secret(
        ref=ref,
        type=text(raw, "type", "") or "Opaque",
        encoded=tuple([(key, value) for key, value in encoded if _may_be_config(key, value)]),
        created=time(metadata, "creationTimestamp", "metadata"),
        changed=_changed(metadata, _SECRET_FIELDS),
        immutable=flag(raw, "immutable", ""),
        labels=tuple(texts(metadata, "labels", "metadata").items()),
        managed_by=managers(metadata),
        uid=text(metadata, "uid", "metadata"),
        resource_version=text(metadata, "resourceVersion", "metadata"),
        copied_from=texts(metadata, "annotations", "metadata").get(COPIED_FROM, ""),
    )


def _encode(value: str) -> str:
    r"""Base64 of a string's UTF-8; a lone surrogate becomes U+FFFD, as in Go's JSON decoder."""
    try:
        octets = value.encode()
    except UnicodeEncodeError:
        octets = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    return base64.b64encode(octets).decode("ascii")


def _may_be_config(key: str, value: Masked) -> bool:
    """Whether a value can matter for a pull: the keys that the kubelet reads, or a JSON object.

    Base64 of `{` and an ASCII character is `e` and one of `w-z` and `0-3`.
    """
    encoded = value.reveal()
    if key in _DOCKER_KEYS:
        return True
    return len(encoded) <= _LARGEST_VALUE and encoded[:1] == "e" and encoded[1:2] in _SECOND


_SECOND = frozenset("wxyz0123")


# Keys of managedFields' fieldsV1: what a change of pull credentials touches.
_SECRET_FIELDS = frozenset(("f:data", "f:stringData", "f:type"))
_ACCOUNT_FIELDS = frozenset(("f:imagePullSecrets",))


def _changed(metadata: Json, owned: frozenset[str]) -> datetime | None:
    """Newest time in managedFields at which one of the fields was owned, else the creation.

    A manager that owns labels only (a controller's mark) has not changed what pulling reads.
    """
    times = [
        moment
        for manager in sequence(metadata, "managedFields", "metadata")
        if owned & set(mapping(manager, "fieldsV1", "metadata.managedFields[]") or owned)
        and (moment := time(manager, "time", "metadata.managedFields[]"))
    ]
    return max(times) if times else time(metadata, "creationTimestamp", "metadata")


def _read_event(raw: Json, metadata: Json, ref: ObjectRef) -> Event:
    """Both forms: v1, and events.k8s.io/v1 with its `regarding`, `note` and `deprecated*`."""
    about_key = "involvedObject" if "involvedObject" in raw else "regarding"
    about = mapping(raw, about_key, "")
    series = mapping(raw, "series", "")
    moments = _event_times(raw, series) or [time(metadata, "creationTimestamp", "metadata")]
    first = time(raw, "firstTimestamp", "") or time(raw, "deprecatedFirstTimestamp", "")
    return Event(
        namespace=text(about, "namespace", about_key) or ref.namespace,
        involved_kind=text(about, "kind", about_key),
        involved_name=text(about, "name", about_key),
        involved_uid=text(about, "uid", about_key),
        field_path=text(about, "fieldPath", about_key),
        reason=text(raw, "reason", ""),
        message=text(raw, "message", "") or text(raw, "note", ""),
        type=text(raw, "type", ""),
        count=_event_count(raw, series),
        first=first or time(raw, "eventTime", "") or time(metadata, "creationTimestamp", ""),
        last=max(moment for moment in moments if moment) if any(moments) else None,
    )


def _event_times(raw: Json, series: Json) -> list[datetime | None]:
    keys = ("lastTimestamp", "deprecatedLastTimestamp", "eventTime")
    found = [time(raw, key, "") for key in keys] + [time(series, "lastObservedTime", "series")]
    return [moment for moment in found if moment]


def _event_count(raw: Json, series: Json) -> int:
    """At least one: an event without a count happened once."""
    counts = (count(raw, "count", ""), count(raw, "deprecatedCount", ""))
    return max(*counts, count(series, "count", "series"), 1)


def _read_namespace(_raw: Json, metadata: Json, ref: ObjectRef) -> Namespace:
    return Namespace(ref, terminating=metadata.get("deletionTimestamp") is not None)


def _read_node(raw: Json, _metadata: Json, ref: ObjectRef) -> Node:
    status = mapping(raw, "status", "")
    images = sequence(status, "images", "status")
    return Node(
        name=ref.name,
        images=frozenset(name for image in images for name in _image_names(image)),
    )


def _image_names(image: Json) -> list[str]:
    names = image.get("names") or []
    if not isinstance(names, list):
        raise WrongShapeError("status.images[].names", "a list", names)
    return [name for name in names if isinstance(name, str)]


_READERS: dict[str, _Reader] = {
    "Event": _read_event,
    "Namespace": _read_namespace,
    "Node": _read_node,
    "Pod": read_pod,
    "Secret": _read_secret,
    "ServiceAccount": _read_account,
}
