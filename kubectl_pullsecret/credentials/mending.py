"""Credentials out of a docker config that the kubelet cannot read, where it is clear what is meant.

What is mended is the encoding: base64 twice over or not at all, UTF-16, a byte order mark. A text
that is no docker config in any of these readings stays malformed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from kubectl_pullsecret.credentials import go_base64
from kubectl_pullsecret.credentials.composing import ConfigText, Member, read_member, take_apart
from kubectl_pullsecret.credentials.docker_config import AuthEntry, field_name
from kubectl_pullsecret.credentials.malformed import Malformed
from kubectl_pullsecret.credentials.masked import Masked

_TEXT_FIELDS = ("username", "password", "email", "auth")


class Rescued(NamedTuple):
    """What could be read of a malformed docker config."""

    entries: tuple[AuthEntry, ...]  # usable ones
    mended: tuple[str, ...]  # keys of those that the kubelet could not read
    lost: tuple[Malformed, ...]  # entries that nobody can read


def rescue(octets: bytes, *, legacy: bool) -> Rescued | None:
    """Read what is meant; None where no reading is a docker config."""
    for reading in _readings(octets):
        config = take_apart(reading, legacy=legacy)
        if config is not None and config.entries:
            return _rescued(config)
    return None


def _readings(octets: bytes) -> Iterator[bytes]:
    """The text as it stands, and what it may be the encoding of."""
    yield octets
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield octets.decode("utf-16", "replace").encode()
    yield octets.removeprefix(b"\xef\xbb\xbf")
    inner = _inside(octets.decode("latin-1"))
    if inner is not None:
        yield inner


def _rescued(config: ConfigText) -> Rescued:
    entries: list[AuthEntry] = []
    mended: list[str] = []
    lost: list[Malformed] = []
    for member in config.entries:
        read = read_member(member)
        entry = _mend(member) if isinstance(read, Malformed) else read
        if isinstance(read, Malformed) and entry is not None:
            mended.append(member.name)
        if entry is not None and entry.usable:
            entries.append(entry)
        elif isinstance(read, Malformed):
            lost.append(read)
    return Rescued(tuple(entries), tuple(mended), tuple(lost))


def _mend(member: Member) -> AuthEntry | None:
    """Read an entry whose `auth` is no base64 of user:password; None where it says nothing."""
    value = json.loads(member.value.reveal(), parse_int=len, parse_float=len)
    if not isinstance(value, dict):
        return None
    fields = dict.fromkeys(_TEXT_FIELDS, "")
    fields.update({field_name(name): text for name, text in value.items() if isinstance(text, str)})
    user, password = _pair(fields["auth"]) or (fields["username"], fields["password"])
    return AuthEntry(member.name, user, Masked(password), fields["email"])


def _pair(auth: str) -> tuple[str, str] | None:
    """User and password of an `auth` that was not encoded, or encoded once too often."""
    once = _inside(auth)
    twice = _inside(once.decode("latin-1")) if once is not None else None
    for text in (once, twice, auth.encode("utf-8", "surrogateescape")):
        if text is not None and b":" in text:
            user, _, password = text.strip().partition(b":")
            return _text(user), _text(password)
    return None


def _inside(text: str) -> bytes | None:
    """What the text is base64 of, with or without padding."""
    body = text.strip()
    try:
        return go_base64.decode(body, padded=body.endswith("=") or len(body) % 4 == 0)
    except go_base64.CorruptInputError:
        return None


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
