"""Who uses a pull secret: the accounts, workloads and pods of its namespace that name it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kubectl_pullsecret.facts.objects import ObjectRef, Workload
from kubectl_pullsecret.facts.snapshot import Completeness, Snapshot

_USER_KINDS = ("ServiceAccount", "Pod")  # without these, "nobody uses it" would be a guess


class Users(NamedTuple):
    """Who names a secret in imagePullSecrets. A pod names its account's since it was created."""

    accounts: tuple[ObjectRef, ...] = ()
    workloads: tuple[ObjectRef, ...] = ()  # whose template names it; of an owner's chain the top
    pods: tuple[ObjectRef, ...] = ()
    unseen: tuple[str, ...] = ()  # kinds of the namespace that were not seen as a whole

    @property
    def nobody(self) -> bool:
        """Whether nobody that was seen names it."""
        return not (self.accounts or self.workloads or self.pods)


class Usage:
    """An index of a snapshot: (namespace, secret) to those that name it."""

    def __init__(
        self, users: Mapping[tuple[str, str], list[ObjectRef]], snapshot: Snapshot
    ) -> None:
        self._users = users
        self._snapshot = snapshot

    @classmethod
    def of(cls, snapshot: Snapshot) -> Usage:
        """Go over the snapshot once."""
        users: defaultdict[tuple[str, str], list[ObjectRef]] = defaultdict(list)
        for user, names in _lists(snapshot):
            for name in dict.fromkeys(names):
                users[user.namespace, name].append(user)
        return cls(users, snapshot)

    def of_secret(self, namespace: str, name: str) -> Users:
        """Who names this secret, in order of kind and name."""
        found = sorted(self._users.get((namespace, name), ()), key=lambda r: (r.kind, r.name))
        return Users(
            accounts=tuple(ref for ref in found if ref.kind == "ServiceAccount"),
            workloads=tuple(ref for ref in found if ref.kind not in _USER_KINDS),
            pods=tuple(ref for ref in found if ref.kind == "Pod"),
            unseen=tuple(kind for kind in _USER_KINDS if not self._whole(kind, namespace)),
        )

    def _whole(self, kind: str, namespace: str) -> bool:
        return self._snapshot.sight(kind, namespace).completeness is Completeness.COMPLETE


def _lists(snapshot: Snapshot) -> Iterator[tuple[ObjectRef, tuple[str, ...]]]:
    """Everything that has a list of pull secrets, with the list."""
    for pod in snapshot.pods:
        yield pod.ref, pod.spec.pull_secrets
    for account in snapshot.accounts.values():
        yield account.ref, account.pull_secrets
    for ref, workload in snapshot.workloads.items():
        if workload.template is not None and not _stands_for_owner(workload, snapshot):
            yield ref, workload.template.pull_secrets


def _stands_for_owner(workload: Workload, snapshot: Snapshot) -> bool:
    """Whether its owner, which was seen too, made its template: a Deployment's ReplicaSet."""
    owner = workload.owner
    if owner is None:
        return False
    return ObjectRef(owner.kind, workload.ref.namespace, owner.name) in snapshot.workloads
