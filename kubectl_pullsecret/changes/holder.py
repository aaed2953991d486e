"""Whose list of pull secrets is changed for a target: its own, or that of an owner above it.

A pod's list cannot change, nor can a Job's template: both are immutable (Kubernetes 1.34, pod and
job validation). What an owner above a workload writes into it would undo a change there.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.diagnosis.selection import Owners, find_target
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import KindInfo, display, kind_info
from kubectl_pullsecret.facts.objects import (
    ObjectRef,
    OwnerRef,
    Pod,
    PodSpec,
    ServiceAccount,
    Workload,
)
from kubectl_pullsecret.facts.ownership import ADVICE
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Attach, Detach, Fix


class Holder(NamedTuple):
    """The object that has the list."""

    ref: ObjectRef
    resource: KindInfo
    uid: str
    place: str  # of the list: "" the object's own, else of the pod spec that has it
    names: tuple[str, ...]
    found: Pod | Workload | ServiceAccount
    managed_by: tuple[str, ...] = ()

    @property
    def spec(self) -> PodSpec | None:
        """The pod spec that has the list; None of an account."""
        if isinstance(self.found, Workload):
            return self.found.template
        return self.found.spec if isinstance(self.found, Pod) else None

    @property
    def account(self) -> ObjectRef:
        """The account itself, or the one of the spec."""
        if self.spec is None:
            return self.ref
        return ObjectRef("ServiceAccount", self.ref.namespace, self.spec.account_name)


def find_holder(
    snapshot: Snapshot, target: ObjectRef, wish: Attach | Detach, *, force: bool
) -> Holder:
    """The object whose list has to change, so that the target's next pod gets another one.

    `wish` is what the user wants of the target: what is refused is proposed for the account.

    Raises:
        RefusedPlanError: nobody can change it, or a change would not last (unless `force`).
    """
    foreign = snapshot.live is not None and kind_info(target.kind) is None
    if foreign and target not in snapshot.workloads:  # it was read, else that had been an error
        raise _without_template(target)
    found = find_target(snapshot, target, target.namespace)
    if isinstance(found, ServiceAccount):
        return _account(found)
    if isinstance(found, Pod):
        return _of_pod(snapshot, found, wish, force)
    return _of_workload(snapshot, found, wish, force)


def _account(found: ServiceAccount) -> Holder:
    info = kind_info("ServiceAccount")
    assert info is not None
    return Holder(found.ref, info, found.uid, "", found.pull_secrets, found, found.managed_by)


def _of_pod(snapshot: Snapshot, pod: Pod, wish: Attach | Detach, force: bool) -> Holder:
    if pod.mirror:
        raise RefusedPlanError(
            f"{display(pod.ref)} is a static pod: its node made it, and it cannot use Secrets",
            remedy="give the node a credential of its own",
        )
    if pod.owner is None:
        info = kind_info("Pod")
        assert info is not None
        return Holder(pod.ref, info, pod.uid, "spec", pod.spec.pull_secrets, pod)
    root, highest = Owners(snapshot).top(pod)
    if root is None:
        raise _unknown_owner(snapshot, pod, highest or pod.owner, wish)
    holder = _of_workload(snapshot, root, wish, force)
    if holder.managed_by and not force and not _own_list(holder):
        raise _would_be_undone(holder, wish)
    return holder


def _own_list(holder: Holder) -> bool:
    """Whether the template hides the account's list: then the account cannot help.

    An entry without a name is one, too (ServiceAccount admission, admission.go, asks for length).
    """
    return bool(holder.names)


def _of_workload(
    snapshot: Snapshot, workload: Workload, wish: Attach | Detach, force: bool
) -> Holder:
    """The highest owner with a template: whoever is below it is written by it."""
    above = list(Owners(snapshot).chain(workload.ref.namespace, workload.owner))
    line = [one for one in (workload, *above) if one.template is not None]
    if not line:
        raise _without_template(workload.ref)
    top = line[-1]
    controller = (above[-1] if above else workload).owner
    if controller is not None and not force:
        raise _controlled(top, controller, wish)
    info = snapshot.resource(top.api_version, top.ref.kind)
    if info is None:  # from files, where nothing is sent
        kind = top.ref.kind
        info = KindInfo(kind, kind.lower(), top.api_version.rpartition("/")[0], kind.lower())
    assert top.template is not None
    names = top.template.pull_secrets
    return Holder(top.ref, info, top.uid, top.place, names, top, top.managed_by)


def _without_template(ref: ObjectRef) -> PullSecretError:
    return PullSecretError(
        f"{display(ref)} has no pod template that this tool knows",
        remedy="name one of its pods, or its ServiceAccount",
    )


def _for_account(namespace: str, spec: PodSpec, wish: Attach | Detach) -> tuple[Fix, ...]:
    """The same wish for the account, which reaches new pods; it may list other secrets."""
    account = ObjectRef("ServiceAccount", namespace, spec.account_name)
    if isinstance(wish, Attach):
        return (Attach(account, wish.secrets, restart=True),)
    return (Detach(account, wish.secrets),) if wish.secrets else ()


def _would_be_undone(holder: Holder, wish: Attach | Detach) -> RefusedPlanError:
    managers = ", ".join(holder.managed_by)
    advice = "; ".join(ADVICE[name] for name in holder.managed_by)
    assert holder.spec is not None
    return RefusedPlanError(
        f"{managers} manages {display(holder.ref)} and would undo a change there: {advice}",
        remedy="--force does it all the same, or change the ServiceAccount:",
        fixes=_for_account(holder.ref.namespace, holder.spec, wish),
    )


def _controlled(top: Workload, controller: OwnerRef, wish: Attach | Detach) -> RefusedPlanError:
    above = display(ObjectRef(controller.kind, top.ref.namespace, controller.name))
    assert top.template is not None
    message = f"{above} controls {display(top.ref)} and would undo a change there"
    remedy = f"change it in {above}, or with --force"
    if top.template.pull_secrets:  # they hide the account's
        return RefusedPlanError(message, remedy=remedy)
    fixes = _for_account(top.ref.namespace, top.template, wish)
    return RefusedPlanError(message, remedy=f"{remedy}, or change the ServiceAccount:", fixes=fixes)


def _unknown_owner(
    snapshot: Snapshot, pod: Pod, owner: OwnerRef, wish: Attach | Detach
) -> RefusedPlanError:
    above = display(ObjectRef(owner.kind, pod.ref.namespace, owner.name))
    refused = snapshot.sight(owner.kind, pod.ref.namespace).why
    why = f"could not be read: {refused}" if refused else "has no pod template that is known here"
    return RefusedPlanError(
        f"a pod's list cannot be changed, and {above}, which made {display(pod.ref)}, {why}",
        remedy=f"change the template in {above}, or the ServiceAccount:",
        fixes=_for_account(pod.ref.namespace, pod.spec, wish),
    )
