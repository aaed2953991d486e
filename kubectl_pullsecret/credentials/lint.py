"""What is wrong or worth knowing in one Secret's content, whatever the image. Pure.

Remarks never quote a key beyond its host, port and path, and nothing of a credential. What an entry
tells of itself (`kinds.about`) is not repeated here, but for its expiry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials.hosts import (
    HUB_KEY,
    WrittenKey,
    is_hub_name,
    read_key,
)
from kubectl_pullsecret.credentials.keyring import DEFAULT_REGISTRY_HOST, urls_match
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.payload import (
    AuthEntry,
    Content,
    Malformed,
    NotAPullSecret,
    Payload,
)
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.credentials.spelling import (
    lookup_key_or_none,
    meant_segments,
    spelling_fault,
)
from kubectl_pullsecret.images import HUB

_HELPERS = ("credsstore", "credhelpers")


class RemarkSeverity(Enum):
    """Whether something must be mended or only known."""

    PROBLEM = "problem"
    NOTE = "note"


class Remark(NamedTuple):
    """One clause about a Secret, or about one of its entries."""

    key: str | None  # the entry's key as written; None: the whole Secret
    text: str
    severity: RemarkSeverity = RemarkSeverity.PROBLEM


def lint(content: Content, now: datetime) -> tuple[Remark, ...]:
    """Remark on a Secret's content: each entry in its order, then the whole. `now` is aware."""
    if isinstance(content, Malformed):
        return (Remark(content.key, f"{content.why}; {content.remedy}"),)
    if isinstance(content, NotAPullSecret):
        inner = lint(content.holds, now) if content.holds is not None else ()
        return (Remark(None, content.why), *inner)
    return (
        *(remark for entry in content.entries for remark in _on_entry(entry, now)),
        *_on_spellings(content),
        *_on_hiding(content),
        *_on_emptiness(content),
    )


def tidy_key(key: str) -> str | None:
    """Spell a key as the kubelet needs it: the same host, port and path, if these are clear."""
    written = read_key(key)
    if is_hub_name(written.name):
        return HUB_KEY
    port = f":{written.port}" if written.port and written.port.isdigit() else ""
    host = written.name.removesuffix(".")
    if _may_hold_password(key, written):
        return None
    tidy = "/".join([f"{host}{port}", *meant_segments(written.path)])
    return tidy if host and spelling_fault(tidy) is None else None


def _may_hold_password(key: str, written: WrittenKey) -> bool:
    """Tell whether an @ stands behind what is read as the host: `user:pass/word@host`."""
    name = re.sub(r"@sha(?:256|384|512):[0-9a-f]*$", "", key)
    return "@" in name and read_key(name.rpartition("@")[2]).name != written.name


def _on_entry(entry: AuthEntry, now: datetime) -> Iterator[Remark]:
    written = read_key(entry.key)
    if clause := _key_fault(entry.key, written):
        tidy = tidy_key(entry.key)
        advice = f"; write {tidy}" if tidy and tidy != entry.key else ""
        yield Remark(entry.key, clause + advice)
    elif note := _port_note(written):
        yield Remark(entry.key, note, RemarkSeverity.NOTE)
    told = about(entry)
    if told.expires is not None and told.over(now):
        yield Remark(entry.key, f"expired at {told.expires:%Y-%m-%d %H:%M} UTC")


def _key_fault(key: str, written: WrittenKey) -> str | None:
    """Find why a key serves nothing, or not what it seems to."""
    if fault := spelling_fault(key):
        return fault.clause
    if not written.host:
        return "the key names no host"
    if is_hub_name(written.name) and written.host != HUB:
        return _hub_fault(key, written)
    if written.host != written.name:
        return "upper-case letters in the host: it serves only images that are written so"
    if written.host.startswith("[") and not written.port:
        return "an IPv6 host without port matches no image"
    if written.path in ("/v1", "/v2"):
        version = written.path[1:]
        return f"{written.path} without last slash: it serves only names that begin with {version}"
    return None


def _hub_fault(key: str, written: WrittenKey) -> str | None:
    if written.host == DEFAULT_REGISTRY_HOST:
        is_hub_key = lookup_key_or_none(key) == DEFAULT_REGISTRY_HOST
        return None if is_hub_key else "not a Hub key: only / or /v1/ may follow index.docker.io"
    return "not a Hub key to the kubelet"


def _port_note(written: WrittenKey) -> str | None:
    if written.port not in ("443", "80"):
        return None
    return f"serves only images that name port {written.port} themselves"


def _on_spellings(payload: Payload) -> Iterator[Remark]:
    """Find keys that the kubelet cannot tell apart (Go map order, keyring.go:136)."""
    same: dict[str, list[AuthEntry]] = {}
    for entry in payload.entries:
        if (key := lookup_key_or_none(entry.key)) is not None:
            same.setdefault(key, []).append(entry)
    for key, entries in same.items():
        if len(entries) > 1:
            alike = len({(entry.username, entry.password) for entry in entries}) == 1
            severity = RemarkSeverity.NOTE if alike else RemarkSeverity.PROBLEM
            mean = f"{len(entries)} keys of this secret mean {shown_key(key)}"
            yield Remark(entries[0].key, f"{mean}: tried in random order", severity)


def _on_hiding(payload: Payload) -> Iterator[Remark]:
    """Find keys that keep the kubelet from reading index.docker.io (keyring.go:306)."""
    keys = [(entry.key, lookup_key_or_none(entry.key)) for entry in payload.entries]
    if all(key != DEFAULT_REGISTRY_HOST for _, key in keys):
        return
    for written, key in keys:
        host, _, path = (key or "").partition("/")
        if key is not None and urls_match(host, f"{HUB}/any"):
            where = f" for images below {HUB}/{path}" if path else ""
            yield Remark(written, f"hides the index.docker.io entry{where}; keep one of the two")


def _on_emptiness(payload: Payload) -> Iterator[Remark]:
    helpers = [field for field in payload.ignored if field.lower() in _HELPERS]
    usable = any(entry.usable for entry in payload.entries)
    if helpers:
        severity = RemarkSeverity.NOTE if usable else RemarkSeverity.PROBLEM
        text = f"{', '.join(helpers)}: the kubelet cannot run credential helpers"
        yield Remark(None, text if usable else f"{text}, so there is no credential", severity)
    elif payload.layout_fault:
        yield Remark(None, payload.layout_fault)
    elif not payload.entries:
        yield Remark(None, "no entries")
