"""One secret or docker config decoded: text, and the document PullSecret.

    {apiVersion, kind: PullSecret, namespace, name, file, type, state, expires, notReadBecause,
     malformed: {kubeletText, where, why, remedy, key},
     entries: [{key, lookupKey, username, hasPassword, password, email, kind, state, expires,
                remarks: []}],
     ignored: [], remarks: [{key, text, severity: problem|note}],
     created, immutable, managedBy: [], usedBy, warnings: []}

`file` is set for a docker config; namespace, name, type, created, immutable and usedBy are then
null. `malformed` is null for one that can be read. `lookupKey` is null for an entry that the
kubelet ignores. `password` is there only with --reveal; lone surrogates in it stand for bytes that
are not UTF-8. `ignored` names the fields of the config that are known and that the kubelet does not
read. `usedBy` is as in a PullSecretList.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.credentials import Malformed, NotAPullSecret
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.inventory import Decoded, DecodedEntry, PullSecretRecord, State
from kubectl_pullsecret.durations import age
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.views.data import Data, document, timestamp
from kubectl_pullsecret.views.inventory import kind_and_expiry, state_text, users_data
from kubectl_pullsecret.views.layout import AnyRow, CommandRow, Row, block, heading, wrap
from kubectl_pullsecret.views.terminal import Terminal, columns_of, neutralise

PODS_SHOWN = 5
# What docker and podman write beside `auths`; other names could be anything, a password too.
_CONFIG_FIELDS = frozenset(
    {
        "aliases", "cliPluginsExtraDirs", "credHelpers", "credsStore", "currentContext",
        "detachKeys", "experimental", "features", "plugins", "proxies", "psFormat",
        "stackOrchestrator",
    }
)  # fmt: skip


class InspectView(NamedTuple):
    """How to show it."""

    now: datetime
    reveal: bool = False
    git_warning: bool = False  # it came from a file of the user's that may end in a repository


def secret_text(record: PullSecretRecord, terminal: Terminal, view: InspectView) -> str:
    """A secret as people read it."""
    secret = record.secret
    rows: list[AnyRow] = [Row("type", (_type(secret, view.now),))]
    rows += [*_content_rows(record.decoded, view), Row("used", (_users(record),))]
    if view.git_warning and holds_live_credential(record.decoded):
        rows.append(Row("note", (GIT_WARNING,)))
    title = f"secret/{secret.ref.name} in {secret.ref.namespace}"
    return _page(title, record.decoded, rows, terminal)


def config_text(decoded: Decoded, path: str, terminal: Terminal, view: InspectView) -> str:
    """A docker config as people read it, and how it becomes a Secret."""
    rows: list[AnyRow] = [*_content_rows(decoded, view)]
    if decoded.malformed is None:
        rows.append(_create_row(path))
    return _page(f"docker config {path}", decoded, rows, terminal)


GIT_WARNING = "a live credential, in base64 only: do not commit this file to git"


def holds_live_credential(decoded: Decoded) -> bool:
    """Whether somebody could pull with it now, as far as it shows."""
    return any(it.entry.password and it.state is not State.EXPIRED for it in decoded.entries)


def _page(title: str, decoded: Decoded, rows: list[AnyRow], terminal: Terminal) -> str:
    lines = [*_verdict(title, decoded, terminal), *block(rows, terminal)]
    return "\n".join(lines) + "\n"


def _verdict(title: str, decoded: Decoded, terminal: Terminal) -> list[str]:
    """Lay out the first line; a state that does not fit beside the title stands below it."""
    good = decoded.state in (State.OK, State.EXPIRING)
    lines = heading(title, terminal, "strong" if good else "error")
    state = neutralise(state_text(decoded))
    needed = columns_of(f"{neutralise(title)}    {state}")
    if terminal.width is None or needed <= terminal.width:
        return [f"{lines[0]}    {state}"]
    return [*lines, *(f"  {line}" for line in wrap(state, terminal.width - 2))]


def _type(secret: Secret, now: datetime) -> str:
    parts = [secret.type or "Opaque"]
    parts += [f"created {age(secret.created, now)} ago"] if secret.created else []
    parts += ["immutable"] if secret.immutable else []
    parts += [f"managed by {' and '.join(secret.managed_by)}"] if secret.managed_by else []
    return ", ".join(parts)


def _content_rows(decoded: Decoded, view: InspectView) -> Iterator[AnyRow]:
    if isinstance(decoded.content, NotAPullSecret):
        yield Row("ignored", (f"the kubelet skips it: {decoded.content.why}",))
    if decoded.malformed is not None:
        yield from _malformed_rows(decoded.malformed)
    several = len(decoded.entries) > 1
    remarks: dict[str | None, list[str]] = {}
    for remark in decoded.remarks:
        remarks.setdefault(remark.key, []).append(remark.text)
    for number, it in enumerate(decoded.entries, 1):
        yield Row(f"entry {number}" if several else "entry", _entry_columns(it, view))
        yield from (Row("", (text,)) for text in _entry_notes(it, remarks.get(it.entry.key, [])))
    yield from _whole_rows(decoded)


def _whole_rows(decoded: Decoded) -> Iterator[AnyRow]:
    """What concerns the whole config: the remarks, and the fields that none of them names."""
    if isinstance(decoded.content, NotAPullSecret | Malformed):
        return
    remarks = [remark.text for remark in decoded.remarks if remark.key is None]
    yield from (Row("note", (remark,)) for remark in remarks)
    said = " ".join(remarks)
    if fields := [field for field in known_ignored(decoded) if field not in said]:
        yield Row("ignored", (f"{', '.join(fields)}: not for the kubelet",))


def _malformed_rows(malformed: Malformed) -> Iterator[AnyRow]:
    if malformed.key is not None:
        yield Row("entry", (shown_key(malformed.key),))
    yield Row("why", (f"{malformed.why}; {malformed.remedy}",))
    yield Row("kubelet", (malformed.kubelet_text,))
    yield Row("note", ("no pod that lists it pulls any image, public ones too",))


def _entry_columns(it: DecodedEntry, view: InspectView) -> tuple[str, ...]:
    entry = it.entry
    user = f"user {entry.username}" if entry.username else "user empty"
    return shown_key(entry.key), user, _password(it, view), kind_and_expiry(it.about, view.now)


def _password(it: DecodedEntry, view: InspectView) -> str:
    password = it.entry.password
    if not password:
        return "password empty"
    return f"password {password.reveal() if view.reveal else 'set'}"


def _entry_notes(it: DecodedEntry, remarks: list[str]) -> Iterator[str]:
    """What belongs under an entry: how the kubelet reads its key, and what is wrong."""
    key = shown_key(it.entry.key)
    if it.lookup_key is not None and shown_key(it.lookup_key) != key:
        yield f"the kubelet compares images with {shown_key(it.lookup_key)}"
    if it.entry.email:
        yield f"email {it.entry.email}"
    yield from it.about.remarks
    yield from remarks


def known_ignored(decoded: Decoded) -> list[str]:
    """The config's fields that the kubelet does not read, as far as their names are known."""
    payload = decoded.payload
    return [field for field in payload.ignored if field in _CONFIG_FIELDS] if payload else []


