"""The rules that know a registry's answers (`doctor --probe`); without answers they say nothing."""

from __future__ import annotations

from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.placement import RETRIED, detach
from kubectl_pullsecret.diagnosis.probing import NOT_THERE, Asker, answers_of, answers_to_next
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.diagnosis.rules import Verdict
from kubectl_pullsecret.diagnosis.supply import rewrite, serves_others
from kubectl_pullsecret.facts.answers import Answer
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.report import Advice, Confidence, Fix, Reason

# What settles a denial, furthest first: who gets there was let in.
_SETTLING = (
    Cause.MANIFEST_NOT_FOUND,
    Cause.REPOSITORY_NOT_FOUND,
    Cause.REGISTRY_POLICY_BLOCKED,
    Cause.ACCESS_FORBIDDEN,
)


def stale_credential_blocks_public_image(case: Case) -> Verdict | None:
    """Anybody may pull the image, but the registry refuses every credential that matches."""
    usable = case.offer.usable
    anybody = case.answer(None)
    if not usable or anybody is None or not anybody.yes:
        return None
    if not all(_is_in_the_way(case, credential) for credential in usable):
        return None
    first = usable[0]
    return Verdict(
        Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE,
        f"anybody may pull {_path(case)}, but the kubelet shows the credential of "
        f"secret/{first.secret}, which is refused",
        fixes=_without(case, first) if len(usable) == 1 else _renewed(case, first),
    )


def _is_in_the_way(case: Case, credential: Credential) -> bool:
    """Whether a credential is over or refused; or denied what is there, as anybody gets it."""
    answer = case.answer(credential.entry)
    denied = answer is not None and answer.cause is Cause.DENIED_OR_NOT_FOUND
    return denied or case.spent(credential.entry)


def _without(case: Case, credential: Credential) -> tuple[Fix, ...]:
    """Take the secret away where nothing else needs it, and the list can change; else renew it."""
    if serves_others(case, credential.secret, credential.entry):
        return _renewed(case, credential)
    note = "the image is public, so that it may be left without a credential"
    return detach(case, [credential.secret], note) or _renewed(case, credential)


def _renewed(case: Case, credential: Credential) -> tuple[Fix, ...]:
    """Write a credential anew; one that is good needs a right instead."""
    answer = case.answer(credential.entry)
    if answer is not None and answer.accepted:
        return (Advice(REASONS[Reason.ACCESS_FORBIDDEN].fix),)
    return rewrite(case, credential)


def given_out_from_here(case: Case) -> Verdict | None:
    """What the node was denied, this machine would get with the same credential.

    Of a mirror's refusal the registry's own answer tells nothing.
    """
    asked = answers_to_next(case)
    if case.attempt is None or case.attempt.error.mirror is not None:
        return None
    if not any(answer.yes for _, answer in asked):
        return None
    who = next(asker.words for asker, answer in asked if answer.yes)
    return Verdict(
        Reason.CHANGED_SINCE_LAST_ATTEMPT,
        f"the node was denied, but from here {who} may pull {_path(case)} now: a right was given "
        "since, or the node takes another way or has a credential of its own",
        confidence=Confidence.LIKELY,
        fixes=(
            Advice("if the next try fails too: look at the node's credentials, mirrors and proxy"),
        ),
        then=RETRIED,
    )


def settled_by_registry(case: Case) -> Verdict | None:
    """The registry says to the kubelet's own credential what its message left open."""
    asked = answers_to_next(case)
    for cause in _SETTLING:
        for asker, answer in asked:
            if answer.cause is cause:
                return _as_answered(case, Reason(cause.value), asker, answer)
    return None


def not_there_for_certain(case: Case) -> Verdict | None:
    """The message says that it is not there; the registry names what it has instead."""
    return None if case.denied else not_there(case)


def not_there(case: Case) -> Verdict | None:
    """The registry does not have what is asked for, as it says to somebody whom it let in.

    To others it may deny what it has.
    """
    for asker, answer in answers_of(case):
        anybody_s = asker.entry is None and case.denied
        if answer.cause in NOT_THERE and not anybody_s:
            return _as_answered(case, Reason(answer.cause.value), asker, answer)
    return None


def _as_answered(case: Case, reason: Reason, asker: Asker, answer: Answer) -> Verdict:
    page = REASONS[reason]
    forbidden = reason is Reason.ACCESS_FORBIDDEN
    why = f"the registry refuses {_path(case)} to {asker.words}" if forbidden else page.means
    advice = f"correct the tag: {', '.join(answer.tags)}" if answer.tags else page.fix
    by_policy = reason is Reason.REGISTRY_POLICY_BLOCKED  # which may be for this machine alone
    confidence = Confidence.LIKELY if by_policy else Confidence.SETTLED
    return Verdict(reason, why, confidence, fixes=(Advice(advice),))


def _path(case: Case) -> str:
    assert case.reference is not None
    return case.reference.path
