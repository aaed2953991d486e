"""Which pods a changed list reaches, by itself or by a restart; in steps and in sentences. Pure.

A template's change makes new pods where its controller rolls out; an account's reaches only pods
that are made later (ServiceAccount admission copies its list into them once). A pod that is stuck
keeps the list that it was made with, and a StatefulSet waits for it (OrderedReady).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.changes.holder import Holder
from kubectl_pullsecret.changes.plan import Deletion, RolloutRestart, Step
from kubectl_pullsecret.diagnosis.attempt import cannot_pull
from kubectl_pullsecret.diagnosis.selection import Owners
from kubectl_pullsecret.facts.kinds import KindInfo, display, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef, Pod, ServiceAccount, Workload
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Attach, Fix

_SHOWN = 5
_RFC3339 = "%Y-%m-%dT%H:%M:%SZ"


class Reach(NamedTuple):
    """What else is done, what happens by itself, and what the user should run then."""

    steps: tuple[Step, ...] = ()
    follows: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


def reach(
    holder: Holder, snapshot: Snapshot, *, changed: bool, restart: bool, now: datetime
) -> Reach:
    """What follows for the pods of whoever holds the list, once it is changed or was so already."""
    if isinstance(holder.found, Pod):
        return Reach()
    owners = Owners(snapshot)
    if isinstance(holder.found, ServiceAccount):
        return _of_account(holder, snapshot, owners, changed=changed, restart=restart, now=now)
    return _of_workload(holder.found, snapshot, owners, changed=changed, restart=restart, now=now)


def _of_account(
    holder: Holder,
    snapshot: Snapshot,
    owners: Owners,
    *,
    changed: bool,
    restart: bool,
    now: datetime,
) -> Reach:
    stuck = [
        pod
        for pod in snapshot.pods
        if pod.spec.account_name == holder.ref.name and _is_stuck(pod, holder.ref.namespace)
    ]
    hidden = [pod for pod in stuck if _has_own_list(pod, owners)]
    bare = [pod for pod in stuck if pod.owner is None and pod not in hidden]
    owned = [pod for pod in stuck if pod not in hidden and pod not in bare]
    follows = ["new pods get the new list; a pod that is there keeps its own"] if changed else []
    if hidden:
        lists = "lists pull secrets of its own" if len(hidden) == 1 else "list their own"
        follows.append(f"{_named(hidden)} {lists}, which hides the account's")
    if owned and not restart:
        follows.append(f"stuck until made anew: {_named(owned)}; --restart does that")
    fixes = tuple(Attach(pod.ref, _gained(pod, holder), recreate=True) for pod in bare[:_SHOWN])
    steps = _renewals(owned, owners, now) if restart else ()
    return Reach(steps, tuple(follows), fixes)


def _gained(pod: Pod, holder: Holder) -> tuple[str, ...]:
    return tuple(n for n in holder.names if n and n not in pod.spec.pull_secrets)


def _is_stuck(pod: Pod, namespace: str) -> bool:
    here = pod.ref.namespace == namespace and not pod.deleting and not pod.mirror
    return here and cannot_pull(pod)


def _has_own_list(pod: Pod, owners: Owners) -> bool:
    root, _ = owners.top(pod)
    return root is not None and root.template is not None and any(root.template.pull_secrets)


def _named(pods: Sequence[Pod]) -> str:
    some = ", ".join(display(pod.ref) for pod in pods[:_SHOWN])
    return some + (f" and {len(pods) - _SHOWN} more" if len(pods) > _SHOWN else "")


def _renewals(pods: Sequence[Pod], owners: Owners, now: datetime) -> tuple[Step, ...]:
    """New pods: by a restart of the owners that roll out, else by the end of the stuck ones."""
    steps: dict[ObjectRef, Step] = {}
    for pod in pods:
        root, highest = owners.top(pod)
        top = root is not None and highest is not None and highest.name == root.ref.name
        if top and root is not None and rolls_out(root) and root.ref.kind != "StatefulSet":
            steps[root.ref] = RolloutRestart(root.ref, _info(root.ref.kind), now.strftime(_RFC3339))
        else:
            steps[pod.ref] = Deletion(pod.ref, _info("Pod"), pod.uid)
    return tuple(steps.values())


def _info(kind: str) -> KindInfo:
    info = kind_info(kind)
    assert info is not None
    return info


def rolls_out(workload: Workload) -> bool:
    """Whether a change of its template makes new pods by itself."""
    rollout = workload.rollout
    by_itself = workload.ref.kind in ("Deployment", "DaemonSet", "StatefulSet")
    return by_itself and not rollout.paused and rollout.strategy != "OnDelete"


def _of_workload(
    workload: Workload,
    snapshot: Snapshot,
    owners: Owners,
    *,
    changed: bool,
    restart: bool,
    now: datetime,
) -> Reach:
    namespace = workload.ref.namespace
    stuck = [
        pod for pod in snapshot.pods if _is_stuck(pod, namespace) and owners.owns(workload, pod)
    ]
    waits = rolls_out(workload) and not workload.rollout.ordered
    if restart and stuck and not (waits and changed):
        return Reach(_restarts(workload, stuck, owners, now), _story(workload, changed))
    follows = _story(workload, changed)
    if stuck and not waits:
        what = "deleted with their Job" if workload.ref.kind == "CronJob" else "deleted"
        follows += (f"stuck until {what}: {_named(stuck)}; --restart does that",)
    elif stuck and not changed:
        follows += (f"stuck until made anew: {_named(stuck)}; --restart does that",)
    return Reach((), follows)


def _restarts(
    workload: Workload, stuck: Sequence[Pod], owners: Owners, now: datetime
) -> tuple[Step, ...]:
    if workload.ref.kind != "CronJob":
        return _renewals(stuck, owners, now)
    jobs = {job.ref: job for pod in stuck for job in _jobs(pod, owners)}
    return tuple(Deletion(job.ref, _info("Job"), job.uid) for job in jobs.values())


def _jobs(pod: Pod, owners: Owners) -> list[Workload]:
    chain = owners.chain(pod.ref.namespace, pod.owner)
    return [one for one in chain if one.ref.kind == "Job"]


def _story(workload: Workload, changed: bool) -> tuple[str, ...]:
    """What a workload makes of a changed template."""
    if not changed:
        return ()
    name, kind, rollout = display(workload.ref), workload.ref.kind, workload.rollout
    if kind == "CronJob":
        later = "once it is resumed" if rollout.paused else "from the next run on"
        return (f"{name} makes Jobs with it {later}",)
    if kind in ("ReplicaSet", "ReplicationController"):
        return (f"new pods of {name} get it; those that are there keep their list",)
    if kind not in ("Deployment", "DaemonSet", "StatefulSet"):
        return (f"when {name} makes new pods is its controller's matter",)
    if rollout.paused:
        return (f"{name} is paused: no pod gets it before kubectl rollout resume {name}",)
    if rollout.replicas == 0:
        return (f"{name} has no replicas: it has no pod now",)
    if rollout.strategy == "OnDelete":
        return (f"{name} makes a new pod only where one is deleted (OnDelete)",)
    if rollout.strategy == "Recreate":
        return (f"{name} stops all of its {_number(rollout.replicas)}pods, then makes them anew",)
    if rollout.replicas == 1:
        return (f"{name} rolls out: its pod is made anew",)
    return (
        f"{name} rolls out: its {_number(rollout.replicas)}pods are made anew, a few at a time",
    )


def _number(replicas: int | None) -> str:
    return "" if replicas is None else f"{replicas} "
