"""The manifest for krew-index: one template, filled in for the archives of a release."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml

from krew.manifest import TEMPLATE, main, render
from krew.platforms import PLATFORMS, PROGRAM, archive_name
from kubectl_pullsecret import __version__

REPOSITORY = "someone/kubectl-pullsecret"
RELEASES = f"https://github.com/{REPOSITORY}/releases/download/v{__version__}"
DIGESTS = {on: hashlib.sha256(on.encode()).hexdigest() for on in PLATFORMS}


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """A release's folder: each archive holds its platform's name."""
    for on in PLATFORMS:
        (tmp_path / archive_name(on)).write_bytes(on.encode())
    return tmp_path


def test_each_platform_has_its_archive_and_its_digest(
    archives: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(archives), "--repository", REPOSITORY]) == 0
    spec = yaml.safe_load(capsys.readouterr().out)["spec"]
    assert spec["version"] == f"v{__version__}"
    assert spec["homepage"] == f"https://github.com/{REPOSITORY}"
    assert [
        ("_".join(it["selector"]["matchLabels"].values()), it["uri"], it["sha256"])
        for it in spec["platforms"]
    ] == [(on, f"{RELEASES}/{archive_name(on)}", DIGESTS[on]) for on in PLATFORMS]


def test_the_program_is_where_krew_links_it_from() -> None:
    platforms = yaml.safe_load(render(DIGESTS, REPOSITORY, RELEASES))["spec"]["platforms"]
    assert [it["bin"] for it in platforms] == [PROGRAM] * 4 + [f"{PROGRAM}.exe"]


def test_a_manifest_for_some_platforms_has_no_others() -> None:
    digests = {on: DIGESTS[on] for on in ("darwin_arm64", "linux_amd64")}
    platforms = yaml.safe_load(render(digests, REPOSITORY, RELEASES))["spec"]["platforms"]
    assert [it["sha256"] for it in platforms] == [DIGESTS["linux_amd64"], DIGESTS["darwin_arm64"]]


def test_nothing_of_the_template_stays() -> None:
    assert "$" not in render(DIGESTS, REPOSITORY, RELEASES)


def test_its_name_and_its_words_are_what_krew_and_its_reviewers_want() -> None:
    manifest = yaml.safe_load(render(DIGESTS, REPOSITORY, RELEASES))
    assert TEMPLATE.name == f"{manifest['metadata']['name']}.yaml"
    assert len(manifest["spec"]["shortDescription"]) <= 50
    assert max(map(len, manifest["spec"]["description"].splitlines())) <= 80


def test_the_caveats_tell_of_completion_and_of_flags() -> None:
    caveats = yaml.safe_load(render(DIGESTS, REPOSITORY, RELEASES))["spec"]["caveats"]
    assert "kubectl pullsecret completion install" in caveats
    assert "Flags go after the command" in caveats


def test_missing_archives_are_named(archives: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for on in ("darwin_amd64", "windows_amd64"):
        (archives / archive_name(on)).unlink()
    assert main([str(archives), "--repository", REPOSITORY]) == 1
    told = capsys.readouterr()
    names = f"{archive_name('darwin_amd64')}, {archive_name('windows_amd64')}"
    assert (told.out, told.err) == ("", f"error: {archives} lacks {names}\n")


@pytest.mark.parametrize("repository", ["", "someone", "https://github.com/someone/x", "a b/c"])
def test_a_repository_is_an_owner_and_a_name(
    archives: Path, capsys: pytest.CaptureFixture[str], repository: str
) -> None:
    assert main([str(archives), "--repository", repository]) == 1
    assert "OWNER/NAME" in capsys.readouterr().err


def test_a_workflow_of_github_need_not_say_the_repository(
    archives: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    assert main([str(archives)]) == 0
    assert RELEASES in capsys.readouterr().out


def test_the_template_names_each_platform_once() -> None:
    named = re.findall(r"^ +sha256: \$sha256_(\w+)$", TEMPLATE.read_text(), re.MULTILINE)
    assert named == list(PLATFORMS)
