"""How containerd reaches the registries: one folder with a hosts.toml per registry host.

The format is containerd's (docs/hosts.md); 1.6 and 2.x read the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RegistryHost:
    """A registry as images name it, and where it is in truth."""

    name: str  # as in an image: "registry.test:5000", "docker.io"
    url: str  # "http://127.0.0.1:5000"
    ca: Path | None = None  # who signed its certificate, when no authority of the system did


def write_hosts(folder: Path, hosts: Iterable[RegistryHost]) -> None:
    """Replaces what containerd knows; it reads the folder anew for each pull."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for host in hosts:
        place = folder / host.name
        place.mkdir()
        (place / "hosts.toml").write_text(_hosts_toml(host), encoding="utf-8")


def _hosts_toml(host: RegistryHost) -> str:
    trust = [f'ca = "{host.ca}"'] if host.ca is not None else []
    lines = [
        f'server = "{host.url}"',  # asked again, by 1.6, for what the host does not have
        *trust,
        f'[host."{host.url}"]',  # 1.6 takes plain HTTP from here only
        'capabilities = ["pull", "resolve"]',
        *trust,
    ]
    return "\n".join(lines) + "\n"
