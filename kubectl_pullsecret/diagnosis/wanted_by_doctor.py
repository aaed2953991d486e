"""What `doctor` must still read of a live cluster. Pure; `wanted` tells how a planner works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kubectl_pullsecret.diagnosis.before_pull import CREATE_EVENT
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.examination import Cases, ExaminedPod, examine
from kubectl_pullsecret.diagnosis.findings import prediction
from kubectl_pullsecret.diagnosis.healthy import never_pulled, next_pull
from kubectl_pullsecret.diagnosis.known import Known
from kubectl_pullsecret.diagnosis.others import Others
from kubectl_pullsecret.diagnosis.placement import account_ref
from kubectl_pullsecret.diagnosis.selection import Owners, Selected, Selection, select
from kubectl_pullsecret.diagnosis.successor import may_be_of_webhook
from kubectl_pullsecret.diagnosis.wanted import (
    WORKLOAD_KINDS,
    named_secrets,
    of_spec,
    owners_above,
    pods_of,
    pull_secrets,
)
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.kinds import is_object_name
from kubectl_pullsecret.facts.objects import ObjectRef, Workload
from kubectl_pullsecret.facts.pods import may_wait
from kubectl_pullsecret.facts.reads import Get, List, Need, Read, TryPod
from kubectl_pullsecret.facts.snapshot import COMPLETE, Snapshot

# Up to so many objects of a namespace are asked for one by one, and their events: the server has no
# index for events, so each question costs it a walk over all of them.
_ASKED_ONE_BY_ONE = 3


def for_doctor(selection: Selection, now: datetime, snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `doctor`: targets, pods that may wait, and what bears on them."""
    yield from _scope(selection)
    owners = Owners(snapshot)
    selected = _selected(snapshot, selection, owners)
    for workload in selected.workloads if selected.ask_all else ():
        yield from _around_template(workload, snapshot)
        yield from owners_above(workload.ref.namespace, workload.owner, owners)
        if selected.named:
            yield from pods_of(workload, snapshot)
            yield from _events_of_creation(workload)
    examined = [examine(snapshot, owners, pod) for pod in selected.judged_pods]
    yield from _events(examined)
    for one in examined:
        yield from _around_pod(one, owners, snapshot)
    cases = Cases(Known(snapshot, now), frozenset())
    failed = [case for one in examined for case in cases.of_attempts(one)]
    for case in failed:
        yield from _to_settle(case)
    if selected.ask_all:
        yield from _for_templates(selected, cases)
        yield from _for_warnings(
            [case for one in examined for case in cases.of_running(one)], failed
        )
    for account in selected.accounts:
        yield TryPod(account.ref.namespace, account.ref.name)
        injected = snapshot.injected(account.ref) or ()
        yield from named_secrets(account.ref.namespace, (*account.pull_secrets, *injected))
    if not selected.named:
        yield from _not_created(snapshot, owners)
        yield from _empty_namespaces(selection, snapshot)


def _scope(selection: Selection) -> Iterator[Read]:
    """The targets, or the pods of a namespace with the pods that could not be made."""
    for target in selection.targets:
        if target.kind == "Namespace":
            yield from _whole(target.name, selection.healthy)
        else:
            need = Need.REQUIRED if len(selection.targets) == 1 else Need.WANTED
            yield Get(target.kind, target.namespace, target.name, need)
    if not selection.targets:
        yield from _whole(selection.namespace or "", selection.healthy)


def _whole(namespace: str, healthy: bool) -> Iterator[Read]:
    yield List("Pod", namespace, need=Need.REQUIRED, waiting_only=not healthy)
    yield List("Event", namespace, f"reason={CREATE_EVENT}")
    if healthy:
        yield from (List(kind, namespace) for kind in WORKLOAD_KINDS)


def _empty_namespaces(selection: Selection, snapshot: Snapshot) -> Iterator[Read]:
    """A namespace without pods may not be there at all: the server lists both alike."""
    names = {target.name for target in selection.targets if target.kind == "Namespace"}
    if selection.namespace and not selection.targets:
        names.add(selection.namespace)
    for name in sorted(names - {pod.ref.namespace for pod in snapshot.pods}):
        if not snapshot.quiet(name).pods and snapshot.sight("Pod", name) is COMPLETE:
            yield Get("Namespace", "", name, Need.PRESENT)


def _selected(snapshot: Snapshot, selection: Selection, owners: Owners) -> Selected:
    """What was seen of the selection; nothing before the first round."""
    try:
        return select(snapshot, selection, owners)
    except PullSecretError:
        return Selected((), ())


def _around_template(workload: Workload, snapshot: Snapshot) -> Iterator[Read]:
    """What a template's next pod would get."""
    namespace = workload.ref.namespace
    if workload.template is not None:
        yield from of_spec(namespace, workload.template, snapshot)


