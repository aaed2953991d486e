"""Fixtures for the tests of commands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.small_registry import USERS, SmallRegistry, small_registry


@pytest.fixture
def registry() -> Iterator[SmallRegistry]:
    """Knows the user puller, who may pull team/app:v1 and v2, and not private."""
    with small_registry(USERS, "team/app:v1", "team/app:v2", denied=("private",)) as running:
        yield running