def _create_row(path: str) -> AnyRow:
    from kubectl_pullsecret.views.commands import quoted

    words = ("kubectl pullsecret create NAME", f"--from-docker-config {quoted(path)}")
    return CommandRow("secret", words)


def _users(record: PullSecretRecord) -> str:
    users = record.users
    if users.nobody:
        seen = f", but not all was seen: {', '.join(users.unseen)}" if users.unseen else ""
        return f"by nobody{seen}"
    named = [display(ref) for ref in (*users.accounts, *users.workloads, *users.pods[:PODS_SHOWN])]
    more = len(users.pods) - PODS_SHOWN
    return f"by {', '.join(named)}" + (f" and {more} more pods" if more > 0 else "")


def secret_document(record: PullSecretRecord, view: InspectView) -> dict[str, Data]:
    """The PullSecret of a Secret."""
    secret = record.secret
    warn = view.git_warning and holds_live_credential(record.decoded)
    return document(
        "PullSecret",
        {
            **_identity(secret.ref, None, secret.type),
            **_decoded(record.decoded, view),
            "created": timestamp(secret.created),
            "immutable": secret.immutable,
            "managedBy": list(secret.managed_by),
            "usedBy": users_data(record.users),
            "warnings": [GIT_WARNING] if warn else [],
        },
    )


def config_document(decoded: Decoded, path: str, view: InspectView) -> dict[str, Data]:
    """The PullSecret of a docker config."""
    return document(
        "PullSecret",
        {
            **_identity(None, path, None),
            **_decoded(decoded, view),
            "created": None,
            "immutable": None,
            "managedBy": [],
            "usedBy": None,
            "warnings": [],
        },
    )


def _identity(ref: ObjectRef | None, file: str | None, secret_type: str | None) -> dict[str, Data]:
    return {
        "namespace": ref.namespace if ref else None,
        "name": ref.name if ref else None,
        "file": file,
        "type": secret_type,
    }


def _decoded(decoded: Decoded, view: InspectView) -> dict[str, Data]:
    content, malformed = decoded.content, decoded.malformed
    return {
        "state": decoded.state.value,
        "expires": timestamp(decoded.expires),
        "notReadBecause": content.why if isinstance(content, NotAPullSecret) else "",
        "malformed": _malformed(malformed) if malformed else None,
        "entries": [_entry(it, view) for it in decoded.entries],
        "ignored": known_ignored(decoded),
        "remarks": [
            {
                "key": None if remark.key is None else shown_key(remark.key),
                "text": remark.text,
                "severity": remark.severity.value,
            }
            for remark in decoded.remarks
        ],
    }


def _malformed(malformed: Malformed) -> Data:
    return {
        "kubeletText": malformed.kubelet_text,
        "where": malformed.where,
        "why": malformed.why,
        "remedy": malformed.remedy,
        "key": None if malformed.key is None else shown_key(malformed.key),
    }


def _entry(it: DecodedEntry, view: InspectView) -> Data:
    entry = it.entry
    password: dict[str, Data] = {"password": entry.password.reveal()} if view.reveal else {}
    return {
        "key": shown_key(entry.key),
        "lookupKey": None if it.lookup_key is None else shown_key(it.lookup_key),
        "username": entry.username,
        "hasPassword": bool(entry.password),
        **password,
        "email": entry.email,
        "kind": it.about.label,
        "state": it.state.value,
        "expires": timestamp(it.about.expires),
        "remarks": list(it.about.remarks),
    }
