"""What every request says of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from urllib3 import HTTPHeaderDict

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net.headers import USER_AGENT, basic
from kubectl_pullsecret.sources.connection import Connection, Impersonation

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

# client-go, transport/round_trippers.go, legalHeaderKeyBytes; letters, digits and _.-~ besides
_LEGAL_IN_NAMES = "!#$&'*+^`|"


def headers_of(connection: Connection) -> HTTPHeaderDict:
    """The headers that are the same in every request. Holds credentials: see `net.headers.shown`.

    Raises:
        PullSecretError: a value cannot be sent in a header.
    """
    headers = HTTPHeaderDict({"User-Agent": USER_AGENT})
    if connection.compression:
        headers["Accept-Encoding"] = "gzip"
    if connection.token:
        headers["Authorization"] = "Bearer " + _value("token", connection.token.reveal())
    elif connection.username or connection.password:
        password = connection.password.reveal() if connection.password else ""
        headers["Authorization"] = basic(connection.username, password)
    for name, value in _impersonation(connection.impersonation):
        headers.add(name, value)
    return headers


def _impersonation(who: Impersonation) -> Iterator[tuple[str, str]]:
    if who.user:
        yield "Impersonate-User", _value("user of --as", who.user)
    if who.uid:
        yield "Impersonate-Uid", _value("user id of --as-uid", who.uid)
    for group in who.groups:
        yield "Impersonate-Group", _value("group of --as-group", group)
    for key, values in who.extra:
        name = "Impersonate-Extra-" + quote(key, safe=_LEGAL_IN_NAMES)
        for value in values:
            yield name, _value(f"as-user-extra {key}", value)


def _value(what: str, text: str) -> str:
    """A header's value as http.client takes it. It would say the value where it refuses one."""
    if any((sign < " " and sign != "\t") or sign == "\x7f" for sign in text):
        raise PullSecretError(f"the {what} holds a line break or another control character")
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
