"""The proof of a verdict: what was listed, why it serves or not, what was seen, how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kubectl_pullsecret.credentials import Malformed, NotAPullSecret, Payload
from kubectl_pullsecret.credentials.hosts import ascii_lower, cloud_registry
from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.near_miss import Miss
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.offer import NamedSecret, Offer, Presence
from kubectl_pullsecret.diagnosis.placement import account_ref
from kubectl_pullsecret.diagnosis.probing import probe_lines
from kubectl_pullsecret.diagnosis.rules import Verdict
from kubectl_pullsecret.diagnosis.unseen import NOTHING_KNOWN
from kubectl_pullsecret.durations import span
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.snapshot import Completeness
from kubectl_pullsecret.report import Copy, Evidence, Reason

LISTED_SHOWN = 20
MISSES_SHOWN = 3  # of one secret; the nearest come first


_POISON = Evidence("note", ("one bad entry stops every image of the pod, public ones too",))
_BEFORE_SECRETS = frozenset({Reason.INVALID_IMAGE_NAME, Reason.NEVER_PULL})


def evidence_of(case: Case, verdict: Verdict) -> tuple[Evidence, ...]:
    """Everything worth showing for a verdict, in reading order."""
    if verdict.reason is Reason.SECRET_MALFORMED:
        return (*verdict.evidence, _POISON, *attempt_lines(case))
    lines = [Evidence("why", (_meaning(case, verdict.why),)), *verdict.evidence]
    asked = case.denied or verdict.reason is Reason.RATE_LIMITED
    if asked and verdict.reason not in _BEFORE_SECRETS:
        lines += secret_lines(case)
        lines += elsewhere_lines(case, verdict)
    lines += probe_lines(case)
    lines += node_lines(case)
    lines += attempt_lines(case)
    return tuple(lines)


def _meaning(case: Case, why: str) -> str:
    """The why, preceded by what the image name means where that is not what it says."""
    reference = case.reference
    if reference is None or not case.denied or case.image.startswith(f"{reference.registry}/"):
        return why
    return f"{case.shown_image} is {reference}; {why}"


def secret_lines(case: Case) -> list[Evidence]:
    """`listed` and `hidden`: each secret, its key, what the kubelet makes of it."""
    account = display(account_ref(case))
    serving = {credential.secret for credential in case.account_offer.tried}
    hidden = [named for named in case.account_only if named.name in serving]
    return [
        *_lines("listed", case.listed, case.offer, case.now),
        *_lines("hidden", hidden, case.account_offer, case.now, f", from {account}"),
    ]


def _lines(
    about: str, secrets: Sequence[NamedSecret], offer: Offer, now: datetime, origin: str = ""
) -> Iterator[Evidence]:
    each = list({named.name: named for named in secrets}.values())
    for named in each[:LISTED_SHOWN]:
        for row in _rows(named, offer, now):
            yield Evidence(about, (*row[:-1], f"{row[-1]}{origin}"))
    if len(each) > LISTED_SHOWN:
        yield Evidence(about, (f"and {len(each) - LISTED_SHOWN} more",))


def elsewhere_lines(case: Case, verdict: Verdict) -> list[Evidence]:
    """The secrets of other namespaces that would serve, where the fix brings one of them here."""
    copied = [fix.secret for fix in verdict.fixes if isinstance(fix, Copy)]
    if not copied:
        return []
    found = [(s.name, s.namespace, "would match") for s in case.serving_elsewhere]
    found += [
        (name, namespace, "may be the one; its content was not read")
        for name in copied
        for namespace in case.snapshot.namesakes(name)
    ]
    return [
        Evidence("elsewhere", (f"secret/{name}", f"in namespace {namespace}", what))
        for name, namespace, what in found[:MISSES_SHOWN]
    ]


def _rows(named: NamedSecret, offer: Offer, now: datetime) -> list[tuple[str, ...]]:
    label = f"secret/{named.name}"
    if named.secret is None:
        return [(label, _absent(named.presence))]
    content = named.secret.content
    if isinstance(content, Malformed):
        return [(label, f"unreadable: {content.where}: {content.why}")]
    if isinstance(content, NotAPullSecret):
        return [(label, f"not read: {content.why}")]
    if content.layout_fault:
        return [(label, content.layout_fault)]
    tried = (
        (label, shown_key(c.entry.key), _matches(c, now))
        for c in offer.tried
        if c.secret == named.name
    )
    rows: list[tuple[str, ...]] = list(dict.fromkeys(tried))
    misses = [miss for miss in offer.misses if miss.secret == named.name]
    rows += _misses(label, misses, hide_far=bool(rows))
    return rows or [(label, _why_empty(content))]


def _why_empty(payload: Payload) -> str:
    """Why a payload that parses holds nothing: what stands beside `auths`."""
    if {"credsStore", "credHelpers"} & set(payload.ignored):
        return "no entries: the credential is in a helper on the machine that wrote it"
    return "no entries under auths" if payload.ignored else "no entries"


def _absent(presence: Presence) -> str:
    if presence is Presence.UNSEEN:
        return NOTHING_KNOWN
    if presence is Presence.MISSING:
        return "not in this namespace"
    return "the kubelet cannot retrieve it"


def _matches(credential: Credential, now: datetime) -> str:
    entry = credential.entry
    if not entry.usable:
        return "matches, but has no user or no password to send"
    over = ", expired" if about(entry).over(now) else ""
    return f"matches, user {entry.username}{over}"


def _misses(label: str, misses: Sequence[Miss], *, hide_far: bool) -> list[tuple[str, ...]]:
    worth = [miss for miss in misses if miss.near or not hide_far]
    rows: list[tuple[str, ...]] = [
        (label, shown_key(miss.entry.key), miss.text) for miss in worth[:MISSES_SHOWN]
    ]
    if len(worth) > MISSES_SHOWN:
        rows.append((label, f"and {len(worth) - MISSES_SHOWN} more", "none serves the image"))
    return rows


def node_lines(case: Case) -> list[Evidence]:
    """What is invisible from here, said only where it may decide."""
    reference = case.reference
    if case.attempt is None or reference is None or not case.denied:
        return []
    matched = case.offer.tried or case.account_offer.tried
    if matched and cloud_registry(ascii_lower(reference.registry)) is None:
        return []
    words = "the node's own credentials, mirrors and providers cannot be seen from here"
    return [Evidence("note", (words,))]


def _no_events(case: Case) -> str:
    sight = case.snapshot.sight("Event", case.namespace)
    seen = sight.completeness is not Completeness.UNREAD
    return "no events are left: they live an hour" if seen else "no events were seen"


def attempt_lines(case: Case) -> list[Evidence]:
    """How often it was seen, when last, and the runtime's own words."""
    attempt = case.attempt
    if attempt is None:
        return []
    words = attempt.error.raw
    others = [Evidence("seen", (f"beside it: {words}",)) for words in attempt.error.others]
    if attempt.last is None:
        left = "no event of it" if case.events else _no_events(case)
        return [Evidence("seen", (f"{words} ({left})",)), *others]
    times = f"{attempt.count} times" if attempt.count != 1 else "once"
    return [
        Evidence("seen", (f"{times}, last {span(case.now - attempt.last)} ago: {words}",)),
        *others,
    ]
