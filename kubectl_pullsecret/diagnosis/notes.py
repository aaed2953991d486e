"""One line for a pod that was named and has no image pull problem: what it has instead."""

from __future__ import annotations

from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.diagnosis.attempt import NOT_BEGUN
from kubectl_pullsecret.facts.objects import Pod
from kubectl_pullsecret.report import Note


def pod_note(pod: Pod) -> Note:
    """What to say of a pod without a failed pull."""
    return Note(pod.ref, _state(pod))


def _state(pod: Pod) -> str:
    if not pod.live:
        return "a manifest: nothing was pulled yet"
    if pod.deleting:
        return "not an image pull problem: the pod is being deleted"
    waiting = [s for s in pod.statuses if s.waiting_reason and s.waiting_reason not in NOT_BEGUN]
    if waiting:
        reasons = ", ".join(f"{redact(s.waiting_reason)} ({s.container})" for s in waiting)
        return f"not an image pull problem: {reasons}"
    if pod.unscheduled:
        return f"not an image pull problem: not scheduled, {redact(pod.unscheduled)}"
    if pod.reason:
        return f"not an image pull problem: {redact(pod.reason)}"
    if pod.ended:
        return f"not an image pull problem: phase {pod.phase}"
    if any(not s.started_before for s in pod.statuses) or not pod.statuses:
        return "still starting; no image pull has failed"
    return "no image pull problem: every image was there"
