"""The inventory as a table, as names, and as the document PullSecretList.

    {apiVersion, kind: PullSecretList,
     items: [{namespace, name, type, state, why, registries: [], usernames: [], kinds: [], expires,
              created, usedBy: {serviceAccounts: [], workloads: [{kind, name}],
              pods: {count, names (at most ten)}, unseen: []}}]}

`state` is a value of `inventory.State`, `why` what keeps the kubelet from reading it or, failing
that, the first problem in it. `registries` are the keys as written, masked where they hold user
info; `usedBy.unseen` has the kinds that were not seen as a whole, so that an empty list of users is
no proof. `expires` is the first end that a credential states; null where none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from kubectl_pullsecret.credentials.kinds import About, CredentialKind
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.inventory import Decoded, PullSecretRecord, State
from kubectl_pullsecret.diagnosis.usage import Users
from kubectl_pullsecret.durations import age, expiry, span
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.views.data import Data, document, timestamp
from kubectl_pullsecret.views.layout import table

SHOWN = 3  # registries, users, kinds in a cell
SHOWN_WIDE = 10  # the same with -o wide; a document has them all
NAMES = 10  # pods named in a document

_PLAIN_KINDS = frozenset({CredentialKind.USER_PASSWORD, CredentialKind.EMPTY})

STATE_WORDS = {
    State.MALFORMED: "malformed",
    State.WRONG_TYPE: "wrong type",
    State.WRONG_KEY: "wrong data key",
    State.NO_ENTRIES: "no entries",
    State.EXPIRED: "expired",
    State.UNUSABLE: "unusable",
    State.DOUBTFUL: "doubtful",
    State.EXPIRING: "expires soon",
    State.OK: "ok",
}


def list_table(
    records: Sequence[PullSecretRecord], *, now: datetime, namespaces: bool, wide: bool
) -> str:
    """The table as kubectl prints tables; `namespaces`: with their column."""
    header = ["NAME", "TYPE", "REGISTRIES", "USERS", "STATE", "EXPIRES", "AGE"]
    header += ["KINDS", "USED BY"] if wide else []
    rows = [header, *(_row(record, now, wide) for record in records)]
    if namespaces:
        homes = ["NAMESPACE", *(record.secret.ref.namespace for record in records)]
        rows = [[home, *row] for home, row in zip(homes, rows, strict=True)]
    return "\n".join(table(rows)) + "\n"


def list_names(records: Iterable[PullSecretRecord]) -> str:
    """One `secret/NAME` a line, as with kubectl's `-o name`."""
    return "".join(f"secret/{record.secret.ref.name}\n" for record in records)


def _row(record: PullSecretRecord, now: datetime, wide: bool) -> list[str]:
    secret, decoded = record.secret, record.decoded
    row = [
        secret.ref.name,
        short_type(secret.type),
        _some(registries(decoded), wide),
        _some(usernames(decoded), wide),
        state_text(decoded),
        _expires(decoded, now),
        age(secret.created, now),
    ]
    return [*row, _some(kinds(decoded), wide), users_text(record.users)] if wide else row


def short_type(secret_type: str) -> str:
    """The type without the prefix that all of Kubernetes' own have."""
    return secret_type.removeprefix("kubernetes.io/") or "Opaque"


def registries(decoded: Decoded) -> list[str]:
    """The keys as written, each once; of a malformed secret the one that is known."""
    if decoded.malformed is not None:
        return [shown_key(decoded.malformed.key)] if decoded.malformed.key else []
    return list(dict.fromkeys(shown_key(it.entry.key) for it in decoded.entries))


def usernames(decoded: Decoded) -> list[str]:
    """The user names, each once."""
    return list(dict.fromkeys(it.entry.username for it in decoded.entries if it.entry.username))


def kinds(decoded: Decoded) -> list[str]:
    """The kinds of credentials, each once."""
    return list(dict.fromkeys(it.about.label for it in decoded.entries))


def state_text(decoded: Decoded) -> str:
    """The state in words, with the reason or the count that belongs to it."""
    words = STATE_WORDS[decoded.state]
    if decoded.state is State.MALFORMED and decoded.malformed:
        return f"{words}: {decoded.malformed.why}"
    if decoded.state is State.DOUBTFUL:
        return f"{words}: {decoded.problem.partition(';')[0]}"
    count, entries = decoded.count(decoded.state), len(decoded.entries)
    partly = decoded.state in (State.EXPIRED, State.UNUSABLE) and count < entries
    return f"{words} ({count} of {entries})" if partly else words


def users_text(users: Users) -> str:
    """Who names it: accounts and workloads by name, pods by number."""
    named = [display(ref) for ref in (*users.accounts, *users.workloads)]
    if users.pods:
        count = len(users.pods)
        named.append(f"{count} pods" if count > 1 else display(users.pods[0]))
    if named:
        return _some(named, wide=False)
    return "nobody seen" if users.unseen else "nobody"


def kind_and_expiry(about: About, now: datetime) -> str:
    """What a credential tells of itself, where that is more than what stands beside it anyway."""
    told = "" if about.kind in _PLAIN_KINDS else about.label
    ends = expiry(about.expires, now) if about.expires else ""
    return ", ".join(filter(None, (told, ends)))


def _some(texts: Sequence[str], wide: bool) -> str:
    shown = texts[: SHOWN_WIDE if wide else SHOWN]
    more = f" +{len(texts) - len(shown)} more" if len(shown) < len(texts) else ""
    return ",".join(shown) + more


def _expires(decoded: Decoded, now: datetime) -> str:
    ends = decoded.expires
    if ends is None:
        return ""
    return f"in {span(ends - now)}" if ends > now else f"{span(now - ends)} ago"


def list_document(records: Iterable[PullSecretRecord]) -> dict[str, Data]:
    """The PullSecretList."""
    return document("PullSecretList", {"items": [_item(record) for record in records]})


def _item(record: PullSecretRecord) -> Data:
    secret, decoded = record.secret, record.decoded
    return {
        "namespace": secret.ref.namespace,
        "name": secret.ref.name,
        "type": secret.type,
        "state": decoded.state.value,
        "why": decoded.unread_because or decoded.problem,
        "registries": registries(decoded),
        "usernames": usernames(decoded),
        "kinds": kinds(decoded),
        "expires": timestamp(decoded.expires),
        "created": timestamp(secret.created),
        "usedBy": users_data(record.users),
    }


def users_data(users: Users) -> Data:
    """The users as data."""
    return {
        "serviceAccounts": [ref.name for ref in users.accounts],
        "workloads": [{"kind": ref.kind, "name": ref.name} for ref in users.workloads],
        "pods": {"count": len(users.pods), "names": [ref.name for ref in users.pods[:NAMES]]},
        "unseen": list(users.unseen),
    }
