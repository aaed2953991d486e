"""The second name under which kubectl looks for completion: a link beside the program.

kubectl takes `kubectl_complete-NAME` on PATH for the completion of the plugin NAME. krew links only
one program of a plugin, so the link is made here; krew's upgrade and uninstall leave it there.
Where the Python package was installed by pip or pipx, it has brought a program of that name.

Not on Windows: links need a right there that few have, and from a batch file, cmd.exe would read
the line that is being typed as one of its own.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kubectl_pullsecret.completion import COMPLETER, PROGRAM
from kubectl_pullsecret.errors import PullSecretError


def install(called: str, environment: Mapping[str, str]) -> tuple[str, Path]:
    """Make the link, if it is not there; what was done, in words, and the folder of the link.

    `called` is the name by which this program was called, argv[0].

    Raises:
        PullSecretError: there is no place for it, or something else has its name.
    """
    if sys.platform == "win32":
        raise PullSecretError(
            "on Windows there is no link for kubectl's completion",
            remedy="kubectl pullsecret completion powershell",
        )
    program = _program(called, environment)
    for folder in _folders(program, environment):
        completer = folder / COMPLETER
        ours = _is_ours(completer, program)
        if ours and completer.exists():
            return f"{completer} is there already", folder
        if not ours and os.path.lexists(completer):
            raise PullSecretError(
                f"{completer} is there, and is not ours", remedy="move it away, and try again"
            )
        if os.access(folder, os.W_OK):
            _make(completer, program)
            return f"{completer} made", folder
    raise PullSecretError(
        f"no place for {COMPLETER}: {program.parent} cannot be written to",
        remedy="make ~/.local/bin and put it on PATH, or run this as who owns the folder",
    )


def uninstall(called: str, environment: Mapping[str, str]) -> str:
    """Remove the link, if it is ours; what was done, in a sentence. Raises PullSecretError."""
    program = _program(called, environment)
    places = [folder / COMPLETER for folder in _folders(program, environment)]
    ours = [completer for completer in places if _is_ours(completer, program)]
    if not ours:
        state = "is not ours" if os.path.lexists(places[0]) else "is not there"
        return f"{places[0]} {state}: nothing to remove"
    made = [completer for completer in ours if not _is_of_package(completer, program)]
    if not made:
        return f"{ours[0]} came with the Python package, and goes with it"
    try:
        for completer in made:
            completer.unlink()
    except OSError as error:
        why = (error.strerror or "").lower()
        raise PullSecretError(f"{error.filename} cannot be removed: {why}") from None
    return f"{' and '.join(map(str, made))} removed"


def is_on_path(folder: Path, environment: Mapping[str, str]) -> bool:
    """Whether kubectl looks there."""
    return os.path.normpath(folder) in _listed(environment)


def _listed(environment: Mapping[str, str]) -> list[str]:
    return [os.path.normpath(one) for one in environment.get("PATH", "").split(os.pathsep)]


def _program(called: str, environment: Mapping[str, str]) -> Path:
    """Where this program is, as PATH has it: links are not followed."""
    path = environment.get("PATH", "")
    found = called if os.path.dirname(called) else shutil.which(called, path=path)
    if found is None or os.path.basename(found) != PROGRAM or _is_in_store(Path(found)):
        found = shutil.which(PROGRAM, path=path)
    if found is None:
        raise PullSecretError(
            f"{PROGRAM} is not on PATH, so kubectl knows no such plugin",
            remedy="install it with krew or pip, or put its folder on PATH",
        )
    return Path(os.path.abspath(found))


def _is_in_store(program: Path) -> bool:
    """Whether it is in krew's store, whose folders are a version's, and go with it."""
    return program.absolute().parts[-4:-2] == ("store", "pullsecret")


def _folders(program: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Where the link may be: beside the program, else in the user's own folder if PATH has it."""
    yield program.parent
    home = environment.get("HOME", "")
    own = Path(home, ".local", "bin")
    if home and own != program.parent and is_on_path(own, environment) and own.is_dir():
        yield own


def _make(completer: Path, program: Path) -> None:
    try:
        completer.unlink(missing_ok=True)  # one that leads nowhere any more
        beside = completer.parent == program.parent
        completer.symlink_to(program.name if beside else program)
    except OSError as error:
        why = (error.strerror or "").lower()
        raise PullSecretError(f"{completer} cannot be made: {why}") from None


def _is_ours(completer: Path, program: Path) -> bool:
    if completer.is_symlink() and os.path.basename(os.readlink(completer)) == PROGRAM:
        return True
    return _is_of_package(completer, program)


def _is_of_package(completer: Path, program: Path) -> bool:
    """Whether pip has made it beside this one; pipx then makes links to both."""
    real = Path(os.path.realpath(completer))
    if not real.is_file() or real.parent != Path(os.path.realpath(program)).parent:
        return False
    return real.name == COMPLETER and b"kubectl_pullsecret" in real.read_bytes()
