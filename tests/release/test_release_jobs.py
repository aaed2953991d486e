"""The release's own command lines, run here as the runner would run them, on a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

import kubectl_pullsecret
from krew.platforms import PLATFORMS, PROGRAM, archive_name
from tests.programs.package_index import install
from tests.release.workflows import ROOT, workflow

TAG = f"v{kubectl_pullsecret.__version__}"
NEEDED = (".ci", "LICENSE", "README.md", "examples", "krew", "kubectl_pullsecret", "pyproject.toml")
RUNNER = {"GITHUB_REF_NAME": TAG, "GITHUB_REPOSITORY": "owner/kubectl-pullsecret"}
SMOKE = ROOT / ".ci" / "smoke.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the release needs of the repository, with notes for the version."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            made = shutil.ignore_patterns("__pycache__", "dist")
            shutil.copytree(ROOT / name, folder / name, ignore=made)
        else:
            shutil.copy(ROOT / name, folder)
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {TAG[1:]}\n\n- All of it.\n")
    return folder


def run(checkout: Path, job: str, path: Sequence[Path] = ()) -> None:
    """Run the commands of a job of the release; one that fails ends it, as on a runner."""
    found = os.pathsep.join((*map(str, path), os.environ["PATH"]))
    for step in workflow("release")["jobs"][job]["steps"]:
        if "run" in step:
            done = install(
                ("bash", "-e", "-o", "pipefail", "-c", step["run"]),
                cwd=checkout / step.get("working-directory", "."),
                env={**os.environ, **RUNNER, "PATH": found},
            )
            assert done.returncode == 0, done.stdout


def test_the_notes_are_those_of_the_tag(checkout: Path) -> None:
    run(checkout, "notes")
    assert (checkout / "notes.md").read_text() == "- All of it.\n"


@pytest.mark.usefixtures("package_index")
def test_wheel_and_sdist_are_made_with_what_is_locked(checkout: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    run(checkout, "packages", [tmp_path / "venv" / "bin"])
    made = sorted(path.name for path in (checkout / "dist").iterdir())
    name = f"kubectl_pullsecret-{TAG[1:]}"
    assert made == [f"{name}-py3-none-any.whl", f"{name}.tar.gz"]


def test_the_release_has_a_manifest_and_the_checksums_of_all_its_files(checkout: Path) -> None:
    dist = checkout / "dist"
    dist.mkdir()
    for on in PLATFORMS:
        (dist / archive_name(on)).write_bytes(on.encode())
    run(checkout, "collect")
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=dist, capture_output=True, text=True
    )
    manifest = yaml.safe_load((dist / "pullsecret.yaml").read_text())
    assert checked.returncode == 0, checked.stderr
    assert len(checked.stdout.splitlines()) == len(PLATFORMS) + 1
    sums = (dist / "SHA256SUMS").read_text()
    assert all(f"{one['sha256']}  " in sums for one in manifest["spec"]["platforms"])


def bundle(folder: Path, program: str) -> Path:
    """An archive whose program is a script, where a bundle has its own interpreter."""
    script = folder / PROGRAM
    script.write_text(program)
    script.chmod(0o755)
    with tarfile.open(folder / "bundle.tar.gz", "w:gz") as archive:
        archive.add(script, script.name)
    return folder / "bundle.tar.gz"


def smoke(archive: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SMOKE, archive], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_bundle_that_works_passes_the_smoke_test(tmp_path: Path) -> None:
    works = f'#!/bin/sh\nexec {sys.executable} -m kubectl_pullsecret "$@"\n'
    done = smoke(bundle(tmp_path, works))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_bundle_of_this_checkout_does(bundle_archive: Path) -> None:
    done = smoke(bundle_archive)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_bundle_that_lacks_a_module_does_not(tmp_path: Path) -> None:
    lacks = (
        f'#!/bin/sh\nexec {sys.executable} -c \'import sys; sys.modules["yaml"] = None\n'
        'from kubectl_pullsecret.__main__ import program; program()\' "$@"\n'
    )
    done = smoke(bundle(tmp_path, lacks))
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {PROGRAM} doctor -f ")
    assert "exit code 3, not 1 with 'kind: DoctorReport'" in done.stderr


def test_an_archive_without_the_program_does_not(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    with tarfile.open(tmp_path / "bundle.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "other", "other")
    done = smoke(tmp_path / "bundle.tar.gz")
    assert done.returncode == 1
    assert f"{PROGRAM} --version: " in done.stderr
