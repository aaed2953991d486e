"""What a list of pull secrets offers for an image: who is on it, what would be tried, what not."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials import Malformed, Payload, PullSecret
from kubectl_pullsecret.credentials.keyring import Credential, Keyring
from kubectl_pullsecret.credentials.near_miss import Miss, explain_misses
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.images import Reference

NAMES_SHOWN = 5  # in a sentence; a list may hold thousands


class Presence(Enum):
    """What is known of a secret that somebody names."""

    READ = "read"
    MISSING = "missing"  # proven: it is not there
    LIKELY_MISSING = "likely missing"  # the kubelet said so, more than once
    UNSEEN = "unseen"


class NamedSecret(NamedTuple):
    """One entry of a list of pull secrets, and what is known of the secret behind it."""

    name: str
    presence: Presence
    secret: Secret | None = None

    @property
    def missing(self) -> bool:
        """Whether the kubelet does not get it."""
        return self.presence in (Presence.MISSING, Presence.LIKELY_MISSING)


class Offer(NamedTuple):
    """What a list of secrets offers for one image, by the kubelet's rules.

    `tried` leaves malformed secrets aside, as if they were mended; `malformed` has these.
    """

    tried: tuple[Credential, ...]
    misses: tuple[Miss, ...]
    malformed: tuple[tuple[str, Malformed], ...]

    @property
    def usable(self) -> tuple[Credential, ...]:
        """The credentials that have something to send."""
        return tuple(credential for credential in self.tried if credential.entry.usable)


def offer_of(secrets: Sequence[PullSecret], reference: Reference | None) -> Offer:
    """The keyring's answer for an image and these secrets; nothing for an image that is no name."""
    malformed = tuple(
        (secret.name, secret.content) for secret in secrets if isinstance(secret.content, Malformed)
    )
    readable = [secret for secret in secrets if isinstance(secret.content, Payload)]
    if reference is None:
        return Offer((), (), malformed)
    each = {secret.name: secret for secret in readable}  # a list may name one several times
    misses = explain_misses(reference, tuple(each.values()))
    return Offer(Keyring(readable).lookup(reference), misses, malformed)


def names_of(secrets: Sequence[NamedSecret]) -> str:
    """The secrets in a sentence: secret/a, secret/b and 7 more."""
    named = ", ".join(f"secret/{one.name}" for one in secrets[:NAMES_SHOWN])
    more = len(secrets) - NAMES_SHOWN
    return f"{named} and {more} more" if more > 0 else named


def is_openshift_internal(name: str) -> bool:
    """OpenShift's own account secrets: for its internal registry only, not to be copied."""
    return "-dockercfg-" in name
