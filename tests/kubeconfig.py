"""A small kubeconfig, in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def kubeconfig(path: Path, *, server: str = "https://127.0.0.1:1", **changes: Any) -> str:
    """Its path. It has one context; at the server's address nobody is unless it is given."""
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
    }
    path.write_text(json.dumps({**config, **changes}))
    return str(path)


def exec_plugin(script: Path) -> dict[str, Any]:
    """The `exec` of a user: a script that may ask at a terminal."""
    version = "client.authentication.k8s.io/v1"
    return {"apiVersion": version, "command": str(script), "interactiveMode": "IfAvailable"}
