"""A payload that stops the kubelet: in Go's words for comparing, and in words for people.

Words for people (`where`, `why`, `remedy`) never hold a value of the payload, only names of fields
and registry keys without their user info. Go's words may show one character of the payload.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from kubectl_pullsecret.credentials import go_base64
from kubectl_pullsecret.credentials.go_json_scanner import InvalidJSONError, Json
from kubectl_pullsecret.credentials.shown_key import shown_key


class Malformed(NamedTuple):
    """A payload that stops the kubelet: every pull of the pod fails, public images too."""

    kubelet_text: str  # what the kubelet reports, e.g. "illegal base64 data at input byte 4"
    where: str  # 'auths["registry.test:5000"].auth' or "line 3, column 5"
    why: str  # "auth is not base64 (byte 0)"
    remedy: str  # "it must be base64 of user:password"
    key: str | None = None  # the registry key of the bad entry, where one is known


class Holder:
    """The object that holds the auth entries: Go's name of its place, and ours."""

    def __init__(self, go_place: str, name: str) -> None:
        self.go_place = go_place
        self.name = name

    def of(self, key: str, field: str = "") -> str:
        """Name an entry, or a field of it: `auths["registry.test:5000"].auth`."""
        entry = f"{self.name}[{json.dumps(shown_key(key), ensure_ascii=False)}]"
        return f"{entry}.{field}" if field else entry


AUTHS = Holder("DockerConfigJSON.auths", "auths")
LEGACY = Holder("", "")  # .dockercfg: the document itself holds the entries

_PACKAGE = "credentialprovider"
_ENTRY_TYPE = f"{_PACKAGE}.dockerConfigEntryWithAuth"
_HEADERS = "DockerConfigJSON.HttpHeaders"
_UNUSED = "the kubelet does not use HttpHeaders: leave it out"
_USER_PASSWORD = "it must be base64 of user:password"

_KINDS: dict[type, tuple[str, str]] = {
    bool: ("bool", "a boolean"),
    int: ("number", "a number"),
    str: ("string", "a string"),
    list: ("array", "a list"),
    tuple: ("object", "an object"),
}


def wrong_document(value: Json, holder: Holder) -> Malformed:
    """Report a document that is no object."""
    if holder is LEGACY:
        go_type, remedy = "DockerConfig", "it must be an object of entries, each under its registry"
    else:
        go_type, remedy = "DockerConfigJSON", 'it must be an object with the field "auths"'
    text = _cannot_unmarshal(value, "", f"{_PACKAGE}.{go_type}")
    return Malformed(text, "the whole text", f"the document is {_kind(value)}", remedy)


def wrong_auths(value: Json) -> Malformed:
    """Report an `auths` that is no object."""
    text = _cannot_unmarshal(value, AUTHS.go_place, f"{_PACKAGE}.DockerConfig")
    remedy = "it must be an object of entries, each under its registry"
    return Malformed(text, "auths", f"auths is {_kind(value)}", remedy)


def wrong_headers(value: Json) -> Malformed:
    """Report an `HttpHeaders` that is no object."""
    text = _cannot_unmarshal(value, _HEADERS, "map[string]string")
    return Malformed(text, "HttpHeaders", f"HttpHeaders is {_kind(value)}", _UNUSED)


def wrong_header(value: Json, name: str) -> Malformed:
    """Report one of `HttpHeaders` that is no string."""
    text = _cannot_unmarshal(value, _HEADERS, "string")
    where = f"HttpHeaders[{json.dumps(name, ensure_ascii=False)}]"
    return Malformed(text, where, f"a header is {_kind(value)}", _UNUSED)


def wrong_entry(value: Json, holder: Holder, key: str) -> Malformed:
    """Report an auth entry that is no object."""
    text = _cannot_unmarshal(value, holder.go_place, _ENTRY_TYPE)
    remedy = 'it must be an object such as {"auth": "base64 of user:password"}'
    return Malformed(text, holder.of(key), f"the entry is {_kind(value)}", remedy, key)


def wrong_field(value: Json, holder: Holder, key: str, field: str) -> Malformed:
    """Report a field of an auth entry that is no string."""
    struct = holder.go_place or "dockerConfigEntryWithAuth"
    text = _cannot_unmarshal(value, f"{struct}.{field}", "string")
    remedy = "it must be a string, in quotes"
    return Malformed(text, holder.of(key, field), f"{field} is {_kind(value)}", remedy, key)


