"""An account, a secret to attach to it, and whoever does harm in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi
from tests.api.attaching import Run, admin_between, list_of, listed, runner_through
from tests.api.between import GoBetween
from tests.api.change_faults.sharing import Listed
from tests.api.control_plane import ControlPlane
from tests.api.objects import REGISTRY, pull_secret


@pytest.fixture
def between(control_plane: ControlPlane) -> Iterator[GoBetween]:
    """What an admin asks goes through it."""
    with admin_between(control_plane) as running:
        yield running


@pytest.fixture
def through(between: GoBetween, kubeconfig: Path) -> Run:
    """Runs a command whose requests go through the go-between."""
    return runner_through(between, kubeconfig)


@pytest.fixture(autouse=True)
def secret(api: AdminApi, namespace: str) -> None:
    """secret/pull, and an account that lists another."""
    api.create(pull_secret("pull", REGISTRY), namespace)
    list_of(api, namespace, "old")


@pytest.fixture
def account(api: AdminApi, namespace: str) -> Listed:
    """What the account lists."""
    return lambda: listed(api, "ServiceAccount", namespace, "default")
