"""Which pods a changed list reaches, by itself or by a restart; in steps and in sentences. Pure.

A template's change makes new pods where its controller rolls out; an account's reaches only pods
that are made later (ServiceAccount admission copies its list into them once). A pod that is stuck
keeps the list that it was made with. What a restart could not help, or would end, is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.changes.holder import Holder
from kubectl_pullsecret.changes.plan import Deletion, RolloutRestart, Step
from kubectl_pullsecret.diagnosis.attempt import cannot_pull
from kubectl_pullsecret.diagnosis.selection import Owners
from kubectl_pullsecret.facts.kinds import KindInfo, display, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef, Pod, ServiceAccount, Workload
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Attach, Fix, Restart

_SHOWN = 5
_RFC3339 = "%Y-%m-%dT%H:%M:%SZ"
# They make a new pod for one that is gone.
_REPLACING = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet")


# What a stuck pod waits for, where that is not its own deletion.
_ENDS = {"CronJob": "deleted with their Job", "Deployment": "made anew"}


class Reach(NamedTuple):
    """What else is done, what happens by itself, and what the user should run then."""

    steps: tuple[Step, ...] = ()
    follows: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


def reach(
    holder: Holder, snapshot: Snapshot, *, changed: bool, restart: bool, now: datetime
) -> Reach:
    """What follows for the pods of whoever holds the list, once it is changed or was so already.

    `holder` has the new list.
    """
    found = holder.found
    if isinstance(found, Pod):
        return Reach()
    owners = Owners(snapshot)
    stuck = [pod for pod in snapshot.pods if _lacks(pod, holder)]
    if isinstance(found, ServiceAccount):
        mine = [pod for pod in stuck if pod.spec.account_name == found.ref.name]
        return _of_account(holder, mine, owners, changed=changed, restart=restart, now=now)
    mine = [pod for pod in stuck if owners.owns(found, pod)]
    return _of_workload(found, mine, owners, changed=changed, restart=restart, now=now)


def _lacks(pod: Pod, holder: Holder) -> bool:
    """Whether an image of the pod was not pulled, and the pod does not have the whole list yet."""
    here = pod.ref.namespace == holder.ref.namespace and not pod.deleting and not pod.mirror
    return here and bool(_gained(pod, holder)) and cannot_pull(pod)


def _gained(pod: Pod, holder: Holder) -> tuple[str, ...]:
    return tuple(name for name in holder.names if name and name not in pod.spec.pull_secrets)


def _of_account(
    holder: Holder,
    stuck: Sequence[Pod],
    owners: Owners,
    *,
    changed: bool,
    restart: bool,
    now: datetime,
) -> Reach:
    hidden = [pod for pod in stuck if _has_own_list(pod, owners)]
    bare = [pod for pod in stuck if pod.owner is None and pod not in hidden]
    owned = [pod for pod in stuck if pod not in hidden and pod not in bare]
    spent = [pod for pod in owned if not _is_replaced(pod, owned, owners)]
    owned = [pod for pod in owned if pod not in spent]
    follows = ["new pods get the new list; a pod that is there keeps its own"] if changed else []
    follows += _left_alone(hidden, spent, owners)
    if owned and not restart:
        follows.append(f"stuck until made anew: {_named(owned)}; --restart does that")
    fixes = tuple(_by_hand(bare, spent, holder, owners))
    return Reach(_renewals(owned, owners, now) if restart else (), tuple(follows), fixes)


def _left_alone(hidden: Sequence[Pod], spent: Sequence[Pod], owners: Owners) -> Iterator[str]:
    if hidden:
        lists = "lists pull secrets of its own" if len(hidden) == 1 else "list their own"
        yield f"{_named(hidden)} {lists}, which hides the account's"
    for pod in spent[:_SHOWN]:
        why = "would fail for good" if _jobs(pod, owners) else "may make no new pod"
        yield f"{display(pod.ref)} is stuck and left alone: without it {_above(pod)} {why}"


def _by_hand(
    bare: Sequence[Pod], spent: Sequence[Pod], holder: Holder, owners: Owners
) -> Iterator[Fix]:
    """What only the user can decide."""
    for pod in bare[:_SHOWN]:
        yield Attach(pod.ref, _gained(pod, holder), recreate=True)
    for pod in spent[:_SHOWN]:
        if not _jobs(pod, owners):
            yield Restart(pod.ref, note=f"if {_above(pod)} makes a new one")


def _above(pod: Pod) -> str:
    assert pod.owner is not None
    return display(ObjectRef(pod.owner.kind, pod.ref.namespace, pod.owner.name))


def _has_own_list(pod: Pod, owners: Owners) -> bool:
    root, _ = owners.top(pod)
    return root is not None and root.template is not None and bool(root.template.pull_secrets)


def _is_replaced(pod: Pod, stuck: Sequence[Pod], owners: Owners) -> bool:
    """Whether somebody makes a new pod for one that is deleted.

    A Job counts it as failed (Kubernetes 1.34, job_controller.go); beyond its backoffLimit it ends.
    """
    assert pod.owner is not None
    if pod.owner.kind in _REPLACING:
        return True
    together = Counter(one.owner.uid for one in stuck if one.owner is not None)
    lost = together[pod.owner.uid]
    return any(lost <= (job.rollout.failures_left or 0) for job in _jobs(pod, owners))


def _named(pods: Sequence[Pod]) -> str:
    some = ", ".join(display(pod.ref) for pod in pods[:_SHOWN])
    return some + (f" and {len(pods) - _SHOWN} more" if len(pods) > _SHOWN else "")


def _renewals(pods: Iterable[Pod], owners: Owners, now: datetime) -> tuple[Step, ...]:
    """New pods: by a restart of the owners that roll out, else by the end of the stuck ones."""
    steps: dict[ObjectRef, Step] = {}
    for pod in pods:
        root, highest = owners.top(pod)
        top = root is not None and highest is not None and highest.name == root.ref.name
        if top and root is not None and rolls_out(root) and root.ref.kind != "StatefulSet":
            at = now.strftime(_RFC3339)
            steps[root.ref] = RolloutRestart(root.ref, _info(root.ref.kind), root.uid, at)
        else:
            steps[pod.ref] = Deletion(pod.ref, _info("Pod"), pod.uid)
    return tuple(steps.values())


def _info(kind: str) -> KindInfo:
    info = kind_info(kind)
    assert info is not None
    return info


def _kind(workload: Workload) -> str:
    """The kind, if it is Kubernetes' own: other groups have kinds of the same names."""
    info = kind_info(workload.ref.kind)
    ours = info is not None and workload.api_version in ("", info.api_version)
    return workload.ref.kind if ours else ""


