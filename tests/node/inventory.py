"""What there is on the machine that a test cluster could leave there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.node.namespaces import SYSCTLS

FOLDERS = (
    "/etc/cni",
    "/opt",
    "/run",
    "/run/netns",
    "/usr/libexec",
    "/var/lib",
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/log",
)
FILES = ("/etc/hosts", "/etc/resolv.conf")
SYSCTLS_NOT_TO_TOUCH = (
    *SYSCTLS,
    "fs/file-max",
    "fs/inotify/max_user_instances",
    "kernel/pid_max",
    "net/bridge/bridge-nf-call-iptables",
    "net/ipv4/conf/all/forwarding",
    "net/ipv4/conf/all/route_localnet",
    "net/ipv4/ip_forward",
    "net/ipv6/conf/all/forwarding",
    "vm/max_map_count",
)


class Inventory(NamedTuple):
    """The machine's own things, by name or with their values."""

    mounts: tuple[str, ...]
    sysctls: dict[str, str]
    folders: dict[str, tuple[str, ...]]
    files: dict[str, str]


def inventory() -> Inventory:
    """The machine's, now."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return Inventory(
        tuple(line.split()[4] for line in mounts),
        dict(_sysctls()),
        {folder: _names(folder) for folder in FOLDERS},
        {file: Path(file).read_text() for file in FILES},
    )


def left_of(name: str, link: str, namespaces: Iterable[str]) -> list[str]:
    """What there is of the cluster of this name: processes, cgroups, its link, its folder.

    The namespaces are as /proc/PID/ns has them: "net:[4026532249]".
    """
    alive = [
        f"process {process.name}: {command}"
        for process, command in processes()
        if name in command or not _namespaces(process).isdisjoint(namespaces)
    ]
    places = [*Path("/sys/fs/cgroup").glob(f"*/{name}"), Path("/sys/fs/cgroup", name)]
    places += [Path("/sys/class/net", link), Path(tempfile.gettempdir(), name)]
    return [*alive, *(str(place) for place in places if place.exists())]


def processes() -> Iterator[tuple[Path, str]]:
    """The machine's, with their commands."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):  # it has ended
            if process.name.isdigit():
                command = (process / "cmdline").read_bytes()
                yield process, command.replace(b"\0", b" ").decode(errors="replace")


def _namespaces(process: Path) -> set[str]:
    with suppress(OSError):  # it has ended
        return {os.readlink(process / "ns" / kind) for kind in ("net", "mnt", "pid")}
    return set()


def _sysctls() -> Iterator[tuple[str, str]]:
    for name in SYSCTLS_NOT_TO_TOUCH:
        with suppress(OSError):  # this kernel has none of this name
            yield name, Path("/proc/sys", name).read_text()


def _names(folder: str) -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(sorted(os.listdir(folder)))
    return ()
