"""A pod's manifest as it can be posted again, and what is told where it could not be. Pure.

What the API server and its admission wrote into the pod is left out: they write it anew, and refuse
some of it (Kubernetes 1.34, plugin/pkg/admission: serviceaccount, priority, runtimeclass).
"""

from __future__ import annotations

from kubectl_pullsecret.changes.requests import references
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.pods import LIST
from kubectl_pullsecret.facts.shapes import Json, mapping, sequence, text

_METADATA = (  # what a client may say; all else is the server's
    "name",
    "namespace",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
)
# Where networks keep the addresses of the pod that is gone.
_NODE_ANNOTATIONS = (
    "cni.projectcalico.org/containerID",
    "cni.projectcalico.org/podIP",
    "cni.projectcalico.org/podIPs",
    "k8s.ovn.org/pod-networks",
    "k8s.v1.cni.cncf.io/network-status",
    "k8s.v1.cni.cncf.io/networks-status",
)
_OF_PRIORITY_CLASS = ("priority", "preemptionPolicy")  # refused where the class says otherwise
_TOKEN_VOLUME = "kube-api-access-"  # serviceaccount/admission.go, and five random characters
_TOKEN_PLACE = "/var/run/secrets/kubernetes.io/serviceaccount"
_CONTAINERS = ("initContainers", "containers")


class LostPodError(PullSecretError):
    """A pod was, or may be, deleted, and is not there again. Its manifest must not get lost."""

    def __init__(self, message: str, *, remedy: str, manifest: Json) -> None:
        super().__init__(message, remedy=remedy)
        self.manifest = manifest  # to be created by the user himself


def renewed(manifest: Json, names: tuple[str, ...], name: str | None = None) -> Json:
    """The pod with this list of pull secrets, as it can be created; `manifest` is not changed.

    A `name` that ends with "-" gets something random behind it. Ephemeral containers are left out:
    nobody can create a pod with them. The node stays only where the pod asked for it itself.

    Raises:
        WrongShapeError: what the server sent is no pod.
    """
    metadata = _metadata(mapping(manifest, "metadata", ""), name)
    spec = dict(mapping(manifest, "spec", ""))
    for key in ("ephemeralContainers", LIST, *_OF_PRIORITY_CLASS):
        spec.pop(key, None)
    if spec.get("runtimeClassName"):
        spec.pop("overhead", None)
    if not _asked_for_node(manifest):
        spec.pop("nodeName", None)
    _drop_token_volumes(spec)
    if names:
        spec[LIST] = references(names)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def is_made_of(pod: Json, body: Json, manager: str) -> bool:
    """Whether a pod of the server is what was posted as `body`, by this field manager if not "".

    The server and its admission add to what they get, also the account's list where there is none;
    a list that they get stays as it is.

    Raises:
        WrongShapeError: what the server sent is no pod.
    """
    spec, posted = mapping(pod, "spec", ""), mapping(body, "spec", "")
    if manager and manager not in _managers(pod):
        return False
    return _holds(spec, posted) and posted.get(LIST) in (None, spec.get(LIST))


def _managers(pod: Json) -> set[str]:
    metadata = mapping(pod, "metadata", "")
    return {text(one, "manager", "") for one in sequence(metadata, "managedFields", "metadata")}


def _holds(found: object, posted: object) -> bool:
    """Whether everything that was posted is there; what is empty may have been left out."""
    if isinstance(posted, dict):
        there = found if isinstance(found, dict) else {}
        return all(_holds(there.get(key), value) for key, value in posted.items())
    if isinstance(posted, list):
        those = found if isinstance(found, list) else []
        return all(any(_holds(one, value) for one in those) for value in posted)
    return found == posted


def _metadata(old: Json, name: str | None) -> Json:
    kept = {key: old[key] for key in _METADATA if old.get(key)}
    annotations = {
        key: value
        for key, value in mapping(old, "annotations", "metadata").items()
        if key not in _NODE_ANNOTATIONS
    }
    if annotations:
        kept["annotations"] = annotations
    else:
        kept.pop("annotations", None)
    if name is not None:
        kept.pop("name", None)
        kept = {"generateName" if name.endswith("-") else "name": name} | kept
    return kept


def _asked_for_node(manifest: Json) -> bool:
    """Whether whoever made the pod named its node; a scheduler's binding leaves no such mark."""
    return any(
        "f:nodeName" in mapping(mapping(one, "fieldsV1", ""), "f:spec", "")
        for one in sequence(mapping(manifest, "metadata", ""), "managedFields", "metadata")
        if not one.get("subresource")
    )


def _drop_token_volumes(spec: Json) -> None:
    """Leave out what admission adds: a volume with the account's token, in each container."""
    places: dict[str, set[str]] = {}
    for container in _containers(spec):
        for mount in sequence(container, "volumeMounts", "spec"):
            places.setdefault(_name(mount), set()).add(text(mount, "mountPath", ""))
    volumes = sequence(spec, "volumes", "spec")
    dropped = {
        _name(volume)
        for volume in volumes
        if _name(volume).startswith(_TOKEN_VOLUME)
        and "projected" in volume
        and places.get(_name(volume), set()) <= {_TOKEN_PLACE}
    }
    if spec.get("automountServiceAccountToken") is False or not dropped:
        return
    _keep(spec, "volumes", dropped)
    for key in _CONTAINERS:
        if spec.get(key):
            spec[key] = [_without_mounts(one, dropped) for one in sequence(spec, key, "spec")]


def _containers(spec: Json) -> list[Json]:
    return [one for key in _CONTAINERS for one in sequence(spec, key, "spec")]


def _without_mounts(container: Json, dropped: set[str]) -> Json:
    left = dict(container)
    _keep(left, "volumeMounts", dropped)
    return left


def _keep(holder: Json, key: str, dropped: set[str]) -> None:
    kept = [one for one in sequence(holder, key, "") if _name(one) not in dropped]
    if kept:
        holder[key] = kept
    else:
        holder.pop(key, None)


def _name(one: Json) -> str:
    return text(one, "name", "")
