#!/usr/bin/env python3
"""Try a bundle on the platform that it was built for: unpack it, and run it where nothing else is.

.ci/smoke.py dist/kubectl-pullsecret_vX.Y.Z_linux_amd64.tar.gz
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT))  # a script knows only its own folder

from krew.platforms import PROGRAM  # noqa: E402  (after the line that finds it)

_RECORDED = _ROOT / "examples" / "recorded-cluster.json"
_EXECUTABLE = f"{PROGRAM}.exe" if sys.platform == "win32" else PROGRAM
# Windows programs need to know where Windows is; ours needs nothing, and must not find a Python.
_ENVIRONMENT = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
_PATIENCE = 60  # seconds

# What is run, its exit code, and what its output holds.
_TRIALS = (
    (("--version",), 0, "kubectl pullsecret "),
    (("match", "nginx"), 0, "docker.io/library/nginx:latest"),
    (("doctor", "-f", str(_RECORDED)), 1, "cannot pull"),
    (("doctor", "-f", str(_RECORDED), "-o", "yaml"), 1, "kind: DoctorReport"),
    (("version", "--kubeconfig", os.devnull), 3, ""),  # the way to a server, without one
)


def smoke(archive: Path) -> list[str]:
    """Return what is wrong with the program in the archive, one line for each trial that fails."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.unpack_archive(archive, folder)
        program = Path(folder) / _EXECUTABLE
        return [wrong for trial in _TRIALS if (wrong := _tried(program, *trial))]


def _tried(program: Path, arguments: tuple[str, ...], code: int, expected: str) -> str:
    command = " ".join((PROGRAM, *arguments))
    try:
        done = subprocess.run(  # noqa: S603  (the program that was built just now)
            [program, *arguments],
            env=_ENVIRONMENT,
            cwd=program.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command}: {error}"
    if done.returncode == code and expected in done.stdout.decode(errors="replace"):
        return ""
    said = (done.stdout + done.stderr).decode(errors="replace")
    return f"{command}: exit code {done.returncode}, not {code} with {expected!r}:\n{said}"


def _main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: .ci/smoke.py ARCHIVE\n")
        return 2
    wrong = smoke(Path(arguments[0]))
    sys.stderr.writelines(f"error: {one}\n" for one in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
