"""A program that asks for secrets as our commands do, for tests that need a terminal."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.authentication import authenticate
from kubectl_pullsecret.sources.kubeconfig import Overrides, resolve
from kubectl_pullsecret.sources.transport import Action, Client


def main() -> int:
    """Ask once; the exit code says whether there was an answer."""
    found = resolve(Overrides(), os.environ, now=datetime.now(timezone.utc))
    connection = authenticate(found, os.environ, stdin_is_terminal=sys.stdin.isatty())
    with Client(connection) as client:
        client.get(
            f"/api/v1/namespaces/{connection.namespace}/secrets",
            Action("list", "secrets", connection.namespace),
        )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PullSecretError as refusal:
        sys.exit(refusal.message)
