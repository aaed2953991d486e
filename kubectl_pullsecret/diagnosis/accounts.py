"""What a new pod of a ServiceAccount would get, and what is wrong with that list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kubectl_pullsecret.credentials import Malformed, NotAPullSecret, Payload
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.diagnosis.unseen import NOTHING_KNOWN, what_helps
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import Secret, ServiceAccount
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import (
    Advice,
    Confidence,
    Detach,
    Evidence,
    Finding,
    Incomplete,
    Note,
    Reason,
    Severity,
)

ENTRIES_SHOWN = 5


def account_note(snapshot: Snapshot, account: ServiceAccount, now: datetime) -> Note:
    """The list that a new pod of the account gets, in order: as admission made it, if asked."""
    listed = tuple(name for name in account.pull_secrets if name)
    injected = snapshot.injected(account.ref)
    names = listed if injected is None else tuple(name for name in injected if name)
    rows = [row for name in names for row in _rows(snapshot, account, name, now)]
    evidence = [Evidence("gets", row) for row in rows]
    if untried := snapshot.untried(account.ref):
        words = f"what admission makes of a new pod is not known: {redact(untried)}"
        evidence.append(Evidence("note", (words,)))
    return Note(account.ref, _sum(listed, names), tuple(evidence))


def _sum(listed: tuple[str, ...], names: tuple[str, ...]) -> str:
    if listed != names:
        told = ", ".join(listed) if listed else "none"
        gets = "these, in this order" if names else "none"
        return f"lists {told}, but admission (a webhook) changes that: a new pod gets {gets}"
    if not names:
        return "lists no pull secret: a new pod gets none"
    return "a new pod that lists none of its own gets these, in this order"


def _rows(
    snapshot: Snapshot, account: ServiceAccount, name: str, now: datetime
) -> Iterator[tuple[str, ...]]:
    label = f"secret/{name}"
    secret = snapshot.secrets.get((account.ref.namespace, name))
    if secret is None:
        proven = snapshot.sight("Secret", account.ref.namespace).settles(name)
        yield label, "not in this namespace" if proven else NOTHING_KNOWN
    elif isinstance(secret.content, Malformed):
        yield label, f"unreadable: {secret.content.where}: {secret.content.why}"
    elif isinstance(secret.content, NotAPullSecret):
        yield label, f"not read: {secret.content.why}"
    else:
        yield from _entry_rows(label, secret.content, now)


def _entry_rows(label: str, payload: Payload, now: datetime) -> Iterator[tuple[str, ...]]:
    for entry in payload.entries[:ENTRIES_SHOWN]:
        over = ", expired" if about(entry).over(now) else ""
        user = f"user {entry.username}" if entry.usable else "no user or no password"
        yield label, shown_key(entry.key), f"{user}{over}"
    hidden = len(payload.entries) - ENTRIES_SHOWN
    if hidden > 0:
        yield label, f"and {hidden} more"
    if not payload.entries:
        yield label, "no entries"


def account_findings(snapshot: Snapshot, account: ServiceAccount) -> Iterator[Finding]:
    """Warnings about the listed secrets that no pod could use."""
    for name in dict.fromkeys(name for name in account.pull_secrets if name):
        secret = snapshot.secrets.get((account.ref.namespace, name))
        if secret is None:
            if snapshot.sight("Secret", account.ref.namespace).settles(name):
                yield _warning(
                    account, Reason.SECRET_NOT_FOUND, f"secret/{name} is not there", name
                )
        else:
            yield from _of_secret(account, secret)


def account_unseen(snapshot: Snapshot, account: ServiceAccount) -> Iterator[Incomplete]:
    """The listed secrets of which nothing is known."""
    namespace = account.ref.namespace
    sight = snapshot.sight("Secret", namespace)
    for name in dict.fromkeys(name for name in account.pull_secrets if name):
        if (namespace, name) not in snapshot.secrets and not sight.settles(name):
            why = f"what it serves; {what_helps(snapshot, 'Secret', namespace)}"
            yield Incomplete("get", f"secrets/{name}", namespace, why)


def _of_secret(account: ServiceAccount, secret: Secret) -> Iterator[Finding]:
    content, name = secret.content, secret.ref.name
    if isinstance(content, Malformed):
        text = f"secret/{name} is unreadable to the kubelet: {content.where}: {content.why}"
        yield _warning(account, Reason.SECRET_MALFORMED, text, name)
    elif isinstance(content, NotAPullSecret):
        text = f"secret/{name} is no pull secret to the kubelet: {content.why}"
        yield _warning(account, Reason.SECRET_WRONG_TYPE, text, name)


def _warning(account: ServiceAccount, reason: Reason, why: str, name: str) -> Finding:
    page = REASONS[reason]
    detach = Detach(account.ref, (name,), note="if nobody needs it")
    return Finding(
        reason=reason,
        severity=Severity.WARNING,
        confidence=Confidence.SETTLED,
        subject=account.ref,
        message=f"{display(account.ref)} in {account.ref.namespace} lists {name} for nothing",
        evidence=(Evidence("why", (why,)), Evidence("note", (page.means,))),
        fixes=(Advice(page.fix), detach),
    )
