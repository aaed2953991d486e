"""Which images each auth entry is there for: what pods and workloads pull with it. Pure.

Pull lists are the kubelet's (`pull_list`), and what an entry serves is the keyring's. Malformed
secrets are left aside as if they were mended.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kubectl_pullsecret.credentials import Payload, PullSecret
from kubectl_pullsecret.credentials.candidates import CandidateIndex
from kubectl_pullsecret.credentials.keyring import Keyring
from kubectl_pullsecret.facts.objects import ObjectRef, PodSpec, Secret
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import Reference


class EntryPlace(NamedTuple):
    """Where one auth entry stands."""

    namespace: str
    secret: str
    key: str  # as written: in one secret no two entries have the same


ImagesOf = Mapping[EntryPlace, tuple[Reference, ...]]


def images_in_use(snapshot: Snapshot, namespaces: Iterable[str]) -> ImagesOf:
    """The distinct images that pods and workloads of these namespaces pull with each entry."""
    wanted = frozenset(namespaces)
    images: defaultdict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for namespace, spec, names in _specs(snapshot):
        if names and namespace in wanted:
            images[namespace, names].update(use.image for use in spec.images)
    found: defaultdict[EntryPlace, set[Reference]] = defaultdict(set)
    for (namespace, names), written in images.items():
        keyring = Keyring(_readable(snapshot, namespace, names))
        for reference in filter(None, map(Reference.parse_or_none, written)):
            for credential in keyring.lookup(reference):
                place = EntryPlace(namespace, credential.secret, credential.entry.key)
                found[place].add(reference)
    return {place: _ordered(references) for place, references in found.items()}


def images_served(secrets: Iterable[Secret], references: Iterable[Reference]) -> ImagesOf:
    """Which of these images each entry serves, every secret taken alone."""
    index = CandidateIndex.of(secret.pull_secret for secret in secrets)
    found: defaultdict[EntryPlace, list[Reference]] = defaultdict(list)
    for reference in references:
        for secret, entry in index.serving(reference):
            found[EntryPlace(secret.namespace, secret.name, entry.key)].append(reference)
    return {place: tuple(served) for place, served in found.items()}


def _specs(snapshot: Snapshot) -> Iterator[tuple[str, PodSpec, tuple[str, ...]]]:
    """What pods are made of, and the secrets that they list or will list.

    An owner's template stands for what it owns: an old ReplicaSet pulls nothing any more.
    """
    for pod in snapshot.pods:
        if not pod.ended:
            own = pod.spec.pull_secrets
            listed = own if pod.live else _will_list(snapshot, pod.ref, pod.spec)
            yield pod.ref.namespace, pod.spec, listed
    for workload in snapshot.workloads.values():
        if workload.template is not None and workload.owner is None:
            listed = _will_list(snapshot, workload.ref, workload.template)
            yield workload.ref.namespace, workload.template, listed


def _will_list(snapshot: Snapshot, of: ObjectRef, spec: PodSpec) -> tuple[str, ...]:
    """The list that admission leaves in a new pod: its own, or else its account's."""
    if spec.pull_secrets:
        return spec.pull_secrets
    account = snapshot.accounts.get((of.namespace, spec.account_name))
    return account.pull_secrets if account is not None else ()


def _readable(snapshot: Snapshot, namespace: str, names: Iterable[str]) -> Iterator[PullSecret]:
    for name in dict.fromkeys(names):
        secret = snapshot.secrets.get((namespace, name))
        if secret is not None and isinstance(secret.content, Payload):
            yield secret.pull_secret


def _ordered(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """Each image once, however it is spelt; one of every repository before a second of any.

    Rights are most often given by repository, and not all images may be asked about.
    """
    distinct = {str(reference): reference for reference in sorted(references, key=str)}
    turns: Counter[str] = Counter()
    places = []
    for reference in distinct.values():
        places.append((turns[reference.repository], reference.repository, reference))
        turns[reference.repository] += 1
    return tuple(reference for *_, reference in sorted(places, key=lambda place: place[:2]))
