"""Secrets to verify, and what registries are made to answer; no registry is asked."""

from __future__ import annotations

from typing import Any

from kubectl_pullsecret.diagnosis.verification import (
    Inquiry,
    Proof,
    Verification,
    Wish,
    inquire,
)
from kubectl_pullsecret.facts.answers import Answer
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.images import Reference
from tests.diagnosis.cluster import NAMESPACE, NOW, Cluster, entry

REGISTRY = "registry.test:5000"
YES = Answer(None, "accepted", accepted=True)
ANYBODY = Answer(None, "given out to anybody")
NO = Answer(Cause.CREDENTIAL_REJECTED, "401 Unauthorized", accepted=False)
DENIED = Answer(Cause.ACCESS_FORBIDDEN, "403 Forbidden: no pull for you", accepted=True)
DENIED_DARKLY = Answer(Cause.DENIED_OR_NOT_FOUND, "denied: requested access is denied")
NO_TAG = Answer(Cause.MANIFEST_NOT_FOUND, "no such tag", accepted=True, tags=("v2",))
GONE = Answer(Cause.CONNECTION_REFUSED, "connection refused")
BUSY = Answer(Cause.RATE_LIMITED, "429 Too Many Requests")
KEPT = Answer(Cause.UNKNOWN, "not asked", withheld="plain HTTP: anybody could read it")


def inquiry_of(cluster: Cluster, *names: str, images: tuple[str, ...] = ()) -> Inquiry:
    references = tuple(map(Reference.parse, images))
    return inquire(cluster.snapshot(), NAMESPACE, Wish(names, references), now=NOW)


def verify(cluster: Cluster, login: Answer = YES, image: Answer | None = None) -> Verification:
    """As if registries gave one answer to every login, and one about every image."""
    inquiry = inquiry_of(cluster)
    return inquiry.verified(
        {asked: (image or login) if asked.path else login for asked in inquiry.questions}
    )


def only(verification: Verification) -> Proof:
    (proof,) = verification.proofs
    return proof


def one_secret(auth: Any = None, key: str = REGISTRY) -> Cluster:
    return Cluster().secret("pull", {key: auth or entry()})
