"""The manifest that a release publishes, made by its own script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from krew.platforms import this_platform
from tests.krew.building import ROOT

REPOSITORY = "someone/kubectl-pullsecret"


def manifest(target: Path, archives: Path, releases: str = "", *, checkout: Path = ROOT) -> Path:
    """The manifest of this machine's archive alone, as the file that krew wants it to be in."""
    command = [sys.executable, str(checkout / "krew" / "manifest.py"), str(archives)]
    flags = [f"--repository={REPOSITORY}", f"--platform={this_platform()}"]
    if releases:
        flags.append(f"--releases={releases}")
    run = subprocess.run(
        [*command, *flags], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    target.mkdir(parents=True, exist_ok=True)
    path = target / "pullsecret.yaml"
    path.write_text(run.stdout, encoding="utf-8")
    return path
