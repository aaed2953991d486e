"""What was seen of a cluster, and what was not. The one input of a diagnosis.

A Snapshot from files and one from the live API are the same thing; only the source differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum

from kubectl_pullsecret.facts.objects import (
    Event,
    Node,
    ObjectRef,
    Pod,
    Secret,
    ServiceAccount,
    Workload,
)

AnyObject = Pod | Workload | ServiceAccount | Secret | Event | Node
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Completeness(Enum):
    """How much of one kind in one namespace was seen."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of one kind in one namespace. What was not seen is not missing."""

    completeness: Completeness
    names: frozenset[str] = frozenset()  # PARTIAL: the names that were asked for and answered
    why: str = (
        ""  # UNREAD or PARTIAL: why not more, e.g. "no Secret of this namespace in the input"
    )

    def settles(self, name: str) -> bool:
        """Whether the absence of this name from the snapshot proves that it does not exist."""
        if self.completeness is Completeness.PARTIAL:
            return name in self.names
        return self.completeness is Completeness.COMPLETE


COMPLETE = Sight(Completeness.COMPLETE)
UNREAD = Sight(Completeness.UNREAD)


@dataclass(frozen=True)
class Snapshot:
    """The objects that were seen, joined the way that a diagnosis asks for them."""

    pods: tuple[Pod, ...] = ()
    workloads: Mapping[ObjectRef, Workload] = field(default_factory=dict)
    accounts: Mapping[tuple[str, str], ServiceAccount] = field(default_factory=dict)
    secrets: Mapping[tuple[str, str], Secret] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    events: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)  # by involved uid or ref
    sights: Mapping[tuple[str, str], Sight] = field(default_factory=dict)  # by (kind, namespace)

    @classmethod
    def of(cls, objects: Iterable[AnyObject], sights: Mapping[tuple[str, str], Sight]) -> Snapshot:
        """Join objects. Of two with the same name the later one counts, as with `kubectl apply`."""
        found = list(objects)
        pods = {(pod.ref.namespace, pod.ref.name): pod for pod in found if isinstance(pod, Pod)}
        return cls(
            pods=tuple(pods.values()),
            workloads={one.ref: one for one in found if isinstance(one, Workload)},
            accounts={_name(one): one for one in found if isinstance(one, ServiceAccount)},
            secrets={_name(one): one for one in found if isinstance(one, Secret)},
            nodes={one.name: one for one in found if isinstance(one, Node)},
            events=_join_events([one for one in found if isinstance(one, Event)], pods.values()),
            sights=sights,
        )

    def sight(self, kind: str, namespace: str) -> Sight:
        """Return what was seen of a kind in a namespace; unread unless the source set it."""
        return self.sights.get((kind, namespace), UNREAD)

    def events_of(self, ref: ObjectRef, uid: str) -> tuple[Event, ...]:
        """Return an object's events, newest first; by name those that have no uid."""
        by_uid = self.events.get(uid, ()) if uid else ()
        by_name = self.events.get(_event_key(ref.kind, ref.namespace, ref.name), ())
        return _newest_first(by_uid + by_name) if by_uid and by_name else by_uid or by_name


def _name(one: ServiceAccount | Secret) -> tuple[str, str]:
    return one.ref.namespace, one.ref.name


def _event_key(kind: str, namespace: str, name: str) -> str:
    """Return a key that no uid has: events without a uid are found by what they name."""
    return f"{kind}/{namespace}/{name}"


def _join_events(events: list[Event], pods: Iterable[Pod]) -> dict[str, tuple[Event, ...]]:
    """Events by what they are about; those of a static pod also by its mirror pod's uid."""
    joined: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        name = _event_key(event.involved_kind, event.namespace, event.involved_name)
        joined[event.involved_uid or name].append(event)
    for pod in pods:
        if pod.static_uid and pod.uid and pod.static_uid != pod.uid:
            joined[pod.uid] += joined.get(pod.static_uid, ())
    return {about: _newest_first(of_one) for about, of_one in joined.items()}


def _newest_first(events: Iterable[Event]) -> tuple[Event, ...]:
    """Newest first, those without any time last; of one time the later in the input first."""
    return tuple(sorted(events, key=_moment))[::-1]


def _moment(event: Event) -> datetime:
    return event.last or _LONG_AGO
