"""The cgroup in which a test's kubelet keeps those of its pods: made before, removed after it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
EMPTY_WITHIN = 10.0  # seconds from the end of a process until its cgroup can be removed


def make(name: str) -> None:
    """Makes the cgroup at the root of every hierarchy, as a kubelet expects its root to be."""
    for hierarchy in _hierarchies():
        cgroup = hierarchy / name
        cgroup.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):  # version 1: without them nothing may enter
            if (cgroup / setting).exists() and (hierarchy / "cgroup.clone_children").exists():
                (cgroup / setting).write_text((hierarchy / setting).read_text())
        control = hierarchy / "cgroup.subtree_control"
        if control.exists():  # version 2: a controller is there only where its parent allows it
            allowed = (hierarchy / "cgroup.controllers").read_text().split()
            control.write_text(" ".join(f"+{controller}" for controller in allowed))


def remove(name: str) -> None:
    """Removes it with all below it; what still has processes after a while is left."""
    deadline = time.monotonic() + EMPTY_WITHIN
    for hierarchy in _hierarchies():
        for folder, _, _ in os.walk(hierarchy / name, topdown=False):
            _remove_when_empty(Path(folder), deadline)


def named(prefix: str) -> set[str]:
    """The cgroups at the roots whose names begin so."""
    return {path.name for place in _hierarchies() for path in place.glob(f"{prefix}*")}


def _remove_when_empty(cgroup: Path, deadline: float) -> None:
    while cgroup.exists() and time.monotonic() < deadline:
        with suppress(OSError):  # a process in it has not ended yet
            cgroup.rmdir()
            return
        time.sleep(0.05)


def _hierarchies() -> Iterator[Path]:
    """Where the hierarchies are mounted: several of version 1, or one of version 2."""
    pattern = r"^\d+ \d+ \S+ / (\S+) .* - cgroup2? "
    found = re.findall(pattern, MOUNTS.read_text(encoding="utf-8"), re.MULTILINE)
    return map(Path, dict.fromkeys(found))
