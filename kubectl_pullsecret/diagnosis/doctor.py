"""From a snapshot to a report: select, judge each case, group. The one entry of the diagnosis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kubectl_pullsecret.credentials import NotAPullSecret
from kubectl_pullsecret.credentials.candidates import CandidateIndex
from kubectl_pullsecret.diagnosis.accounts import account_findings, account_note
from kubectl_pullsecret.diagnosis.attempt import Attempt, attempts_of, may_wait
from kubectl_pullsecret.diagnosis.before_pull import pod_not_created, sandbox_failure
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.findings import (
    failure,
    malformed_beside,
    not_seen,
    prediction,
)
from kubectl_pullsecret.diagnosis.grouping import group, outages
from kubectl_pullsecret.diagnosis.notes import pod_note
from kubectl_pullsecret.diagnosis.selection import Owners, Selected, Selection, select
from kubectl_pullsecret.facts.objects import Event, OwnerRef, Pod, PodSpec, Workload
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Finding, Incomplete, Note, Report, Severity


def diagnose(snapshot: Snapshot, selection: Selection, *, now: datetime) -> Report:
    """What is wrong with the selected pods' images, why, and what fixes it.

    Raises PullSecretError where a named target is not in the snapshot, or is there twice.
    """
    examination = _Examination(snapshot, now)
    selected = select(snapshot, selection, examination.owners)
    ask_all = selected.named or selection.healthy
    failing = [
        examined for examined in map(examination.examine, selected.pods) if examined.attempts
    ]
    examination.note_peers(failing)
    findings = [
        *(finding for examined in failing for finding in examination.failures(examined)),
        *examination.before_pull(selected),
        *examination.predictions(selected, ask_all),
        *(f for account in selected.accounts for f in account_findings(snapshot, account)),
    ]
    grouped = group(findings)
    return Report(
        findings=grouped,
        pods=len(selected.pods),
        failing=len(failing),
        incomplete=tuple(dict.fromkeys(i for p in failing for i in examination.unseen(p))),
        outages=outages(grouped),
        notes=tuple(examination.notes(selected)),
    )


@dataclass(frozen=True, slots=True)
class _ExaminedPod:
    """A pod with its failed attempts and its owners."""

    pod: Pod
    events: tuple[Event, ...]
    attempts: tuple[Attempt, ...]
    root: Workload | None
    owner: OwnerRef | None


class _Examination:
    """One run over a snapshot: what all of its cases share."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.owners = Owners(snapshot)
        self._crowded: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _index(self) -> CandidateIndex:
        return CandidateIndex.of(
            secret.pull_secret
            for secret in self.snapshot.secrets.values()
            if not isinstance(secret.content, NotAPullSecret)
        )

    def examine(self, pod: Pod) -> _ExaminedPod:
        """Join a pod with its events, attempts and owners; cheap for a pod that runs."""
        if not may_wait(pod):
            return _ExaminedPod(pod, (), (), None, None)
        events = self.snapshot.events_of(pod.ref, pod.uid)
        root, owner = self.owners.top(pod)
        return _ExaminedPod(pod, events, attempts_of(pod, events), root, owner)

    def note_peers(self, failing: list[_ExaminedPod]) -> None:
        """Remember the accounts of which several owners fail: there is the place to fix."""
        owners: dict[tuple[str, str], set[str]] = defaultdict(set)
        for examined in failing:
            if examined.owner is not None:
                key = (examined.pod.ref.namespace, examined.pod.spec.service_account)
                owners[key].add(f"{examined.owner.kind}/{examined.owner.name}")
        self._crowded = frozenset(key for key, names in owners.items() if len(names) > 1)

    def case(self, examined: _ExaminedPod, image: str, attempt: Attempt | None) -> Case:
        """One image of a pod."""
        namespace = examined.pod.ref.namespace
        return self._case(namespace, examined.pod.spec, image, examined, attempt)

    def _case(
        self,
        namespace: str,
        spec: PodSpec,
        image: str,
        examined: _ExaminedPod | None,
        attempt: Attempt | None,
        root: Workload | None = None,
    ) -> Case:
        return Case(
            snapshot=self.snapshot,
            candidates=lambda: self._index,
            now=self.now,
            namespace=namespace,
            spec=spec,
            image=image,
            pod=examined.pod if examined else None,
            root=examined.root if examined else root,
            owner=examined.owner if examined else None,
            attempt=attempt,
            events=examined.events if examined else (),
            shared_account=(namespace, spec.service_account) in self._crowded,
        )

    def failures(self, examined: _ExaminedPod) -> Iterator[Finding]:
        """Exactly one finding for each image that failed, and a warning for poison beside it."""
        cases = [self.case(examined, attempt.image, attempt) for attempt in examined.attempts]
        found = [failure(case) for case in cases]
        yield from found
        yield from malformed_beside(cases, found)

    def unseen(self, examined: _ExaminedPod) -> Iterator[Incomplete]:
        """What was not seen and would have mattered."""
        for attempt in examined.attempts:
            yield from not_seen(self.case(examined, attempt.image, attempt))

    def before_pull(self, selected: Selected) -> Iterator[Finding]:
        """Pods that do not exist, and sandboxes that do not start."""
        busy = {pod.owner.uid for pod in self.snapshot.pods if pod.owner}
        top = {workload.ref for workload in selected.workloads}
        for workload in self.snapshot.workloads.values():
            chain = [workload, *self.owners.chain(workload.ref.namespace, workload.owner)]
            if chain[-1].ref in top:
                found = pod_not_created(
                    self.snapshot, workload, chain[-1], idle=workload.uid not in busy
                )
                if found:
                    yield found
        for pod in selected.pods:
            if may_wait(pod):
                events = self.snapshot.events_of(pod.ref, pod.uid)
                sandbox = sandbox_failure(pod, events, self.owners.top(pod)[0])
                if sandbox:
                    yield sandbox

    def predictions(self, selected: Selected, ask_all: bool) -> Iterator[Finding]:
        """What must fail, or may, at the next pull: pods without an attempt, and bare templates."""
        for pod in selected.pods:
            yield from self._pod_predictions(pod, ask_all)
        with_pods = {
            w.ref
            for pod in self.snapshot.pods
            for w in self.owners.chain(pod.ref.namespace, pod.owner)
        }
        for workload in selected.workloads:
            if workload.template is None or workload.ref in with_pods:
                continue
            if ask_all or not workload.uid:
                yield from self._template_predictions(workload, workload.template)

    def _pod_predictions(self, pod: Pod, ask_all: bool) -> Iterator[Finding]:
        waits = may_wait(pod)
        if pod.phase in ("Succeeded", "Failed") or not (waits or ask_all):
            return
        examined = self.examine(pod)
        if examined.attempts:
            return
        if not waits:
            root, owner = self.owners.top(pod)
            examined = _ExaminedPod(pod, self.snapshot.events_of(pod.ref, pod.uid), (), root, owner)
        for image in dict.fromkeys(use.image for use in pod.spec.images):
            found = prediction(self.case(examined, image, None), runs=not waits)
            if found and (ask_all or not pod.live or found.severity is Severity.ERROR):
                yield found

    def _template_predictions(self, workload: Workload, spec: PodSpec) -> Iterator[Finding]:
        for image in dict.fromkeys(use.image for use in spec.images):
            case = self._case(workload.ref.namespace, spec, image, None, None, workload)
            found = prediction(case, runs=False)
            if found:
                yield found

    def notes(self, selected: Selected) -> Iterator[Note]:
        """One line for a named pod that has no image pull problem; the list of a named account."""
        for account in selected.accounts:
            yield account_note(self.snapshot, account, self.now)
        if selected.named:
            for pod in selected.pods:
                if not self.examine(pod).attempts:
                    yield pod_note(pod)
