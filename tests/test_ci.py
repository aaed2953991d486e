"""CI runs the README's own commands, and what cannot run there is a failure."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci" / "run"


def ci(clone: Path, readme: str) -> subprocess.CompletedProcess[str]:
    """What `.ci/run` does in a clone with this README."""
    (clone / ".ci").mkdir()
    shutil.copy(CI, clone / ".ci")
    (clone / "README.md").write_text(readme, encoding="utf-8")
    return subprocess.run(
        ["bash", ".ci/run"],
        cwd=clone,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def readme(doctor: str, test: str) -> str:
    blocks = {"doctor": doctor, "test": test}
    text = "".join(f"<!-- command: {name} -->\n```sh\n{it}\n```\n" for name, it in blocks.items())
    return f"# Title\n```sh\nexit 9\n```\n{text}```sh\nexit 9\n```\n"


def test_the_readme_has_one_line_that_runs_it_and_one_that_tests_it() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.*)\n```$", text, re.MULTILINE)
    assert [name for name, _ in blocks] == ["doctor", "test"]
    assert all(command.startswith("python3 -m venv ") for _, command in blocks)
    assert dict(blocks)["test"].endswith(" -m pytest --cov")  # the coverage bound comes with it


def test_ci_runs_both_commands_of_the_readme_in_order(tmp_path: Path) -> None:
    run = ci(tmp_path, readme("echo first >> ran", 'echo "second, CI=$CI" >> ran'))
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "ran").read_text() == "first\nsecond, CI=true --install\n"


def test_ci_lets_the_tests_install_what_a_node_needs(tmp_path: Path) -> None:
    run = ci(tmp_path, readme("echo", "echo --cov"))
    assert "== doctor: echo\n" in run.stdout
    assert "== test: echo --cov --install\n--cov --install\n" in run.stdout


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(readme("exit 3", "true"), id="the first fails"),
        pytest.param(readme("true", "exit 3"), id="the second fails"),
        pytest.param(readme("false | true", "true"), id="a part of a pipe fails"),
        pytest.param(readme("true", ""), id="a command is empty"),
        pytest.param("# Title\n```sh\ntrue\n```\n", id="no command is marked"),
    ],
)
def test_ci_fails_when(tmp_path: Path, text: str) -> None:
    assert ci(tmp_path, text).returncode != 0


@pytest.mark.parametrize(
    ("source", "passes_in_ci"),
    [
        pytest.param("def test_it(): pass", True, id="passes"),
        pytest.param("def test_it(): pytest.xfail('known')", True, id="is known to fail"),
        pytest.param("def test_it(): pytest.skip('no kubelet')", False, id="skips itself"),
        pytest.param(
            "@pytest.mark.skipif(True, reason='x')\ndef test_it(): pass", False, id="is marked"
        ),
        pytest.param("pytest.skip('no kubelet', allow_module_level=True)", False, id="whole file"),
    ],
)
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, source: str, passes_in_ci: bool) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(f"import pytest\n{source}\n")
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")  # "no tests" is no skip

    def passes(value: str) -> bool:
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"--rootdir={tmp_path}",
            ],
            cwd=tmp_path,
            env={**os.environ, "CI": value},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return run.returncode == 0

    assert passes("true") is passes_in_ci
    assert passes("")
