"""What the kubelet reads in the text of a docker config: auth entries, or why it cannot be read.

The rules are those of Go's json.Unmarshal into the types of kubelet 1.34.4, credentialprovider/
config.go. What is wrong is worded by `malformed`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kubectl_pullsecret.credentials import go_base64, go_json, malformed
from kubectl_pullsecret.credentials.go_json_scanner import InvalidJSONError, Json
from kubectl_pullsecret.credentials.malformed import Holder, Malformed
from kubectl_pullsecret.credentials.masked import Masked


class AuthEntry(NamedTuple):
    """One registry key and the credential behind it, as the kubelet understands them.

    User name and password keep every byte of `auth`: what is not UTF-8 is a lone surrogate
    ("surrogateescape").
    """

    key: str  # exactly as written in the Secret, e.g. "https://index.docker.io/v1/"
    username: str
    password: Masked
    email: str = ""
    ignored: tuple[
        str, ...
    ] = ()  # fields that the kubelet drops: identitytoken, registrytoken, ...
    disagrees: bool = False  # `auth` decides, and username/password beside it say something else
    identity_token: Masked = Masked("")  # which the kubelet ignores, and a token service may take

    @property
    def usable(self) -> bool:
        """Whether there is a user and a password to send (an identity token alone is neither)."""
        return bool(self.username) and bool(self.password)


class Payload(NamedTuple):
    """A payload that the kubelet can parse; `entries` in the text's order, duplicates resolved."""

    entries: tuple[AuthEntry, ...]
    ignored: tuple[str, ...] = ()  # top-level fields that the kubelet does not know: credsStore, …
    misplaced: tuple[AuthEntry, ...] = ()  # usable, but in the layout of the other secret type

    @property
    def layout_fault(self) -> str:
        """Where the misplaced entries stand and where the kubelet looks; "" if there are none."""
        if not self.misplaced:
            return ""
        if any(entry.key == "auths" for entry in self.entries):
            return "entries under auths; in a dockercfg secret the kubelet looks at the top"
        return "entries beside auths; the kubelet looks only inside it"


def read_docker_config(raw: bytes) -> Payload | Malformed:
    """Read `{"auths": {key: entry}}`, as in .dockerconfigjson and ~/.docker/config.json."""
    return _read(raw, legacy=False)


def read_legacy_docker_config(raw: bytes) -> Payload | Malformed:
    """Read `{key: entry}`, as in .dockercfg."""
    return _read(raw, legacy=True)


def _read(raw: bytes, *, legacy: bool) -> Payload | Malformed:
    text = raw.decode("utf-8", "surrogateescape")
    try:
        document = go_json.parse(text)
        return _legacy_config(document) if legacy else _config(document)
    except InvalidJSONError as error:
        return malformed.not_json(raw, text, error)
    except _UnreadableError as error:
        return error.malformed


class _UnreadableError(ValueError):
    """An entry that stops the kubelet at once: what comes later is not even looked at."""

    def __init__(self, found: Malformed) -> None:
        super().__init__(found.why)
        self.malformed = found


def _config(document: Json) -> Payload | Malformed:
    """Decode a DockerConfigJSON: a bad entry stops at once, else the first type error counts."""
    if document is None:
        return Payload(())
    if not isinstance(document, tuple):
        return malformed.wrong_document(document, malformed.AUTHS)
    entries: dict[str, AuthEntry] = {}
    problems: list[Malformed] = []
    ignored: dict[str, None] = {}
    for name, value in document:
        field = field_name(name)
        if field == "auths":
            problems += _merge(entries, value)
        elif field == "httpheaders":
            problems += _check_headers(value)
        else:
            ignored[clean(name)] = None
    return problems[0] if problems else Payload(tuple(entries.values()), tuple(ignored))


def _legacy_config(document: Json) -> Payload | Malformed:
    """Decode a DockerConfig: the document itself holds the entries."""
    if document is None:
        return Payload(())
    if not isinstance(document, tuple):
        return malformed.wrong_document(document, malformed.LEGACY)
    return Payload(tuple(_entries(document, malformed.LEGACY).values()))


