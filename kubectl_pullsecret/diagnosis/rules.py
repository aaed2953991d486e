"""The rules, in the order of precedence: the first that answers gives the reason.

A rule is a small function over one Case. What the message alone settles stands here; the rules that
weigh secrets are in `credential_rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kubectl_pullsecret.credentials import Malformed
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.case import DENIALS, Case
from kubectl_pullsecret.diagnosis.offer import names_of
from kubectl_pullsecret.diagnosis.placement import RETRIED, STARTS
from kubectl_pullsecret.diagnosis.reasons import REASONS, UNREACHED
from kubectl_pullsecret.diagnosis.retrievals import kubelet_lacked
from kubectl_pullsecret.diagnosis.supply import mend_all, supply
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.report import Advice, Confidence, Evidence, Fix, Reason, Severity


class Verdict(NamedTuple):
    """What a rule says of a case."""

    reason: Reason
    why: str
    confidence: Confidence = Confidence.SETTLED
    severity: Severity = Severity.ERROR
    fixes: tuple[Fix, ...] = ()
    then: str = ""
    questions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


Rule = Callable[[Case], "Verdict | None"]

# The causes that the text alone does not settle; all others are a reason of the same name.
_NOT_SETTLED_BY_TEXT = DENIALS | {
    Cause.SECRET_MALFORMED,
    Cause.SECRET_NOT_FOUND,
    Cause.UNINFORMATIVE,
    Cause.UNKNOWN,
}
# The request never got as far as a credential: what is wrong with the secrets comes next.
BEFORE_CREDENTIALS = UNREACHED | {Reason.UNKNOWN, Reason.INVALID_IMAGE_NAME}


def page_verdict(reason: Reason) -> Verdict:
    """The verdict as the table of reasons words it: its meaning, and its fix as advice."""
    page = REASONS[reason]
    return Verdict(reason, page.means, fixes=(Advice(page.fix),))


def invalid_image_name(case: Case) -> Verdict | None:
    """The kubelet parses the name before any Secret (kubelet 1.34, image_manager.go:155)."""
    if case.attempt is None:
        return page_verdict(Reason.INVALID_IMAGE_NAME) if case.reference is None else None
    if case.attempt.error.cause is not Cause.INVALID_IMAGE_NAME:
        return None
    return page_verdict(Reason.INVALID_IMAGE_NAME)


def never_pull(case: Case) -> Verdict | None:
    """Policy Never and no image; or it is there and the kubelet wants a credential for it."""
    if case.attempt is None or case.attempt.error.cause is not Cause.NEVER_PULL:
        return None
    node = case.snapshot.nodes.get(case.pod.node) if case.pod is not None else None
    if node is not None and on_node(case, node.images):
        recheck = page_verdict(Reason.CREDENTIAL_RECHECK)._replace(confidence=Confidence.LIKELY)
        return recheck if case.offer.usable else recheck._replace(fixes=supply(case))
    verdict = page_verdict(Reason.NEVER_PULL)
    if node is not None:
        return verdict
    unless = "if the image is there, a credential is wanted (CredentialRecheck)"
    why = f"{verdict.why}; the node was not seen, and {unless}"
    return verdict._replace(why=why, confidence=Confidence.LIKELY)


def on_node(case: Case, images: frozenset[str]) -> bool:
    """Whether the image is among the names that a node reports."""
    if case.reference is None:
        return False
    name = case.reference.repository
    written = (
        f"{name}@{case.reference.digest}"
        if case.reference.digest
        else f"{name}:{case.reference.tag}"
    )
    return written in images


def secret_malformed(case: Case) -> Verdict | None:
    """A secret of the pod that the kubelet cannot parse, and that it had, or will have."""
    raw = case.attempt is not None and case.attempt.before_pull
    if case.attempt is not None and not raw and not _is_ahead(case):
        return None
    poison = malformed_verdict(case)
    if poison is not None:
        sure = case.attempt is None or raw
        return poison if sure else poison._replace(confidence=Confidence.LIKELY)
    unseen = case.unseen
    if not raw or not unseen:
        return None
    names = names_of(unseen)
    return Verdict(
        Reason.SECRET_MALFORMED,
        f"the kubelet could not parse a pull secret of the pod; not seen here: {names}",
        confidence=Confidence.LIKELY,
        fixes=(Advice(f"let this tool see {names}: one of them is unreadable"),),
    )


def _is_ahead(case: Case) -> bool:
    """Whether the last try went without the unreadable secret: a slow cache did not have it yet."""
    return any(kubelet_lacked(name, case.events) for name, _ in case.offer.malformed)


def malformed_verdict(case: Case) -> Verdict | None:
    """A listed secret that the kubelet cannot parse now, whatever the last attempt said."""
    if not case.offer.malformed:
        return None
    name = case.offer.malformed[0][0]
    return Verdict(
        Reason.SECRET_MALFORMED,
        f"secret/{name} is unreadable to the kubelet",
        severity=_malformed_severity(case),
        fixes=mend_all(case, case.offer.malformed),
        then=STARTS,
        evidence=tuple(
            Evidence("entry", (_entry_words(secret, bad),)) for secret, bad in case.offer.malformed
        ),
    )


def _entry_words(secret: str, malformed: Malformed) -> str:
    where = shown_key(malformed.key) if malformed.key is not None else malformed.where
    return f"{where} of secret/{secret}: {malformed.why}; {malformed.remedy}"


def _malformed_severity(case: Case) -> Severity:
    """Without an attempt it must fail only where the kubelet pulls each time."""
    must_fail = case.attempt is not None or _pulls_always(case)
    return Severity.ERROR if must_fail else Severity.WARNING


def _pulls_always(case: Case) -> bool:
    """Whether the policy is Always, as written or by default.

    Source: kube-apiserver 1.34, pkg/apis/core/v1/defaults.go, SetDefaults_Container.
    """
    policy = next((u.pull_policy for u in case.spec.images if u.image == case.image), "")
    default = case.reference is not None and case.reference.tag == "latest"
    return policy == "Always" or (not policy and default)


def changed_since_last_attempt(case: Case) -> Verdict | None:
    """The next try will see another secret than the last one did."""
    if case.attempt is None or case.offer.malformed:
        return None
    if _stopped_by_secret(case):
        mended = bool(case.listed) and not case.unseen
        return _changed("every listed secret is readable now, and was not then") if mended else None
    current = [one for one in case.offer.usable if not about(one.entry).over(case.now)]
    if not case.denied or not current:
        return None
    names = tuple(dict.fromkeys(credential.secret for credential in current))
    if later := _changed_later(case, names):
        why = f"secret/{later} changed after the last failed try, and now it serves the image"
        return _changed(why, Confidence.SETTLED)
    if _cannot_have_been_sent(case, names):
        return _changed(f"at its last try the kubelet did not have what secret/{names[0]} holds")
    return None


def _changed(why: str, confidence: Confidence = Confidence.LIKELY) -> Verdict:
    reason = Reason.CHANGED_SINCE_LAST_ATTEMPT
    return Verdict(reason, why, confidence, Severity.WARNING, then=RETRIED)


def _changed_later(case: Case, serving: tuple[str, ...]) -> str | None:
    """The newest of the secrets that serve the image, if it is newer than the last failure."""
    assert case.attempt is not None
    changes = [
        (named.secret.changed, named.name)
        for named in case.listed
        if named.name in serving and named.secret is not None and named.secret.changed
    ]
    if not changes or case.attempt.last is None:
        return None
    changed, name = max(changes)
    return name if changed > case.attempt.last else None


def _cannot_have_been_sent(case: Case, serving: tuple[str, ...]) -> bool:
    """Whether the last try shows that the kubelet did not have what is there now.

    It said that it could not retrieve the secrets; or the text proves that nothing was sent
    (containerd 1.7 and newer: "no basic auth credentials").
    """
    assert case.attempt is not None
    lacked = all(kubelet_lacked(name, case.events) for name in serving)
    return lacked or case.attempt.error.credential_sent is False


def _stopped_by_secret(case: Case) -> bool:
    assert case.attempt is not None
    return case.attempt.error.cause is Cause.SECRET_MALFORMED


def not_the_credential(case: Case) -> Verdict | None:
    """The message itself settles that no credential was refused."""
    if case.attempt is None or case.attempt.error.cause in _NOT_SETTLED_BY_TEXT:
        return None
    reason = Reason(case.attempt.error.cause.value)
    verdict = page_verdict(reason)
    if reason is Reason.RATE_LIMITED and not case.offer.tried:
        ways = "pull with one of your own, wait, or use a mirror"
        why = f"{verdict.why}, and no credential was sent: {ways}"
        return verdict._replace(why=why, fixes=supply(case))
    return verdict


def unknown(case: Case) -> Verdict | None:
    """The last word: shows the message, never guesses."""
    if case.attempt is None:
        return None
    return page_verdict(Reason.UNKNOWN)._replace(confidence=Confidence.OPEN)
