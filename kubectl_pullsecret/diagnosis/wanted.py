"""What must still be read of a live cluster to answer a question. Pure: names reads, asks nothing.

A planner looks at what was seen so far and names everything that it would read, also what was read
before; `sources.live` asks what is new, all of it beside one another, and looks again. So each look
is one round of requests, and a planner is right if offline and live give the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kubectl_pullsecret.credentials.payload import DATA_KEYS
from kubectl_pullsecret.facts.kinds import KINDS, is_object_name, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef, OwnerRef, PodSpec, Workload
from kubectl_pullsecret.facts.reads import Get, List, Need, Read
from kubectl_pullsecret.facts.snapshot import Snapshot

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.selection import Owners

_JOBS_NAMED = 100  # of a CronJob in one selector; a URL has its limits
WORKLOAD_KINDS = tuple(
    info.kind for info in KINDS if info.group or info.kind == "ReplicationController"
)


def for_match(target: ObjectRef | None, namespace: str, snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `match`: a target's list, or a namespace's pull secrets."""
    # of a target's namespace the others are shown, if they may be
    yield from pull_secrets(namespace, need=Need.OPTIONAL if target else Need.WANTED)
    if target is None:
        yield from _whether_there(namespace, snapshot)
        return
    yield Get(target.kind, namespace, target.name, Need.REQUIRED)
    for pod in snapshot.pods:
        yield from named_secrets(namespace, pod.spec.pull_secrets)
    for workload in snapshot.workloads.values():
        if workload.template is not None:
            yield from of_spec(namespace, workload.template, snapshot)
    for account in snapshot.accounts.values():
        yield from named_secrets(namespace, account.pull_secrets)


def for_list(namespace: str, selector: str, users: bool, snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `list`: pull secrets, and for `users` whoever may name them."""
    yield from pull_secrets(namespace, selector, Need.REQUIRED)
    yield from _whether_there(namespace, snapshot)
    if users:
        yield from _users(namespace)


def for_inspect(name: str | None, namespace: str, _snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `inspect`: one secret (without a name: the pull secrets), and its users."""
    if name is not None:
        yield Get("Secret", namespace, name, Need.REQUIRED)
    else:
        yield from pull_secrets(namespace, need=Need.REQUIRED)
    yield from _users(namespace)


def for_verify(
    names: tuple[str, ...], selector: str, in_use: bool, namespace: str, snapshot: Snapshot
) -> Iterator[Read]:
    """The reads behind `verify`: the secrets, and for `in_use` who pulls images with them."""
    need = Need.REQUIRED if len(names) == 1 else Need.WANTED
    yield from (Get("Secret", namespace, name, need) for name in names)
    if not names:
        yield from pull_secrets(namespace, selector, Need.REQUIRED)
        yield from _whether_there(namespace, snapshot)
    if in_use:
        yield from _users(namespace, pods=Need.WANTED)  # the others only make new ones


def pull_secrets(namespace: str, selector: str = "", need: Need = Need.WANTED) -> Iterator[Read]:
    """The secrets of the kubelet's two types; never all Secrets."""
    for secret_type in DATA_KEYS:
        yield List("Secret", namespace, f"type={secret_type}", selector, need)


def _whether_there(namespace: str, snapshot: Snapshot) -> Iterator[Read]:
    """A namespace without secrets may not be there at all: the server lists both alike."""
    if namespace and snapshot.live is not None and snapshot.live.rounds and not snapshot.secrets:
        yield Get("Namespace", "", namespace, Need.PRESENT)


def _users(namespace: str, pods: Need = Need.OPTIONAL) -> Iterator[Read]:
    for kind in ("ServiceAccount", "Pod", *WORKLOAD_KINDS):
        yield List(kind, namespace, need=pods if kind == "Pod" else Need.OPTIONAL)


def of_spec(namespace: str, spec: PodSpec, snapshot: Snapshot) -> Iterator[Read]:
    """A spec's secrets, its account, and the account's secrets."""
    yield from named_secrets(namespace, spec.pull_secrets)
    yield Get("ServiceAccount", namespace, spec.account_name)
    account = snapshot.accounts.get((namespace, spec.account_name))
    if account is not None:
        yield from named_secrets(namespace, account.pull_secrets)


def named_secrets(namespace: str, names: Iterable[str]) -> Iterator[Read]:
    """Each named secret; what is no object's name cannot be there."""
    for name in dict.fromkeys(names):
        if is_object_name(name):
            yield Get("Secret", namespace, name)


def pods_of(workload: Workload, snapshot: Snapshot) -> Iterator[Read]:
    """A workload's pods, and the owners between."""
    namespace = workload.ref.namespace
    if workload.ref.kind == "CronJob":
        yield List("Job", namespace)
        jobs = [
            one.ref.name
            for one in snapshot.workloads.values()
            if one.owner is not None and one.owner.uid == workload.uid
        ]
        if jobs:
            names = ",".join(jobs[-_JOBS_NAMED:])
            yield List("Pod", namespace, label_selector=f"job-name in ({names})")
    elif workload.selector:
        if workload.ref.kind == "Deployment":
            yield List("ReplicaSet", namespace, label_selector=workload.selector)
        yield List("Pod", namespace, label_selector=workload.selector)


def owners_above(
    namespace: str, owner: OwnerRef | None, owners: Owners, *, foreign: bool = False
) -> Iterator[Read]:
    """The nearest owner that was not seen, if its kind is known; `foreign`: or discovery's."""
    for workload in owners.chain(namespace, owner):
        owner = workload.owner
    if owner is None or not is_object_name(owner.name):
        return
    info = kind_info(owner.kind)
    if info is not None and owner.api_version.rpartition("/")[0] == info.group:
        yield Get(owner.kind, namespace, owner.name)
    elif foreign and owner.kind != "Node":
        version = owner.api_version
        yield Get(owner.kind, namespace, owner.name, Need.OPTIONAL, version, whole=True)
