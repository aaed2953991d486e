"""Answers as the API server words them."""

from __future__ import annotations

from tests.net.scripted import Reply


def status(code: int, reason: str, message: str) -> Reply:
    """A refusal as the API server words it."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return Reply(body | {"reason": reason, "message": message}, status=code)


def page(*names: str, following: str = "") -> Reply:
    """A page of a list."""
    items = [{"metadata": {"name": name}} for name in names]
    return Reply(
        {"kind": "PodList", "apiVersion": "v1", "metadata": {"continue": following}, "items": items}
    )
