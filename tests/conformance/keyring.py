"""The kubelet's keyring as a program, for comparing it with the real one.

Reads JSON lines {"id", "image", "secrets": [v1 Secret...]} and writes one line for each, in order:
{"id", "creds": [{"username", "password", "registry", "source": {"name"}}...],
"errorStage": null, "image" or "secrets", "error"}.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from kubectl_pullsecret.credentials import PullSecret, read_secret
from kubectl_pullsecret.credentials.keyring import Credential, Keyring, MalformedSecret
from kubectl_pullsecret.images import InvalidReference, Reference


def answer(image: str, secrets: list[dict[str, Any]]) -> dict[str, object]:
    """Say which credentials are tried in which order, or where the kubelet gives up."""
    try:
        reference = Reference.parse(image)
        found = Keyring(map(pull_secret, secrets)).lookup(reference)
    except InvalidReference as error:
        return {"creds": [], "errorStage": "image", "error": str(error)}
    except MalformedSecret as error:
        return {"creds": [], "errorStage": "secrets", "error": error.malformed.kubelet_text}
    return {"creds": list(map(credential, found)), "errorStage": None, "error": None}


def pull_secret(manifest: dict[str, Any]) -> PullSecret:
    """Read a v1 Secret as the API server prints it."""
    data = {key: base64.b64decode(value) for key, value in (manifest.get("data") or {}).items()}
    return PullSecret(manifest["metadata"]["name"], read_secret(manifest.get("type", ""), data))


def credential(found: Credential) -> dict[str, object]:
    """Show a credential; bytes that are not UTF-8 become U+FFFD, as in Go's JSON."""
    return {
        "username": printable(found.entry.username),
        "password": printable(found.entry.password.reveal()),
        "registry": found.entry.key,
        "source": {"name": found.secret},
    }


def printable(text: str) -> str:
    """Replace the lone surrogates that stand for bytes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        case = json.loads(line)
        json.dump({"id": case["id"], **answer(case["image"], case["secrets"])}, sys.stdout)
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