def _merge(entries: dict[str, AuthEntry], auths: Json) -> list[Malformed]:
    """Add one `auths` to what others held; null empties it (decode.go, literalStore)."""
    if auths is None:
        entries.clear()
    elif isinstance(auths, tuple):
        entries.update(_entries(auths, malformed.AUTHS))
    else:
        return [malformed.wrong_auths(auths)]
    return []


def _check_headers(headers: Json) -> list[Malformed]:
    """Check the type of what the kubelet decodes and never uses."""
    if headers is None:
        return []
    if not isinstance(headers, tuple):
        return [malformed.wrong_headers(headers)]
    wrong = ((name, value) for name, value in headers if not isinstance(value, (str, type(None))))
    return [malformed.wrong_header(value, clean(name)) for name, value in wrong]


def _entries(members: tuple[tuple[str, Json], ...], holder: Holder) -> dict[str, AuthEntry]:
    """Decode entries by key; of two under one key the later stays, but both must be readable."""
    entries: dict[str, AuthEntry] = {}
    for name, value in members:
        key = clean(name)
        entries[key] = _entry(key, value, holder)
    return entries


def _entry(key: str, value: Json, holder: Holder) -> AuthEntry:
    """Decode one entry (config.go, DockerConfigEntry.UnmarshalJSON). Raises _UnreadableError."""
    if value is None:
        return AuthEntry(key, "", Masked(""))
    if not isinstance(value, tuple):
        raise _UnreadableError(malformed.wrong_entry(value, holder, key))
    fields, ignored = _fields(key, value, holder)
    username, password, auth = fields["username"], fields["password"], fields["auth"]
    disagrees = False
    if auth:
        beside = (username, password)
        username, password = _decode_auth(auth, key, holder)
        disagrees = any(a and a != b for a, b in zip(beside, (username, password), strict=True))
    return AuthEntry(
        key,
        username,
        Masked(password),
        fields["email"],
        ignored,
        disagrees,
        Masked(_identity_token(value)),
    )


def _identity_token(members: tuple[tuple[str, Json], ...]) -> str:
    """Find what docker puts beside a user name without password; a wrong type is none."""
    found = (value for name, value in members if field_name(name) == "identitytoken")
    return next((clean(value) for value in found if isinstance(value, str)), "")


def _fields(
    key: str, members: tuple[tuple[str, Json], ...], holder: Holder
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read the fields that the kubelet knows, and the names of the others.

    Of a field that is there twice the later counts; null changes nothing.
    """
    fields = dict.fromkeys(("username", "password", "email", "auth"), "")
    ignored: dict[str, None] = {}
    problem: Malformed | None = None
    for name, value in members:
        field = field_name(name)
        if field not in fields:
            ignored[clean(name)] = None
        elif isinstance(value, str):
            fields[field] = clean(value)
        elif value is not None and problem is None:
            problem = malformed.wrong_field(value, holder, key, field)
    if problem is not None:
        raise _UnreadableError(problem)
    return fields, tuple(ignored)


def _decode_auth(auth: str, key: str, holder: Holder) -> tuple[str, str]:
    """Part `auth` into user and password (config.go, decodeDockerConfigFieldAuth)."""
    padded = auth.strip(_GO_BLANKS).endswith("=")
    try:
        decoded = go_base64.decode(auth, padded=padded)
    except go_base64.CorruptInputError as error:
        found = malformed.auth_not_base64(auth, error.offset, holder, key)
        raise _UnreadableError(found) from None
    username, colon, password = decoded.partition(b":")
    if not colon:
        raise _UnreadableError(malformed.auth_without_colon(decoded, holder, key))
    return username.decode("utf-8", "surrogateescape"), password.decode("utf-8", "surrogateescape")


# unicode.IsSpace, which strings.TrimSpace cuts off
_GO_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def field_name(name: str) -> str:
    """Fold case as encoding/json, fold.go, does: U+017F, the long s, is an s too."""
    return name.lower().replace("\u017f", "s")


def clean(text: str) -> str:
    """Turn what is no character, lone surrogates and bytes that are not UTF-8, into U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text)
    return text
