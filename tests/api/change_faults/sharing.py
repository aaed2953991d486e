"""What is attached while something goes wrong, and what the account lists then."""

from __future__ import annotations

from collections.abc import Callable

ATTACH = ("attach", "sa/default", "pull")
Listed = Callable[[], list[str]]
