"""From a pod's JSON, or a pod template's, to `Pod` and `PodSpec`."""

from __future__ import annotations

from kubectl_pullsecret.facts.objects import (
    ContainerRole,
    ContainerStatus,
    ImageUse,
    ObjectRef,
    OwnerRef,
    Pod,
    PodSpec,
)
from kubectl_pullsecret.facts.shapes import Json, count, flag, mapping, sequence, text, texts, time

LIST = "imagePullSecrets"  # of a pod, a pod template's spec, an account

_CONTAINERS = (
    ("initContainers", ContainerRole.INIT),
    ("containers", ContainerRole.APP),
    ("ephemeralContainers", ContainerRole.EPHEMERAL),
)
_STATUSES = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
_MIRROR = "kubernetes.io/config.mirror"


def read_pod(raw: Json, metadata: Json, ref: ObjectRef) -> Pod:
    """Return a pod, live or bare. Raises WrongShapeError."""
    spec = mapping(raw, "spec", "")
    status = mapping(raw, "status", "")
    uid = text(metadata, "uid", "metadata")
    phase = text(status, "phase", "status")
    static_uid = ""
    if "annotations" in metadata:
        static_uid = texts(metadata, "annotations", "metadata").get(_MIRROR, "")
    return Pod(
        ref=ref,
        uid=uid,
        created=time(metadata, "creationTimestamp", "metadata"),
        owner=read_controller(metadata),
        mirror=bool(static_uid),
        deleting=bool(metadata.get("deletionTimestamp")),
        spec=read_pod_spec(spec, "spec"),
        node=text(spec, "nodeName", "spec"),
        phase=phase,
        reason=text(status, "reason", "status"),
        statuses=_statuses(status),
        unscheduled=_unscheduled(status),
        live=bool(uid or phase),
        static_uid=static_uid,
    )


def may_wait(pod: Pod) -> bool:
    """Whether a container of the pod is not running (or nobody reported it yet). Cheap."""
    if pod.ended or pod.deleting:
        return False
    reported = len(pod.statuses)
    asked = sum(use.role is not ContainerRole.VOLUME for use in pod.spec.images)
    return reported < asked or any(s.waiting_reason or not s.started_before for s in pod.statuses)


def read_controller(metadata: Json) -> OwnerRef | None:
    """Return the owner with `controller: true`, if there is one. Raises WrongShapeError."""
    for owner in sequence(metadata, "ownerReferences", "metadata"):
        where = "metadata.ownerReferences[]"
        if flag(owner, "controller", where):
            return OwnerRef(
                api_version=text(owner, "apiVersion", where),
                kind=text(owner, "kind", where),
                name=text(owner, "name", where),
                uid=text(owner, "uid", where),
            )
    return None


def read_pod_spec(spec: Json, where: str) -> PodSpec:
    """Return what a spec says about images and pull secrets. Raises WrongShapeError."""
    images = [
        use
        for key, role in _CONTAINERS
        if key in spec
        for use in _container_images(spec, key, role, where)
    ]
    if "volumes" in spec:
        images += _image_volumes(spec, where)
    account = text(spec, "serviceAccountName", where) or text(spec, "serviceAccount", where)
    return PodSpec(tuple(images), read_pull_secrets(spec, where), account)


def read_pull_secrets(holder: Json, where: str) -> tuple[str, ...]:
    """Return the names in `imagePullSecrets`, with duplicates and "". Raises WrongShapeError."""
    if not holder.get(LIST):
        return ()
    entries = sequence(holder, LIST, where)
    path = f"{where}.{LIST}[]" if where else f"{LIST}[]"
    return tuple([text(entry, "name", path) for entry in entries])


def _container_images(spec: Json, key: str, role: ContainerRole, where: str) -> list[ImageUse]:
    """Return the images; a container without one asks for none: a webhook will fill it in."""
    path = f"{where}.{key}[]"
    return [
        ImageUse(text(raw, "name", path), image, role, text(raw, "imagePullPolicy", path))
        for raw in sequence(spec, key, where)
        if (image := text(raw, "image", path))
    ]


def _image_volumes(spec: Json, where: str) -> list[ImageUse]:
    """Volumes that are images (KEP-4639): `volumes[].image.reference` and `.pullPolicy`."""
    return [
        _image_volume(volume, f"{where}.volumes[]")
        for volume in sequence(spec, "volumes", where)
        if volume.get("image")
    ]


def _image_volume(volume: Json, where: str) -> ImageUse:
    image = mapping(volume, "image", where)
    path = f"{where}.image"
    return ImageUse(
        container=text(volume, "name", where),
        image=text(image, "reference", path),
        role=ContainerRole.VOLUME,
        pull_policy=text(image, "pullPolicy", path),
    )


def _statuses(status: Json) -> tuple[ContainerStatus, ...]:
    return tuple(
        [
            _container_status(raw, f"status.{key}[]")
            for key in _STATUSES
            if key in status
            for raw in sequence(status, key, "status")
        ]
    )


def _container_status(raw: Json, where: str) -> ContainerStatus:
    state = mapping(raw, "state", where)
    waiting = mapping(state, "waiting", f"{where}.state")
    return ContainerStatus(
        container=text(raw, "name", where),
        image=text(raw, "image", where),
        waiting_reason=text(waiting, "reason", f"{where}.state.waiting"),
        waiting_message=text(waiting, "message", f"{where}.state.waiting"),
        image_id=text(raw, "imageID", where),
        started_before="running" in state
        or "terminated" in state
        or bool(raw.get("lastState"))
        or count(raw, "restartCount", where) > 0,
    )


def _unscheduled(status: Json) -> str:
    for condition in sequence(status, "conditions", "status"):
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return text(condition, "message", "status.conditions[]")
    return ""
