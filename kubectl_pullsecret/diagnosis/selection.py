"""What a diagnosis looks at: named objects, a namespace, or everything that was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, OwnerRef, Pod, ServiceAccount, Workload
from kubectl_pullsecret.facts.pods import may_wait
from kubectl_pullsecret.facts.snapshot import NO_QUIET, Quiet, Snapshot

_Named = TypeVar("_Named", Pod, Workload, ServiceAccount)


class Selection(NamedTuple):
    """The targets of one run. A target without a namespace means: wherever it is in the input."""

    targets: tuple[ObjectRef, ...] = ()
    namespace: str | None = None  # None: all that was seen
    healthy: bool = False  # also what may fail at the next pull


class Selected(NamedTuple):
    """The objects to judge, and whether the user named them.

    `workloads` are the top owners that were seen, or the ones that the user named.
    """

    pods: tuple[Pod, ...]
    workloads: tuple[Workload, ...]
    accounts: tuple[ServiceAccount, ...] = ()
    named: bool = False
    ask_all: bool = False  # also what runs, and templates: somebody wants to know what may fail
    missing: tuple[ObjectRef, ...] = ()  # targets that are not there, or not the only ones
    quiet: Quiet = NO_QUIET  # further pods, which nothing keeps from running

    @property
    def judged_pods(self) -> list[Pod]:
        """The pods that are worth a look: live and offline must take the same."""
        return [pod for pod in self.pods if self.ask_all or may_wait(pod)]


class Owners:
    """Who owns whom, for a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._pods = snapshot.pods
        self._by_uid = {w.uid: w for w in snapshot.workloads.values() if w.uid}
        self._by_ref = snapshot.workloads

    def chain(self, namespace: str, owner: OwnerRef | None) -> Iterator[Workload]:
        """The known owners above an object, nearest first; stops at a loop or at the unknown."""
        seen: set[ObjectRef] = set()
        while owner is not None:
            workload = self._find(namespace, owner)
            if workload is None or workload.ref in seen:
                return
            seen.add(workload.ref)
            yield workload
            owner = workload.owner

    def _find(self, namespace: str, owner: OwnerRef) -> Workload | None:
        if found := self._by_uid.get(owner.uid):
            return found
        named = self._by_ref.get(ObjectRef(owner.kind, namespace, owner.name))
        if named is not None:
            return named if _may_be(named, owner) else None
        return self._above_unseen(namespace, owner)

    def _above_unseen(self, namespace: str, owner: OwnerRef) -> Workload | None:
        """The Deployment of a ReplicaSet that was not seen: its name and a hash make the set's."""
        name, _, hashed = owner.name.rpartition("-")
        if owner.kind != "ReplicaSet" or not 5 <= len(hashed) <= 10:
            return None
        return self._by_ref.get(ObjectRef("Deployment", namespace, name))

    def top(self, pod: Pod) -> tuple[Workload | None, OwnerRef | None]:
        """The highest known owner with a pod template, and the highest owner, known or not."""
        if pod.mirror:
            return None, None  # the node owns it, and is not to blame
        root, highest = None, pod.owner
        for workload in self.chain(pod.ref.namespace, pod.owner):
            root = workload if workload.template is not None else root
            highest = workload.owner or OwnerRef(
                workload.api_version, workload.ref.kind, workload.ref.name, workload.uid
            )
        return root, highest

    def is_top(self, workload: Workload) -> bool:
        """Whether nobody that was seen owns it; an owner that was not seen cannot be judged."""
        return next(self.chain(workload.ref.namespace, workload.owner), None) is None

    def with_pods(self) -> frozenset[ObjectRef]:
        """The workloads that stand above at least one pod."""
        return frozenset(w.ref for p in self._pods for w in self.chain(p.ref.namespace, p.owner))

    def images_of_pods(self) -> dict[ObjectRef, frozenset[str]]:
        """The workloads that stand above pods, and the images of those that have not ended."""
        images: defaultdict[ObjectRef, set[str]] = defaultdict(set)
        for pod in self._pods:
            used = () if pod.ended else [use.image for use in pod.spec.images]
            for workload in self.chain(pod.ref.namespace, pod.owner):
                images[workload.ref].update(used)
        return {ref: frozenset(found) for ref, found in images.items()}

    def owns(self, workload: Workload, pod: Pod) -> bool:
        """Whether a workload stands anywhere above a pod."""
        return any(w.ref == workload.ref for w in self.chain(pod.ref.namespace, pod.owner))


def _may_be(workload: Workload, owner: OwnerRef) -> bool:
    """Whether an object of this name is the owner: of its group, and not made anew since."""
    groups = {version.rpartition("/")[0] for version in (workload.api_version, owner.api_version)}
    same_group = len(groups) == 1 or not (workload.api_version and owner.api_version)
    return same_group and (not workload.uid or not owner.uid or workload.uid == owner.uid)


