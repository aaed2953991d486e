"""Plugins that krew has installed, for a real API server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.krew.conftest import krew, krew_programs
from tests.krew.krew import Krew
from tests.krew.releases import manifest

__all__ = ["installed", "krew", "krew_programs"]  # fixtures


@pytest.fixture
def installed(krew: Krew, bundle_archive: Path, kubeconfig: Path, tmp_path: Path) -> Krew:
    """A user with the plugin of this checkout, and a kubeconfig where kubectl looks for it."""
    path = manifest(tmp_path / "manifest", bundle_archive.parent)
    krew("install", f"--manifest={path}", f"--archive={bundle_archive}")
    target = krew.home / ".kube" / "config"
    target.parent.mkdir()
    shutil.copy(kubeconfig, target)
    return krew
