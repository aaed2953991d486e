"""Which credentials the kubelet would try for an image, in which order, and why not the others.

The names are explained by `image_names`, whose secrets they are by `pull_list`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials import Malformed, Payload
from kubectl_pullsecret.credentials.hosts import cloud_registry
from kubectl_pullsecret.credentials.keyring import Credential, Keyring
from kubectl_pullsecret.credentials.kinds import About, about
from kubectl_pullsecret.credentials.near_miss import Miss
from kubectl_pullsecret.diagnosis.image_names import ImageName, explain_name
from kubectl_pullsecret.diagnosis.offer import NamedSecret, is_openshift_internal, offer_of
from kubectl_pullsecret.diagnosis.probing import ANYBODY, Asker
from kubectl_pullsecret.diagnosis.pull_list import PullList
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.images import Reference


class MatchAnswer(Enum):
    """What was found for an image; the values are part of the JSON contract."""

    CREDENTIAL = "credential"  # at least one that can be sent and does not say that it is over
    UNUSABLE = "unusable"  # entries match, but none has a user and a password that still hold
    NONE = "none"
    BLOCKED = "blocked"  # a malformed secret on the list: the kubelet tries nothing
    UNSEEN = "unseen"  # none among what was seen, and not all was seen
    INVALID_NAME = "invalidName"
    NOT_ASKED = "notAsked"  # no secrets were given


_SERVED = frozenset({MatchAnswer.CREDENTIAL, MatchAnswer.NOT_ASKED, MatchAnswer.UNSEEN})
_DECIDED_BY_REGISTRY = frozenset({*_SERVED, MatchAnswer.NONE})


class Probe(NamedTuple):
    """Who asked the registry for an image, and what it answered."""

    asker: Asker
    answer: Answer


class Tried(NamedTuple):
    """A credential that the kubelet would try, and what it tells of itself."""

    credential: Credential
    about: About
    expired: bool

    @property
    def sendable(self) -> bool:
        """Whether there is a user and a password, and no written end has passed."""
        return self.credential.entry.usable and not self.expired


class ImageMatch(NamedTuple):
    """One image and its answer. BLOCKED: `tried` is what would be tried once all is readable."""

    name: ImageName
    answer: MatchAnswer
    tried: tuple[Tried, ...] = ()
    misses: tuple[Miss, ...] = ()
    unlisted: tuple[Tried, ...] = ()  # where nothing listed serves it: what would on the list
    notes: tuple[str, ...] = ()  # the kubelet's rules that bear on this answer
    probes: tuple[Probe, ...] = ()  # what the registry answered, where it was asked

    @property
    def served(self) -> bool:
        """Whether the kubelet would get it: as the registry says if it was asked, else by rule."""
        if not self.probes or self.answer not in _DECIDED_BY_REGISTRY:
            return self.answer in _SERVED
        tried = {one.credential.entry for one in self.tried}
        asked = [probe for probe in self.probes if probe.asker.entry in tried]
        anybody = [probe for probe in self.probes if probe.asker.entry is None]
        return any(probe.answer.yes for probe in asked or anybody)


class Matching(NamedTuple):
    """The answers for all images that were asked about, in the order of the question."""

    pulls: PullList | None  # None: nothing was asked about credentials
    images: tuple[ImageMatch, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 if an image has no credential or no valid name, 4 if not all was seen, else 0."""
        if not all(image.served for image in self.images):
            return ExitCode.FINDINGS
        unseen = any(image.answer is MatchAnswer.UNSEEN for image in self.images)
        partly = self.pulls is not None and not self.pulls.complete
        return ExitCode.INCOMPLETE if unseen or partly else ExitCode.FINE


def questions_of(matching: Matching) -> tuple[Question, ...]:
    """What to ask registries: may the image be pulled by each that would be tried, by anybody."""
    asked = (
        asker.question(image.name.reference)
        for image in matching.images
        if image.name.reference is not None
        for asker in _askers(image)
    )
    return tuple(dict.fromkeys(asked))


def with_answers(matching: Matching, answers: Mapping[Question, Answer]) -> Matching:
    """The same, and what registries answered."""
    images = tuple(
        image._replace(probes=tuple(_probes(image, image.name.reference, answers)))
        if image.name.reference is not None
        else image
        for image in matching.images
    )
    return matching._replace(images=images)


