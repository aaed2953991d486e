#!/usr/bin/env python3
"""Build the bundle for this platform: the program with its own Python, as an archive for krew.

    python krew/bundle.py --output dist

Needs Python 3.10 or newer with venv, and a package index; the bundle gets this Python's version.
The same checkout, Python and requirements.txt make the same bytes. SOURCE_DATE_EPOCH is the time of
the files in the archive.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script knows only its own folder

from krew.archive import EPOCH, pack
from krew.freezing import freeze
from krew.licences import add_licences
from krew.platforms import PROGRAM, archive_name, this_platform

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PATIENCE = 600  # seconds, for the tools from the index


def main() -> None:
    """Build it, and print the archive's path."""
    options = _options()
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or EPOCH)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        environment = options.venv or work / "venv"
        folder = freeze(install_tools(environment), work / "frozen", seconds)
        add_licences(folder, environment)
        archive = options.output / archive_name(this_platform())
        executable = PROGRAM + (".exe" if sys.platform == "win32" else "")
        pack(folder, executable, archive, seconds)
    print(archive)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder of the archive")
    parser.add_argument("--venv", type=Path, help="keep the tools here, for the next build")
    return parser.parse_args()


def install_tools(folder: Path) -> Path:
    """Install exactly requirements.txt into a virtual environment; return its Python.

    Raises:
        subprocess.SubprocessError: pip failed, and has said why; or it takes longer than PATIENCE.
    """
    scripts = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    python = folder.absolute().joinpath(*scripts)
    if not python.exists():
        venv.create(folder, with_pip=True, symlinks=sys.platform != "win32")
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    locked = ("--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(REQUIREMENTS))
    subprocess.run([*pip, *locked], check=True, stdout=sys.stderr, timeout=PATIENCE)
    return python


if __name__ == "__main__":
    main()
