"""Whether registries accept the credentials of pull secrets: `trials` ask, and this reads. Pure.

An inquiry names its questions; who has them answered makes a Verification of it. The view is that
of the machine which asked: a node may see another network, proxy or certificate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.diagnosis.images_in_use import images_in_use, images_served
from kubectl_pullsecret.diagnosis.inventory import find_secret, is_meant
from kubectl_pullsecret.diagnosis.trials import LoginState, Trial, trials
from kubectl_pullsecret.diagnosis.unseen import refused
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Fix, Incomplete

_BAD = frozenset(
    (LoginState.REJECTED, LoginState.EXPIRED, LoginState.FORBIDDEN, LoginState.UNUSABLE)
)
_UNASKED = frozenset((LoginState.WITHHELD, LoginState.UNREACHABLE, LoginState.UNKNOWN))
_LEFT_OUT = _UNASKED | {LoginState.NEEDS_IMAGE}
_RENEWED = frozenset((LoginState.REJECTED, LoginState.EXPIRED, LoginState.UNUSABLE))

# The registry does not let this login have the image, or does not tell whether it is there.
_REFUSED = frozenset(
    (
        Cause.CREDENTIAL_REJECTED,
        Cause.NO_CREDENTIAL_SENT,
        Cause.ACCESS_FORBIDDEN,
        Cause.DENIED_OR_NOT_FOUND,
        Cause.REGISTRY_POLICY_BLOCKED,
    )
)
_NO_WAY = frozenset(
    (
        Cause.NAME_RESOLUTION,
        Cause.CONNECTION_REFUSED,
        Cause.TIMEOUT,
        Cause.NETWORK_UNREACHABLE,
        Cause.PROXY_FAILURE,
        Cause.UNTRUSTED_CERTIFICATE,
        Cause.CERTIFICATE_NAME_MISMATCH,
        Cause.CERTIFICATE_EXPIRED,
        Cause.SCHEME_MISMATCH,
    )
)
# The registry has looked for the image in this login's name, and says what is wrong with it.
_ABOUT_IMAGE = frozenset(
    (
        Cause.MANIFEST_NOT_FOUND,
        Cause.REPOSITORY_NOT_FOUND,
        Cause.MANIFEST_UNSUPPORTED,
        Cause.PLATFORM_MISMATCH,
    )
)


class Wish(NamedTuple):
    """What is to be verified."""

    names: tuple[str, ...] = ()  # of secrets; (): all pull secrets
    images: tuple[Reference, ...] = ()  # (): those in use
    matches: Callable[[Secret], bool] = lambda _: True


class Inquiry(NamedTuple):
    """What will be asked, and of what nothing can be."""

    trials: tuple[Trial, ...]
    unserved: tuple[Reference, ...] = ()  # images of the wish that no entry serves
    incomplete: tuple[Incomplete, ...] = ()
    by_wish: bool = False  # the images are the user's: each of them must be given out

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything to ask; who asks takes a credential under several keys for one."""
        return tuple(dict.fromkeys(one for trial in self.trials for one in trial.questions))

    @property
    def logins(self) -> int:
        """How many credentials will be sent, each once to each registry."""
        return len(
            {(one.registry, one.login.as_sent) for one in self.questions if one.login is not None}
        )

    @property
    def registries(self) -> int:
        """How many registries will be asked."""
        return len({question.registry for question in self.questions})

    def verified(self, answers: Mapping[Question, Answer]) -> Verification:
        """Read the answers to the questions."""
        proofs = tuple(_proof(trial, answers) for trial in self.trials)
        return Verification(
            proofs, self.logins, self.registries, self.unserved, self.incomplete, self.by_wish
        )


class ImageProof(NamedTuple):
    """Whether one image is given out to an entry's login."""

    image: Reference
    answer: Answer | None

    @property
    def pull(self) -> bool | None:
        """Whether it may be pulled; None where the answer does not tell."""
        if self.answer is None or self.answer.withheld:
            return None
        if self.answer.yes:
            return True
        return False if self.answer.cause in _REFUSED | _ABOUT_IMAGE else None

    @property
    def refused(self) -> bool:
        """Whether the registry does not let the login have it."""
        return self.pull is False and self.answer is not None and self.answer.cause in _REFUSED


class Proof(NamedTuple):
    """What became of one trial."""

    trial: Trial
    state: LoginState
    why: str = ""  # "" where the state says all
    accepted: bool | None = None  # the login, as far as the registry tells
    images: tuple[ImageProof, ...] = ()
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


class Verification(NamedTuple):
    """Every entry and what its registry says, in the order of the secrets."""

    proofs: tuple[Proof, ...]
    logins: int
    registries: int
    unserved: tuple[Reference, ...] = ()
    incomplete: tuple[Incomplete, ...] = ()
    by_wish: bool = False

    @property
    def counts(self) -> Mapping[LoginState, int]:
        """How many entries are in each state; those that occur, worst first."""
        count = Counter(proof.state for proof in self.proofs)
        return {state: count[state] for state in LoginState if count[state]}

    @property
    def exit_code(self) -> ExitCode:
        """3 if nothing could be asked, 1 for what is bad, 4 where a part was not asked, else 0."""
        states = set(self.counts)
        if states and states <= _UNASKED:
            return ExitCode.FAILED
        if states & _BAD or self.unserved or any(map(self.denied, self._images())):
            return ExitCode.FINDINGS
        unasked = states & _LEFT_OUT or any(one.pull is None for one in self._images())
        return ExitCode.INCOMPLETE if unasked or self.incomplete else ExitCode.FINE

    def denied(self, image: ImageProof) -> bool:
        """Whether an image should be given out and is not; by wish, for whatever reason."""
        return image.pull is False and (self.by_wish or image.refused)

    def _images(self) -> Iterable[ImageProof]:
        """The images of entries that are not bad or unasked as a whole already."""
        settled = _BAD | _UNASKED
        return (one for proof in self.proofs if proof.state not in settled for one in proof.images)


