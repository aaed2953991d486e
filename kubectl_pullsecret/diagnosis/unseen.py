"""What was not seen, and what would show it: files lack it, a server refuses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.facts.kinds import plural
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reads import Get, Refusal
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Incomplete

NOTHING_KNOWN = "not seen: nothing is known of it"  # of a secret that somebody names


def what_helps(snapshot: Snapshot, kind: str, namespace: str) -> str:
    """Why objects of a kind were not seen, or what would show them."""
    if snapshot.live is None:
        return "add it to the input"
    return snapshot.sight(kind, namespace).why or "it was not read"


def missing_target(target: ObjectRef) -> Incomplete:
    """One of several targets, of which nothing can be said."""
    resource = f"{plural(target.kind)}/{target.name}"
    return Incomplete("get", resource, target.namespace, "it was not found")


def unseen_of_running(cases: Iterable[Case]) -> Iterator[Incomplete]:
    """The secrets on which the next pulls hang, and of which nothing is known; each once."""
    unseen = {(case.namespace, one.name): case.snapshot for case in cases for one in case.unseen}
    for (namespace, name), snapshot in unseen.items():
        why = f"whether pods would pull with it again; {what_helps(snapshot, 'Secret', namespace)}"
        yield Incomplete("get", f"secrets/{name}", namespace, why)


def refused(snapshot: Snapshot) -> tuple[Incomplete, ...]:
    """The reads that the server did not answer, each once."""
    return tuple(dict.fromkeys(map(_incomplete, _refusals(snapshot))))


def refused_beside(snapshot: Snapshot) -> tuple[Incomplete, ...]:
    """Those of the refused reads that no case tells of: all but secrets and accounts by name."""
    return tuple(_incomplete(one) for one in _refusals(snapshot) if not _told_by_case(one))


def _refusals(snapshot: Snapshot) -> tuple[Refusal, ...]:
    return snapshot.live.refusals if snapshot.live is not None else ()


def _told_by_case(refusal: Refusal) -> bool:
    read = refusal.read
    return isinstance(read, Get) and read.kind in ("Secret", "ServiceAccount")


def _incomplete(refusal: Refusal) -> Incomplete:
    """A refused read as the report has it: the verb and the resource that would help."""
    read = refusal.read
    if isinstance(read, Get):
        resource = f"{plural(read.kind)}/{read.name}"
        return Incomplete("get", resource, read.namespace, refusal.why)
    return Incomplete("list", plural(read.kind), read.namespace, refusal.why)
