"""A pod without owner, deleted and created again with another list of pull secrets."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_pullsecret.changes.plan import PodRecreation
from kubectl_pullsecret.sources.transport import Client


def recreate(step: PodRecreation, client: Client, query: Sequence[tuple[str, str]]) -> None:
    """Try the new pod under another name, delete the old one, create the new one."""
    raise NotImplementedError
