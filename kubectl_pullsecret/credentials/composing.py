"""The text of a docker config: made of entries, or with some entries of another text exchanged.

What is not exchanged keeps its very characters: other entries, fields that nobody knows, and bytes
that are not UTF-8 ("surrogateescape").
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from json import JSONDecoder
from typing import NamedTuple

from kubectl_pullsecret.credentials.docker_config import (
    AuthEntry,
    Payload,
    clean,
    field_name,
    read_docker_config,
    read_legacy_docker_config,
)
from kubectl_pullsecret.credentials.malformed import Malformed
from kubectl_pullsecret.credentials.masked import Masked

_BLANKS = " \t\r\n"
# As Go's encoding/json writes strings (encode.go, HTML escaping), and so kubectl.
_GO_ESCAPES = str.maketrans({one: f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"})


class Member(NamedTuple):
    """A field of a JSON object."""

    name: str  # what the kubelet reads as the name
    text: Masked  # name and value, as they stand there

    @property
    def value(self) -> Masked:
        """The value's text."""
        text = self.text.reveal()
        after = _end_of_value(text, 0)
        return Masked(text[after:].lstrip(_BLANKS)[1:].strip(_BLANKS))


class ConfigText(NamedTuple):
    """A docker config in parts."""

    entries: tuple[Member, ...] = ()
    beside: tuple[Member, ...] = ()  # the fields beside `auths`; none in the legacy layout
    legacy: bool = False  # .dockercfg: the document itself holds the entries

    @property
    def text(self) -> Masked:
        """The whole."""
        entries = _object(self.entries)
        if self.legacy:
            return Masked(entries)
        return Masked(_object([Member("auths", Masked(f'"auths":{entries}')), *self.beside]))

    def read(self) -> Payload | Malformed:
        """What the kubelet makes of it."""
        octets = self.text.reveal().encode("utf-8", "surrogateescape")
        return read_legacy_docker_config(octets) if self.legacy else read_docker_config(octets)


def compose(entries: Iterable[AuthEntry], *, legacy: bool = False) -> ConfigText:
    """Lay out entries as `kubectl create secret docker-registry` does."""
    return ConfigText(tuple(map(member_of, entries)), legacy=legacy)


def member_of(entry: AuthEntry) -> Member:
    """Write one entry. Credentials that are not UTF-8 fit only into `auth`."""
    user, password = entry.username, entry.password.reveal()
    auth = f"{user}:{password}".encode("utf-8", "surrogateescape")
    fields = {"username": user, "password": password} if _is_unicode(user + password) else {}
    if entry.email:
        fields["email"] = entry.email
    fields["auth"] = base64.b64encode(auth).decode("ascii")
    return Member(entry.key, Masked(f"{_json(entry.key)}:{_json(fields)}"))


def take_apart(octets: bytes, *, legacy: bool) -> ConfigText | None:
    """Part the text of a docker config; None where it is no JSON object.

    Of several fields `auths` the entries come together, as the kubelet reads them; one that is no
    object has none.
    """
    text = octets.decode("utf-8", "surrogateescape")
    try:
        members = _members(text)
        if legacy:
            return ConfigText(members, legacy=True)
        entries: list[Member] = []
        for one in members:
            if field_name(one.name) == "auths":
                value = one.value.reveal()
                entries = [] if value == "null" else [*entries, *_entries(value)]
    except (ValueError, IndexError, RecursionError):
        return None
    beside = tuple(one for one in members if field_name(one.name) != "auths")
    return ConfigText(tuple(entries), beside)


def read_member(member: Member) -> AuthEntry | Malformed:
    """What the kubelet makes of one entry."""
    content = ConfigText((member,)).read()
    return content if isinstance(content, Malformed) else content.entries[0]


def exchange(
    config: ConfigText, written: Mapping[str, AuthEntry], meant: Mapping[str, str], *, only: bool
) -> ConfigText:
    """Put entries in the place of those that mean the same; new ones come last.

    `written` by its key; `meant`: the key to write for a key that is there. An entry that says
    already what is to be written stays as it is. `only` drops the entries that mean none.
    """
    waiting = dict(written)
    found: list[Member] = []
    for member in config.entries:
        key = meant.get(member.name)
        if key is None:
            found += [] if only else [member]
        elif key in waiting:
            entry = waiting.pop(key)
            found.append(member if _says(member, entry) else member_of(entry))
    return config._replace(entries=(*found, *map(member_of, waiting.values())))


def _says(member: Member, entry: AuthEntry) -> bool:
    return credential(read_member(member)) == credential(entry)


def credential(entry: AuthEntry | Malformed) -> tuple[object, ...] | None:
    """What of an entry counts; None for one that cannot be read."""
    if isinstance(entry, Malformed):
        return None
    return entry.key, entry.username, entry.password, entry.email


def _entries(value: str) -> tuple[Member, ...]:
    return _members(value) if value.startswith("{") else ()


def _members(text: str) -> tuple[Member, ...]:
    """Part a JSON object into its fields. Raises ValueError."""
    body = text.strip(_BLANKS)
    if body[:1] != "{" or body[-1:] != "}":
        raise ValueError("no object")
    return tuple(_walk(body))


def _walk(body: str) -> Iterator[Member]:
    at = _skip(body, 1)
    if body[at] == "}":
        _expect_end(body, at)
        return
    while True:
        name, colon = _decode(body, at)
        colon = _skip(body, colon)
        if not isinstance(name, str) or body[colon] != ":":
            raise ValueError("no field")
        end = _end_of_value(body, _skip(body, colon + 1))
        yield Member(clean(name), Masked(body[at:end]))
        at = _skip(body, end)
        if body[at] == "}":
            _expect_end(body, at)
            return
        if body[at] != ",":
            raise ValueError("no comma")
        at = _skip(body, at + 1)


def _expect_end(body: str, at: int) -> None:
    if at != len(body) - 1:
        raise ValueError("something behind the object")


def _end_of_value(text: str, at: int) -> int:
    return _decode(text, at)[1]


def _decode(text: str, at: int) -> tuple[object, int]:
    return _decoder().raw_decode(text, at)


@cache
def _decoder() -> JSONDecoder:
    return JSONDecoder(parse_int=len, parse_float=len)  # digits are not read, only passed over


def _skip(text: str, at: int) -> int:
    while at < len(text) - 1 and text[at] in _BLANKS:
        at += 1
    return at


def _object(members: Iterable[Member]) -> str:
    return "{" + ",".join(member.text.reveal() for member in members) + "}"


def _json(value: str | Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_GO_ESCAPES)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)