def _probes(
    image: ImageMatch, reference: Reference, answers: Mapping[Question, Answer]
) -> Iterator[Probe]:
    for asker in _askers(image):
        answer = answers.get(asker.question(reference))
        if answer is not None:
            yield Probe(asker, answer)


def _askers(image: ImageMatch) -> tuple[Asker, ...]:
    sendable = (one.credential for one in (*image.tried, *image.unlisted) if one.sendable)
    return (*dict.fromkeys(map(Asker.of, sendable)), ANYBODY)


def match_images(images: Iterable[str], pulls: PullList | None, *, now: datetime) -> Matching:
    """Explain each image name and, with pull secrets, what the kubelet would try for it."""
    return Matching(pulls, tuple(_match(explain_name(image), pulls, now) for image in images))


def _match(name: ImageName, pulls: PullList | None, now: datetime) -> ImageMatch:
    if name.reference is None:
        return ImageMatch(name, MatchAnswer.INVALID_NAME)
    if pulls is None:
        return ImageMatch(name, MatchAnswer.NOT_ASKED)
    secrets = [named.secret.pull_secret for named in pulls.named if named.secret is not None]
    offer = offer_of(secrets, name.reference)
    tried = tuple(_tried(credential, now) for credential in offer.tried)
    answer = _answer(pulls, tried)
    served = answer in (MatchAnswer.CREDENTIAL, MatchAnswer.BLOCKED)
    unlisted = () if served else _unlisted(pulls, name.reference, now)
    notes = _notes(name.reference, answer, tried)
    return ImageMatch(name, answer, tried, offer.misses, unlisted, notes)


def _unlisted(pulls: PullList, reference: Reference, now: datetime) -> tuple[Tried, ...]:
    """What each further secret of the namespace has for the image, each secret taken alone."""
    secrets = [one for one in pulls.unlisted if not is_openshift_internal(one.ref.name)]
    found = (
        _tried(credential, now)
        for secret in secrets
        if isinstance(secret.content, Payload)
        for credential in Keyring([secret.pull_secret]).lookup(reference)[:1]
    )
    return tuple(one for one in found if one.sendable)


def _tried(credential: Credential, now: datetime) -> Tried:
    told = about(credential.entry)
    return Tried(credential, told, told.over(now))


def _answer(pulls: PullList, tried: tuple[Tried, ...]) -> MatchAnswer:
    if pulls.subject is not None and any(map(is_malformed, pulls.named)):
        return MatchAnswer.BLOCKED
    if any(one.sendable for one in tried):
        return MatchAnswer.CREDENTIAL
    if not pulls.complete:
        return MatchAnswer.UNSEEN
    return MatchAnswer.UNUSABLE if tried else MatchAnswer.NONE


def is_malformed(named: NamedSecret) -> bool:
    """Whether it stops every pull of a pod that lists it (secrets.go, MakeDockerKeyring)."""
    return named.secret is not None and isinstance(named.secret.content, Malformed)


def _notes(reference: Reference, answer: MatchAnswer, tried: tuple[Tried, ...]) -> tuple[str, ...]:
    if answer is MatchAnswer.BLOCKED:
        return ("nothing is tried, not even anonymously, for any image of such a pod",)
    if answer is MatchAnswer.UNSEEN:
        return ("what was not seen may hold a credential",)
    if not tried:
        return (_nothing_matches(reference),)
    if not any(one.credential.entry.username for one in tried):
        return ("with an empty user name containerd pulls anonymously", *_random_order(tried))
    several = "one after the other until one succeeds; " if len(tried) > 1 else ""
    return (f"{several}with a match an anonymous pull is never tried", *_random_order(tried))


def _nothing_matches(reference: Reference) -> str:
    """What the kubelet does without a credential from a Secret (kubelet 1.34, image_manager.go)."""
    host = reference.registry.lower().partition(":")[0]
    cloud = cloud_registry(host)
    own = f" (often so on {cloud.vendor} nodes)" if cloud else ""
    return f"the pull is anonymous, unless the node has a credential of its own{own}"


def _random_order(tried: tuple[Tried, ...]) -> tuple[str, ...]:
    """Two spellings of one key in one Secret come in random order (kubelet 1.34, keyring.go)."""
    spelt = {(c.secret, c.lookup_key, c.entry.key) for c in (one.credential for one in tried)}
    same = Counter((secret, lookup_key) for secret, lookup_key, _ in spelt)
    return tuple(
        f"secret/{secret} spells {key} in {count} ways: these are tried in random order"
        for (secret, key), count in sorted(same.items())
        if count > 1
    )
