"""What `verify` asks registries: the login of each auth entry, and the images it is for. Pure.

What needs no registry is settled here: entries that the kubelet cannot use, and credentials that
are over by their own words. Neither is sent. The answers are read by `verification`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials import AuthEntry, Malformed, NotAPullSecret
from kubectl_pullsecret.credentials.lint import RemarkSeverity, tidy_key
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.registry_hosts import registry_of_key
from kubectl_pullsecret.credentials.spelling import lookup_key_or_none, spelling_fault
from kubectl_pullsecret.diagnosis.images_in_use import EntryPlace, ImagesOf
from kubectl_pullsecret.diagnosis.inventory import Decoded, DecodedEntry, State, decode
from kubectl_pullsecret.diagnosis.supply import cannot_change, renewal
from kubectl_pullsecret.durations import expiry
from kubectl_pullsecret.facts.answers import Login, Question
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Advice, Fix, Rewrap

MOST_IMAGES = 10  # of one entry, about which its registry is asked


class LoginState(Enum):
    """What became of one auth entry, worst first; the values are JSON."""

    REJECTED = "rejected"
    EXPIRED = "expired"  # by its own words: not sent
    FORBIDDEN = "forbidden"  # none of its images may be pulled, though the login is not refused
    UNUSABLE = "unusable"  # the kubelet cannot use it, whatever the registry says
    WITHHELD = "withheld"  # not sent, as that would not be safe
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"  # the registry's answer tells nothing of the login
    NEEDS_IMAGE = "needsImage"  # a glob, and no image in use that it serves
    OPEN = "open"  # the registry asks for no credential: nothing is proven
    VALID = "valid"


class Trial(NamedTuple):
    """One auth entry, or a secret whose entries cannot be told, and what a registry is asked."""

    secret: Secret
    entry: AuthEntry | None = None
    key: str = ""  # as written; "" where it is not known
    registry: str | None = None  # as image names have it; None of a glob, or where nothing is sent
    settled: LoginState | None = None  # without any answer; of an identity token beside one
    why: str = ""  # it is settled
    alone: Question | None = None  # the login without an image
    images: tuple[tuple[Reference, Question], ...] = ()
    left_out: int = 0  # images about which nothing is asked
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()  # where the login is over, refused, or cannot be used

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything that is asked; nothing of what is settled without."""
        alone = () if self.alone is None else (self.alone,)
        return (*alone, *(question for _, question in self.images))


def trials(secrets: Iterable[Secret], images: ImagesOf, *, now: datetime) -> tuple[Trial, ...]:
    """Every auth entry of the secrets in their order, with the images that it is there for."""
    return tuple(trial for secret in secrets for trial in _of_secret(secret, images, now))


def _of_secret(secret: Secret, images: ImagesOf, now: datetime) -> Iterator[Trial]:
    decoded = decode(secret.content, secret.type, now=now)
    content = secret.content
    if isinstance(content, NotAPullSecret):
        fixes = (_read_by_none(secret),) if decoded.entries else ()
        yield Trial(secret, settled=LoginState.UNUSABLE, why=content.why, fixes=fixes)
    elif isinstance(content, Malformed):
        yield _malformed(secret, content)
    elif not decoded.entries:
        why = decoded.problem or "no entries"
        yield Trial(secret, settled=LoginState.UNUSABLE, why=why)
    for one in () if isinstance(content, NotAPullSecret) else decoded.entries:
        place = EntryPlace(secret.ref.namespace, secret.ref.name, one.entry.key)
        yield _of_entry(secret, decoded, one, images.get(place, ()), now)


def _read_by_none(secret: Secret) -> Fix:
    """What becomes of a docker config where the kubelet does not look; the name is the user's."""
    ref = secret.ref
    command = f"kubectl pullsecret create NAME -n {ref.namespace} --from-secret {ref.name}"
    return Advice(f"make a pull secret of what it holds: {command}")


def _malformed(secret: Secret, content: Malformed) -> Trial:
    key = content.key or ""
    fix: Fix = Advice(cannot_change(secret) or content.remedy)
    if key:
        unread = AuthEntry(key, "", Masked(""))
        fix = renewal(secret.ref.namespace, secret.ref.name, unread, secret)
    why = f"unreadable to the kubelet: {content.where}: {content.why}; {content.remedy}"
    return Trial(secret, key=key, settled=LoginState.UNUSABLE, why=why, fixes=(fix,))


def _of_entry(
    secret: Secret,
    decoded: Decoded,
    one: DecodedEntry,
    references: tuple[Reference, ...],
    now: datetime,
) -> Trial:
    entry = one.entry
    renewed = (renewal(secret.ref.namespace, secret.ref.name, entry, secret),)
    known = Trial(secret, entry, entry.key, fixes=renewed)
    fault = _key_fault(entry.key)
    if fault:
        fixes = _respelt(secret, entry)
        return known._replace(settled=LoginState.UNUSABLE, why=fault, fixes=fixes)
    if one.about.expires is not None and one.state is State.EXPIRED:
        why = f"{expiry(one.about.expires, now)}, as it says itself: not sent"
        return known._replace(settled=LoginState.EXPIRED, why=why)
    if not entry.usable and not entry.identity_token:
        why = f"no {'password' if entry.username else 'user name'}: nothing is sent"
        return known._replace(settled=LoginState.UNUSABLE, why=why)
    known = known._replace(notes=(*_notes(decoded, one, now),))
    if not entry.usable:
        known = known._replace(settled=LoginState.UNUSABLE, why="identity token only")
    return _asked(known, entry, references)


def _asked(known: Trial, entry: AuthEntry, references: tuple[Reference, ...]) -> Trial:
    """The entry's login alone, where its key names a registry, and its images."""
    sent = Login.of(entry)
    if not entry.usable:
        sent = Login(entry.key, entry.username, Masked(""), entry.identity_token)
    registry = registry_of_key(entry.key)
    if registry is None and not references:
        why = "a glob names no registry: give an image of it with --image"
        return known._replace(settled=known.settled or LoginState.NEEDS_IMAGE, why=known.why or why)
    asked = references[:MOST_IMAGES]
    return known._replace(
        registry=registry,
        alone=Question(registry, sent) if registry is not None else None,
        images=tuple((image, Question.about(image, sent)) for image in asked),
        left_out=len(references) - len(asked),
    )


def _key_fault(key: str) -> str:
    """Why no image name can match a key; "" where one can."""
    fault = spelling_fault(key)
    if fault is not None:
        return fault.clause
    host = (lookup_key_or_none(key) or "").partition("/")[0]
    if not host:
        return "the key names no host"
    no_registry = registry_of_key(key) is None and "*" not in host
    return "the key names no registry" if no_registry else ""


def _respelt(secret: Secret, entry: AuthEntry) -> tuple[Fix, ...]:
    """Write the key as it was meant, where that is clear."""
    key, held_back = tidy_key(entry.key), cannot_change(secret)
    if key is None or key == entry.key or held_back:
        return (Advice(held_back or "write the registry's host as key, as image names have it"),)
    note = "keeps user and password"
    renames = ((entry.key, key),)
    return (Rewrap(secret.ref.namespace, secret.ref.name, secret.ref.name, renames, note),)


def _notes(decoded: Decoded, one: DecodedEntry, now: datetime) -> Iterator[str]:
    """What is doubtful about an entry that is tried."""
    for remark in decoded.remarks:
        if remark.key == one.entry.key and remark.severity is RemarkSeverity.PROBLEM:
            yield remark.text
    if one.state is State.EXPIRING and one.about.expires is not None:
        yield expiry(one.about.expires, now)
