"""The rules that weigh secrets: which credential was there, and what became of it.

All of them suppose that the registry wants a credential: `Case.denied`, or no attempt yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kubectl_pullsecret.credentials import NotAPullSecret, Payload
from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.offer import Presence, names_of
from kubectl_pullsecret.diagnosis.placement import account_ref, attach, renew_pod
from kubectl_pullsecret.diagnosis.pull_errors import PullError
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.diagnosis.rules import Verdict
from kubectl_pullsecret.diagnosis.supply import (
    rearrange,
    rename,
    retype,
    rewrite,
    supply,
    supply_named,
)
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.report import Advice, Confidence, Evidence, Fix, Reason

# The texts that leave open whether anything was sent.
_NOTHING_PROVEN_SENT = frozenset({Cause.NO_CREDENTIAL_SENT, Cause.DENIED_OR_NOT_FOUND})


def service_account_changed_after_pod(case: Case) -> Verdict | None:
    """The account has a matching secret now, and would give it to a new pod."""
    if case.attempt is None or not case.injected or _is_mirror(case):
        return None
    if case.offer.usable:
        return None
    serving = [credential.secret for credential in case.account_offer.usable]
    if not serving:
        return _changed_by_what_was_not_seen(case)
    account = display(account_ref(case))
    what = "lists no pull secret" if not case.listed else "has the list of an earlier day"
    return Verdict(
        Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD,
        f"the pod {what}; {account} lists secret/{serving[0]} now, too late for this pod",
        confidence=Confidence.LIKELY if case.listed else Confidence.SETTLED,
        fixes=(*_renewed(case, case.account_offer.usable), *renew_pod(case, serving[:1])),
    )


def _changed_by_what_was_not_seen(case: Case) -> Verdict | None:
    """The pod lists none, so the account listed none when the pod was made; now it does."""
    unseen = [named for named in case.account_only if named.presence is Presence.UNSEEN]
    if case.listed or not unseen or not case.pod_exists:
        return None
    names = names_of(unseen)
    return Verdict(
        Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD,
        f"the pod lists no pull secret; {display(account_ref(case))} lists {names} now, too late "
        "for this pod; whether it matches was not seen",
        confidence=Confidence.LIKELY,
        fixes=renew_pod(case, [named.name for named in unseen]),
    )


def _renewed(case: Case, serving: Sequence[Credential]) -> tuple[Fix, ...]:
    """What must be renewed first: nothing, unless all of these are spent."""
    spent = all(case.spent(credential.entry) for credential in serving)
    return rewrite(case, serving[0]) if spent else ()


def pod_hides_service_account(case: Case) -> Verdict | None:
    """A list of its own keeps the account's secrets away: admission never merges lists."""
    if case.injected or not case.spec.pull_secrets or case.offer.tried:
        return None
    serving = [credential.secret for credential in case.account_offer.usable]
    if not serving:
        return None
    account = display(account_ref(case))
    known = case.root is not None and case.root.template is not None
    return Verdict(
        Reason.POD_HIDES_SERVICE_ACCOUNT,
        f"the pod lists pull secrets of its own, so those of {account} were not added",
        confidence=Confidence.SETTLED if known else Confidence.LIKELY,
        fixes=(*_renewed(case, case.account_offer.usable), *attach(case, serving[:1])),
    )


def secret_not_found(case: Case) -> Verdict | None:
    """A named secret is not there, and nothing else matches."""
    missing = [named for named in case.listed if named.missing]
    if not missing or case.offer.tried:
        return None
    first = missing[0]
    proven = first.presence is Presence.MISSING
    names = names_of(missing)
    verb = "is" if len(missing) == 1 else "are"
    where = f"not in namespace {case.namespace}"
    return Verdict(
        Reason.SECRET_NOT_FOUND,
        f"{names} {verb} {where}"
        if proven
        else f"the kubelet says that it cannot retrieve {names} in namespace {case.namespace}",
        confidence=Confidence.SETTLED if proven else Confidence.LIKELY,
        fixes=supply_named(case, first),
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
    )


def _retype_or_supply(case: Case, content: NotAPullSecret) -> tuple[Fix, ...]:
    named = case.unread_types[0][0]
    assert named.secret is not None
    if isinstance(content.holds, Payload) and content.holds.entries:
        return retype(case, named.secret)
    return supply(case)


def no_matching_credential(case: Case) -> Verdict | None:
    """Secrets are attached, none has an entry for the image."""
    if not case.listed or case.offer.tried or not _nothing_sent(case):
        return None
    if case.unseen and not _says_nothing_sent(case):
        return None
    if case.unseen:
        return _nothing_sent_for_unseen(case)
    near = rearrange(case) or (rename(case) if not case.serving_here else ())
    return Verdict(
        Reason.NO_MATCHING_CREDENTIAL,
        f"no attached secret has an entry for {_registry(case)}",
        fixes=near or supply(case),
        questions=_may_pull(case),
    )


