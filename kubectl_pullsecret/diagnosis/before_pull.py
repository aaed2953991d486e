"""Failures before any pull of the pod's own images: no pod at all, or no sandbox for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.diagnosis.attempt import PROGRESS_EVENTS, SANDBOX_EVENT
from kubectl_pullsecret.diagnosis.pull_errors import parse
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import Event, Pod, Workload
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import (
    Advice,
    Confidence,
    Evidence,
    Finding,
    PodGroup,
    Reason,
    Severity,
)

CREATE_EVENT = "FailedCreate"
# How far a pod has come; other events (mounts, secrets that are not found) come at any time.
_ON_THE_WAY = PROGRESS_EVENTS | {SANDBOX_EVENT, "Pulling"}


def pod_not_created(
    snapshot: Snapshot, workload: Workload, top: Workload, *, idle: bool
) -> Finding | None:
    """The finding of an owner that could not create its pods.

    `idle`: the workload has no pod. With pods, only a standing ReplicaFailure condition counts, for
    an event may be older than they are.
    """
    said = workload.replica_failure
    events = snapshot.events_of(workload.ref, workload.uid)
    failed = next((event for event in events if event.reason == CREATE_EVENT), None)
    created = next((event for event in events if event.reason == "SuccessfulCreate"), None)
    if not said and idle and failed is not None and not _newer(created, failed):
        said = failed.message
    if not said:
        return None
    page = REASONS[Reason.POD_NOT_CREATED]
    lacks = "has no pod" if idle else "lacks a pod"
    return Finding(
        reason=Reason.POD_NOT_CREATED,
        severity=Severity.ERROR,
        confidence=Confidence.SETTLED,
        subject=top.ref,
        message=f"{display(top.ref)} in {top.ref.namespace} {lacks}: it could not be created",
        evidence=(Evidence("why", (page.means,)), Evidence("seen", (redact(said),))),
        fixes=(Advice(page.fix),),
        last_attempt=failed.last if failed else None,
    )


def _newer(one: Event | None, other: Event) -> bool:
    return (
        one is not None and one.last is not None and (other.last is None or one.last > other.last)
    )


def sandbox_failure(pod: Pod, events: Sequence[Event], root: Workload | None) -> Finding | None:
    """The finding of a pod whose sandbox does not start because its image does not pull."""
    newest = next((event for event in events if event.reason in _ON_THE_WAY), None)
    if newest is None or newest.reason != SANDBOX_EVENT or not _about_image(newest.message):
        return None
    page = REASONS[Reason.SANDBOX_IMAGE_FAILED]
    subject = root.ref if root is not None else pod.ref
    error = parse(newest.message, None, "event")
    return Finding(
        reason=Reason.SANDBOX_IMAGE_FAILED,
        severity=Severity.ERROR,
        confidence=Confidence.SETTLED,
        subject=subject,
        message=f"{display(subject)} in {pod.ref.namespace} cannot start: no sandbox image",
        pods=PodGroup(1, (pod.ref.name,), (pod.node,) if pod.node else ()),
        cause=error.cause.value,
        evidence=(Evidence("why", (page.means,)), Evidence("seen", (error.raw,))),
        fixes=(Advice(page.fix),),
        last_attempt=newest.last,
    )


def _about_image(message: str) -> bool:
    return (
        re.search(r"sandbox image|pull(ing)? (sandbox )?image|pull and unpack", message) is not None
    )