def inquire(snapshot: Snapshot, namespace: str | None, wish: Wish, *, now: datetime) -> Inquiry:
    """What to ask about the secrets of a wish in a namespace (None: in all that were seen).

    Raises:
        PullSecretError: none of the named secrets was seen (exit 3).
    """
    secrets, missing = _chosen(snapshot, namespace, wish, now)
    if wish.images:
        images = images_served(secrets, wish.images)
    else:
        images = images_in_use(snapshot, {secret.ref.namespace for secret in secrets})
    found = trials(secrets, images, now=now)
    served = {one for references in images.values() for one in references}
    return Inquiry(
        found,
        tuple(image for image in wish.images if image not in served) if found else (),
        (*missing, *refused(snapshot)),
        bool(wish.images),
    )


def _chosen(
    snapshot: Snapshot, namespace: str | None, wish: Wish, now: datetime
) -> tuple[tuple[Secret, ...], tuple[Incomplete, ...]]:
    """The secrets in the order of their names, and of those that are named the missing."""
    here = [one for one in snapshot.secrets.values() if namespace in (None, one.ref.namespace)]
    here.sort(key=lambda one: (one.ref.namespace, one.ref.name))
    if not wish.names:
        return tuple(one for one in here if is_meant(one) and wish.matches(one)), ()
    found = tuple(one for one in here if one.ref.name in wish.names)
    if not found:
        find_secret(snapshot, wish.names[0], namespace, now=now)  # raises, in its own words
    there = {one.ref.name for one in found}
    missing = (
        Incomplete("get", f"secrets/{name}", namespace or "", "it was not found")
        for name in wish.names
        if name not in there
    )
    return found, tuple(missing)


def _proof(trial: Trial, answers: Mapping[Question, Answer]) -> Proof:
    images = tuple(ImageProof(image, answers.get(asked)) for image, asked in trial.images)
    told = [answers[asked] for asked in trial.questions if asked in answers]
    state, why = _state(trial, images, told)
    refused = state in (LoginState.REJECTED, LoginState.FORBIDDEN)
    remarks = about(trial.entry).remarks if refused and trial.entry is not None else ()
    said = (note for answer in told for note in answer.notes)
    return Proof(
        trial,
        state,
        why,
        _accepted(told),
        images,
        tuple(dict.fromkeys((*said, *trial.notes, *remarks))),
        trial.fixes if state in _RENEWED else (),
    )


def _accepted(told: Sequence[Answer]) -> bool | None:
    """Whether the login is accepted: one refusal counts more than what else was let through."""
    if any(one.accepted is False or one.cause is Cause.CREDENTIAL_REJECTED for one in told):
        return False
    return True if any(one.accepted for one in told) else None


def _state(
    trial: Trial, images: Sequence[ImageProof], told: Sequence[Answer]
) -> tuple[LoginState, str]:
    """The state of an entry, and why; the login alone comes first among what was told."""
    if trial.settled is not None:
        return trial.settled, _of_settled(trial, told)
    accepted = _accepted(told)
    if accepted is False:
        refused = (one for one in told if one.accepted is False or one.cause in _REFUSED)
        return LoginState.REJECTED, next(refused).said
    if images and all(image.refused for image in images):
        return LoginState.FORBIDDEN, _first_said(images)
    if accepted:
        return LoginState.VALID, ""
    return _undecided(told)


def _first_said(images: Sequence[ImageProof]) -> str:
    return next(image.answer.said for image in images if image.answer is not None)


def _of_settled(trial: Trial, told: Sequence[Answer]) -> str:
    """An identity token is tried, although no kubelet sends it."""
    accepted = _accepted(told)
    if accepted is None:
        return f"{trial.why}: the kubelet ignores it" if trial.questions else trial.why
    verb = "accepts" if accepted else "refuses"
    return f"{trial.why}: the registry {verb} it, the kubelet ignores it"


def _undecided(told: Sequence[Answer]) -> tuple[LoginState, str]:
    """Neither accepted nor refused: what kept the registry from telling."""
    for answer in told:
        if answer.withheld:
            return LoginState.WITHHELD, answer.withheld
    if any(answer.yes or answer.cause in _ABOUT_IMAGE for answer in told):
        return LoginState.OPEN, "the registry asks for no credential: nothing is proven"
    for answer in told:
        if answer.cause in _REFUSED:
            return LoginState.FORBIDDEN, answer.said
    for answer in told:
        if answer.cause in _NO_WAY:
            return LoginState.UNREACHABLE, answer.said
    return LoginState.UNKNOWN, told[0].said if told else "it was not asked"
