"""Archives for krew: the same bytes for the same files, and nothing that krew refuses."""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from krew.archive import EPOCH, pack

LATER = 1_800_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "one", ("lib/z.pyc", "program", "lib/a/deep.so", "LICENSE"))


def filled(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 1000)
    return folder


def packed(folder: Path, archive: Path, seconds: int = EPOCH) -> bytes:
    pack(folder, "program", archive, seconds)
    return archive.read_bytes()


@pytest.mark.parametrize("suffix", ["tar.gz", "zip"])
def test_neither_time_nor_place_nor_order_nor_owner_changes_a_byte(
    folder: Path, tmp_path: Path, suffix: str
) -> None:
    other = filled(tmp_path / "two", ("LICENSE", "lib/a/deep.so", "lib/z.pyc", "program"))
    for path in other.rglob("*"):
        os.utime(path, (LATER, LATER))
    (other / "LICENSE").chmod(0o600)
    assert packed(folder, tmp_path / f"1.{suffix}") == packed(other, tmp_path / f"x2.{suffix}")


def test_a_tar_has_sorted_plain_files_of_nobody_and_one_that_is_executable(
    folder: Path, tmp_path: Path
) -> None:
    packed(folder, tmp_path / "x.tar.gz", LATER)
    with tarfile.open(tmp_path / "x.tar.gz") as tar:
        members = tar.getmembers()
    assert [it.name for it in members] == ["LICENSE", "lib/a/deep.so", "lib/z.pyc", "program"]
    assert [it.mode for it in members] == [0o644, 0o644, 0o644, 0o755]
    assert all(it.isreg() and it.mtime == LATER for it in members)
    assert {(it.uid, it.gid, it.uname, it.gname) for it in members} == {(0, 0, "", "")}


def test_a_zip_has_the_same(folder: Path, tmp_path: Path) -> None:
    packed(folder, tmp_path / "x.zip", LATER)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        members = archive.infolist()
        assert archive.read("lib/z.pyc") == b"lib/z.pyc" * 1000
    assert [it.filename for it in members] == ["LICENSE", "lib/a/deep.so", "lib/z.pyc", "program"]
    assert [stat.S_IMODE(it.external_attr >> 16) for it in members] == [0o644, 0o644, 0o644, 0o755]
    assert {it.date_time for it in members} == {(2027, 1, 15, 8, 0, 0)}


@pytest.mark.parametrize("suffix", ["tar.gz", "zip"])
def test_a_time_that_a_zip_cannot_hold_becomes_the_first_that_it_can(
    folder: Path, tmp_path: Path, suffix: str
) -> None:
    assert packed(folder, tmp_path / f"1.{suffix}", 0) == packed(folder, tmp_path / f"2.{suffix}")


def test_what_a_link_leads_to_is_packed_since_krew_unpacks_no_links(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "link").symlink_to("LICENSE")
    (folder / "Current").symlink_to("lib")
    packed(folder, tmp_path / "x.tar.gz")
    with tarfile.open(tmp_path / "x.tar.gz") as tar:
        assert all(it.isreg() for it in tar)
        assert {"link", "Current/z.pyc", "Current/a/deep.so"} <= set(tar.getnames())
