"""The wheel and the sdist install with pip and pipx, with all that they need, and run."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from kubectl_pullsecret import __version__
from tests.krew.building import ROOT
from tests.programs.package_index import install

FORMS = ("whl", "tar.gz")
NAMES = ("kubectl-pullsecret", "kubectl_complete-pullsecret")


def run(*command: str | Path, **settings: str) -> str:
    """What it says; it has to succeed."""
    quick = {**os.environ, "PIP_COMPILE": "0"}  # else kubernetes takes half a minute
    ran = install(command, env={**quick, **settings})
    assert ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout}"
    return ran.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    return folder


def test_the_sdist_has_what_a_bundle_is_built_with(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "krew").glob("*.*")}
    assert len(there) > 8
    assert there <= names


def fresh(folder: Path) -> Path:
    """The Python of a new virtual environment with pip."""
    venv.create(folder, with_pip=True, symlinks=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def pipx(
    package_index: None,  # noqa: ARG001 - it skips
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """pipx as PyPI has it."""
    python = fresh(tmp_path_factory.mktemp("pipx"))
    run(python, "-m", "pip", "install", "-q", "pipx")
    return python.with_name("pipx")


def assert_runs(programs: Path, namesake: Path) -> None:
    """kubectl finds both programs in the folder, and they work in an empty environment."""
    assert {path.name for path in programs.iterdir()} >= {*NAMES}
    command, completer = (programs / name for name in NAMES)
    environment = {"PATH": os.pathsep.join((str(namesake.parent), str(programs)))}
    for program in (("kubectl", "pullsecret"), (str(command),)):
        told = subprocess.run(
            [*program, "version", "--client"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert told.stdout == f"Client Version: v{__version__}\n"
    offered = subprocess.run(
        [completer, "doc"], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert offered.stdout.startswith("doctor\t")


@pytest.mark.usefixtures("package_index")
@pytest.mark.parametrize("form", FORMS)
def test_pip_installs_it(dist: Path, tmp_path: Path, kubectl: Path, form: str) -> None:
    python = fresh(tmp_path / "venv")
    run(python, "-m", "pip", "install", "-q", next(dist.glob(f"*.{form}")))
    assert_runs(python.parent, kubectl)
    assert run(python, "-m", "pip", "check") == "No broken requirements found.\n"


@pytest.mark.parametrize("form", FORMS)
def test_pipx_installs_and_uninstalls_it(
    pipx: Path, dist: Path, tmp_path: Path, kubectl: Path, form: str
) -> None:
    programs = tmp_path / "bin"
    settings = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(programs)}
    run(pipx, "install", next(dist.glob(f"*.{form}")), **settings)
    assert {path.name for path in programs.iterdir()} == {*NAMES}
    assert_runs(programs, kubectl)
    run(pipx, "uninstall", "kubectl-pullsecret", **settings)
    assert not list(programs.iterdir())
