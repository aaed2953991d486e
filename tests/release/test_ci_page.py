"""docs/ci.md is true: its commands are run, its workflow is linted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke
from tests.programs.debian import need
from tests.release.ci_page import BROKEN, GOOD, PAGE, WORKLOAD, blocks, write_manifests
from tests.release.conftest import Lint

PLAIN, RENDERED, ANNOTATIONS, _, _ = blocks("sh")  # the last two ask a cluster: tests/api
_, OF_GITHUB, OF_GITLAB = blocks("yaml")  # the first one is pre-commit's
STEPS = yaml.safe_load(OF_GITHUB)["jobs"]["pull-secrets"]["steps"]

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write_manifests(tmp_path / "repository", BROKEN)
    return tmp_path / "repository"


@pytest.fixture
def run(kubectl: Path, repository: Path, tmp_path: Path) -> Run:
    """A shell in the repository, with kubectl, its plugin, and a `helm template` that prints."""
    helm = tmp_path / "bin" / "helm"
    helm.parent.mkdir()
    helm.write_text('#!/bin/sh\nfor file in "$2"/*; do echo ---; cat "$file"; done\n')
    helm.chmod(0o755)
    found = (helm.parent, kubectl.parent, Path(sys.executable).parent)
    path = os.pathsep.join((*map(str, found), os.environ["PATH"]))

    def shell(command: str) -> subprocess.CompletedProcess[str]:
        argv = ["bash", "-o", "pipefail", "-c", command]
        env = {**os.environ, "PATH": path}
        return subprocess.run(
            argv, cwd=repository, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    return shell


@pytest.mark.parametrize("command", [PLAIN, *RENDERED.splitlines()])
def test_a_broken_pull_secret_fails_the_job_and_a_good_one_passes(
    run: Run, repository: Path, command: str
) -> None:
    failed = run(command)
    assert (failed.returncode, failed.stderr) == (ExitCode.FINDINGS, "")
    assert "port 5000 is missing from the key" in failed.stdout

    write_manifests(repository, GOOD)
    passed = run(command)
    assert (passed.returncode, passed.stderr) == (ExitCode.FINE, "")


def test_findings_become_annotations(run: Run, pytestconfig: pytest.Config) -> None:
    need(pytestconfig, "jq")
    done = run(ANNOTATIONS)
    assert (done.returncode, done.stderr) == (ExitCode.FINE, "")
    line = r"::warning title=NoMatchingCredential::Deployment/web: [^\n]+\n"
    assert re.fullmatch(line, done.stdout)


def test_what_a_manifest_says_is_no_command_of_the_runner(
    run: Run, repository: Path, pytestconfig: pytest.Config
) -> None:
    need(pytestconfig, "jq")
    odd = WORKLOAD.replace("registry.test:5000/team/app:v1", r"50%\r\n::stop-commands::x")
    (repository / "deploy" / "web.yaml").write_text(odd)
    (line,) = run(ANNOTATIONS).stdout.splitlines()
    assert "50%25%0D%0A::stop-commands::x" in line


def test_the_workflow_passes_actionlint(actionlint: Lint, tmp_path: Path) -> None:
    (tmp_path / "manifests.yml").write_text(OF_GITHUB)
    done = actionlint(tmp_path / "manifests.yml")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(STEPS[-1]["run"], id="GitHub"),
        pytest.param(yaml.safe_load(OF_GITLAB)["pull-secrets"]["script"][-1], id="GitLab"),
    ],
)
def test_a_job_runs_the_command_that_the_page_begins_with(command: str) -> None:
    assert command == PLAIN.strip().replace("kubectl pullsecret", "kubectl-pullsecret")


def test_the_table_has_the_codes_that_doctor_can_end_with_here() -> None:
    codes = [int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)]
    assert codes == [int(code) for code in ExitCode if code is not ExitCode.INTERRUPTED]


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        pytest.param(WORKLOAD.replace("team/app:v1", "Team/App:v1"), ExitCode.FINDINGS, id="name"),
        pytest.param(WORKLOAD + "---\n" + BROKEN, ExitCode.FINE, id="what would fail"),
        pytest.param(WORKLOAD, ExitCode.INCOMPLETE, id="a secret that was not seen"),
        pytest.param("{{ template }}", ExitCode.FAILED, id="a template"),
    ],
)
def test_without_the_flags_the_codes_are_as_the_page_says(manifest: str, code: ExitCode) -> None:
    assert invoke("doctor", "-f", "-", stdin=manifest.encode()).code is code
