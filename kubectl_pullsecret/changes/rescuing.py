"""The credentials of a Secret, whatever its type, data key, layout or encoding. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_pullsecret.credentials.masked import MASK
from kubectl_pullsecret.credentials.mending import Rescued, rescue
from kubectl_pullsecret.credentials.payload import (
    LEGACY_KEY,
    AuthEntry,
    Malformed,
    NotAPullSecret,
    Payload,
)
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.facts.snapshot import Snapshot


def readable_entries(
    ref: ObjectRef, snapshot: Snapshot
) -> tuple[tuple[AuthEntry, ...], tuple[str, ...]]:
    """What a Secret holds, usable or not, and what to know about it.

    Raises:
        PullSecretError: it holds no docker config in any reading.
    """
    secret = snapshot.secrets.get((ref.namespace, ref.name))
    if secret is None:
        raise PullSecretError(f"{display(ref)} is not there", remedy="name one that is")
    content = secret.content
    held = content.holds if isinstance(content, NotAPullSecret) else content
    if isinstance(held, Payload):
        usable = any(entry.usable for entry in held.entries)
        return held.entries if usable else (*held.misplaced, *_unplaced(held)), ()
    rescued = _rescued(secret)
    if rescued is None or not rescued.entries:
        why = f": {held.where}: {held.why}" if isinstance(held, Malformed) else ""
        raise PullSecretError(
            f"{display(ref)} holds no docker config that can be read{why}",
            remedy="write it anew, with --docker-server and --docker-username",
        )
    return rescued.entries, tuple(_said(ref, rescued))


def _unplaced(payload: Payload) -> tuple[AuthEntry, ...]:
    """The entries in their place, less what only looks like one: misplaced entries' holder."""
    if not payload.misplaced:
        return payload.entries
    return tuple(entry for entry in payload.entries if entry.key != "auths")


def _rescued(secret: Secret) -> Rescued | None:
    """The first docker config among the data, the usual keys first."""
    usual = sorted(secret.data, key=lambda key: not key.startswith(".docker"))
    for key in usual:
        octets = secret.data[key]
        legacy = key == LEGACY_KEY
        found = rescue(octets, legacy=legacy) or rescue(octets, legacy=not legacy)
        if found is not None and found.entries:
            return found
    return None


def _said(ref: ObjectRef, rescued: Rescued) -> Iterator[str]:
    for key in rescued.mended:
        yield f"{display(ref)}: the encoding of {shown_key(key) or MASK} was mended"
    for malformed in rescued.lost:
        yield f"{display(ref)}: left out: {malformed.where}: {malformed.why}"
