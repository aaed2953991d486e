"""One row of a table: a kubeconfig, flags, an environment; and what kubectl and we make of them.

Both ask for the secrets of the namespace that they find. What arrived must be the same; or both
refuse, each in its words, and nothing arrived.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.authentication import authenticate
from kubectl_pullsecret.sources.kubeconfig import Overrides, resolve
from kubectl_pullsecret.sources.transport import Action, Client
from tests.sources.kubeconfig.recording import Arrived, Proxied, Recording

CANARY = "hunter2"  # in every secret of the tables; never in a message
TOKEN = f"token-{CANARY}"
_LONGEST = 60.0  # seconds for a kubectl
_SECRET = ("token", "password")
_FLAGS = {"as_user": "--as", "as_groups": "--as-group"}


@dataclass(frozen=True)
class Row:
    """What is given, and what is to be seen."""

    name: str
    files: Mapping[str, Any] = field(default_factory=dict)  # below the row's folder; @words@ filled
    flags: Mapping[str, Any] = field(default_factory=dict)  # by the fields of Overrides
    environment: Mapping[str, str] = field(default_factory=dict)
    arrives: Mapping[str, Any] = field(
        default_factory=dict
    )  # fields of Arrived, Proxied as proxy_…
    refused: str = ""  # what our message says, a regular expression
    kubectl_says: str = ""  # the same in kubectl's words
    differs: str = ""  # why kubectl does not refuse: it is not asked


def kubeconfig(
    cluster: Mapping[str, Any] | None = None,
    user: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    **top: Any,
) -> dict[str, Any]:
    """A kubeconfig with one context; what is given comes in addition, None takes away."""
    whole = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "k", "cluster": _with(TRUSTED, cluster)}],
        "users": [{"name": "u", "user": _with({"token": TOKEN}, user)}],
        "contexts": [{"name": "c", "context": _with({"cluster": "k", "user": "u"}, context)}],
    }
    return _with(whole, {key.replace("_", "-"): value for key, value in top.items()})


TRUSTED = {"server": "@https@", "certificate-authority-data": "@ca-data@"}


def _with(given: Mapping[str, Any], more: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in {**given, **(more or {})}.items() if value is not None}


@dataclass(frozen=True)
class Outcome:
    """What one of the two did."""

    arrived: tuple[Arrived, ...]
    proxied: tuple[Proxied, ...]
    message: str  # of a refusal


@dataclass(frozen=True)
class World:
    """The servers, what their names are in the tables, and where a row's files go."""

    kubectl: Path
    folder: Path
    words: Mapping[str, str]
    recordings: Sequence[Recording]
    path: str  # PATH
    cache: str  # kubectl's, of what servers offer: it asks each only once

    def fill(self, value: Any) -> Any:
        """Replace each @word@."""
        if isinstance(value, str):
            return re.sub(r"@([a-z0-9-]+)@", lambda found: self.words[found[1]], value)
        if isinstance(value, Mapping):
            return {self.fill(key): self.fill(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self.fill(one) for one in value)
        return value

    def write(self, files: Mapping[str, Any]) -> None:
        """Write a row's files; what is no text becomes JSON; programs become executable."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            filled = self.fill(content)
            text = filled if isinstance(filled, str) else json.dumps(filled)
            path.write_text(text, encoding="utf-8")
            if text.startswith("#!"):
                path.chmod(0o755)

    def environment(self, row: Row) -> dict[str, str]:
        """Nothing from outside: a home of the row's own, and its file `config`, if it has one."""
        given = {"HOME": str(self.folder / "home"), "PATH": self.path, "KUBECACHEDIR": self.cache}
        if "config" in row.files:
            given["KUBECONFIG"] = str(self.folder / "config")
        return {**given, **self.fill(row.environment)}

    def ask_kubectl(self, row: Row, wrapper: Sequence[str] = ()) -> Outcome:
        done = subprocess.run(
            [*wrapper, str(self.kubectl), "get", "secrets", *self.argv(row)],
            env=self.environment(row),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
        return self.outcome(done.stderr if done.returncode else "")

    def ask_us(self, row: Row, pod_folder: str = "/nowhere") -> Outcome:
        try:
            self.dial(self.overrides(row), self.environment(row), pod_folder)
        except PullSecretError as error:
            return self.outcome(f"{error.message}\n{error.remedy}")
        return self.outcome("")

    def dial(self, overrides: Overrides, environment: Mapping[str, str], pod_folder: str) -> None:
        found = resolve(
            overrides, environment, now=datetime.now(timezone.utc), pod_folder=pod_folder
        )
        assert CANARY not in repr(found)
        connection = authenticate(found, environment, stdin_is_terminal=False)
        assert CANARY not in repr(connection)
        namespace = connection.namespace
        with Client(connection) as client:
            action = Action("list", "secrets", namespace)
            client.get(f"/api/v1/namespaces/{namespace}/secrets", action)

    def outcome(self, message: str) -> Outcome:
        taken = [recording.take() for recording in self.recordings]
        return Outcome(
            arrived=tuple(one for arrived, _ in taken for one in arrived),
            proxied=tuple(one for _, proxied in taken for one in proxied),
            message=message,
        )

    def argv(self, row: Row) -> list[str]:
        return [
            f"{_FLAGS.get(name, '--' + name.replace('_', '-'))}={one}"
            for name, value in self.fill(row.flags).items()
            for one in (value if isinstance(value, tuple) else (_go(value),))
        ]

    def overrides(self, row: Row) -> Overrides:
        given = self.fill(row.flags)
        assert given.keys() <= set(Overrides._fields)
        masked: dict[str, Any] = {
            name: Masked(one) if name in _SECRET else one for name, one in given.items()
        }
        return Overrides(**masked)


def _go(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def compare(world: World, row: Row) -> None:
    """Assert that kubectl and we do the same, and that it is what the row says."""
    world.write(row.files)
    ours = world.ask_us(row)
    check(world, row, ours if row.differs else world.ask_kubectl(row), ours)


def check(world: World, row: Row, kubectl: Outcome, ours: Outcome) -> None:
    """Assert what `compare` says, of what both did."""
    assert CANARY not in ours.message
    if row.refused:
        assert re.search(world.fill(row.refused), ours.message), ours
        assert (ours.arrived, ours.proxied) == ((), ())
        if not row.differs:
            assert (kubectl.arrived, kubectl.proxied) == ((), ()), kubectl
            assert row.kubectl_says, "a row says what kubectl says"
            assert re.search(world.fill(row.kubectl_says), kubectl.message), kubectl.message
        return
    assert ours.message == "", ours.message
    assert kubectl.message == "", kubectl.message
    assert ours.arrived == kubectl.arrived
    assert ours.proxied == kubectl.proxied
    _check_expected(world.fill(row.arrives), ours)


def _check_expected(expected: Mapping[str, Any], ours: Outcome) -> None:
    (arrived,) = ours.arrived
    proxied = ours.proxied[0] if ours.proxied else Proxied("")
    assert expected, "a row says what is to be seen"
    for name, value in expected.items():
        seen = (
            getattr(proxied, name.removeprefix("proxy_"))
            if name.startswith("proxy_")
            else getattr(arrived, name)
        )
        assert seen == value, name


def basic(pair: str) -> str:
    """The header of basic authentication."""
    return "Basic " + base64.b64encode(pair.encode()).decode()
