"""From a snapshot to a report: select, judge each case, group. The one entry of the diagnosis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kubectl_pullsecret.diagnosis.accounts import account_findings, account_note, account_unseen
from kubectl_pullsecret.diagnosis.before_pull import pod_not_created, sandbox_failure
from kubectl_pullsecret.diagnosis.case import DENIALS, Case
from kubectl_pullsecret.diagnosis.examination import Cases, ExaminedPod, examine
from kubectl_pullsecret.diagnosis.findings import (
    failure,
    malformed_beside,
    not_seen,
    prediction,
    warning,
)
from kubectl_pullsecret.diagnosis.grouping import group, outages
from kubectl_pullsecret.diagnosis.healthy import next_pull
from kubectl_pullsecret.diagnosis.healthy_probed import (
    answered,
    not_answered,
    questions_of_running,
)
from kubectl_pullsecret.diagnosis.known import Known
from kubectl_pullsecret.diagnosis.notes import pod_note
from kubectl_pullsecret.diagnosis.others import Others
from kubectl_pullsecret.diagnosis.probing import questions_of
from kubectl_pullsecret.diagnosis.selection import Owners, Selected, Selection, select
from kubectl_pullsecret.diagnosis.unseen import missing_target, refused_beside, unseen_of_running
from kubectl_pullsecret.facts.answers import Question
from kubectl_pullsecret.facts.objects import Workload
from kubectl_pullsecret.facts.pods import may_wait
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Finding, Incomplete, Note, Report, Severity


def diagnose(snapshot: Snapshot, selection: Selection, *, now: datetime) -> Report:
    """What is wrong with the selected pods' images, why, and what fixes it.

    Raises PullSecretError where a named target is not in the snapshot, or is there twice.
    """
    owners = Owners(snapshot)
    selected = select(snapshot, selection, owners)
    examined = [examine(snapshot, owners, pod) for pod in selected.judged_pods]
    failing = [pod for pod in examined if pod.attempts]
    cases = Cases(Known(snapshot, now), _crowded_accounts(failing))
    failed = [cases.of_attempts(pod) for pod in failing]
    templates = [list(cases.of_template(one)) for one in _idle_workloads(selected, owners)]
    running = [case for one in examined for case in cases.of_running(one)]
    findings = group(
        [
            *(finding for of_pod in failed for finding in _failures(of_pod)),
            *_before_pull(snapshot, owners, selected, examined),
            *_pod_predictions(cases, examined, selected.ask_all),
            *_warnings(running, failed),
            *filter(None, (prediction(case) for of in templates for case in of)),
            *_of_changed_templates(cases, selected, owners),
            *(found for one in selected.accounts for found in account_findings(snapshot, one)),
        ]
    )
    judged = [case for of_one in (*failed, *templates) for case in of_one]
    unseen = _unseen(snapshot, selected, judged, running if selection.healthy else [])
    return Report(
        findings=findings,
        pods=len(selected.pods) + selected.quiet.pods,
        failing=len(failing),
        templates=len(templates),
        incomplete=tuple(dict.fromkeys(unseen)),
        outages=outages(findings),
        notes=tuple(_notes(snapshot, selected, examined, now)),
        questions=_questions(failed, running),
    )


def _unseen(
    snapshot: Snapshot, selected: Selected, judged: Iterable[Case], running: Sequence[Case]
) -> Iterator[Incomplete]:
    """What was not seen, or not answered, and would have told more."""
    for case in judged:
        yield from not_seen(case)
    for account in selected.accounts:
        yield from account_unseen(snapshot, account)
    yield from unseen_of_running(running)
    yield from not_answered(running)
    yield from map(missing_target, selected.missing)
    yield from refused_beside(snapshot)


def _questions(failed: Iterable[list[Case]], running: Iterable[Case]) -> tuple[Question, ...]:
    asked = [question for of_pod in failed for case in of_pod for question in questions_of(case)]
    asked += [question for case in running for question in questions_of_running(case)]
    return tuple(dict.fromkeys(asked))


def _crowded_accounts(failing: Iterable[ExaminedPod]) -> frozenset[tuple[str, str]]:
    """The accounts on which several owners that were denied rely: there is the place to fix."""
    owners: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for one in failing:
        template = one.root.template if one.root is not None else None
        relies = template is None or not template.pull_secrets
        denied = any(attempt.error.cause in DENIALS for attempt in one.attempts)
        if one.owner and relies and denied:
            account = (one.pod.ref.namespace, one.pod.spec.account_name)
            owners[account].add((one.owner.kind, one.owner.name))
    return frozenset(account for account, names in owners.items() if len(names) > 1)


def _failures(cases: list[Case]) -> Iterator[Finding]:
    """Exactly one finding for each image of a pod that failed; a warning for poison beside it."""
    found = [failure(case) for case in cases]
    yield from found
    yield from malformed_beside(cases, found)


def _before_pull(
    snapshot: Snapshot, owners: Owners, selected: Selected, examined: Iterable[ExaminedPod]
) -> Iterator[Finding]:
    """Pods that do not exist, and sandboxes that do not start."""
    busy = selected.quiet.owners | {pod.owner.uid for pod in snapshot.pods if pod.owner}
    top = {workload.ref for workload in selected.workloads}
    for workload in snapshot.workloads.values():
        line = (workload, *owners.chain(workload.ref.namespace, workload.owner))
        if any(one.ref in top for one in line):
            found = pod_not_created(snapshot, workload, line[-1], idle=workload.uid not in busy)
            if found is not None:
                yield found
    for one in examined:
        found = sandbox_failure(one.pod, one.events, one.root)
        if found is not None and may_wait(one.pod):
            yield found


def _pod_predictions(
    cases: Cases, examined: Iterable[ExaminedPod], ask_all: bool
) -> Iterator[Finding]:
    """What must fail, or may, when a pod without an attempt pulls."""
    for one in examined:
        if one.attempts or not may_wait(one.pod):
            continue
        for image in dict.fromkeys(use.image for use in one.pod.spec.images):
            found = prediction(cases.of_pod(one, image))
            if found and (ask_all or not one.pod.live or found.severity is Severity.ERROR):
                yield found


def _warnings(running: list[Case], failed: Iterable[list[Case]]) -> Iterator[Finding]:
    """What may fail when a pod that runs, or a new one in its place, pulls again."""
    others = Others.of((case for of_pod in failed for case in of_pod), running)
    foreseen = (answered(case, next_pull(case, others)) for case in running)
    return (warning(one) for one in foreseen if one is not None)


def _of_changed_templates(cases: Cases, selected: Selected, owners: Owners) -> Iterator[Finding]:
    """What may fail when an owner makes the next pod: none of those that it has has that image.

    They are older than its template, or have ended; a Job whose pods have ended makes no more.
    """
    if not selected.ask_all:
        return
    had = owners.images_of_pods()
    for workload in selected.workloads:
        images = had.get(workload.ref)
        if images is None or (workload.ref.kind == "Job" and not images):
            continue
        new = (case for case in cases.of_template(workload) if case.image not in images)
        yield from filter(None, map(prediction, new))


def _idle_workloads(selected: Selected, owners: Owners) -> list[Workload]:
    """The workloads without pods, judged by their template; live ones only where asked."""
    asked = [
        one for one in selected.workloads if one.template and (selected.ask_all or not one.uid)
    ]
    busy = owners.with_pods() if asked else frozenset()
    return [one for one in asked if one.ref not in busy]


def _notes(
    snapshot: Snapshot, selected: Selected, examined: Iterable[ExaminedPod], now: datetime
) -> Iterator[Note]:
    """The list of a named account; one line for a named pod without an image pull problem."""
    for account in selected.accounts:
        yield account_note(snapshot, account, now)
    if selected.named:
        yield from (pod_note(one.pod) for one in examined if not one.attempts)
