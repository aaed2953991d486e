"""A secret text does not print itself, and who opens it is known."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

import kubectl_pullsecret
from kubectl_pullsecret.credentials.masked import MASK, Masked

PACKAGE = Path(kubectl_pullsecret.__file__).parent

# Whoever opens a password has a reason. A new module here is a decision.
OPENING = {
    "changes/requests.py": "the Secret that is written",
    "cli/connection.py": "what a flag of kubectl's gave",
    "credentials/composing.py": "an entry's auth",
    "credentials/kinds.py": "the expiry date that a token says",
    "credentials/mending.py": "a Secret of a wrong layout",
    "facts/objects.py": "a Secret's data, decoded when it is looked at",
    "facts/reading.py": "whether a Secret's data is text",
    "net/proxies.py": "a proxy's password",
    "registry/echoes.py": "what must be cut out of an answer",
    "registry/introduction.py": "a login at a registry",
    "registry/talk.py": "a login at a registry",
    "registry/tokens.py": "a login at a token service",
    "registry/wire.py": "a header",
    "sources/authentication.py": "what an exec plugin gave",
    "sources/kubeconfig/authprovider.py": "a legacy token",
    "sources/kubeconfig/identity.py": "who asks the API server",
    "sources/kubeconfig/plugin.py": "what an exec plugin is told",
    "sources/transport/dialling.py": "a proxy's password",
    "sources/transport/request_headers.py": "a header",
    "sources/transport/tls_context.py": "a client's key",
    "views/inspect.py": "--reveal",
}

SHOWN: dict[str, Callable[[Masked], str]] = {
    "str": str,
    "repr": repr,
    "format": lambda secret: f"{secret:>3}",
    "a template": lambda secret: "{}".format(secret),  # noqa: UP032 (the method is what is tried)
    "in a container": lambda secret: str([secret]),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_it_shows_three_dots(show: Callable[[Masked], str]) -> None:
    assert show(Masked("hunter2")).strip("[]") == MASK


@pytest.mark.parametrize("keep", [pickle.dumps, copy.deepcopy, json.dumps])
def test_it_cannot_be_stored(keep: Callable[[Masked], object]) -> None:
    with pytest.raises(TypeError):
        keep(Masked("hunter2"))


def test_the_modules_that_open_it_are_these() -> None:
    opening = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if ".reveal()" in path.read_text(encoding="utf-8")
    }
    assert opening == set(OPENING)
