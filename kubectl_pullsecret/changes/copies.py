"""The copies of a pull secret, in other namespaces or another cluster: how each of them stands.

A copy has the name of its origin and carries its mark, an annotation. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.changes.origin import check_type
from kubectl_pullsecret.changes.unwritable import obstacle_of
from kubectl_pullsecret.credentials.payload import DATA_KEYS
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.facts.reads import Get, List, Need, Read
from kubectl_pullsecret.facts.snapshot import Snapshot


class CopyRequest(NamedTuple):
    """What the user wants. Neither namespaces nor a selector: every copy that there is."""

    source: ObjectRef  # the Secret
    namespaces: tuple[str, ...] = ()  # in the user's order
    selector: str = ""  # or the namespaces with these labels
    update: bool = False  # mend copies that have drifted
    force: bool = False  # overwrite what is no copy of it

    @property
    def everywhere(self) -> bool:
        """Whether all copies are meant, wherever they are."""
        return not self.namespaces and not self.selector

    @property
    def origin(self) -> str:
        """The mark of its copies."""
        return f"{self.source.namespace}/{self.source.name}"


class CopyState(Enum):
    """How a destination stands to the origin; the values are what people and programs read."""

    CURRENT = "current"
    DRIFTED = "drifted"  # a copy, with another content than its origin
    MISSING = "missing"
    FOREIGN = "foreign"  # a secret of this name that is no copy of it
    UNREADABLE = "unreadable"


class Copied(NamedTuple):
    """One destination as it was seen."""

    ref: ObjectRef
    state: CopyState
    found: Secret | None = None
    why: str = ""  # a sentence, where there is more to say than the state
    obstacle: str = ""  # why it cannot be written at all, a sentence; "": nothing is known of one
    remedy: str = ""


_ANEW = "delete it there and copy again"
_REMEDIES = {
    CopyState.DRIFTED: "--update mends it",
    CopyState.FOREIGN: "--force overwrites it",
}


def wanted_of_source(request: CopyRequest, _snapshot: Snapshot) -> Iterator[Read]:
    """The reads of the cluster that has the origin."""
    yield Get("Secret", request.source.namespace, request.source.name, Need.REQUIRED)


def wanted_of_copies(request: CopyRequest, snapshot: Snapshot) -> Iterator[Read]:
    """The reads of the cluster that gets copies. What it refuses, a write will find out."""
    if request.everywhere:
        yield List("Secret", "", f"metadata.name={request.source.name}", need=Need.OPTIONAL)
        if not _all_refused(snapshot):
            return
        yield List("Namespace", "", need=Need.OPTIONAL)
    elif request.selector:
        yield List("Namespace", "", label_selector=request.selector, need=Need.OPTIONAL)
    else:
        for name in request.namespaces:
            yield Get("Namespace", "", name, Need.OPTIONAL)
    for name in _places(request, snapshot):
        yield Get("Secret", name, request.source.name, Need.OPTIONAL)


def wanted_for_copy(request: CopyRequest, snapshot: Snapshot) -> Iterator[Read]:
    """All of the reads, where one cluster has both."""
    yield from wanted_of_source(request, snapshot)
    yield from wanted_of_copies(request, snapshot)


def _all_refused(snapshot: Snapshot) -> str:
    """Why the secrets of all namespaces could not be listed at once; "" if they could."""
    return snapshot.sight("Secret", "").why


def _places(request: CopyRequest, snapshot: Snapshot) -> list[str]:
    """The namespaces that are looked at one by one: those that were named first, in their order."""
    selected = sorted(snapshot.namespaces) if request.selector or request.everywhere else []
    return list(dict.fromkeys((*request.namespaces, *selected)))


def copies(request: CopyRequest, source: Snapshot, there: Snapshot) -> tuple[Copied, ...]:
    """How every destination stands.

    `source` has the origin, `there` the destinations: the same value where one cluster has both.

    Raises:
        PullSecretError: the origin is no pull secret, or nobody knows where to look.
    """
    origin = origin_of(request, source)
    check_type(origin)
    if request.everywhere:
        found = _marked(request, there)
    else:
        found = [_seen(request, there, name) for name in _selected(request, there)]
    return tuple(_compared(request, one, origin, there) for one in found if _apart(one, origin))


def unseen_places(request: CopyRequest, there: Snapshot) -> tuple[str, ...]:
    """Namespaces that may have a copy, and could not be looked into."""
    if not request.everywhere or not _all_refused(there):
        return ()
    name = request.source.name
    return tuple(
        place
        for place in sorted(there.namespaces)
        if (place, name) not in there.secrets and not there.sight("Secret", place).settles(name)
    )


def unseen_warning(request: CopyRequest, there: Snapshot) -> tuple[str, ...]:
    """What to say of namespaces that could not be looked into."""
    places = unseen_places(request, there)
    if not places:
        return ()
    many = f"{len(places)} namespaces" if len(places) > 1 else "a namespace"
    why = there.sight("Secret", places[0]).why
    return (f"{many} could not be looked into for copies, {places[0]} first: {why}",)


def verdict(copies: Sequence[Copied], unseen: Sequence[str]) -> ExitCode:
    """1 if a copy is not as its origin, 4 if not all could be seen, 3 if none, else 0."""
    bad = (CopyState.DRIFTED, CopyState.MISSING, CopyState.FOREIGN)
    if any(one.state in bad for one in copies):
        return ExitCode.FINDINGS
    unread = sum(one.state is CopyState.UNREADABLE for one in copies)
    if unread and unread == len(copies):
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if unread or unseen else ExitCode.FINE


def origin_of(request: CopyRequest, source: Snapshot) -> Secret:
    """The secret that is to be copied; it was read, or there is no snapshot."""
    return source.secrets[request.source.namespace, request.source.name]


def _marked(request: CopyRequest, there: Snapshot) -> list[Copied]:
    """Every copy that could be read.

    Raises:
        PullSecretError: neither all secrets nor the names of the namespaces may be listed.
    """
    if (why := _all_refused(there)) and not there.namespaces:
        raise PullSecretError(
            f"copies cannot be looked for in all namespaces: {why}",
            remedy="name the namespaces: --to-namespace a,b",
        )
    return [
        Copied(secret.ref, CopyState.CURRENT, secret)
        for (_, name), secret in sorted(there.secrets.items())
        if name == request.source.name and secret.copied_from == request.origin
    ]


def _selected(request: CopyRequest, there: Snapshot) -> list[str]:
    if request.selector and (why := there.sight("Namespace", "").why):
        raise PullSecretError(
            f"namespaces cannot be selected by their labels: {why}",
            remedy="name them: --to-namespace a,b",
        )
    places = _places(request, there)
    if not places:
        raise PullSecretError(f"no namespace has the labels {request.selector}")
    return places


def _seen(request: CopyRequest, there: Snapshot, place: str) -> Copied:
    """What is at a destination, not yet compared."""
    ref = request.source._replace(namespace=place)
    found = there.secrets.get((place, ref.name))
    if found is not None:
        return Copied(ref, CopyState.CURRENT, found)
    sight = there.sight("Secret", place)
    if sight.settles(ref.name):
        return Copied(ref, CopyState.MISSING)
    return Copied(ref, CopyState.UNREADABLE, why=sight.why)


def _apart(one: Copied, origin: Secret) -> bool:
    """Whether it is not the origin itself, as where a selector meets its namespace too."""
    return one.found is None or one.found.uid != origin.uid


def _compared(request: CopyRequest, one: Copied, origin: Secret, there: Snapshot) -> Copied:
    state, why = one.state, one.why
    if one.found is not None:
        state, why = _standing(request, one.found, origin)
    compared = one._replace(state=state, why=why)
    if state is CopyState.CURRENT:
        return compared
    obstacle, remedy = _obstacle(request, compared, origin, there)
    if not obstacle:
        return compared._replace(remedy=_REMEDIES.get(state, ""))
    if state is CopyState.FOREIGN and not request.force:
        remedy = "" if remedy == _ANEW else remedy
        return compared._replace(obstacle=f"{why}; {obstacle}", remedy=remedy)
    return compared._replace(obstacle=obstacle, remedy=remedy)


def _standing(request: CopyRequest, found: Secret, origin: Secret) -> tuple[CopyState, str]:
    same = found.type == origin.type and config_of(found) == config_of(origin)
    if found.copied_from == request.origin:
        return (CopyState.CURRENT, "") if same else (CopyState.DRIFTED, "")
    whose = f"a copy of {found.copied_from}" if found.copied_from else "not marked as a copy"
    content = ", with the same content" if same else ""
    ref = found.ref
    return CopyState.FOREIGN, f"{ref.namespace} has a secret/{ref.name} that is {whose}{content}"


def _obstacle(
    request: CopyRequest, one: Copied, origin: Secret, there: Snapshot
) -> tuple[str, str]:
    """Why a destination cannot be written, and what helps: refused, or soon undone."""
    ref, place = one.ref, there.namespaces.get(one.ref.namespace)
    if place is None and there.sight("Namespace", "").settles(ref.namespace):
        return f"there is no namespace {ref.namespace}", "create it first"
    if place is not None and place.terminating:
        return f"namespace {ref.namespace} is being deleted", ""
    if one.found is None:
        return "", ""
    has = f"{ref.namespace} has a secret/{ref.name}"
    if one.found.type != origin.type:
        return f"{has} of type {one.found.type}, which cannot become {origin.type}", _ANEW
    obstacle = obstacle_of(one.found, force=request.force)
    if obstacle is None or config_of(one.found) == config_of(origin):
        return "", ""
    return f"{has} that {obstacle.why}, and has another content", obstacle.remedy or _ANEW


def config_of(secret: Secret) -> bytes:
    """The value of the one data key that the kubelet reads."""
    return secret.data.get(DATA_KEYS.get(secret.type, ""), b"")
