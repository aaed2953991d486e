"""The licences of what is in the bundle: ours, and a folder with those of all its parts."""

from __future__ import annotations

import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTICES = Path(__file__).with_name("notices.txt")

# The distributions whose code is in the bundle; the freezers have the C of its start.
PARTS = frozenset(("click", "freeze-core", "pyinstaller", "pyyaml", "shtab", "urllib3"))
_TEXTS = frozenset(("AUTHORS", "COPYING", "LICENCE", "LICENSE", "NOTICE"))


def add_licences(folder: Path, environment: Path) -> None:
    """Write LICENSE and licenses/ into the bundle; `environment` has the parts installed."""
    (folder / "LICENSE").write_bytes((ROOT / "LICENSE").read_bytes())
    licences = folder / "licenses"
    licences.mkdir()
    for part in distributions(path=[str(path) for path in environment.rglob("site-packages")]):
        if _name(part) in PARTS:
            for text in _texts(part):
                (licences / f"{_name(part)}-{text.stem}.txt").write_bytes(text.read_bytes())
    (licences / "python.txt").write_bytes(_of_python().read_bytes())
    (licences / "notices.txt").write_bytes(NOTICES.read_bytes())


def _name(part: Distribution) -> str:
    return part.metadata["Name"].lower().replace("_", "-")


def _texts(part: Distribution) -> list[Path]:
    """Return the licence files that the distribution brings."""
    texts = [Path(str(part.locate_file(file))) for file in part.files or ()]
    return [path for path in texts if path.stem.upper() in _TEXTS and "dist-info" in str(path)]


def _of_python() -> Path:
    """Find Python's own licence: beside its library, or on Windows at the top."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in (library / "LICENSE.txt", library.parent / "LICENSE.txt"):
        if path.is_file():
            return path
    raise FileNotFoundError(f"this Python has no LICENSE.txt in {library}")
