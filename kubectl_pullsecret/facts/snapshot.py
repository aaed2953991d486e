"""What was seen of a cluster, and what was not. The one input of a diagnosis.

A Snapshot from files and one from the live API are the same thing; only the source differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_pullsecret.facts.kinds import KindInfo, is_object_name, kind_info
from kubectl_pullsecret.facts.objects import (
    Event,
    Namespace,
    Node,
    ObjectRef,
    Pod,
    Secret,
    ServiceAccount,
    Workload,
)
from kubectl_pullsecret.facts.reads import Refusal
from kubectl_pullsecret.facts.shapes import Json

if TYPE_CHECKING:
    from kubectl_pullsecret.facts.answers import Answer, Question

AnyObject = Pod | Workload | ServiceAccount | Secret | Event | Node | Namespace
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Completeness(Enum):
    """How much of one kind in one namespace was seen."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNREAD = "unread"


class Sight(NamedTuple):
    """What was seen of one kind in one namespace. What was not seen is not missing."""

    completeness: Completeness
    names: frozenset[str] = frozenset()  # PARTIAL: the names that were asked for and answered
    why: str = (
        ""  # UNREAD or PARTIAL: why not more, e.g. "no Secret of this namespace in the input"
    )

    def settles(self, name: str) -> bool:
        """Whether the absence of this name from the snapshot proves that it does not exist.

        A list of pull secrets may hold text that no object can have as its name.
        """
        if not is_object_name(name):
            return True
        if self.completeness is Completeness.PARTIAL:
            return name in self.names
        return self.completeness is Completeness.COMPLETE


COMPLETE = Sight(Completeness.COMPLETE)
UNREAD = Sight(Completeness.UNREAD)


class Quiet(NamedTuple):
    """The pods of a namespace that run or are done: counted, not kept."""

    pods: int
    owners: frozenset[str]  # the uids of their controllers
    uses: frozenset[tuple[str, str]]  # (pull secret, image): who lists what, and pulls what

    @classmethod
    def together(cls, parts: Iterable[Quiet]) -> Quiet:
        """The pods of several namespaces as one."""
        known = [part for part in parts if part.pods]
        return cls(
            sum(part.pods for part in known),
            frozenset[str]().union(*(part.owners for part in known)),
            frozenset[tuple[str, str]]().union(*(part.uses for part in known)),
        )


NO_QUIET = Quiet(0, frozenset(), frozenset())


class Live(NamedTuple):
    """What only an API server can tell."""

    rounds: int  # of reads so far
    quiet: Mapping[str, Quiet]  # by namespace
    injected: Mapping[tuple[str, str], tuple[str, ...]]
    """By (namespace, account): the pull secrets of a new pod, as admission made them."""
    untried: Mapping[tuple[str, str], str]
    """By (namespace, account): why admission did not make a new pod, in its own words."""
    namesakes: frozenset[tuple[str, str]]
    """(namespace, name) of secrets that exist; nothing else was read of them."""
    refusals: tuple[Refusal, ...]
    whole: Mapping[ObjectRef, Json] = MappingProxyType({})
    """The objects that were asked for as a whole, as the server has them."""
    resources: Mapping[tuple[str, str], KindInfo] = MappingProxyType({})
    """By (apiVersion, kind): where the server has the kinds that are not in `facts.kinds`."""


_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Snapshot(NamedTuple):
    """The objects that were seen, joined the way that a diagnosis asks for them."""

    pods: tuple[Pod, ...] = ()
    workloads: Mapping[ObjectRef, Workload] = _NOTHING
    accounts: Mapping[tuple[str, str], ServiceAccount] = _NOTHING
    secrets: Mapping[tuple[str, str], Secret] = _NOTHING
    nodes: Mapping[str, Node] = _NOTHING
    events: Mapping[str, tuple[Event, ...]] = _NOTHING  # by involved uid or ref
    sights: Mapping[tuple[str, str], Sight] = _NOTHING  # by (kind, namespace)
    live: Live | None = None  # None: from files
    namespaces: Mapping[str, Namespace] = _NOTHING
    answers: Mapping[Question, Answer] = _NOTHING  # of registries, where the user had them asked

    @classmethod
    def of(
        cls,
        objects: Iterable[AnyObject],
        sights: Mapping[tuple[str, str], Sight],
        live: Live | None = None,
    ) -> Snapshot:
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
            live=live,
            namespaces={one.ref.name: one for one in found if isinstance(one, Namespace)},
        )

    def with_answers(self, answers: Mapping[Question, Answer]) -> Snapshot:
        """The same, and what registries answered."""
        return self._replace(answers={**self.answers, **answers})

    def quiet(self, namespace: str | None) -> Quiet:
        """The pods of a namespace (None: of all) that run or are done and were not kept."""
        known = self.live.quiet if self.live is not None else {}
        if namespace is not None:
            return known.get(namespace, NO_QUIET)
        return Quiet.together(known.values())

    def sight(self, kind: str, namespace: str) -> Sight:
        """Return what was seen of a kind in a namespace; unread unless the source set it."""
        everywhere = self.sights.get((kind, ""), UNREAD)
        return self.sights.get((kind, namespace), everywhere)

    def injected(self, account: ObjectRef) -> tuple[str, ...] | None:
        """What admission gave to a trial pod of an account; None where nobody tried."""
        known = self.live.injected if self.live is not None else {}
        return known.get((account.namespace, account.name))

    def untried(self, account: ObjectRef) -> str:
        """Why admission made no trial pod of an account; "" where it did, or nobody asked."""
        known = self.live.untried if self.live is not None else {}
        return known.get((account.namespace, account.name), "")

    def whole(self, ref: ObjectRef) -> Json | None:
        """An object as the server has it; None where nobody asked for it so, or it is not there."""
        return self.live.whole.get(ref) if self.live is not None else None

    def resource(self, api_version: str, kind: str) -> KindInfo | None:
        """Where the server has a kind; None for one that neither we nor it know."""
        known = kind_info(kind)
        if known is not None and api_version in ("", known.api_version):
            return known
        return self.live.resources.get((api_version, kind)) if self.live is not None else None

    def namesakes(self, name: str) -> tuple[str, ...]:
        """The other namespaces with a secret of this name, of which nothing more is known."""
        known = self.live.namesakes if self.live is not None else ()
        return tuple(sorted(namespace for namespace, known_name in known if known_name == name))

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
