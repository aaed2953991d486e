"""What users install: the wheel, the sdist, the program's names, and what a start imports."""

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


HEAVY = frozenset(("kubernetes", "pydantic", "requests", "shtab", "urllib3"))


def loaded(*python: str) -> frozenset[str]:
    """The top-level modules that a Python process with these arguments imports."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *python],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in run.stderr, run.stderr
    return frozenset(re.findall(r"^import time:.*\|\s*(\w+)", run.stderr, re.MULTILINE))


@pytest.mark.parametrize(
    ("command", "also_unneeded"),
    [
        (("--help",), {"yaml", "json"}),
        (("doctor", "--help"), {"yaml"}),
        (("doctor", "-f", "examples/recorded-cluster.json"), {"yaml"}),
        (("match", "nginx"), {"yaml"}),
    ],
    ids=" ".join,
)
def test_a_start_imports_only_what_it_needs(
    command: tuple[str, ...], also_unneeded: set[str]
) -> None:
    if command[-1].endswith(".json"):
        command = (*command[:-1], str(ROOT / command[-1]))
    modules = loaded("-m", "kubectl_pullsecret", *command)
    assert {"kubectl_pullsecret", "click"} <= modules
    assert not modules & (HEAVY | also_unneeded)


def test_the_library_needs_no_dependency() -> None:
    modules = loaded("-c", "import kubectl_pullsecret.credentials, kubectl_pullsecret.diagnosis")
    assert "kubectl_pullsecret" in modules
    assert not modules & (HEAVY | {"click", "yaml"})
