"""How far pods are that a change was made for: whether they have their images. Pure.

What a pod is kept from is the doctor's to say; asked are only the pods that count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.changes.plan import (
    Deletion,
    ListChange,
    Plan,
    PodRecreation,
    RolloutRestart,
    Step,
)
from kubectl_pullsecret.changes.reach import rolls_out
from kubectl_pullsecret.diagnosis.doctor import diagnose
from kubectl_pullsecret.diagnosis.notes import pod_note
from kubectl_pullsecret.diagnosis.selection import Owners, Selection
from kubectl_pullsecret.facts.kinds import display, kind_info
from kubectl_pullsecret.facts.objects import ContainerRole, ObjectRef, Pod
from kubectl_pullsecret.facts.reads import List
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Finding, Report, Severity

_WITH_STATUS = (ContainerRole.INIT, ContainerRole.APP)


class Awaited(NamedTuple):
    """Whose pods are waited for, and which of them."""

    targets: tuple[ObjectRef, ...]  # pods and workloads, with their namespace
    since: datetime  # by the server's clock: what is created from then on is new
    old: frozenset[str] = frozenset()  # uids of pods that were there before
    recovering: bool = False  # the old pods count too: a Secret was changed, and they try again


class Done(NamedTuple):
    """Every target has a pod that counts, and all of these have their images."""

    sentence: str


class Failed(NamedTuple):
    """A pod that counts cannot pull: what the doctor says of them."""

    report: Report


class Still(NamedTuple):
    """Neither of the two yet."""

    sentence: str
    endless: bool = False  # nothing will come of waiting
    unanswered: bool = False  # the server does not answer, so that nobody knows


Progress = Done | Failed | Still


def awaited_of(plan: Plan, snapshot: Snapshot, since: datetime) -> Awaited | None:
    """What to wait for after a plan; None where it makes no pod of a kind that can be followed.

    Of a workload that has the right list already, the pods that it has are waited for.

    `snapshot` is what the plan was made of, `since` the server's time then.
    """
    owners = Owners(snapshot)
    targets = dict.fromkeys(
        ref
        for step in plan.steps
        for ref in _followed(step, snapshot, owners)
        if kind_info(ref.kind)
    )
    if targets:
        return Awaited(tuple(targets), since, frozenset(pod.uid for pod in snapshot.pods))
    right = tuple(ref for ref in plan.unchanged if ref in snapshot.workloads)
    return Awaited(right, since, recovering=True) if right and not plan.steps else None


def _followed(step: Step, snapshot: Snapshot, owners: Owners) -> Iterator[ObjectRef]:
    """Who has new pods because of a step; of an account nobody, for new pods come later."""
    if isinstance(step, (PodRecreation, RolloutRestart)):
        yield step.target
    elif isinstance(step, ListChange):
        workload = snapshot.workloads.get(step.target)
        if workload is not None and rolls_out(workload):
            yield step.target
    elif isinstance(step, Deletion):
        for pod in snapshot.pods:
            line = list(owners.chain(pod.ref.namespace, pod.owner))
            if line and step.target in (pod.ref, *(one.ref for one in line)):
                yield line[-1].ref


def selection_of(awaited: Awaited) -> Selection:
    """What to read, and to ask the doctor about."""
    namespace = awaited.targets[0].namespace if awaited.targets else None
    return Selection(awaited.targets, namespace)


def unseen(snapshot: Snapshot) -> str:
    """Why no pods can be seen, so that waiting is in vain; "" where they can."""
    refusals = snapshot.live.refusals if snapshot.live is not None else ()
    return next(
        (one.why for one in refusals if isinstance(one.read, List) and one.read.kind == "Pod"), ""
    )


def progress_of(snapshot: Snapshot, awaited: Awaited, *, now: datetime) -> Progress:
    """How far the awaited pods are, by what was just seen of them."""
    owners = Owners(snapshot)
    pods = {target: _pods_of(target, snapshot, owners, awaited) for target in awaited.targets}
    report = _judge(snapshot, awaited, pods, now)
    if report is not None:
        return Failed(report)
    for target, found in pods.items():
        waiting = [pod for pod in found if not _has_images(pod)]
        if not found:
            return _without_pod(target, snapshot, awaited)
        if waiting:
            return Still(_told(target, len(found), waiting))
    counts = [f"{display(target)} ({_pods(len(found))})" for target, found in pods.items()]
    return Done(f"the images are there: {', '.join(counts)}")


def _pods_of(target: ObjectRef, snapshot: Snapshot, owners: Owners, awaited: Awaited) -> list[Pod]:
    """The target's pods that count. One that failed without its images will never have them."""
    workload = snapshot.workloads.get(target)
    return [
        pod
        for pod in snapshot.pods
        if (pod.ref == target or (workload is not None and owners.owns(workload, pod)))
        and not pod.deleting
        and (awaited.recovering or _is_new(pod, awaited))
        and (pod.phase != "Failed" or _has_images(pod))
    ]


def _is_new(pod: Pod, awaited: Awaited) -> bool:
    """Objects carry whole seconds."""
    begin = awaited.since.replace(microsecond=0)
    return pod.uid not in awaited.old and pod.created is not None and pod.created >= begin


def _has_images(pod: Pod) -> bool:
    """Whether each container's image was pulled; image volumes are, before any of them starts."""
    there = {one.container for one in pod.statuses if one.image_id or one.started_before}
    asked = {use.container for use in pod.spec.images if use.role in _WITH_STATUS}
    return pod.phase == "Succeeded" or asked <= there


def _judge(
    snapshot: Snapshot, awaited: Awaited, pods: dict[ObjectRef, list[Pod]], now: datetime
) -> Report | None:
    """What the doctor says of just these pods, if it is an error."""
    there = tuple(target for target, found in pods.items() if found or target in snapshot.workloads)
    if not there:
        return None
    counting = tuple({pod.ref: pod for found in pods.values() for pod in found}.values())
    selection = selection_of(awaited)._replace(targets=there)
    report = diagnose(snapshot._replace(pods=counting), selection, now=now)
    return report if any(_counts(one, awaited) for one in report.findings) else None


def _counts(finding: Finding, awaited: Awaited) -> bool:
    """Whether an error came after the change; of a new pod it always has."""
    if finding.severity is not Severity.ERROR:
        return False
    if finding.pods.count and not awaited.recovering:
        return True
    last = finding.last_attempt
    if last is None:  # a malformed secret: no pull is tried; or a pod that could not be made once
        return bool(finding.pods.count)
    return last >= awaited.since.replace(microsecond=0)


def _without_pod(target: ObjectRef, snapshot: Snapshot, awaited: Awaited) -> Still:
    name = display(target)
    workload = snapshot.workloads.get(target)
    if workload is not None and workload.rollout.replicas == 0:
        return Still(f"{name} has no replicas, so that no pod comes", endless=True)
    if target.kind == "Pod":
        return Still(f"{name} is not there yet")
    return Still(f"{name} has no {'' if awaited.recovering else 'new '}pod yet")


def _told(target: ObjectRef, count: int, waiting: list[Pod]) -> str:
    first = waiting[0]
    state = f"{display(first.ref)}: {pod_note(first).text}"
    if target == first.ref:
        return state
    return f"{display(target)}: {count - len(waiting)} of {_pods(count)} ready to start; {state}"


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
