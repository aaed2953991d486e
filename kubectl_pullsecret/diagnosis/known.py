"""What all cases of one run share: the snapshot, the time, and answers that are asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from kubectl_pullsecret.credentials import NotAPullSecret
from kubectl_pullsecret.credentials.candidates import CandidateIndex
from kubectl_pullsecret.diagnosis.offer import NamedSecret, Offer, Presence, offer_of
from kubectl_pullsecret.diagnosis.retrievals import kubelet_misses
from kubectl_pullsecret.facts.objects import Event
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import Reference

_Names = tuple[str, ...]


def named_secret(
    snapshot: Snapshot, namespace: str, name: str, retrievals: Sequence[Event] = ()
) -> NamedSecret:
    """What is known of a secret that somebody names: seen, proven missing, or not seen."""
    secret = snapshot.secrets.get((namespace, name))
    if secret is not None:
        return NamedSecret(name, Presence.READ, secret)
    if snapshot.sight("Secret", namespace).settles(name):
        return NamedSecret(name, Presence.MISSING)
    said = kubelet_misses(name, retrievals)
    return NamedSecret(name, Presence.LIKELY_MISSING if said else Presence.UNSEEN)


class Known:
    """One run's snapshot with its memory: hundreds of pods ask the same of the same lists."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self._lists: dict[tuple[str, _Names, tuple[Event, ...]], tuple[NamedSecret, ...]] = {}
        self._offers: dict[tuple[tuple[tuple[str, str], ...], str], Offer] = {}

    @cached_property
    def candidates(self) -> CandidateIndex:
        """Every readable secret of the snapshot, indexed by what it serves."""
        return CandidateIndex.of(
            secret.pull_secret
            for secret in self.snapshot.secrets.values()
            if not isinstance(secret.content, NotAPullSecret)
        )

    def named(
        self, namespace: str, names: _Names, retrievals: tuple[Event, ...]
    ) -> tuple[NamedSecret, ...]:
        """What is known of each secret of a list; empty names are skipped, as the kubelet does.

        `retrievals` are the pod's events about secrets that the kubelet could not retrieve.
        """
        key = (namespace, names, retrievals)
        if key not in self._lists:
            self._lists[key] = tuple(
                named_secret(self.snapshot, namespace, name, retrievals) for name in names if name
            )
        return self._lists[key]

    def offer(self, named: Sequence[NamedSecret], reference: Reference | None) -> Offer:
        """What these secrets offer for an image."""
        secrets = [one.secret.pull_secret for one in named if one.secret is not None]
        names = tuple((secret.namespace, secret.name) for secret in secrets)
        key = (names, reference.repository if reference is not None else "")
        if key not in self._offers:
            self._offers[key] = offer_of(secrets, reference)
        return self._offers[key]
