"""What users install: the wheel, the sdist, the program's names."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IN_BOTH = {"kubectl_pullsecret/__init__.py", "kubectl_pullsecret/py.typed"}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    return folder


def test_the_wheel_holds_the_package_and_its_licence_and_no_tests(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert names >= IN_BOTH
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {
        "kubectl_pullsecret"
    }
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_sdist_holds_what_the_tests_need_and_nothing_that_was_made(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert names >= {*IN_BOTH, "LICENSE", "README.md", ".ci/run", "tests/conftest.py"}
    assert not [name for name in names if re.search(r"\.pyc$|^\.venv|_cache/|^\.coverage", name)]


def test_the_entry_point_is_the_module_that_python_m_runs() -> None:
    (ours,) = entry_points(name="kubectl-pullsecret")
    assert ours.value == "kubectl_pullsecret.__main__:program"
