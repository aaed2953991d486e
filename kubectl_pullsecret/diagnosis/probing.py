"""What registries could be asked about a case, and what their answers add to its proof.

Nothing is asked here: the questions stand in the report, and who wants them answered diagnoses
again with `Snapshot.with_answers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubectl_pullsecret.credentials import AuthEntry
from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.facts.answers import Answer, Login, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Evidence

NOT_THERE = frozenset({Cause.MANIFEST_NOT_FOUND, Cause.REPOSITORY_NOT_FOUND})
# Answers that say what is there, and not only who may not see it.
_TELLING = frozenset({None, *NOT_THERE})
# The fix attaches the first that is not refused; each costs a login, and accounts get locked.
_MOST_UNLISTED = 5
_PLACE = "from here"  # not from the node, whose network, proxy and mirrors may be others


class Asker(NamedTuple):
    """Somebody in whose name a registry can be asked: a secret's user, or anybody."""

    secret: str = ""
    entry: AuthEntry | None = None

    @classmethod
    def of(cls, credential: Credential) -> Asker:
        """In whose name the kubelet asks when it sends a credential."""
        return cls(credential.secret, credential.entry)

    @property
    def words(self) -> str:
        """Who it is, for people."""
        if self.entry is None:
            return "anybody"
        return f"user {self.entry.username} of secret/{self.secret}"

    def question(self, image: Reference) -> Question:
        """Whether an image can be pulled in this name."""
        return Question.about(image, Login.of(self.entry) if self.entry is not None else None)


ANYBODY = Asker()


def questions_of(case: Case) -> tuple[Question, ...]:
    """What the registry should be asked to settle a case; a spent credential is not sent."""
    if case.reference is None:
        return ()
    image = case.reference
    return tuple(
        asker.question(image)
        for asker in _askers(case)
        if asker.entry is None or not about(asker.entry).over(case.now)
    )


def _next_askers(case: Case) -> tuple[Asker, ...]:
    """In whose name the kubelet's next try goes: with a match, never in anybody's.

    Where a listed secret was not seen, it may be in a name that is not known here.
    """
    known = tuple(dict.fromkeys(map(Asker.of, case.offer.usable)))
    return known or (() if case.unseen else (ANYBODY,))


def answers_to_next(case: Case) -> tuple[tuple[Asker, Answer], ...]:
    """The answers to the kubelet's next try; empty unless all that can be asked were."""
    found = []
    for asker in _next_askers(case):
        answer = case.answer(asker.entry)
        if answer is not None:
            found.append((asker, answer))
        elif asker.entry is None or not about(asker.entry).over(case.now):
            return ()
    return tuple(found)


def answers_of(case: Case) -> tuple[tuple[Asker, Answer], ...]:
    """Who asked about a case, and what was answered."""
    asked = ((asker, case.answer(asker.entry)) for asker in _askers(case))
    return tuple((asker, answer) for asker, answer in asked if answer is not None)


def probe_lines(case: Case) -> Iterator[Evidence]:
    """What was answered about a case, line by line."""
    return answer_lines(answers_of(case))


def answer_lines(answers: Sequence[tuple[Asker, Answer]]) -> Iterator[Evidence]:
    """Who asked, and what the registry answered; what should be known of the way to it."""
    for asker, answer in answers:
        yield Evidence("probe", (_PLACE, asker.words, _told(answer)))
    notes = dict.fromkeys(note for _, answer in answers for note in answer.notes)
    yield from (Evidence("note", (note,)) for note in notes)


def _told(answer: Answer) -> str:
    """An answer in a few words."""
    if answer.yes:
        return "may pull it"
    return f"not asked: {answer.why_not}" if answer.withheld else answer.why_not


def settled(case: Case) -> bool:
    """Whether an answer tells what is there, so that nothing of a case stays open."""
    return any(answer.cause in _TELLING for _, answer in answers_of(case))


def _askers(case: Case) -> tuple[Asker, ...]:
    """Who the kubelet would be, who it would be after the fix, and anybody."""
    attempt = case.attempt
    if attempt is not None and attempt.error.cause in NOT_THERE:
        return (*_next_askers(case), ANYBODY)[:1]
    if not case.denied:
        return ()
    if attempt is None:
        return tuple(dict.fromkeys((*_next_askers(case), ANYBODY)))
    offered = [*case.offer.usable, *case.account_offer.usable]
    askers = [*map(Asker.of, offered)]
    if not offered and case.reference is not None:
        askers += _unlisted(case, case.reference)
    return (*dict.fromkeys(askers), ANYBODY)


def _unlisted(case: Case, image: Reference) -> list[Asker]:
    """The first secrets of the namespace that no list has and that would serve."""
    found = [
        Asker(secret.name, entry)
        for secret, entry in case.known.candidates.serving(image)
        if secret.namespace == case.namespace and entry.usable
    ]
    return found[:_MOST_UNLISTED]
