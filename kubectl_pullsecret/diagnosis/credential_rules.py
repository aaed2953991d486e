"""The rules that weigh secrets: which credential was there, and what became of it.

All of them suppose that the registry wants a credential: `Case.denied`, or no attempt yet.
"""

from __future__ import annotations

from datetime import datetime

from kubectl_pullsecret.credentials import NotAPullSecret, Payload
from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.diagnosis import fixes
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.offer import Presence
from kubectl_pullsecret.diagnosis.pull_errors import Cause
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.diagnosis.rules import Verdict
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.report import Advice, Attach, Confidence, Fix, Reason

# The texts that leave open whether anything was sent.
_NOTHING_PROVEN_SENT = frozenset({Cause.NO_CREDENTIAL_SENT, Cause.DENIED_OR_NOT_FOUND})


def service_account_changed_after_pod(case: Case) -> Verdict | None:
    """The account has a matching secret now, and would give it to a new pod."""
    if case.attempt is None or not case.injected or _is_mirror(case):
        return None
    serving = [credential.secret for credential in case.account_offer.usable]
    if not serving or case.offer.usable:
        return None
    account = display(fixes.account_ref(case))
    what = "lists no pull secret" if not case.listed else "has the list of an earlier day"
    return Verdict(
        Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD,
        f"the pod {what}; {account} lists secret/{serving[0]} now, too late for this pod",
        confidence=Confidence.LIKELY if case.listed else Confidence.SETTLED,
        fixes=fixes.renew_pod(case, serving[:1]),
        then="the new pod gets what the account lists",
    )


def pod_hides_service_account(case: Case) -> Verdict | None:
    """A list of its own keeps the account's secrets away; lists are never merged (KUBELET 8.1)."""
    if case.injected or not case.spec.pull_secrets or case.offer.tried:
        return None
    serving = [credential.secret for credential in case.account_offer.usable]
    if not serving:
        return None
    account = display(fixes.account_ref(case))
    known = case.root is not None and case.root.template is not None
    return Verdict(
        Reason.POD_HIDES_SERVICE_ACCOUNT,
        f"the pod lists pull secrets of its own, so those of {account} were not added",
        confidence=Confidence.SETTLED if known else Confidence.LIKELY,
        fixes=fixes.attach(case, serving[:1]),
        then=_after_attach(case),
    )


def secret_not_found(case: Case) -> Verdict | None:
    """A named secret is not there, and nothing else matches."""
    missing = [named for named in case.listed if named.missing]
    if not missing or case.offer.tried:
        return None
    first = missing[0]
    proven = first.presence is Presence.MISSING
    names = ", ".join(f"secret/{named.name}" for named in missing)
    verb = "is" if len(missing) == 1 else "are"
    where = f"not in namespace {case.namespace}"
    return Verdict(
        Reason.SECRET_NOT_FOUND,
        f"{names} {verb} {where}"
        if proven
        else f"the kubelet says that it cannot retrieve {names} in namespace {case.namespace}",
        confidence=Confidence.SETTLED if proven else Confidence.LIKELY,
        fixes=fixes.supply_named(case, first),
        then=fixes.RETRIED,
    )


def secret_wrong_type(case: Case) -> Verdict | None:
    """A named secret is none for the kubelet, and nothing else matches."""
    if not case.unread_types or case.offer.tried:
        return None
    named, content = case.unread_types[0]
    assert named.secret is not None
    return Verdict(
        Reason.SECRET_WRONG_TYPE,
        f"secret/{named.name} is no pull secret to the kubelet",
        fixes=_retype_or_supply(case, content),
        then=_after_attach(case),
    )


def _retype_or_supply(case: Case, content: NotAPullSecret) -> tuple[Fix, ...]:
    named = case.unread_types[0][0]
    assert named.secret is not None
    if isinstance(content.holds, Payload) and content.holds.entries:
        return fixes.retype(case, named.secret)
    return fixes.supply(case)


def no_matching_credential(case: Case) -> Verdict | None:
    """Secrets are attached, none has an entry for the image."""
    if not case.listed or case.offer.tried or not _nothing_sent(case):
        return None
    if case.unseen and not _says_nothing_sent(case):
        return None
    near = fixes.rename(case) if not case.serving_here else ()
    return Verdict(
        Reason.NO_MATCHING_CREDENTIAL,
        f"no attached secret has an entry for {_registry(case)}",
        confidence=Confidence.LIKELY if case.unseen else Confidence.SETTLED,
        fixes=near or fixes.supply(case),
        then=fixes.RETRIED if near else _after_attach(case),
        questions=_may_pull(case),
    )


def no_credential(case: Case) -> Verdict | None:
    """Nothing is attached, and the registry wants a credential."""
    if case.attempt is None or case.listed or not _nothing_sent(case):
        return None
    proven = _says_nothing_sent(case)
    return Verdict(
        Reason.NO_CREDENTIAL,
        "no pull secret is attached, so nothing was sent",
        confidence=Confidence.SETTLED if proven else Confidence.LIKELY,
        fixes=fixes.supply(case),
        then=_after_attach(case),
        questions=() if proven else (f"does {_repository(case)} exist?",),
    )


def unusable_credential(case: Case) -> Verdict | None:
    """The entries that match have nothing to send."""
    if not case.offer.tried or case.offer.usable:
        return None
    credential = case.offer.tried[0]
    return Verdict(
        Reason.UNUSABLE_CREDENTIAL,
        f"secret/{credential.secret} matches, but {_lacks(credential)}",
        fixes=fixes.rewrite(case, credential),
        then=fixes.RETRIED,
    )


