"""The last failed pull of each image of a pod: status and events joined. No verdicts here.

The kubelet reports one failure in up to six places (its status and five events), and the status
lags one sync behind the events; this module is the only one that knows these places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice

from kubectl_pullsecret.diagnosis.pull_errors import PullError, parse
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.objects import (
    ContainerRole,
    ContainerStatus,
    Event,
    ImageUse,
    Pod,
)
from kubectl_pullsecret.facts.pods import may_wait
from kubectl_pullsecret.images import InvalidReference, Reference

# Waiting reasons of kubelet 1.34, pkg/kubelet/images/types.go; other words are not about images.
PULL_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
# A container that has not begun: its status may lag behind a failed pull in the events.
NOT_BEGUN = frozenset({"", "ContainerCreating", "PodInitializing"})
FAILURE_EVENTS = frozenset({"Failed", "InspectFailed", "ErrImageNeverPull"})
PROGRESS_EVENTS = frozenset({"Pulled", "Created", "Started"})
_NEWEST = 20  # events of one container that are read; older ones say nothing more
SANDBOX_EVENT = "FailedCreatePodSandBox"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A failed pull of one image of one pod. `count` and `last` come from events, if any."""

    image: str
    containers: tuple[str, ...]
    error: PullError
    raw_reason: bool  # the waiting reason is raw Go text: the kubelet stopped before any pull
    last: datetime | None
    count: int

    @property
    def before_pull(self) -> bool:
        """Whether the kubelet stopped at a Secret, and asked no registry."""
        return self.raw_reason or self.error.cause is Cause.SECRET_MALFORMED


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def cannot_pull(pod: Pod) -> bool:
    """Whether an image of the pod was not pulled, by its own status alone."""
    return bool(attempts_of(pod, ()))


def attempts_of(pod: Pod, events: Sequence[Event]) -> tuple[Attempt, ...]:
    """The failed pulls of a pod, one for each image, in the order of the spec.

    `events` are the pod's own, newest first.
    """
    if not may_wait(pod):
        return ()
    statuses = {status.container: status for status in pod.statuses}
    by_image: dict[str, Attempt] = {}
    for use in pod.spec.images:
        if use.role is ContainerRole.VOLUME:
            attempt = _volume_attempt(pod, use, events)
        else:
            attempt = _container_attempt(pod, use, statuses.get(use.container), events)
        if attempt is not None:
            earlier = by_image.get(use.image)
            by_image[use.image] = _merge(earlier, attempt) if earlier else attempt
    return tuple(by_image.values())


def _container_attempt(
    pod: Pod, use: ImageUse, status: ContainerStatus | None, events: Sequence[Event]
) -> Attempt | None:
    own = [event for event in events if _concerns(event, use)]
    if _pulled_since(own):
        return None
    if status is None or status.waiting_reason in NOT_BEGUN:
        begun = status is not None and (status.started_before or bool(status.image_id))
        return None if begun else _attempt(use, "", own)
    if not is_pull_reason(status.waiting_reason):
        return None
    message = status.waiting_message or status.waiting_reason
    if any(_names(message, volume.image) for volume in _volumes(pod) if volume.image != use.image):
        return None  # the message is about an image volume; see _volume_attempt
    return _attempt(use, message, own, raw_reason=is_raw_reason(status.waiting_reason))


def _volume_attempt(pod: Pod, use: ImageUse, events: Sequence[Event]) -> Attempt | None:
    """An image volume has no status of its own: containers wait with its image in their message.

    Before they say so, only events without a container tell of it.
    """
    waiting = [
        status.waiting_message
        for status in pod.statuses
        if is_pull_reason(status.waiting_reason) and _names(status.waiting_message, use.image)
    ]
    own_images = {other.image for other in pod.spec.images if other.role is not use.role}
    own = [event for event in events if not event.field_path and _names(event.message, use.image)]
    if use.image in own_images or _pulled_since(own):
        return None
    if not waiting and not any(status.waiting_reason in NOT_BEGUN for status in pod.statuses):
        return None
    return _attempt(use, waiting[0] if waiting else "", own)