def rolls_out(workload: Workload) -> bool:
    """Whether a change of its template makes new pods by itself."""
    rollout = workload.rollout
    by_itself = _kind(workload) in ("Deployment", "DaemonSet", "StatefulSet")
    return by_itself and not rollout.paused and rollout.strategy != "OnDelete"


def _of_workload(
    workload: Workload,
    stuck: Sequence[Pod],
    owners: Owners,
    *,
    changed: bool,
    restart: bool,
    now: datetime,
) -> Reach:
    """A template's list: the stuck pods that a new one would replace only once they are gone."""
    follows = _story(workload) if changed else ()
    if rolls_out(workload) and not workload.rollout.ordered and changed:
        return Reach((), follows)
    helped = [pod for pod in stuck if _new_one_differs(pod, workload)]
    if not helped:
        return Reach((), follows)
    if restart:
        return Reach(_restarts(workload, helped, owners, now), follows)
    what = _ENDS.get(_kind(workload), "deleted")
    return Reach((), (*follows, f"stuck until {what}: {_named(helped)}; --restart does that"))


def _new_one_differs(pod: Pod, workload: Workload) -> bool:
    """Whether a pod made for this one would have the template of today."""
    kind, rollout = _kind(workload), workload.rollout
    if kind == "StatefulSet":  # stateful_set_utils.go: below the partition, the old revision
        ordinal = pod.ref.name.rpartition("-")[2]
        return not ordinal.isdigit() or int(ordinal) >= rollout.partition
    if kind in ("Deployment", "CronJob"):  # paused: the old template, or no Job at all
        return not rollout.paused
    return kind in _REPLACING


def _restarts(
    workload: Workload, stuck: Sequence[Pod], owners: Owners, now: datetime
) -> tuple[Step, ...]:
    if _kind(workload) != "CronJob":
        return _renewals(stuck, owners, now)
    jobs = {job.ref: job for pod in stuck for job in _jobs(pod, owners)}
    return tuple(Deletion(job.ref, _info("Job"), job.uid) for job in jobs.values())


def _jobs(pod: Pod, owners: Owners) -> list[Workload]:
    chain = owners.chain(pod.ref.namespace, pod.owner)
    return [one for one in chain if one.ref.kind == "Job"]


def _story(workload: Workload) -> tuple[str, ...]:
    """What a workload makes of a changed template."""
    name, kind, rollout = display(workload.ref), _kind(workload), workload.rollout
    if kind == "CronJob":
        later = "once it is resumed" if rollout.paused else "from the next run on"
        return (f"{name} makes Jobs with it {later}",)
    if kind in ("ReplicaSet", "ReplicationController"):
        return (f"new pods of {name} get it; those that are there keep their list",)
    if kind not in ("Deployment", "DaemonSet", "StatefulSet"):
        return (f"when {name} makes new pods is its controller's matter",)
    if rollout.paused:
        resume = f"kubectl rollout resume {name} -n {workload.ref.namespace}"
        return (f"{name} is paused: no pod gets it before {resume}",)
    if rollout.replicas == 0:
        return (f"{name} has no replicas: it has no pod now",)
    if rollout.strategy == "OnDelete":
        return (f"{name} makes a new pod only where one is deleted (OnDelete)",)
    return (_rolling(workload),)


def _rolling(workload: Workload) -> str:
    name, rollout = display(workload.ref), workload.rollout
    number = "" if rollout.replicas is None else f"{rollout.replicas} "
    if rollout.strategy == "Recreate":
        return f"{name} stops all of its {number}pods, then makes them anew"
    if rollout.partition:
        first = f"{workload.ref.name}-{rollout.partition}"
        return f"{name} rolls out from pod/{first} on; the pods before it keep theirs (partition)"
    if rollout.replicas == 1:
        return f"{name} rolls out: its pod is made anew"
    how = "one at a time" if _kind(workload) == "StatefulSet" else "a few at a time"
    return f"{name} rolls out: its {number}pods are made anew, {how}"
