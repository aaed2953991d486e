"""Bundles for tests, built by the script that releases use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from krew.bundle import install_tools
from krew.platforms import PROGRAM
from tests.programs.package_index import PATIENCE

ROOT = Path(__file__).parents[2]


def installed_tools(environment: Path) -> Path:
    """The environment with the build's tools in it, from the package index."""
    install_tools(environment)
    return environment


def build(
    checkout: Path, output: Path, tools: Path, python: str = sys.executable, **settings: str
) -> Path:
    """The archive that a checkout's own script makes, with these settings in the environment."""
    run = subprocess.run(
        [
            *(python, str(checkout / "krew" / "bundle.py")),
            *(f"--output={output}", f"--venv={tools}"),
        ],
        cwd=checkout.parent,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    archive = Path(run.stdout.strip())
    assert archive.parent == output
    return archive


def checkout_copy(folder: Path, version: str | None = None) -> Path:
    """This checkout at another place, with what a bundle is built of; perhaps another version."""
    for name in ("krew", "kubectl_pullsecret"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "LICENSE", folder)
    if version is not None:
        (folder / "kubectl_pullsecret" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    return folder


def unpacked(archive: Path, folder: Path) -> Path:
    """The program of an archive that is unpacked as krew does it: no times are kept."""
    with tarfile.open(archive) as tar:
        for member in tar:
            assert member.isreg(), f"krew does not unpack {member.name}"
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None
            target.write_bytes(content.read())
            target.chmod(member.mode)
    return folder / PROGRAM