def auth_not_base64(auth: str, offset: int, holder: Holder, key: str) -> Malformed:
    """Report an `auth` that cannot be decoded; `offset` is Go's."""
    plain = ", not user:password itself" if ":" in auth else ""
    return Malformed(
        kubelet_text=f"illegal base64 data at input byte {offset}",
        where=holder.of(key, "auth"),
        why=f"auth is not base64 (byte {offset})",
        remedy=_USER_PASSWORD + plain,
        key=key,
    )


def auth_without_colon(decoded: bytes, holder: Holder, key: str) -> Malformed:
    """Report an `auth` that is base64, but not of user and password."""
    twice = (
        ", encoded once: this was encoded twice"
        if b":" in _inside(decoded.decode("latin-1"))
        else ""
    )
    return Malformed(
        kubelet_text="unable to parse auth field, must be formatted as base64(username:password)",
        where=holder.of(key, "auth"),
        why="auth is base64 of a text without a colon",
        remedy=_USER_PASSWORD + twice,
        key=key,
    )


def not_json(raw: bytes, text: str, error: InvalidJSONError) -> Malformed:
    """Report a payload that is no JSON; `text` is how `raw` was read, `error.at` indexes it."""
    line = text.count("\n", 0, error.at) + 1
    column = error.at - text.rfind("\n", 0, error.at)
    why, remedy = _about_text(raw) or _about_place(text, error)
    return Malformed(str(error), f"line {line}, column {column}", why, remedy)


def _about_text(raw: bytes) -> tuple[str, str] | None:
    """Tell what is wrong with the payload as a whole, if anything."""
    if not raw.strip():
        return "the value is blank", "it must be the text of a docker config"
    if raw.startswith(b"\xef\xbb\xbf"):
        return "the text begins with a byte order mark", "save it as UTF-8 without one"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:2]:
        return "the text is UTF-16", "save it as UTF-8"
    if _inside(raw.decode("latin-1")).startswith(b"{"):
        return "the value is base64 twice over", "encode the docker config once, or use stringData"
    return None


def _about_place(text: str, error: InvalidJSONError) -> tuple[str, str]:
    """Tell what is wrong where the text stops being JSON."""
    problem, char = error.problem, error.char
    if not char:
        return "not JSON: the text breaks off", "write all of it; a quote or a bracket is missing"
    if "max depth" in problem:
        return "not JSON that Go reads: nested more than 10000 deep", "write a docker config"
    if problem == "in string literal":
        return (
            "not JSON: a line break or control character in a string",
            "write it as \\n, or mend it",
        )
    if problem == "after top-level value":
        return "not JSON: there is more behind the document", "remove what stands behind it"
    if text[: error.at].rstrip().endswith(",") and char in "}]":
        return "not JSON: a comma before a closing bracket", "remove the comma"
    if char == "'":
        return "not JSON: a single quote", "JSON wants double quotes"
    if "{{" in (text[error.at : error.at + 2], text[max(error.at - 1, 0) : error.at + 1]):
        return "not JSON: a template that was not rendered", "render it first"
    return f"not JSON: {_PROBLEMS.get(problem, 'a number, word or escape is broken')}", _CHECK


_CHECK = "mend the text; python3 -m json.tool FILE checks it"
_PROBLEMS = {
    "looking for beginning of value": "a value is missing or has no quotes",
    "looking for beginning of object key string": "a field name is missing or has no quotes",
    "after object key": "a colon is missing behind a field name",
    "after object key:value pair": "a comma or } is missing",
    "after array element": "a comma or ] is missing",
}


def _cannot_unmarshal(value: Json, place: str, go_type: str) -> str:
    """Word a type error as Go does (encoding/json, decode.go, UnmarshalTypeError)."""
    into = f"struct field {place}" if place else "value"
    return f"json: cannot unmarshal {_KINDS[type(value)][0]} into Go {into} of type {go_type}"


def _kind(value: Json) -> str:
    return _KINDS[type(value)][1]


def _inside(text: str) -> bytes:
    """What the text is base64 of, if that is plain text; else nothing."""
    try:
        inner = go_base64.decode(text.strip(), padded="=" in text)
    except go_base64.CorruptInputError:
        return b""
    return inner if inner.isascii() else b""