def _lacks(credential: Credential) -> str:
    entry = credential.entry
    if "identitytoken" in entry.ignored:
        return "holds only an identity token, which the kubelet ignores"
    if not entry.username and not entry.password:
        return "has neither user nor password"
    return "has no user" if not entry.username else "has no password"


def credential_expired(case: Case) -> Verdict | None:
    """Every usable credential was over when it was last tried (or is, where no try is known)."""
    if not case.offer.usable:
        return None
    at = (case.attempt.last if case.attempt else None) or case.now
    ends = [_expires(credential) for credential in case.offer.usable]
    over = [end for end in ends if end is not None and end <= at]
    if len(over) < len(ends):
        return None
    credential = case.offer.usable[0]
    return Verdict(
        Reason.CREDENTIAL_EXPIRED,
        f"the credential in secret/{credential.secret} ended {over[0]:%Y-%m-%d %H:%M} UTC",
        fixes=fixes.rewrite(case, credential),
        then=fixes.RETRIED,
    )


def _expires(credential: Credential) -> datetime | None:
    return about(credential.entry).expires


def credential_rejected(case: Case) -> Verdict | None:
    """A credential was sent, and the registry answered 401."""
    if case.attempt is None or not _answered_401(case):
        return None
    if case.offer.usable:
        credential = case.offer.usable[0]
        return Verdict(
            Reason.CREDENTIAL_REJECTED,
            f"{_registry(case)} rejected {_who(case)}",
            fixes=fixes.rewrite(case, credential),
            then=fixes.RETRIED,
        )
    if case.attempt.error.cause is not Cause.CREDENTIAL_REJECTED:
        return None
    return _rejected_unseen(case)


def _answered_401(case: Case) -> bool:
    """A 401 after something was sent; containerd 1.6 prints the same for nothing sent."""
    assert case.attempt is not None
    error = case.attempt.error
    if error.cause is Cause.CREDENTIAL_REJECTED:
        return True
    return error.cause is Cause.DENIED_OR_NOT_FOUND and error.status == 401


def _rejected_unseen(case: Case) -> Verdict:
    """The message proves a credential that no readable secret holds."""
    unseen = ", ".join(f"secret/{named.name}" for named in case.unseen)
    whose = f"that of {unseen}, which was not seen here" if unseen else "none of the pod's secrets"
    return Verdict(
        Reason.CREDENTIAL_REJECTED,
        f"{_registry(case)} rejected a credential: {whose}"
        + ("" if unseen else "; the node has credentials of its own"),
        confidence=Confidence.LIKELY,
        fixes=() if unseen else fixes.supply(case),
        then="",
    )


def _who(case: Case) -> str:
    """Whose credential was sent, in words."""
    names = [f"user {c.entry.username} of secret/{c.secret}" for c in case.offer.usable]
    return names[0] if len(set(names)) == 1 else f"all {len(names)} credentials that match"


def access_forbidden(case: Case) -> Verdict | None:
    """The registry knows who asks and refuses."""
    if case.attempt is None or case.attempt.error.cause is not Cause.ACCESS_FORBIDDEN:
        return None
    page = REASONS[Reason.ACCESS_FORBIDDEN]
    if case.offer.usable:
        why = f"{_registry(case)} knows {_who(case)} and refuses {_repository(case)}"
        fix: tuple[Fix, ...] = (Advice(page.fix),)
        return Verdict(Reason.ACCESS_FORBIDDEN, why, fixes=fix, questions=_may_pull(case))
    why = f"{_registry(case)} refuses {_repository(case)}; no attached secret has an entry for it"
    fix = () if case.unseen else fixes.supply(case)
    return Verdict(Reason.ACCESS_FORBIDDEN, why, confidence=Confidence.LIKELY, fixes=fix)


def denied_or_not_found(case: Case) -> Verdict | None:
    """The registry does not tell missing from forbidden."""
    if case.attempt is None:
        return None
    page = REASONS[Reason.DENIED_OR_NOT_FOUND]
    sent = f"{_who(case)} was there; " if case.offer.usable else ""
    return Verdict(
        Reason.DENIED_OR_NOT_FOUND,
        f"{sent}{_registry(case)} does not tell whether {_repository(case)} is missing or denied",
        confidence=Confidence.OPEN,
        fixes=(Advice(page.fix),),
        questions=(f"does {_repository(case)} exist?", *_may_pull(case)),
    )


def _says_nothing_sent(case: Case) -> bool:
    return case.attempt is not None and case.attempt.error.cause is Cause.NO_CREDENTIAL_SENT


def _nothing_sent(case: Case) -> bool:
    """Whether the message allows that no credential was sent; a hypothetical case does."""
    return case.attempt is None or case.attempt.error.cause in _NOTHING_PROVEN_SENT


def _registry(case: Case) -> str:
    assert case.reference is not None
    registry = case.reference.registry
    return "Docker Hub" if registry == "docker.io" else registry


def _repository(case: Case) -> str:
    assert case.reference is not None
    return case.reference.path


def _may_pull(case: Case) -> tuple[str, ...]:
    return (f"may the user read {_repository(case)}?",)


def _after_attach(case: Case) -> str:
    """What happens once a list was changed: the note of a bare pod's fix says it already."""
    if case.bare:
        return ""
    fix = next(iter(fixes.attach(case, ["x"])), None)
    if isinstance(fix, Attach) and fix.target.kind == "ServiceAccount":
        return "new pods get it; the restart makes them"
    return "the change of the template rolls out new pods"


def _is_mirror(case: Case) -> bool:
    return case.pod is not None and case.pod.mirror
