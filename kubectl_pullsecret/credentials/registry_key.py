"""Which key to write for a registry, however people spell it; and which keys mean the same one."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache

from kubectl_pullsecret.credentials.docker_config import AuthEntry, Payload
from kubectl_pullsecret.credentials.hosts import read_key
from kubectl_pullsecret.credentials.keyring import KEYS_REMEMBERED
from kubectl_pullsecret.credentials.lint import RemarkSeverity, lint, tidy_key
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.spelling import (
    lookup_key_or_none,
    meant_segments,
    spelling_fault,
)
from kubectl_pullsecret.images import HUB


@lru_cache(maxsize=KEYS_REMEMBERED)
def registry_key(server: str) -> str | None:
    """Return the key that serves the images of a server; None where it can serve none.

    `https://Registry.test/v2/` is `registry.test`, every name of Docker Hub its one key; a part of
    Docker Hub (`docker.io/team`) stays one.
    """
    key = _part_of_hub(server) or tidy_key(server)
    port = read_key(server).port or ""
    if key is None or _problem(key) or port.strip("0123456789") or not _nameable(key):
        return None
    return key if key == (_part_of_hub(key) or tidy_key(key)) else None


def key_fault(server: str) -> str:
    """Say why a server has no key, in the words of the lint. Quotes nothing of it."""
    tidy = tidy_key(server)
    fault = _problem(server) or (_problem(tidy) if tidy else "")
    if not fault and tidy and not _nameable(tidy):
        return "an image name takes a host without dot and port for a part of Docker Hub"
    return fault or "it names no host"


def _nameable(key: str) -> bool:
    """Tell whether an image name can begin with the host (distribution, splitDockerDomain)."""
    written = read_key(key)
    host = written.name
    return bool(written.port) or host in ("localhost", "") or any(one in host for one in ".:*")


def _part_of_hub(server: str) -> str | None:
    written = read_key(server)
    segments = meant_segments(written.path)
    part = "/".join([HUB, *segments])
    clear = written.name == HUB and not written.port and spelling_fault(part) is None
    return part if segments and clear else None


def _problem(key: str) -> str:
    """The lint's first problem with a key; what an entry holds plays no part."""
    entry = AuthEntry(key, "user", Masked("password"))
    remarks = lint(Payload((entry,)), datetime.min.replace(tzinfo=timezone.utc))
    problems = (one.text for one in remarks if one.severity is RemarkSeverity.PROBLEM)
    return next(problems, "")


def same_registry(key: str, written: str) -> bool:
    """Tell whether a key, well or wrongly spelt, means the registry of a well-spelt one."""
    lookup = lookup_key_or_none(written)
    return (lookup is not None and lookup_key_or_none(key) == lookup) or (
        registry_key(key) == written
    )
