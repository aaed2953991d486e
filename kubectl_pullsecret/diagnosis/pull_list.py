"""Which pull secrets a pod, a workload or an account really gets, in the kubelet's order.

Sources: ServiceAccount admission (admission.go, Kubernetes 1.34: the account's names are copied
into a new pod that lists none, lists are never merged) and the kubelet (kubelet_pods.go: the pod's
own namespace only, empty names are skipped).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubectl_pullsecret.diagnosis.inventory import is_meant
from kubectl_pullsecret.diagnosis.known import named_secret
from kubectl_pullsecret.diagnosis.offer import NamedSecret, Presence
from kubectl_pullsecret.diagnosis.selection import find_target
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Pod, PodSpec, Secret, ServiceAccount
from kubectl_pullsecret.facts.reads import List
from kubectl_pullsecret.facts.snapshot import Completeness, Snapshot


class PullList(NamedTuple):
    """The secrets that are asked, and whose list it is."""

    namespace: str
    subject: ObjectRef | None  # None: every pull secret of the namespace, in order of name
    source: ObjectRef | None  # whose list it is: the subject itself, or its ServiceAccount
    named: tuple[NamedSecret, ...]
    unlisted: tuple[Secret, ...] = ()  # the namespace's further pull secrets, in order of name
    unseen: str = ""  # why the list itself is not known; then `named` is empty

    @property
    def complete(self) -> bool:
        """Whether the list and everything on it was seen, or is known not to exist."""
        return not self.unseen and all(n.presence is not Presence.UNSEEN for n in self.named)


def pull_list(snapshot: Snapshot, namespace: str | None, target: ObjectRef | None) -> PullList:
    """The pull secrets of a target, or without one of a namespace.

    `target.namespace` may be "": wherever it is in the snapshot. Without `namespace` the only one
    that has secrets is taken, else `default`.

    Raises:
        PullSecretError: the target was not seen, is of a kind without pull secrets, or its name
            stands for objects in several namespaces; or nobody said which namespace is meant.
    """
    if target is None:
        return _of_namespace(snapshot, namespace or _only_namespace(snapshot))
    found = find_target(snapshot, target, namespace)
    if isinstance(found, Pod):
        return _of_pod(snapshot, found)
    if isinstance(found, ServiceAccount):
        return _of_account(snapshot, found.ref, found.ref)
    if found.template is None:
        raise PullSecretError(
            f"{display(found.ref)} has no pod template that this tool knows",
            remedy="name one of its pods",
        )
    return _of_spec(snapshot, found.ref, found.template)


def _only_namespace(snapshot: Snapshot) -> str:
    seen = {namespace for namespace, _ in snapshot.secrets}
    if len(seen) > 1 and "default" not in seen:
        raise PullSecretError(
            f"the input has secrets in several namespaces: {', '.join(sorted(seen))}",
            remedy="say which one with -n",
        )
    return seen.pop() if len(seen) == 1 else "default"


def _of_namespace(snapshot: Snapshot, namespace: str) -> PullList:
    named = tuple(
        NamedSecret(secret.ref.name, Presence.READ, secret)
        for secret in _secrets_of(snapshot, namespace)
    )
    unseen = "" if named else _why_none(snapshot, namespace)
    return PullList(namespace, None, None, named, unseen=unseen)


def _why_none(snapshot: Snapshot, namespace: str) -> str:
    """Why no pull secret of a namespace was seen; "" where it has none."""
    if snapshot.live is not None:  # listed by type, so the sight of all Secrets says nothing
        return next(
            (
                f"pull secrets could not be read: {refusal.why}"
                for refusal in snapshot.live.refusals
                if isinstance(refusal.read, List) and refusal.read.kind == "Secret"
            ),
            "",
        )
    seen = snapshot.sight("Secret", namespace).completeness is Completeness.COMPLETE
    return "" if seen else f"no Secret of namespace {namespace} is in the input"


def _secrets_of(snapshot: Snapshot, namespace: str) -> list[Secret]:
    """The namespace's secrets that are or were meant as pull secrets, by name."""
    secrets = (secret for (home, _), secret in snapshot.secrets.items() if home == namespace)
    return sorted(filter(is_meant, secrets), key=lambda secret: secret.ref.name)


def _of_pod(snapshot: Snapshot, pod: Pod) -> PullList:
    if pod.live:  # admission has been: what the pod does not list it does not get
        return _listing(snapshot, pod.ref, pod.ref, pod.spec.pull_secrets)
    return _of_spec(snapshot, pod.ref, pod.spec)


def _of_spec(snapshot: Snapshot, subject: ObjectRef, spec: PodSpec) -> PullList:
    """What a pod made from this spec gets: an entry with an empty name counts as a list."""
    if spec.pull_secrets:
        return _listing(snapshot, subject, subject, spec.pull_secrets)
    account = ObjectRef("ServiceAccount", subject.namespace, spec.account_name)
    return _of_account(snapshot, subject, account)


def _of_account(snapshot: Snapshot, subject: ObjectRef, account: ObjectRef) -> PullList:
    seen = snapshot.accounts.get((account.namespace, account.name))
    if seen is None:
        gone = snapshot.sight("ServiceAccount", account.namespace).settles(account.name)
        why = f"{display(account)} {'does not exist: no pod is made' if gone else 'was not seen'}"
        return PullList(subject.namespace, subject, account, (), unseen=why)
    return _listing(snapshot, subject, account, seen.pull_secrets)


def _listing(
    snapshot: Snapshot, subject: ObjectRef, source: ObjectRef, names: Iterable[str]
) -> PullList:
    listed = [name for name in names if name]
    named = tuple(named_secret(snapshot, subject.namespace, name) for name in listed)
    unlisted = (s for s in _secrets_of(snapshot, subject.namespace) if s.ref.name not in listed)
    return PullList(subject.namespace, subject, source, named, tuple(unlisted))
