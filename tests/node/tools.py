"""Programs of the system that the node tier runs."""

from __future__ import annotations

import shutil

from tests.programs.missing import MissingError

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def tool(name: str) -> str:
    """The path of a program of the system; raises `MissingError`."""
    found = shutil.which(name, path=PATH)
    if found is None:
        raise MissingError(name)
    return found
