"""What the tests of `create` have in common: the command, and what is in a Secret then."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from kubectl_pullsecret.credentials import Payload, read_secret
from tests.api.admin_api import AdminApi, Json, path
from tests.api.test_silence_about_secrets import CANARY, heard
from tests.cli.outside import Outcome, invoke

HUB = "https://index.docker.io/v1/"
TYPED = ("--docker-username", "puller", "--docker-password-stdin")
LEGACY = "kubernetes.io/dockercfg"
Create = Callable[..., Outcome]


def creating(kubeconfig: Path, stdin: bytes = CANARY.encode()) -> Create:
    """Runs `create` with the canary as the password; nothing that it writes has it."""

    def create(*args: str) -> Outcome:
        flags = ("-v", "9", "--kubeconfig", str(kubeconfig))
        outcome = invoke("create", *args, *flags, stdin=stdin)
        assert heard(outcome.out + outcome.err) == []
        return outcome

    return create


def secret_of(kind: str, key: str, content: object, name: str = "pull") -> Json:
    text = content if isinstance(content, str) else json.dumps(content)
    data = {key: b64encode(text.encode()).decode()}
    return {"kind": "Secret", "type": kind, "metadata": {"name": name}, "data": data}


def there(api: AdminApi, namespace: str, name: str = "pull") -> Json:
    return api.get(path("Secret", namespace, name))


def config(api: AdminApi, namespace: str, name: str = "pull") -> Json:
    """The docker config in the Secret."""
    secret = there(api, namespace, name)
    key = ".dockercfg" if secret["type"] == LEGACY else ".dockerconfigjson"
    found: Json = json.loads(b64decode(secret["data"][key]))
    return found


def credentials(api: AdminApi, namespace: str, name: str = "pull") -> dict[str, tuple[str, str]]:
    """What the kubelet reads: user and password by registry key."""
    secret = there(api, namespace, name)
    data = {key: b64decode(value) for key, value in secret["data"].items()}
    content = read_secret(secret["type"], data)
    assert isinstance(content, Payload), content
    return {one.key: (one.username, one.password.reveal()) for one in content.entries}


NEW = ("puller", CANARY)
