"""What registries' answers say of the pulls that come (`doctor --healthy --probe`). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubectl_pullsecret.diagnosis.case import DENIALS, Case
from kubectl_pullsecret.diagnosis.healthy import Foreseen
from kubectl_pullsecret.diagnosis.probed_rules import (
    settled_by_registry,
    stale_credential_blocks_public_image,
)
from kubectl_pullsecret.diagnosis.probing import Asker, answers_to_next, questions_of
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.diagnosis.rules import Verdict
from kubectl_pullsecret.diagnosis.successor import successor_of
from kubectl_pullsecret.diagnosis.supply import rewrite, supply
from kubectl_pullsecret.facts.answers import Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.report import Advice, Confidence, Incomplete, Reason

# Nothing that a registry says changes these: the image is not asked for, or not yet in vain.
_WHATEVER_IT_SAYS = frozenset(
    {Reason.SECRET_MALFORMED, Reason.NEVER_PULL, Reason.CREDENTIAL_EXPIRES_SOON}
)
_WANTS_ONE = frozenset({Cause.NO_CREDENTIAL_SENT, Cause.DENIED_OR_NOT_FOUND})


def questions_of_running(case: Case) -> tuple[Question, ...]:
    """What to ask about the next pull of a pod that runs; a static pod's secrets play no part."""
    if case.pod is not None and case.pod.mirror:
        return ()
    return questions_of(successor_of(case) or case)


def answered(case: Case, foreseen: Foreseen | None) -> Foreseen | None:
    """What to warn of when the registry was asked: it may allow what was doubted, or refuse."""
    if foreseen is not None and foreseen.verdict.reason in _WHATEVER_IT_SAYS:
        return foreseen
    later = successor_of(case)
    coming = foreseen.case if foreseen is not None else later or case
    answers = [answer for _, answer in answers_to_next(coming)]
    if any(answer.yes for answer in answers):
        return None
    verdict = _refused(coming) if answers else None
    if verdict is None:
        return foreseen
    if foreseen is not None and verdict.reason is Reason.NO_CREDENTIAL:
        verdict = foreseen.verdict  # which knows why nothing will be sent
    successor = foreseen.successor if foreseen is not None else later is not None
    return Foreseen(coming, verdict._replace(confidence=Confidence.LIKELY), successor)


def not_answered(running: Iterable[Case]) -> Iterator[Incomplete]:
    """The registries that were asked and did not tell whether images would pull again."""
    told: set[str] = set()
    for case in running:
        coming = successor_of(case) or case
        answers = [answer for _, answer in answers_to_next(coming)]
        if not answers or any(answer.yes for answer in answers) or _refused(coming) is not None:
            continue
        assert coming.reference is not None  # else there was no question
        registry = coming.reference.registry
        if registry not in told:
            told.add(registry)
            said = answers[0].withheld or answers[0].said
            why = f"whether its images would pull again; from here: {said}"
            yield Incomplete("ask", f"registry {registry}", "", why)


def _refused(case: Case) -> Verdict | None:
    """The verdict where the registry, asked from here, does not give the image out."""
    verdict = stale_credential_blocks_public_image(case) or settled_by_registry(case)
    if verdict is not None:
        return verdict
    causes = {answer.cause for _, answer in answers_to_next(case)}
    if causes == {Cause.CREDENTIAL_REJECTED}:
        first = case.offer.usable[0]
        why = f"the registry refuses {Asker.of(first).words}"
        return Verdict(Reason.CREDENTIAL_REJECTED, why, fixes=rewrite(case, first))
    if not case.offer.usable and causes <= _WANTS_ONE:
        why = "nothing would be sent, and the registry wants a credential"
        return Verdict(Reason.NO_CREDENTIAL, why, fixes=supply(case))
    if causes and causes <= DENIALS:
        who = Asker.of(case.offer.usable[0]).words
        why = f"the registry does not give it to {who}: it is missing, or not allowed"
        fix = Advice(REASONS[Reason.DENIED_OR_NOT_FOUND].fix)
        return Verdict(Reason.DENIED_OR_NOT_FOUND, why, fixes=(fix,))
    return None