def is_pull_reason(reason: str) -> bool:
    """Whether a waiting reason is about getting the image, or raw text about a Secret."""
    return reason in PULL_REASONS or is_raw_reason(reason)


def is_raw_reason(reason: str) -> bool:
    """Raw Go text instead of a CamelCase word (kubelet 1.34, kuberuntime_container.go:217)."""
    return bool(reason) and not _pattern(r"[A-Za-z][A-Za-z0-9]*").fullmatch(reason)


def _attempt(
    use: ImageUse, status_message: str, events: Sequence[Event], *, raw_reason: bool = False
) -> Attempt | None:
    failures = [event for event in events if event.reason in FAILURE_EVENTS]
    telling = list(islice((e for e in failures if _tells(e, status_message)), _NEWEST))
    if not status_message and not telling:
        return None
    error = _newest_error(use.image, status_message, telling)
    last = telling[0].last if telling else (failures[0].last if failures else None)
    return Attempt(
        image=use.image,
        containers=(use.container,),
        error=error,
        raw_reason=raw_reason or (not status_message and error.cause is Cause.SECRET_MALFORMED),
        last=last,
        count=telling[0].count if telling else 0,
    )


def _newest_error(image: str, status_message: str, telling: Sequence[Event]) -> PullError:
    """The newest failure that says something: the status lags events, and events get dropped.

    A status that repeats one of the events is not newer than the newest event; one that says
    something else is the news of a failure whose event was dropped (client-go's spam filter).
    """
    errors = [parse(event.message, image, event.reason) for event in telling]
    if not status_message:
        return errors[0]
    status = parse(status_message, image, "pod waiting message")
    if status.cause is Cause.UNINFORMATIVE:
        return errors[0] if errors else status
    repeated = any(error.raw == status.raw for error in errors[1:])
    return errors[0] if repeated else status


def _pulled_since(events: Sequence[Event]) -> bool:
    """Whether the image came after the last failed pull: the status shows it once more."""
    pulled = [event.last for event in events if event.reason in PROGRESS_EVENTS and event.last]
    failed = [event.last for event in events if _tells(event, "") and event.last]
    return bool(pulled) and bool(failed) and max(pulled) > max(failed)


def _tells(event: Event, status_message: str) -> bool:
    """Whether an event holds the words of a failed pull.

    `Failed` comes for every step of a container's start; of the short "Error: …" only those count
    that repeat the status or are about an unreadable Secret.
    """
    if event.reason != "Failed":
        return event.reason in FAILURE_EVENTS
    if event.message.startswith("Failed to pull image"):
        return True
    words = event.message.removeprefix("Error: ").strip()
    if not is_raw_reason(words):
        return False
    return words == status_message or parse(words).cause is Cause.SECRET_MALFORMED


def _concerns(event: Event, use: ImageUse) -> bool:
    if event.field_path:
        return event.field_path == f"spec.{use.role.value}{{{use.container}}}"
    return event.reason in FAILURE_EVENTS and _names(event.message, use.image)


def _volumes(pod: Pod) -> list[ImageUse]:
    return [use for use in pod.spec.images if use.role is ContainerRole.VOLUME]


def _names(message: str, image: str) -> bool:
    """Whether the first image that a message quotes is this one, as written or normalised."""
    found = _pattern(r'image "([^"]+)"').search(message)
    return found is not None and _same_image(found.group(1), image)


def _same_image(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return _normalised(one) == _normalised(other)
    except InvalidReference:
        return False


def _normalised(image: str) -> tuple[str, str, str]:
    reference = Reference.parse(image)
    return reference.repository, reference.tag, reference.digest


def _merge(one: Attempt, other: Attempt) -> Attempt:
    """Two containers that ask for one image are one attempt; the newer one's error counts."""
    newer = other if _later(other, one) else one
    return Attempt(
        image=one.image,
        containers=one.containers + other.containers,
        error=newer.error,
        raw_reason=newer.raw_reason,
        last=newer.last,
        count=one.count + other.count,
    )


def _later(one: Attempt, other: Attempt) -> bool:
    return one.last is not None and (other.last is None or one.last > other.last)
