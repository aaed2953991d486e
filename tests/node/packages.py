"""What the node tier needs of the machine: Linux, root, Debian's packages."""

from __future__ import annotations

import os
import sys

from tests.programs import debian
from tests.programs.missing import MissingError

PACKAGES = (
    "apache2-utils",  # htpasswd
    "containerd",
    "containernetworking-plugins",
    "docker-registry",
    "iproute2",
    "runc",
)


def require(*, install: bool, say: debian.Say) -> None:
    """Returns when everything is here; raises `MissingError`, which says what is not."""
    if sys.platform != "linux":
        raise MissingError("Linux")
    if os.geteuid() != 0:
        raise MissingError("root, who may make namespaces and cgroups")
    debian.require(PACKAGES, install=install, say=say)