def _nothing_sent_for_unseen(case: Case) -> Verdict:
    """The runtime says that nothing was sent, and nobody here saw the secrets."""
    names = names_of(case.unseen)
    return Verdict(
        Reason.NO_MATCHING_CREDENTIAL,
        f"nothing was sent to {_registry(case)}; not seen: {names} (missing, or no match)",
        confidence=Confidence.LIKELY,
        fixes=(Advice(f"let this tool see {names}: the verdict depends on it"),),
    )


def no_credential(case: Case) -> Verdict | None:
    """Nothing is attached, and the registry wants a credential."""
    if case.attempt is None or case.listed or not _nothing_sent(case):
        return None
    proven = case.attempt.error.credential_sent is False
    return Verdict(
        Reason.NO_CREDENTIAL,
        "no pull secret is attached, so nothing was sent",
        confidence=Confidence.SETTLED if proven else Confidence.LIKELY,
        fixes=supply(case),
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
        fixes=rewrite(case, credential),
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
        fixes=rewrite(case, credential),
    )


def _expires(credential: Credential) -> datetime | None:
    return about(credential.entry).expires


def credential_rejected(case: Case) -> Verdict | None:
    """A credential was sent, and the registry answered 401."""
    if case.attempt is None or not _answered_401(case):
        return None
    if case.offer.usable:
        return _rejected(case, case.attempt.error)
    if case.attempt.error.cause is not Cause.CREDENTIAL_REJECTED:
        return None
    return _rejected_unseen(case)


def _rejected(case: Case, error: PullError) -> Verdict:
    """The registry, or a mirror that stands for it, refused what the secrets hold."""
    sent = error.cause is not Cause.NO_CREDENTIAL_SENT or _refused_now(case)
    if error.mirror is not None:
        return Verdict(
            Reason.CREDENTIAL_REJECTED,
            f"{error.mirror}, a mirror of {_registry(case)}, rejected {_who(case)}",
            confidence=Confidence.LIKELY,
            fixes=(Advice(f"give the node a login for {error.mirror}, or take the mirror away"),),
        )
    return Verdict(
        Reason.CREDENTIAL_REJECTED,
        f"{_registry(case)} rejected {_who(case)}",
        confidence=Confidence.SETTLED if sent else Confidence.LIKELY,
        fixes=rewrite(case, case.offer.usable[0]),
        evidence=tuple(
            Evidence("note", (f"secret/{credential.secret}: {remark}",))
            for credential in case.offer.usable
            for remark in about(credential.entry).remarks
        ),
    )


def _answered_401(case: Case) -> bool:
    """A 401 that may follow a credential: containerd 1.6 and dockerd do not tell what was sent."""
    assert case.attempt is not None
    error = case.attempt.error
    if error.cause is Cause.CREDENTIAL_REJECTED or _refused_now(case):
        return True
    unproven = error.cause is Cause.NO_CREDENTIAL_SENT and error.credential_sent is None
    return unproven or (error.cause is Cause.DENIED_OR_NOT_FOUND and error.status == 401)


def _refused_now(case: Case) -> bool:
    """Whether the registry, asked just now, refused every credential that matches."""
    usable = case.offer.usable
    return bool(usable) and all(case.refused(credential.entry) for credential in usable)


def _rejected_unseen(case: Case) -> Verdict:
    """The message proves a credential that no readable secret holds."""
    unseen = names_of(case.unseen)
    whose = f"that of {unseen}, which was not seen here" if unseen else "none of the pod's secrets"
    return Verdict(
        Reason.CREDENTIAL_REJECTED,
        f"{_registry(case)} rejected a credential: {whose}"
        + ("" if unseen else "; the node has credentials of its own"),
        confidence=Confidence.LIKELY,
        fixes=() if unseen else supply(case),
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
    fix = () if case.unseen else supply(case)
    return Verdict(Reason.ACCESS_FORBIDDEN, why, confidence=Confidence.LIKELY, fixes=fix)


def denied_or_not_found(case: Case) -> Verdict | None:
    """The registry does not tell missing from forbidden."""
    if case.attempt is None:
        return None
    page = REASONS[Reason.DENIED_OR_NOT_FOUND]
    sent = f"a credential was sent, {_who(case)}; " if case.offer.usable else ""
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
    return "Docker Hub" if case.reference.on_hub else case.reference.registry


def _repository(case: Case) -> str:
    assert case.reference is not None
    return case.reference.path


def _may_pull(case: Case) -> tuple[str, ...]:
    return (f"may the user read {_repository(case)}?",)


def _is_mirror(case: Case) -> bool:
    return case.pod is not None and case.pod.mirror
