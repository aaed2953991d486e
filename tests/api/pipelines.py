"""Shell lines as kubectl's users type them: the real kubectl with our plugin, jq, xargs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def shell(
    line: str, kubectl: Path, kubeconfig: Path, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a line in a folder; a part of a pipe that fails is its failure, as in CI."""
    path = os.pathsep.join((str(kubectl.parent), str(Path(sys.executable).parent)))
    return subprocess.run(
        ["timeout", "--kill-after=5", "50", "bash", "-o", "pipefail", "-c", line],  # all of it
        cwd=folder,
        env={**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
        | {"KUBECONFIG": str(kubeconfig), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
