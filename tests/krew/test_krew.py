"""The real krew takes our manifest and our archive: it checks, installs, upgrades, uninstalls."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

import pytest

from krew.manifest import digests_of, render
from krew.platforms import PLATFORMS, this_platform
from kubectl_pullsecret import __version__
from tests.krew.building import ROOT, build, checkout_copy
from tests.krew.krew import Krew
from tests.krew.releases import REPOSITORY, manifest

OLDER = "0.0.9"


def version(krew: Krew) -> str:
    return krew.kubectl("pullsecret", "version", "--client").strip()


@pytest.fixture(scope="module")
def older(bundle_tools: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A checkout of this code that calls itself older, and the archive that it builds."""
    folder = tmp_path_factory.mktemp("older")
    checkout = checkout_copy(folder / "checkout", OLDER)
    return checkout, build(checkout, folder / "dist", bundle_tools)


def test_the_manifest_of_all_platforms_is_valid(
    krew: Krew, bundle_archive: Path, tmp_path: Path
) -> None:
    # The other platforms' archives are made on other machines; here they have digests only.
    digests = {on: hashlib.sha256(on.encode()).hexdigest() for on in PLATFORMS}
    digests |= digests_of(bundle_archive.parent, [this_platform()])
    path = tmp_path / "pullsecret.yaml"
    path.write_text(render(digests, REPOSITORY, "https://releases.example/v1"))
    said = krew.validate(path, "-skip-install")
    assert "structural validation OK" in said
    assert "no overlapping spec.platform[].selector" in said


def test_this_platforms_part_is_valid_and_installs(
    krew: Krew, bundle_archive: Path, released: tuple[Path, str]
) -> None:
    folder, url = released
    path = manifest(folder, bundle_archive.parent, url)
    (folder / f"v{__version__}").mkdir()
    shutil.copy(bundle_archive, folder / f"v{__version__}")
    assert "all 1 spec.platforms installed fine" in krew.validate(path)


def test_it_installs_from_manifest_and_archive(
    krew: Krew, bundle_archive: Path, tmp_path: Path
) -> None:
    path = manifest(tmp_path / "m", bundle_archive.parent)
    said = krew("install", f"--manifest={path}", f"--archive={bundle_archive}")
    assert "Installed plugin: pullsecret" in said
    assert "Flags go after the command" in said
    assert version(krew) == f"Client Version: v{__version__}"


def test_the_lines_of_the_readme_install_it(
    krew: Krew, bundle_archive: Path, tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- krew -->\n```sh\n(.*?)```", readme, re.DOTALL)
    first, *others = block.splitlines()
    assert first == "python3 krew/bundle.py --output dist"  # as `bundle_archive` was made
    checkout = checkout_copy(tmp_path / "checkout")
    shutil.copytree(bundle_archive.parent, checkout / "dist")
    krew.shell("\n".join(others), checkout, python=Path(sys.executable))
    assert version(krew) == f"Client Version: v{__version__}"


def test_an_archive_with_another_digest_is_refused(
    krew: Krew, bundle_archive: Path, tmp_path: Path
) -> None:
    path = manifest(tmp_path / "m", bundle_archive.parent)
    other = tmp_path / "other.tar.gz"
    other.write_bytes(bundle_archive.read_bytes() + b"\0")
    with pytest.raises(AssertionError, match="checksum does not match"):
        krew("install", f"--manifest={path}", f"--archive={other}")


def test_from_an_index_it_installs_upgrades_and_uninstalls(
    krew: Krew, bundle_archive: Path, older: tuple[Path, Path], released: tuple[Path, str]
) -> None:
    folder, url = released
    checkout, old_archive = older
    for number, archive in ((OLDER, old_archive), (__version__, bundle_archive)):
        (folder / f"v{number}").mkdir()
        shutil.copy(archive, folder / f"v{number}")

    krew.publish(manifest(folder / "old", old_archive.parent, url, checkout=checkout))
    assert "pullsecret" in krew("search", "credentials")
    krew("install", "pullsecret")
    assert version(krew) == f"Client Version: v{OLDER}"

    krew.publish(manifest(folder / "new", bundle_archive.parent, url))
    krew("upgrade", "pullsecret")
    assert version(krew) == f"Client Version: v{__version__}"
    store = krew.root / "store" / "pullsecret"
    assert [path.name for path in store.iterdir()] == [f"v{__version__}"]

    krew("uninstall", "pullsecret")
    assert not krew.link.is_symlink()
    assert not store.exists()
    assert "pullsecret" not in krew("list")
