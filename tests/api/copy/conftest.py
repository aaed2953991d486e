"""An origin, namespaces to copy it to, and the command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi, Json
from tests.api.copy.copies import Copy, Places, copier, create_origin, further_namespaces


@pytest.fixture
def places(api: AdminApi, namespace: str) -> Iterator[Places]:
    """Makes further namespaces."""
    with further_namespaces(api, namespace) as places:
        yield places


@pytest.fixture
def origin(api: AdminApi, namespace: str) -> Json:
    """secret/pull of the fresh namespace."""
    return create_origin(api, namespace)


@pytest.fixture
def copy(kubeconfig: Path, namespace: str) -> Copy:
    """Runs `copy pull` as an admin."""
    return copier(kubeconfig, namespace)
