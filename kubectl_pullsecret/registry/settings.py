"""How registries are asked, in the user's words."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PATIENCE = 20.0  # seconds


class Settings(NamedTuple):
    """What the user may choose."""

    authorities: Path | None = None  # PEM; trusted besides the system's
    plain_http: bool = False  # where a registry does not speak TLS; else only to loopback
    timeout: float = PATIENCE  # seconds for one question as a whole
