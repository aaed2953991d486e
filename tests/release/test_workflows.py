"""The workflows: lint, least rights, pinned actions, and scripts that the tests run, too.

No test can run them: GitHub's runners are the first to do that.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.programs.debian import need
from tests.release.conftest import Lint
from tests.release.workflows import FILES, FOLDER, ROOT, Workflow, commands, jobs, steps, workflow

BY_TAG = {"rajatjindal/krew-release-bot@v0.0.50"}  # no source for its commit; the file says so
LONGEST_RUN = 4  # lines: logic belongs in a script, where a test can run it
JOBS = [pytest.param(job, id=name) for name, job in jobs()]
ACTIONS = sorted({step["uses"] for _, step in steps() if "uses" in step})


def test_actionlint_has_nothing_to_say(actionlint: Lint) -> None:
    done = actionlint(*FILES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_actionlint_would_see_what_is_wrong_in_a_shell_line(
    actionlint: Lint, tmp_path: Path
) -> None:
    wrong = (FOLDER / "ci.yml").read_text().replace("run: .ci/run", "run: cat $HOME")
    (tmp_path / "wrong.yml").write_text(wrong)
    assert "SC2086" in actionlint(tmp_path / "wrong.yml").stdout


def test_the_shell_scripts_of_ci_pass_shellcheck(pytestconfig: pytest.Config) -> None:
    need(pytestconfig, "shellcheck")
    done = subprocess.run(
        ["shellcheck", ROOT / ".ci" / "run"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_workflow_has_no_rights_but_those_that_a_job_names(file: Path) -> None:
    assert workflow(file.stem)["permissions"] == {}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_names_its_rights_and_its_patience(job: Workflow) -> None:
    assert job["permissions"]
    assert "uses" in job or job["timeout-minutes"] <= 120


def test_only_who_signs_and_who_publishes_may_write() -> None:
    writers = {name: job["permissions"] for name, job in jobs() if _writes(job)}
    assert writers == {
        "release/provenance": {"contents": "read", "id-token": "write", "attestations": "write"},
        "release/publish": {"contents": "write"},
        "release/pypi": {"contents": "read", "id-token": "write"},
    }


def _writes(job: Workflow) -> bool:
    return "write" in job["permissions"].values()


@pytest.mark.parametrize("used", sorted({*ACTIONS} - BY_TAG))
def test_an_action_is_pinned_by_its_commit_and_says_which_version_that_is(used: str) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", used)
    lines = [line for file in FILES for line in file.read_text().splitlines() if used in line]
    assert all(re.search(r" # v\d+\.\d+\.\d+$", line) for line in lines)


def test_only_a_job_without_rights_runs_an_action_by_its_tag() -> None:
    by_tag = {name for name, step in steps() if step.get("uses") in BY_TAG}
    assert by_tag == {"release/krew-index"}
    assert dict(jobs())["release/krew-index"]["permissions"] == {"contents": "read"}


def test_an_action_has_one_version() -> None:
    assert len(ACTIONS) == len({one.partition("@")[0] for one in ACTIONS})


def test_a_checkout_leaves_no_token_behind() -> None:
    checkouts = [one for _, one in steps() if one.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(one["with"]["persist-credentials"] is False for one in checkouts)


@pytest.mark.parametrize("command", commands())
def test_a_step_is_short_and_holds_no_expression(command: str) -> None:
    """An expression in a shell line is how a branch's name becomes code."""
    assert "${{" not in command
    assert len(command.splitlines()) <= LONGEST_RUN


def test_every_script_that_a_workflow_runs_is_here_and_run_by_a_test() -> None:
    called = {it for command in commands() for it in re.findall(r"(?:\.ci|krew)/[\w./-]+", command)}
    tests = "\n".join(
        file.read_text() for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)
    )
    assert called >= {".ci/run", ".ci/release_notes.py", "krew/bundle.py", "krew/manifest.py"}
    assert not [one for one in sorted(called) if not (ROOT / one).exists()]
    scripts = [one for one in sorted(called) if one.endswith(".py")]
    assert not [one for one in scripts if f'"{Path(one).name}"' not in tests]


def test_a_bundle_is_built_for_each_platform_of_the_krew_manifest() -> None:
    manifest = yaml.safe_load((ROOT / "krew" / "pullsecret.yaml").read_text())
    selectors = [one["selector"]["matchLabels"] for one in manifest["spec"]["platforms"]]
    built = workflow("release")["jobs"]["bundle"]["strategy"]["matrix"]["include"]
    assert [one["platform"] for one in built] == [f"{it['os']}_{it['arch']}" for it in selectors]


def test_ci_runs_each_python_from_the_oldest_that_is_promised() -> None:
    pythons = workflow("ci")["jobs"]["python"]["strategy"]["matrix"]["python"]
    promised = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert promised
    assert pythons == [f"3.{minor}" for minor in range(int(promised[1]), 15)]
