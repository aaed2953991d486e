"""What the kubelet says of the pull secrets that it could not get: one event, easily misread.

"Unable to retrieve some image pull secrets (a, b); attempting to pull the image may not succeed."
comes at the start of each sync (kubelet 1.34, kubelet_pods.go, getPullSecretsForPod). The sync's
pulls follow: at once, or in the pod's first one after its sandbox was made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from kubectl_pullsecret.facts.objects import Event

RETRIEVE_EVENT = "FailedToRetrieveImagePullSecret"

# From a sync's start to its pulls, as events tell it: in whole seconds.
_AT_ONCE = timedelta(seconds=1)
_WITH_SANDBOX = timedelta(seconds=60)


def retrievals_of(events: Sequence[Event]) -> tuple[Event, ...]:
    """The pod's events that tell of secrets that were not retrieved, and of the pulls between."""
    return tuple(event for event in events if event.reason in (RETRIEVE_EVENT, "Pulling"))


def kubelet_misses(name: str, events: Sequence[Event]) -> bool:
    """Whether the kubelet said twice, or after the last pull began, that it lacks a secret.

    A single event proves nothing: a slow kubelet cache causes one for secrets that exist.
    """
    began = _last_pull(events)
    return any(
        event.count > 1 or (event.last is not None and began is not None and event.last > began)
        for event in _about(name, events)
    )


def kubelet_lacked(name: str, events: Sequence[Event]) -> bool:
    """Whether the kubelet said of its last try that it could not retrieve a secret."""
    began = _last_pull(events)
    before = _WITH_SANDBOX if _is_first_sync(events) else _AT_ONCE
    return any(
        event.last is not None and (began is None or event.last >= began - before)
        for event in _about(name, events)
    )


def _is_first_sync(events: Sequence[Event]) -> bool:
    """Whether each of the pod's images was pulled once at most, so far."""
    pulls = [event for event in events if event.reason == "Pulling"]
    return all(event.count <= 1 for event in pulls) and len({e.message for e in pulls}) == len(
        pulls
    )


def _last_pull(events: Sequence[Event]) -> datetime | None:
    return max((e.last for e in events if e.reason == "Pulling" and e.last), default=None)


def _about(name: str, events: Sequence[Event]) -> list[Event]:
    return [e for e in events if e.reason == RETRIEVE_EVENT and name in _named_in(e.message)]


def _named_in(message: str) -> frozenset[str]:
    found = re.search(r"\(([^)]*)\)", message)
    return frozenset(found.group(1).split(", ")) if found else frozenset()
