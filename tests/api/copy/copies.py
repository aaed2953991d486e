"""What the tests of `copy` have in common: an origin, namespaces to copy to, and the command."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.api.admin_api import AdminApi, Json, path
from tests.api.objects import REGISTRY, pull_secret
from tests.api.test_silence_about_secrets import CANARY, heard
from tests.cli.outside import Outcome, invoke

MARK = "kubectl-pullsecret/copied-from"
Places = Callable[..., list[str]]
Copy = Callable[..., Outcome]


@contextmanager
def further_namespaces(api: AdminApi, namespace: str) -> Iterator[Places]:
    """Makes namespaces with these suffixes and labels; they are removed with what is in them."""
    made: list[str] = []

    def places(*suffixes: str, **labels: str) -> list[str]:
        names = [f"{namespace}-{suffix}" for suffix in suffixes]
        for name in names:
            api.create({"kind": "Namespace", "metadata": {"name": name, "labels": labels}})
            made.append(name)
        return names

    try:
        yield places
    finally:
        for name in made:
            api.remove_namespace(name)


def create_origin(api: AdminApi, namespace: str) -> Json:
    """A good secret/pull, of which a controller has labels."""
    labelled = pull_secret("pull", REGISTRY, password=CANARY)
    labelled["metadata"]["labels"] = {"reconcile.example.com/owner": "sync"}
    return api.create(labelled, namespace)


def copier(kubeconfig: Path, namespace: str) -> Copy:
    """Runs `copy pull`; nothing that it writes has the password. The namespace is shown as NS."""

    def copy(*args: str) -> Outcome:
        outcome = invoke("copy", "pull", *args, "-v", "9", "--kubeconfig", str(kubeconfig))
        assert heard(outcome.out + outcome.err) == []
        return Outcome(outcome.code, outcome.out.replace(namespace, "NS"), outcome.err)

    return copy


def secret(api: AdminApi, namespace: str, name: str = "pull") -> Json:
    return api.get(path("Secret", namespace, name))


def there(api: AdminApi, namespace: str) -> bool:
    return api.answers(path("Secret", namespace, "pull"))


def password(found: Json) -> str:
    (text,) = found["data"].values()
    (entry,) = json.loads(b64decode(text))["auths"].values()
    return b64decode(entry["auth"]).decode().partition(":")[2]


def error_of(outcome: Outcome) -> str:
    """What the command says at last, without the lines that -v asked for."""
    return outcome.err[outcome.err.index("error: ") :]


def drift(api: AdminApi, namespace: str) -> None:
    other = pull_secret("pull", REGISTRY, password=f"{CANARY}-old")
    api.patch(path("Secret", namespace, "pull"), {"data": other["data"]})