def select(snapshot: Snapshot, selection: Selection, owners: Owners) -> Selected:
    """The pods, templates and accounts to judge.

    Raises PullSecretError for a target that is not there.
    """
    if not selection.targets:
        everything = _everything(snapshot, selection.namespace, owners)
        return everything._replace(ask_all=selection.healthy)
    found, missing = _find_all(snapshot, selection, owners)
    named = any(target.kind != "Namespace" for target in selection.targets)
    return Selected(
        pods=_once(pod for one in found for pod in one.pods),
        workloads=_once(workload for one in found for workload in one.workloads),
        accounts=_once(account for one in found for account in one.accounts),
        named=named,
        ask_all=named or selection.healthy,
        quiet=Quiet.together(one.quiet for one in found),
        missing=missing,
    )


def _find_all(
    snapshot: Snapshot, selection: Selection, owners: Owners
) -> tuple[list[Selected], tuple[ObjectRef, ...]]:
    """What each target stands for, and of several the targets that stand for nothing."""
    tried = {one: _try(snapshot, one, selection.namespace, owners) for one in selection.targets}
    found = [one for one in tried.values() if isinstance(one, Selected)]
    errors = {target: one for target, one in tried.items() if isinstance(one, PullSecretError)}
    if not found:
        raise next(iter(errors.values()))
    return found, tuple(errors)


def _try(
    snapshot: Snapshot, target: ObjectRef, namespace: str | None, owners: Owners
) -> Selected | PullSecretError:
    try:
        return _find(snapshot, target, namespace, owners)
    except PullSecretError as error:
        return error


def _once(found: Iterable[_Named]) -> tuple[_Named, ...]:
    """Each object once, in the order in which it was named first."""
    return tuple({one.ref: one for one in found}.values())


def _everything(snapshot: Snapshot, namespace: str | None, owners: Owners) -> Selected:
    if namespace is not None and snapshot.live is None:
        _check_seen(snapshot, namespace)
    pods = tuple(p for p in snapshot.pods if namespace in (None, p.ref.namespace))
    workloads = (
        one for one in snapshot.workloads.values() if namespace in (None, one.ref.namespace)
    )
    tops = tuple(one for one in workloads if owners.is_top(one))
    return Selected(pods, tops, quiet=snapshot.quiet(namespace))


def _find(snapshot: Snapshot, target: ObjectRef, namespace: str | None, owners: Owners) -> Selected:
    if target.kind == "Namespace":
        return _everything(snapshot, target.name, owners)
    found = find_target(snapshot, target, namespace)
    if isinstance(found, Pod):
        return Selected((found,), ())
    if isinstance(found, ServiceAccount):
        return Selected((), (), (found,))
    pods = tuple(pod for pod in snapshot.pods if owners.owns(found, pod))
    return Selected(pods, (found,))


def find_target(
    snapshot: Snapshot, target: ObjectRef, namespace: str | None
) -> Pod | Workload | ServiceAccount:
    """The one pod, workload or account that a target means.

    Its own namespace counts, then `namespace`; without either it may be anywhere. Raises
    PullSecretError where it is not in the snapshot, or is there several times.
    """
    where, live = target.namespace or namespace, snapshot.live is not None
    if target.kind == "Pod":
        return _one([p for p in snapshot.pods if p.ref.name == target.name], target, where, live)
    if target.kind == "ServiceAccount":
        accounts = snapshot.accounts.values()
        return _one([a for a in accounts if a.ref.name == target.name], target, where, live)
    kind_and_name = (target.kind, target.name)
    workloads = snapshot.workloads.values()
    named = [w for w in workloads if (w.ref.kind, w.ref.name) == kind_and_name]
    return _one(named, target, where, live)


def _check_seen(snapshot: Snapshot, namespace: str) -> None:
    """Raise PullSecretError for a namespace of which nothing was seen: silence is no clean bill."""
    seen = {ref.namespace for ref in snapshot.workloads} | {p.ref.namespace for p in snapshot.pods}
    seen |= {namespace for namespace, _ in (*snapshot.accounts, *snapshot.secrets)}
    if namespace not in seen:
        there = ", ".join(sorted(seen)[:5]) + (", …" if len(seen) > 5 else "")
        remedy = f"it has {there}" if seen else ""
        raise PullSecretError(f"nothing of namespace {namespace} is in the input", remedy=remedy)


def _one(found: list[_Named], target: ObjectRef, namespace: str | None, live: bool) -> _Named:
    """The one object that a target means."""
    here = [item for item in found if namespace in (None, item.ref.namespace)]
    if len(here) == 1:
        return here[0]
    name = display(target)
    if not here:
        where = f" in namespace {namespace}" if namespace else ""
        others = ", ".join(sorted(item.ref.namespace for item in found)[:5])
        remedy = f"it is in {others}: add -n {found[0].ref.namespace}" if found else ""
        what = "was not found" if live else "is not in the input"
        raise PullSecretError(f"{name} {what}{where}", remedy=remedy)
    namespaces = ", ".join(sorted(item.ref.namespace for item in here))
    raise PullSecretError(
        f"{name} is in several namespaces of the input: {namespaces}", remedy="say which with -n"
    )
