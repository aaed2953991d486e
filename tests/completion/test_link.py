"""`completion install` and `uninstall`: where the link is made, and what is left alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from kubectl_pullsecret.completion import COMPLETER, PROGRAM, link
from kubectl_pullsecret.errors import PullSecretError


class Machine:
    """A home with krew's folders in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = home / ".krew/store/pullsecret/v0.1.0"
        self.bin = home / ".krew/bin"
        self.own = home / ".local/bin"
        self.folders = [self.bin]
        for folder in (self.store, self.bin):
            folder.mkdir(parents=True)
        executable(self.store / PROGRAM)
        (self.bin / PROGRAM).symlink_to(self.store / PROGRAM)

    @property
    def called(self) -> str:
        return str(self.bin / PROGRAM)

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": os.pathsep.join(map(str, self.folders))}

    def install(self, called: str = "") -> str:
        return link.install(called or self.called, self.environment)[0]

    def uninstall(self, called: str = "") -> str:
        return link.uninstall(called or self.called, self.environment)


def executable(path: Path, text: str = "") -> Path:
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    "called",
    [
        pytest.param(lambda machine: machine.called, id="by kubectl"),
        pytest.param(lambda _: PROGRAM, id="by a shell"),
        pytest.param(lambda machine: str(machine.store / PROGRAM), id="in the store"),
        pytest.param(lambda _: "/anywhere/__main__.py", id="as a module"),
    ],
)
def test_the_link_is_made_beside_krew_s_link(
    machine: Machine, called: Callable[[Machine], str]
) -> None:
    assert machine.install(called(machine)) == f"{machine.bin / COMPLETER} made"
    assert os.readlink(machine.bin / COMPLETER) == PROGRAM
    assert [path.name for path in machine.store.iterdir()] == [PROGRAM]
    assert link.is_on_path(machine.bin, machine.environment)


def test_a_second_install_and_a_second_uninstall_change_nothing(machine: Machine) -> None:
    completer = machine.bin / COMPLETER
    machine.install()
    assert machine.install() == f"{completer} is there already"
    assert machine.uninstall() == f"{completer} removed"
    assert not os.path.lexists(completer)
    assert machine.uninstall() == f"{completer} is not there: nothing to remove"


def test_a_link_that_an_uninstall_of_krew_left_is_ours(machine: Machine) -> None:
    machine.install()
    (machine.bin / PROGRAM).unlink()
    machine.folders.append(machine.own)
    machine.own.mkdir(parents=True)
    executable(machine.own / PROGRAM)
    assert machine.uninstall(machine.called) == f"{machine.bin / COMPLETER} removed"


def test_what_is_not_ours_is_neither_overwritten_nor_removed(machine: Machine) -> None:
    other = executable(machine.bin / COMPLETER)
    with pytest.raises(PullSecretError, match="is there, and is not ours"):
        machine.install()
    assert machine.uninstall() == f"{other} is not ours: nothing to remove"
    assert other.is_file()


@pytest.fixture
def unwritable(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Only krew's folder cannot be written to; root may write anywhere, so it is pretended."""
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != machine.bin)
    return machine


def test_where_the_folder_belongs_to_somebody_else_the_user_s_own_is_taken(
    unwritable: Machine,
) -> None:
    unwritable.own.mkdir(parents=True)
    unwritable.folders.append(unwritable.own)
    completer = unwritable.own / COMPLETER
    assert unwritable.install() == f"{completer} made"
    assert os.readlink(completer) == unwritable.called
    assert unwritable.uninstall() == f"{completer} removed"


def test_where_there_is_no_place_it_says_what_to_do(unwritable: Machine) -> None:
    with pytest.raises(PullSecretError, match="no place for kubectl_complete-pullsecret") as error:
        unwritable.install()
    assert "~/.local/bin" in error.value.remedy


def test_a_program_that_is_not_on_path_is_no_plugin(tmp_path: Path) -> None:
    with pytest.raises(PullSecretError, match="is not on PATH, so kubectl knows no such plugin"):
        link.install("/anywhere/__main__.py", {"PATH": str(tmp_path)})


def test_what_cannot_be_made_or_removed_is_one_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(PullSecretError, match=f"{COMPLETER} cannot be made: permission denied"):
        machine.install()
    monkeypatch.undo()
    machine.install()
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PullSecretError, match=f"{COMPLETER} cannot be removed: permission denied"):
        machine.uninstall()


def test_on_windows_none_is_made(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as that can be tested elsewhere."""
    monkeypatch.setattr(link, "sys", SimpleNamespace(platform="win32"))
    with pytest.raises(PullSecretError, match="on Windows there is no link"):
        machine.install()


def test_a_link_of_ours_that_leads_nowhere_is_made_anew(machine: Machine) -> None:
    completer = machine.bin / COMPLETER
    completer.symlink_to("/gone/kubectl-pullsecret")
    assert machine.install() == f"{completer} made"
    assert completer.exists()


def test_the_folder_is_looked_for_on_path_not_the_link(machine: Machine) -> None:
    assert link.is_on_path(machine.bin, machine.environment)
    assert not link.is_on_path(machine.own, machine.environment)


@pytest.mark.parametrize("exposed", [False, True], ids=["pip", "pipx"])
def test_what_the_python_package_brought_stays(tmp_path: Path, exposed: bool) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    executable(folder / PROGRAM)
    executable(folder / COMPLETER, "import kubectl_pullsecret\n")
    if exposed:
        outside = tmp_path / "outside"
        outside.mkdir()
        for name in (PROGRAM, COMPLETER):
            (outside / name).symlink_to(folder / name)
        folder = outside
    environment = {"PATH": str(folder), "HOME": str(tmp_path)}
    called = str(folder / PROGRAM)
    assert link.install(called, environment) == (f"{folder / COMPLETER} is there already", folder)
    came = f"{folder / COMPLETER} came with the Python package, and goes with it"
    assert link.uninstall(called, environment) == came
    assert (folder / COMPLETER).exists()
