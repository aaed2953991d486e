"""Detach: a plan that takes pull secrets from an account or a template. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.changes.attach import change, effective, images_of, led, managed
from kubectl_pullsecret.changes.choosing import Secrets, image_references
from kubectl_pullsecret.changes.holder import Holder, find_holder
from kubectl_pullsecret.changes.plan import Edit, Plan
from kubectl_pullsecret.changes.reach import Reach, reach
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.changes.wanted import wanted_for_list
from kubectl_pullsecret.diagnosis.wanted import named_secrets
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Pod, Workload
from kubectl_pullsecret.facts.reads import Read
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Detach


class DetachRequest(NamedTuple):
    """What the user wants."""

    target: ObjectRef  # with its namespace
    secrets: tuple[str, ...]
    all_missing: bool = False  # every reference to a secret that is not there
    force: bool = False  # even where it would not last
    recreate: bool = False  # of a pod without owner: delete it and create it again
    api_version: str = ""  # of a target whose kind only discovery knows


def wanted_for_detach(request: DetachRequest, snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `detach`: the target, its owners and pods, and every listed secret."""
    yield from wanted_for_list(request.target, request.api_version, snapshot)
    namespace = request.target.namespace
    for workload in snapshot.workloads.values():
        if workload.template is not None:
            yield from named_secrets(namespace, workload.template.pull_secrets)


def plan_detach(request: DetachRequest, snapshot: Snapshot, *, now: datetime) -> Plan:
    """Take the secrets away from whoever holds the target's list; what is not on it is done.

    Raises:
        RefusedPlanError: the list cannot change.
        PullSecretError: the target is not there.
    """
    wish = Detach(request.target, request.secrets)
    holder = find_holder(snapshot, request.target, wish, force=request.force)
    secrets = Secrets(snapshot, request.target.namespace, now)
    gone = set(request.secrets)
    if request.all_missing:
        _check_sight(holder, secrets)
        gone |= {name for name in holder.names if secrets.missing(name)}
    edit = Edit(gone=frozenset(gone))
    after = edit.of(holder.names)
    if after == holder.names:
        return Plan((), unchanged=(holder.ref,), follows=led(request.target, holder))
    reached = Reach()
    if snapshot.live is not None:
        held = holder._replace(names=after)
        reached = reach(held, snapshot, changed=True, restart=False, now=now)
    return Plan(
        steps=(change(holder, edit, request.recreate, snapshot),),
        warnings=(*_needed(holder, after, secrets), *managed(holder, snapshot)),
        follows=(*led(request.target, holder), *_account_again(holder, after), *reached.follows),
    )


def _check_sight(holder: Holder, secrets: Secrets) -> None:
    """What was not seen is not missing.

    Raises:
        RefusedPlanError: of a listed secret nobody knows whether it is there.
    """
    for name in holder.names:
        if name and secrets.content(name) is None and not secrets.missing(name):
            why = secrets.why_unseen() or "it was not seen"
            raise RefusedPlanError(
                f"whether secret/{name} is missing is not known: {why}",
                remedy="name the secrets to detach instead of --all-missing",
            )


def _needed(holder: Holder, after: Sequence[str], secrets: Secrets) -> Iterator[str]:
    """Warn of images that only a detached secret serves."""
    gone = [name for name in dict.fromkeys(holder.names) if name not in after]
    then = effective(holder._replace(names=tuple(after)), secrets.snapshot)
    for image in image_references(images_of(holder, secrets.snapshot)):
        serving = [name for name in gone if secrets.serves(name, image)]
        if serving and not any(secrets.serves(name, image) for name in then):
            lost = ", ".join(f"secret/{name}" for name in serving)
            yield f"{image.repository} is still needed, and only {lost} serves it"


def _account_again(holder: Holder, after: Sequence[str]) -> tuple[str, ...]:
    if after or not isinstance(holder.found, Workload | Pod):
        return ()
    return (f"without a list of its own it gets that of {display(holder.account)}",)
