"""The hook, run by the real pre-commit as its users do: from a repository, for a commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.programs.git import git, without_settings
from tests.programs.package_index import install
from tests.release.ci_page import BROKEN, GOOD, blocks, write_manifests
from tests.release.workflows import ROOT

OF_PRE_COMMIT = blocks("yaml")[0]
RELEASED = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml")

pytestmark = pytest.mark.usefixtures("package_index")  # pre-commit installs our package with pip


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with this checkout's hook and package."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in RELEASED:
        shutil.copy(ROOT / name, folder)
    package = "kubectl_pullsecret"
    shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "release")
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment where pre-commit installs the hook once, and no cluster is to be had."""
    home = tmp_path_factory.mktemp("pre-commit")
    virtualenv = {
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",  # by a process that would outlive the tests
        "VIRTUALENV_OVERRIDE_APP_DATA": str(home / "virtualenv"),
    }
    settings = {"PRE_COMMIT_HOME": str(home), "KUBECONFIG": str(home / "none")}
    return {**without_settings(os.environ), **virtualenv, **settings}


def pre_commit(repository: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a commit of everything would run."""
    git(repository, "add", "--all")
    command = (sys.executable, "-m", "pre_commit", "run", "--color=never")
    return install(command, cwd=repository, env=environment)


@pytest.fixture(params=["as the page has it", "without arguments"])
def repository(tmp_path: Path, hooks: Path, request: pytest.FixtureRequest) -> Path:
    config = yaml.safe_load(OF_PRE_COMMIT)
    config["repos"][0] |= {"repo": str(hooks), "rev": git(hooks, "rev-parse", "HEAD")}
    if request.param == "without arguments":
        del config["repos"][0]["hooks"][0]["args"]
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


def test_a_broken_pull_secret_stops_the_commit(repository: Path, installed: dict[str, str]) -> None:
    write_manifests(repository, BROKEN)
    done = pre_commit(repository, installed)
    assert done.returncode == 1, done.stdout
    assert "port 5000 is missing from the key" in done.stdout
    assert "- exit code: 1" in done.stdout


def test_one_in_a_file_that_does_not_change_stops_it_too(
    repository: Path, installed: dict[str, str]
) -> None:
    write_manifests(repository, BROKEN)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "broken", "--no-verify")
    changed = repository / "deploy" / "web.yaml"
    changed.write_text(changed.read_text() + "# changed\n")
    done = pre_commit(repository, installed)
    assert "port 5000 is missing from the key" in done.stdout


@pytest.mark.parametrize("secret", [GOOD, ""], ids=["good", "not in git"])
def test_a_good_secret_and_one_that_is_elsewhere_pass(
    repository: Path, installed: dict[str, str], secret: str
) -> None:
    write_manifests(repository, secret)
    done = pre_commit(repository, installed)
    assert done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith("Passed")


def test_other_files_do_not_concern_it(repository: Path, installed: dict[str, str]) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "config", "--no-verify")
    (repository / "notes.txt").write_text("hello\n")
    done = pre_commit(repository, installed)
    assert done.returncode == 0
    assert "(no files to check)Skipped" in done.stdout
