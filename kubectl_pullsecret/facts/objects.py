"""The Kubernetes objects that bear on an image pull, reduced to what matters. Frozen, no I/O.

Reading them from JSON is `facts.reading`; which of them were seen is `facts.snapshot`. Most are
NamedTuples: every command imports them, and a dataclass takes seven times as long to define.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from kubectl_pullsecret.credentials import Content, Malformed, PullSecret, read_secret
from kubectl_pullsecret.credentials.go_base64 import CorruptInputError, decode
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import DATA_KEYS


class ContainerRole(Enum):
    """Where in the pod an image is asked for. Values are the spec's field names."""

    INIT = "initContainers"
    APP = "containers"
    EPHEMERAL = "ephemeralContainers"
    VOLUME = "volumes"  # an image volume (KEP-4639): the volume's name stands for the container's


class ObjectRef(NamedTuple):
    """Which object: `kind/name` in a namespace. `kind` as in manifests ("Deployment")."""

    kind: str
    namespace: str
    name: str


class OwnerRef(NamedTuple):
    """The controller of an object (`metadata.ownerReferences` with `controller: true`)."""

    api_version: str
    kind: str
    name: str
    uid: str


class ImageUse(NamedTuple):
    """One image that a pod or a template asks for."""

    container: str  # the container's name; for an image volume the volume's
    image: str  # as written
    role: ContainerRole
    pull_policy: str  # Always, IfNotPresent, Never; "" where nobody defaulted it


class ContainerStatus(NamedTuple):
    """What the kubelet last said of one container."""

    container: str
    image: str  # normalised by the runtime: join to the spec by container name, never by image
    waiting_reason: (
        str  # ImagePullBackOff, or raw Go text for a malformed Secret; "" if not waiting
    )
    waiting_message: str
    image_id: str  # set once the image was pulled
    started_before: bool  # runs, ran, or restarted: its image was there


class PodSpec(NamedTuple):
    """The part of a pod, or of a workload's pod template, that decides about pulls."""

    images: tuple[ImageUse, ...]
    pull_secrets: tuple[str, ...]  # names in order, duplicates and "" kept, as the API keeps them
    service_account: str  # "" in a bare manifest: the account will be `default`

    @property
    def account_name(self) -> str:
        """The ServiceAccount that the pod has or will have."""
        return self.service_account or "default"


class Pod(NamedTuple):
    """A pod. `live` is false for a bare manifest that no API server has seen."""

    ref: ObjectRef
    uid: str
    created: datetime | None
    owner: OwnerRef | None
    mirror: bool  # a static pod's mirror: it cannot reference Secrets
    deleting: bool
    spec: PodSpec
    node: str
    phase: str
    reason: str  # status.reason, e.g. Evicted
    statuses: tuple[ContainerStatus, ...]
    unscheduled: str  # message of PodScheduled=False, else ""
    live: bool
    static_uid: str = ""  # of a mirror pod: the static pod's uid, which the kubelet's events name

    @property
    def ended(self) -> bool:
        """Whether it has done its work or given up: it pulls nothing any more."""
        return self.phase in ("Succeeded", "Failed")


class Rollout(NamedTuple):
    """How a changed template reaches pods."""

    strategy: str = ""  # RollingUpdate, Recreate, OnDelete; "" where nobody says
    replicas: int | None = None
    paused: bool = False  # a paused Deployment, a suspended CronJob
    ordered: bool = False  # a StatefulSet that waits for each pod to be ready
    partition: int = 0  # of a StatefulSet: pods with a lower ordinal keep the old template
    failures_left: int | None = None  # of a Job: how many pods may still fail


class Workload(NamedTuple):
    """An owner of pods: Deployment, StatefulSet, CronJob, PodTemplate, … or any other kind."""

    ref: ObjectRef
    api_version: str
    uid: str
    owner: OwnerRef | None
    template: PodSpec | None  # None for a kind without a pod template at a known place
    managed_by: tuple[str, ...]  # marks of a controller above: "Helm", "Argo CD", ...
    replica_failure: str  # message of a ReplicaFailure condition, else ""
    selector: str = ""  # which pods are its own, as a label selector of the API
    place: str = ""  # of the template's pod spec, e.g. "spec.template.spec"
    rollout: Rollout = Rollout()


class ServiceAccount(NamedTuple):
    """A ServiceAccount: only `imagePullSecrets` counts for pulling, its `secrets` do not."""

    ref: ObjectRef
    pull_secrets: tuple[str, ...]
    changed: datetime | None  # newest time in managedFields, else creation
    managed_by: tuple[str, ...] = ()
    uid: str = ""


@dataclass(frozen=True)
class Secret:
    """A Secret's type and the data that pulling can use; parsed when first asked."""

    ref: ObjectRef
    type: str
    encoded: tuple[tuple[str, Masked], ...]  # data key, base64 text: what may be a docker config
    created: datetime | None
    changed: datetime | None  # newest time in managedFields, else creation
    immutable: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    managed_by: tuple[str, ...] = ()
    uid: str = ""
    resource_version: str = ""
    copied_from: str = ""  # "namespace/name" of what `copy` made it from

    @cached_property
    def content(self) -> Content:
        """What the kubelet finds in it; Malformed where a file holds what no API server accepts."""
        key = DATA_KEYS.get(self.type)
        if key and key in dict(self.encoded) and key not in self.data:
            return self._not_base64(key)
        return read_secret(self.type, self.data)

    @cached_property
    def data(self) -> dict[str, bytes]:
        """The decoded values of the data keys that matter for pulling, less what is not base64."""
        decoded = ((name, _decoded(encoded)) for name, encoded in self.encoded)
        return {
            name: octets for name, octets in decoded if not isinstance(octets, CorruptInputError)
        }

    def _not_base64(self, key: str) -> Malformed:
        corrupt = _decoded(dict(self.encoded)[key])
        assert isinstance(corrupt, CorruptInputError)
        where = f'data["{key}"]'
        return Malformed(
            kubelet_text=str(corrupt),
            where=where,
            why=f"{where} is not base64 (byte {corrupt.offset})",
            remedy="encode the docker config in base64, or give it as stringData",
        )

    @property
    def pull_secret(self) -> PullSecret:
        """The same as the keyring takes it."""
        return PullSecret(self.ref.name, self.content, self.ref.namespace)


def _decoded(encoded: Masked) -> bytes | CorruptInputError:
    try:
        return decode(encoded.reveal())
    except CorruptInputError as corrupt:
        return corrupt


@dataclass(frozen=True, slots=True)
class Event:
    """An event about an object. Messages and reasons are the reporter's own words."""

    namespace: str
    involved_kind: str
    involved_name: str
    involved_uid: str
    field_path: str  # spec.containers{app}, or ""
    reason: str
    message: str
    type: str  # Normal, Warning
    count: int
    first: datetime | None
    last: datetime | None  # lastTimestamp, series, eventTime or creation: the newest there is


class Namespace(NamedTuple):
    """A namespace. While it is terminating, nothing new can be made in it."""

    ref: ObjectRef  # itself in none
    terminating: bool


class Node(NamedTuple):
    """What a node says of itself that explains a pull."""

    name: str
    images: frozenset[str]  # every name in status.images (the kubelet reports at most 50 images)
