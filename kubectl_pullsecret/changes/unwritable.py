"""Which Secrets cannot be written, or not for long, and what to do instead. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_pullsecret.changes.entries import Chosen
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.credentials.payload import DATA_KEYS
from kubectl_pullsecret.credentials.registry_key import registry_key
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.facts.ownership import ADVICE
from kubectl_pullsecret.facts.reads import List, Need, Read
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Attach, Create, Detach, Fix, Rewrap

# They write a Secret anew within minutes; other managers only when somebody deploys.
REWRITERS = ("External Secrets", "Sealed Secrets", "Reflector")
_USERS = ("ServiceAccount", "Deployment", "StatefulSet", "DaemonSet", "CronJob")
_MOST_USERS = 5
_LONGEST_NAME = 240


def wanted_for_refusal(existing: Secret) -> Iterator[Read]:
    """Who lists a Secret that must be made anew under another name."""
    if existing.immutable or existing.type not in DATA_KEYS:
        for kind in _USERS:
            yield List(kind, existing.ref.namespace, need=Need.OPTIONAL)


def check_type(existing: Secret, chosen: Chosen, from_secret: str, snapshot: Snapshot) -> None:
    """Raise RefusedPlanError for a Secret that can never be a pull secret."""
    if existing.type not in DATA_KEYS:
        why = f"{display(existing.ref)} is of type {existing.type}, and a type cannot change"
        raise _refusal(existing, why, chosen, from_secret, snapshot)


class Obstacle(NamedTuple):
    """Why the content of a Secret cannot change, or not for long."""

    why: str  # goes on after its name: "is immutable"
    remedy: str = ""  # "": it must be made anew


def obstacle_of(existing: Secret, *, force: bool) -> Obstacle | None:
    """What keeps a Secret from being written; `force` writes what a controller writes again."""
    if existing.immutable:
        return Obstacle("is immutable")
    manager = next((one for one in existing.managed_by if one in REWRITERS), None)
    if manager is None or force:
        return None
    return Obstacle(
        f"is written by {manager}, which would undo the change",
        f"{ADVICE[manager]}; --force writes it all the same",
    )


def would_not_last(existing: Secret) -> Iterator[str]:
    """A warning for each controller that may write a Secret again."""
    place = f" in {existing.ref.namespace}" if existing.ref.namespace else ""
    for manager in existing.managed_by:
        yield f"{manager} manages {display(existing.ref)}{place}: {ADVICE[manager]}"


def check_writable(
    existing: Secret, chosen: Chosen, from_secret: str, snapshot: Snapshot, *, force: bool
) -> None:
    """Raise RefusedPlanError for a Secret whose content cannot change, or not for long."""
    obstacle = obstacle_of(existing, force=force)
    if obstacle is None:
        return
    why = f"{display(existing.ref)} {obstacle.why}"
    if not obstacle.remedy:
        raise _refusal(existing, why, chosen, from_secret, snapshot)
    raise RefusedPlanError(why, remedy=obstacle.remedy)


def _refusal(
    existing: Secret, why: str, chosen: Chosen, from_secret: str, snapshot: Snapshot
) -> RefusedPlanError:
    name = f"{existing.ref.name[:_LONGEST_NAME]}-2"
    fixes = (*_anew(existing.ref, name, chosen, from_secret), *_moved(existing, name, snapshot))
    remedy = f"create another one, such as {name}, attach it and detach {existing.ref.name}"
    remedy += ":" if fixes else ""
    return RefusedPlanError(why, remedy=remedy, fixes=fixes)


def _anew(old: ObjectRef, name: str, chosen: Chosen, from_secret: str) -> Iterator[Fix]:
    """The same wish under another name."""
    if from_secret:
        renames = tuple((key, new) for key, new in chosen.meant.items() if registry_key(key) != new)
        yield Rewrap(old.namespace, name, from_secret, renames)
    elif len(chosen.entries) == 1:
        ((key, entry),) = chosen.entries.items()
        yield Create(old.namespace, name, key, entry.username)


def _moved(existing: Secret, name: str, snapshot: Snapshot) -> Iterator[Fix]:
    """Who lists the old one gets the new one, and then loses the old."""
    for user in _users(existing.ref, snapshot)[:_MOST_USERS]:
        yield Attach(user, (name,))
        yield Detach(user, (existing.ref.name,))


def _users(ref: ObjectRef, snapshot: Snapshot) -> list[ObjectRef]:
    accounts = [one.ref for one in snapshot.accounts.values() if ref.name in one.pull_secrets]
    workloads = [
        one.ref
        for one in snapshot.workloads.values()
        if one.template is not None and ref.name in one.template.pull_secrets and one.owner is None
    ]
    return [one for one in (*accounts, *workloads) if one.namespace == ref.namespace]
