"""From a case to a finding: the first rule that answers, the facts beside it, the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_pullsecret.credentials import Malformed
from kubectl_pullsecret.diagnosis import credential_rules as credential
from kubectl_pullsecret.diagnosis import probed_rules as probed
from kubectl_pullsecret.diagnosis import rules
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.evidence import LISTED_SHOWN, evidence_of
from kubectl_pullsecret.diagnosis.healthy import Foreseen, message_of
from kubectl_pullsecret.diagnosis.offer import Presence
from kubectl_pullsecret.diagnosis.placement import then_of
from kubectl_pullsecret.diagnosis.probing import answers_of, settled
from kubectl_pullsecret.diagnosis.reasons import NOT_THERE
from kubectl_pullsecret.diagnosis.rules import Rule, Verdict
from kubectl_pullsecret.diagnosis.supply import mend_all
from kubectl_pullsecret.diagnosis.unseen import what_helps
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.report import (
    Attach,
    Confidence,
    Evidence,
    Finding,
    Fix,
    Incomplete,
    PodGroup,
    Reason,
    Restart,
    Severity,
)

# The precedence of reasons: what happened first is asked first. The credential rules need a denial
# and a valid name.
BEFORE: tuple[Rule, ...] = (
    rules.invalid_image_name,
    rules.never_pull,
    rules.secret_malformed,
    rules.changed_since_last_attempt,
    probed.not_there_for_certain,
    rules.not_the_credential,
)
CREDENTIAL: tuple[Rule, ...] = (
    probed.stale_credential_blocks_public_image,
    probed.given_out_from_here,
    credential.service_account_changed_after_pod,
    credential.pod_hides_service_account,
    credential.secret_not_found,
    credential.secret_wrong_type,
    credential.no_matching_credential,
    credential.no_credential,
    credential.unusable_credential,
    probed.settled_by_registry,
    credential.credential_expired,
    credential.credential_rejected,
    credential.access_forbidden,
    credential.denied_or_not_found,
)
# What stays wrong when the verdict's own cause is mended.
FACTS: tuple[Rule, ...] = (
    probed.not_there,
    credential.secret_not_found,
    credential.secret_wrong_type,
    credential.unusable_credential,
    credential.credential_expired,
)
PREDICTIVE: tuple[Rule, ...] = (
    rules.invalid_image_name,
    rules.secret_malformed,
    credential.pod_hides_service_account,
    credential.secret_not_found,
    credential.secret_wrong_type,
    credential.unusable_credential,
    credential.credential_expired,
    credential.no_matching_credential,
)


def judge(case: Case) -> Verdict:
    """The first rule that answers a failed attempt; `unknown` always does."""
    applicable = BEFORE + (CREDENTIAL if case.denied and case.reference else ())
    for rule in applicable:
        verdict = rule(case)
        if verdict is not None:
            return verdict
    last = rules.unknown(case)
    assert last is not None
    return last


def beside(case: Case, verdict: Verdict) -> tuple[Verdict, ...]:
    """The facts that hold beside a verdict, so that fix 1 does not reveal failure 2."""
    open_after = (
        verdict.reason in rules.BEFORE_CREDENTIALS or verdict.reason is Reason.SECRET_MALFORMED
    )
    if case.reference is None or not (open_after or case.denied):
        return ()
    found = (rule(case) for rule in FACTS)
    return tuple(other for other in found if other and other.reason is not verdict.reason)


def failure(case: Case) -> Finding:
    """The finding of one image that failed."""
    assert case.attempt is not None
    verdict = judge(case)
    others = beside(case, verdict)
    if verdict.reason is Reason.UNKNOWN and others:
        verdict = verdict._replace(fixes=tuple(fix for other in others for fix in other.fixes))
    missing = [fix for other in others if other.reason in NOT_THERE for fix in other.fixes]
    verdict = verdict._replace(fixes=(*verdict.fixes, *missing))
    poison = _poison_ahead(case, verdict)
    verdict = verdict._replace(fixes=(*mend_all(case, poison), *verdict.fixes))
    return _finding(
        case,
        verdict,
        message=_verdict_line(case, verdict),
        also=(*(other.reason for other in others), *([Reason.SECRET_MALFORMED] if poison else ())),
        evidence=(
            *_image_line(case, verdict),
            *evidence_of(case, verdict),
            *(Evidence("also", (other.reason.value, other.why)) for other in others),
            *(_poison_line(name) for name, _ in poison),
        ),
    )


def _poison_ahead(case: Case, verdict: Verdict) -> tuple[tuple[str, Malformed], ...]:
    """The unreadable secrets at which the pods that the fix makes would stop."""
    if not any(isinstance(fix, Attach | Restart) for fix in verdict.fixes):
        return ()
    from_account = not case.has_own_list
    return case.offer.malformed + (case.account_offer.malformed if from_account else ())


def _poison_line(name: str) -> Evidence:
    words = f"secret/{name} is unreadable to the kubelet; a new pod would stop at it"
    return Evidence("also", (Reason.SECRET_MALFORMED.value, words))


def _finding(
    case: Case,
    verdict: Verdict,
    *,
    message: str,
    also: tuple[Reason, ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> Finding:
    attempt, pod = case.attempt, case.pod
    of_pod = verdict.reason is Reason.SECRET_MALFORMED
    return Finding(
        reason=verdict.reason,
        severity=verdict.severity,
        confidence=verdict.confidence,
        subject=case.subject,
        message=message,
        image=None if of_pod else case.shown_image,
        containers=_containers(case),
        pods=PodGroup(1, (pod.ref.name,), (pod.node,) if pod.node else ()) if pod else PodGroup(0),
        also=also,
        cause=attempt.error.cause.value if attempt else None,
        evidence=evidence,
        fixes=_distinct(verdict.fixes),
        then=verdict.then or (then_of(verdict.fixes) if attempt else ""),
        settled_by=() if settled(case) else verdict.questions,
        probed=bool(answers_of(case)),
        last_attempt=attempt.last if attempt else None,
    )


def _distinct(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
    return tuple(dict.fromkeys(fixes))


def _containers(case: Case) -> tuple[str, ...]:
    if case.attempt is not None:
        return case.attempt.containers
    return tuple(use.container for use in case.spec.images if use.image == case.image)


def _verdict_line(case: Case, verdict: Verdict) -> str:
    where = f"{display(case.subject)} in {case.namespace}"
    if verdict.reason is Reason.SECRET_MALFORMED:
        return f"{where} cannot start: {verdict.why}"
    return f"{where} cannot pull {case.shown_image} ({', '.join(_containers(case))})"


def _image_line(case: Case, verdict: Verdict) -> Iterator[Evidence]:
    if verdict.reason is Reason.SECRET_MALFORMED:
        containers = ", ".join(_containers(case))
        tried = case.attempt is not None and not case.attempt.before_pull
        last = "the last try went without the secret" if tried else "no pull was tried"
        yield Evidence("image", (f"{case.shown_image} ({containers}); {last}",))


def malformed_beside(cases: Sequence[Case], found: Sequence[Finding]) -> Iterator[Finding]:
    """Poison that did not stop this pull, but will stop the next one."""
    if any(finding.reason is Reason.SECRET_MALFORMED for finding in found):
        return
    for case in cases[:1]:
        poison = rules.malformed_verdict(case)
        if poison is not None:
            where = f"{display(case.subject)} in {case.namespace}"
            message = f"{where} will not pull again: {poison.why}"
            warning = poison._replace(severity=Severity.WARNING)
            yield _finding(case, warning, message=message, evidence=poison.evidence)


def warning(foreseen: Foreseen) -> Finding:
    """What may fail although the pod runs."""
    case, verdict = foreseen.case, foreseen.verdict._replace(severity=Severity.WARNING)
    where = f"{display(case.subject)} in {case.namespace}"
    what = f"{case.shown_image} ({', '.join(_containers(case))})"
    message = message_of(foreseen, where, what)
    return _finding(case, verdict, message=message, evidence=evidence_of(case, verdict))


def prediction(case: Case) -> Finding | None:
    """What will or may happen at the first pull of an image that nobody tried yet."""
    for rule in PREDICTIVE:
        if rule is credential.no_matching_credential and not case.spec.pull_secrets:
            continue  # the account's secrets are for other images
        if case.reference is None and rule is not rules.invalid_image_name:
            continue
        verdict = rule(case)
        if verdict is not None:
            return _predicted(case, verdict)
    return None


def _predicted(case: Case, verdict: Verdict) -> Finding:
    where = f"{display(case.subject)} in {case.namespace}"
    what = f"{case.shown_image} ({', '.join(_containers(case))})"
    evidence = evidence_of(case, verdict)
    if verdict.reason is Reason.INVALID_IMAGE_NAME:
        return _finding(case, verdict, message=f"{where} cannot pull {what}", evidence=evidence)
    if verdict.reason is Reason.SECRET_MALFORMED:
        message = f"{where} cannot start: {verdict.why}"
        return _finding(case, verdict, message=message, evidence=evidence)
    message = (
        f"{where} may not pull {what}: fails unless the image is public or the node has a "
        "credential"
    )
    doubtful = verdict._replace(severity=Severity.WARNING, confidence=Confidence.OPEN)
    return _finding(case, doubtful, message=message, evidence=evidence)


def not_seen(case: Case) -> Iterator[Incomplete]:
    """What was not seen and bears on the case."""
    stopped = case.attempt is not None and case.attempt.error.cause is Cause.SECRET_MALFORMED
    if not (case.denied or stopped):
        return
    for named in case.unseen[:LISTED_SHOWN]:
        help_ = what_helps(case.snapshot, "Secret", case.namespace)
        why = f"whether it serves {case.shown_image}; {help_}"
        yield Incomplete("get", f"secrets/{named.name}", case.namespace, why)
    for named in case.account_only if case.attempt is not None and not case.listed else ():
        if named.presence is Presence.UNSEEN:
            help_ = what_helps(case.snapshot, "Secret", case.namespace)
            yield Incomplete("get", f"secrets/{named.name}", case.namespace, help_)
    matters = case.snapshot.live is not None and not case.offer.usable
    if case.attempt and case.account is None and (matters or not case.spec.pull_secrets):
        name = case.spec.account_name
        help_ = what_helps(case.snapshot, "ServiceAccount", case.namespace)
        why = f"what a new pod would get; {help_}"
        yield Incomplete("get", f"serviceaccounts/{name}", case.namespace, why)
