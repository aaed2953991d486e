"""Names of a cluster's objects, asked for as kubectl would ask, as metadata alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from time import monotonic

from kubectl_pullsecret.completion.command_line import CommandLine
from kubectl_pullsecret.completion.kubeconfigs import overrides
from kubectl_pullsecret.facts.kinds import KindInfo, find_kind, is_object_name
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.sources.beside import beside
from kubectl_pullsecret.sources.kubeconfig import resolve
from kubectl_pullsecret.sources.transport import Action, Client

# Where an object has its pull secrets: an account itself, everything else in a pod's spec.
_SPECS = (
    (),
    ("spec",),
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
)


class Cluster:
    """A server that is asked for names; every method raises PullSecretError."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def names(self, kind: str) -> list[str]:
        """The names of all objects of a known kind, in the namespace if they are in one."""
        return self._list(_known(kind))

    def pull_secrets(self) -> list[str]:
        """The names of the secrets that are of a pull secret's type. None of their data comes."""
        from kubectl_pullsecret.credentials.payload import DATA_KEYS

        found = beside([partial(self._secrets, of_type) for of_type in DATA_KEYS])
        return [name for names in found for name in names]

    def listed(self, kind: str, name: str) -> list[str]:
        """The names in the list of pull secrets that an object has."""
        info = _known(kind)
        if not is_object_name(name):
            return []
        action = Action("get", info.plural, self._namespace, name)
        found = self._client.get(info.path(self._namespace, name), action)
        lists = [_below(found, path).get("imagePullSecrets") for path in _SPECS]
        return [
            name
            for entries in lists
            if isinstance(entries, list)
            for entry in entries
            if isinstance(entry, dict) and is_object_name(name := str(entry.get("name")))
        ]

    def _secrets(self, of_type: str) -> list[str]:
        return self._list(_known("secret"), [("fieldSelector", f"type={of_type}")])

    def _list(self, info: KindInfo, query: Sequence[tuple[str, str]] = ()) -> list[str]:
        namespace = "" if info.kind == "Namespace" else self._namespace
        return self._client.items(
            info.path(namespace),
            Action("list", info.plural, namespace),
            reduce=_name,
            query=query,
            metadata_only=True,
        )


@contextmanager
def cluster(line: CommandLine, end: float, *, destination: bool) -> Iterator[Cluster]:
    """Connect as the flags say that are typed; nothing goes on past `end`, which is monotonic.

    Raises:
        PullSecretError: the kubeconfig, or the program that it names for credentials.
    """
    wanted = overrides(line, destination=destination)
    connection = resolve(wanted, os.environ, now=datetime.now(timezone.utc))
    if connection.exec_plugin is not None:
        from kubectl_pullsecret.sources.authentication import authenticate

        connection = authenticate(
            connection, os.environ, stdin_is_terminal=False, seconds=end - monotonic()
        )
    with Client(connection) as client:
        client.until = end
        yield Cluster(client, connection.namespace)


def _known(word: str) -> KindInfo:
    info = find_kind(word)
    if info is None:
        raise LookupError(word)
    return info


def _name(item: Json) -> str | None:
    """An object's name; None for one that no API server gives."""
    metadata = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and is_object_name(name) else None


def _below(found: Json, path: Sequence[str]) -> Json:
    for key in path:
        below = found.get(key)
        found = below if isinstance(below, dict) else {}
    return found