def _events_of_creation(workload: Workload) -> Iterator[Read]:
    """Why a workload's pods could not be made, or the Job or ReplicaSet that makes them."""
    yield _events_about(workload.ref)
    if workload.ref.kind in ("CronJob", "Deployment"):
        yield List("Event", workload.ref.namespace, f"reason={CREATE_EVENT}")


def _around_pod(one: ExaminedPod, owners: Owners, snapshot: Snapshot) -> Iterator[Read]:
    """A pod's account, the secrets of both, and its owners as far as their kinds are known."""
    namespace = one.pod.ref.namespace
    yield from of_spec(namespace, one.pod.spec, snapshot)
    if not one.pod.mirror:
        yield from owners_above(namespace, one.pod.owner, owners)


def _events(examined: Iterable[ExaminedPod]) -> Iterator[Read]:
    """The events of pods that a node has taken on; of many pods those of their whole namespace."""
    tried = [one.pod for one in examined if one.pod.node and may_wait(one.pod)]
    crowd = Counter(pod.ref.namespace for pod in tried)
    for pod in tried:
        if crowd[pod.ref.namespace] <= _ASKED_ONE_BY_ONE:
            yield _events_about(pod.ref)
        else:
            yield List("Event", pod.ref.namespace, "involvedObject.kind=Pod")


def _events_about(ref: ObjectRef) -> Read:
    """By name, not by uid: a static pod's events carry another uid than its mirror."""
    about = f"involvedObject.kind={ref.kind},involvedObject.name={ref.name}"
    return List("Event", ref.namespace, about)


def _to_settle(case: Case) -> Iterator[Read]:
    """What would find a credential that is there, but not where the pod looks."""
    assert case.attempt is not None
    cause = case.attempt.error.cause
    if cause is Cause.NEVER_PULL and case.pod is not None:
        yield Get("Node", "", case.pod.node, need=Need.OPTIONAL)
    if (case.denied or cause is Cause.RATE_LIMITED) and not case.offer.usable:
        yield from _elsewhere(case, Need.WANTED)


def _elsewhere(case: Case, need: Need) -> Iterator[Read]:
    """Where else a credential for the image may be, and what a better key would change."""
    yield from pull_secrets(case.namespace, need=need)
    for named in case.listed:
        if named.missing and is_object_name(named.name):
            by_name = f"metadata.name={named.name}"
            yield List("Secret", "", by_name, need=Need.OPTIONAL, metadata_only=True)
    near = any(miss.near and miss.write_instead for miss in case.offer.misses)
    if near and case.snapshot.sight("Pod", case.namespace) is not COMPLETE:
        yield List("Pod", case.namespace, waiting_only=True, need=Need.OPTIONAL)


def _for_templates(selected: Selected, cases: Cases) -> Iterator[Read]:
    """What helps where the first pull of a template may fail."""
    for workload in selected.workloads:
        for case in cases.of_template(workload):
            if not case.offer.usable and prediction(case) is not None:
                yield from _elsewhere(case, Need.OPTIONAL)


def _for_warnings(running: Sequence[Case], failed: Sequence[Case]) -> Iterator[Read]:
    """What tells whether the image of a pod that runs would be pulled again."""
    others = Others.of(failed, running)
    for case in running:
        yield from _around_new_pod(case)
        foreseen = next_pull(case, others)
        if foreseen is not None and not foreseen.case.offer.usable:
            yield from _elsewhere(foreseen.case, Need.OPTIONAL)
        if others.have_credential(case):
            yield List("Event", case.namespace, "reason=Pulled", need=Need.OPTIONAL)
        if never_pulled(case):
            yield List("Node", "", need=Need.OPTIONAL)


def _around_new_pod(case: Case) -> Iterator[Read]:
    """The list of a new pod in a pod's place."""
    template = case.root.template if case.root is not None else None
    if template is None:
        return
    yield from of_spec(case.namespace, template, case.snapshot)
    account = account_ref(case)
    if not template.pull_secrets and case.account is not None and may_be_of_webhook(case):
        yield TryPod(account.namespace, account.name)
    yield from named_secrets(account.namespace, case.snapshot.injected(account) or ())


def _not_created(snapshot: Snapshot, owners: Owners) -> Iterator[Read]:
    """The owners that could not make a pod lately, those above them, and whether it went on."""
    failed = {
        ObjectRef(event.involved_kind, event.namespace, event.involved_name)
        for events in snapshot.events.values()
        for event in events
        if event.reason == CREATE_EVENT and event.involved_kind in WORKLOAD_KINDS
    }
    crowd = Counter((ref.kind, ref.namespace) for ref in failed)
    for ref in sorted(ref for ref in failed if is_object_name(ref.name)):
        few = crowd[ref.kind, ref.namespace] <= _ASKED_ONE_BY_ONE
        yield Get(ref.kind, ref.namespace, ref.name) if few else List(ref.kind, ref.namespace)
        found = snapshot.workloads.get(ref)
        if found is not None:
            made = List("Event", ref.namespace, "reason=SuccessfulCreate")
            yield _events_about(ref) if few else made
            yield from owners_above(ref.namespace, found.owner, owners)
