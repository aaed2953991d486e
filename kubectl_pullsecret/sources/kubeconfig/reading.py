"""From a kubeconfig's text to its entries: types as Go's decoder has them, unknown fields ignored.

Every entry is checked, also those that nobody asks for: kubectl refuses a file with one wrong type.
Source: client-go 0.34, tools/clientcmd/loader.go, Load, and tools/clientcmd/api/v1/conversion.go.
No message shows a value: any of them may be a credential.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import cast

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.encoding import decode
from kubectl_pullsecret.sources.kubeconfig.entries import Cluster, Context, Kubeconfig, User
from kubectl_pullsecret.sources.text_error import Places, TextError
from kubectl_pullsecret.sources.yaml_text import limit_yaml, yaml_documents

Field = Callable[[object, str], object]  # a value and where it stands; raises _WrongError

_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    dict: "a mapping",
    list: "a list",
}


class _WrongError(Exception):
    """What is wrong, with the place in the document. Shows no value."""


def read_kubeconfig(raw: bytes, file: str) -> Kubeconfig:
    """Read one file's content; an empty one is an empty kubeconfig. Raises PullSecretError.

    Paths in it stay as they are written.
    """
    document = _document(raw, file)
    try:
        fields = _config(document, "")
        _refuse_other_kinds(fields)
        return Kubeconfig(
            current_context=cast(str, fields.get("current-context", "")),
            clusters=cast("dict[str, Cluster]", _named(fields, "clusters", "cluster", file)),
            users=cast("dict[str, User]", _named(fields, "users", "user", file)),
            contexts=cast("dict[str, Context]", _named(fields, "contexts", "context", file)),
            files=(file,),
        )
    except _WrongError as error:
        raise PullSecretError(
            f"{file} is not a kubeconfig that kubectl reads: {error}",
            remedy="mend the file, or name another one: --kubeconfig FILE",
        ) from None


def _document(raw: bytes, file: str) -> object:
    """The first document of the text: goyaml reads no further."""
    text = decode(raw, file)
    if text.startswith("{"):
        with suppress(ValueError, RecursionError):  # no JSON: YAML has braces too
            return json.loads(text)
    try:
        limit_yaml(len(text))
        return next(yaml_documents(text, _unnoticed), None)
    except TextError as error:
        raise PullSecretError(
            f"{file} is not YAML that kubectl reads: {Places(text).of(error.at)}: {error.why}",
            remedy="mend the file, or name another one: --kubeconfig FILE",
        ) from None


def _unnoticed(why: str, at: int) -> None:
    """A key that is there twice: the last one counts, as for kubectl, which says nothing."""


def _refuse_other_kinds(fields: Mapping[str, object]) -> None:
    """Refuse what says that it is something else (runtime/serializer/json/json.go, Decode)."""
    kind, version = fields.get("kind", "Config"), fields.get("apiVersion", "v1")
    if (kind, version) != ("Config", "v1"):
        raise _WrongError(f"it is a {_short(kind)} of {_short(version)}, not a Config of v1")


def _named(
    fields: Mapping[str, object], plural: str, singular: str, file: str
) -> dict[str, dict[str, object]]:
    """The entries of a list by their names; two of one name are refused, as by conversion.go."""
    entries: dict[str, dict[str, object]] = {}
    for one in cast("Sequence[Mapping[str, object]]", fields.get(plural, ())):
        name = cast(str, one.get("name", ""))
        if name in entries:
            raise _WrongError(f'{plural}: two entries have the name "{_short(name)}"')
        entry = cast("Mapping[str, object]", one.get(singular, {}))
        entries[name] = {**entry, "origin": file}
    return entries


def _string(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _expected("a string", value, where)
    return value


def _secret(value: object, where: str) -> Masked:
    return Masked(_string(value, where))


def _bool(value: object, where: str) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _expected("true or false", value, where)
    return value


def _bytes(value: object, where: str) -> bytes:
    """Base64 as Go has it: line ends are passed over, anything else that is foreign is refused."""
    text = re.sub(r"[\r\n]", "", _string(value, where))
    try:
        return base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise _WrongError(f"{where} is not base64") from None


def _secret_bytes(value: object, where: str) -> Masked:
    return Masked(_bytes(value, where).decode("utf-8", "surrogateescape"))


def _list(item: Field) -> Field:
    def read(value: object, where: str) -> object:
        if value is None:
            return ()
        if not isinstance(value, list):
            raise _expected("a list", value, where)
        return tuple(item(one, f"{where}[{index}]") for index, one in enumerate(value))

    return read


def _map(item: Field) -> Field:
    def read(value: object, where: str) -> object:
        return {
            key: item(one, f"{where}.{_short(key)}") for key, one in _mapping(value, where).items()
        }

    return read


def _record(fields: Mapping[str, Field]) -> Callable[[object, str], dict[str, object]]:
    """A mapping with these fields; what is empty is left out, what is unknown is passed over."""

    def read(value: object, where: str) -> dict[str, object]:
        mapping = _mapping(value, where)
        start = f"{where}." if where else ""
        known = {
            name: field(mapping[name], f"{start}{name}")
            for name, field in fields.items()
            if name in mapping
        }
        return {name: one for name, one in known.items() if one}

    return read


def _present(record: Field) -> Field:
    """A record whose presence alone says something: a pointer in Go. Null is absence."""

    def read(value: object, where: str) -> object:
        return (
            None if value is None else {"": True, **cast("dict[str, object]", record(value, where))}
        )

    return read


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _expected("a mapping", value, where)
    return value


def _extensions(value: object, where: str) -> object:
    """Extensions by their names; two are refused, unless the first is null."""
    named: dict[str, object] = {}
    for one in cast("Sequence[Mapping[str, object]]", _list(_mapping)(value, where)):
        name = _string(one.get("name"), f"{where}.name")
        if named.get(name) is not None:
            raise _WrongError(f'{where}: two entries have the name "{_short(name)}"')
        named[name] = one.get("extension")
    return named


def _short(text: object) -> str:
    """A text of bounded length for a message."""
    return str(text)[:80]


def _expected(what: str, value: object, where: str) -> _WrongError:
    is_it = _WORDS.get(type(value), "something else")
    quote = "; write it in quotes" if what == "a string" and isinstance(value, int | float) else ""
    return _WrongError(f"{where or 'it'} is {is_it}, not {what}{quote}")


_cluster = _record(
    {
        "server": _string,
        "tls-server-name": _string,
        "insecure-skip-tls-verify": _bool,
        "certificate-authority": _string,
        "certificate-authority-data": _bytes,
        "proxy-url": _secret,
        "disable-compression": _bool,
        "extensions": _extensions,
    }
)
_exec = _record(
    {
        "apiVersion": _string,
        "command": _string,
        "args": _list(_secret),
        "env": _list(_record({"name": _string, "value": _secret})),
        "installHint": _string,
        "provideClusterInfo": _bool,
        "interactiveMode": _string,
    }
)
_user = _record(
    {
        "client-certificate": _string,
        "client-certificate-data": _bytes,
        "client-key": _string,
        "client-key-data": _secret_bytes,
        "token": _secret,
        "tokenFile": _string,
        "as": _string,
        "as-uid": _string,
        "as-groups": _list(_string),
        "as-user-extra": _map(_list(_string)),
        "username": _string,
        "password": _secret,
        "auth-provider": _present(_record({"name": _string, "config": _map(_secret)})),
        "exec": _present(_exec),
        "extensions": _extensions,
    }
)
_context = _record(
    {"cluster": _string, "user": _string, "namespace": _string, "extensions": _extensions}
)
_config = _record(
    {
        "kind": _string,
        "apiVersion": _string,
        "current-context": _string,
        "clusters": _list(_record({"name": _string, "cluster": _cluster})),
        "users": _list(_record({"name": _string, "user": _user})),
        "contexts": _list(_record({"name": _string, "context": _context})),
        "preferences": _record({"colors": _bool, "extensions": _extensions}),
        "extensions": _extensions,
    }
)
