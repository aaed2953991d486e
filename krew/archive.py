"""A folder as the archive that krew unpacks: the same bytes whenever and wherever it is packed.

krew 0.4.4 (internal/download/downloader.go) takes .tar.gz and .zip with plain files only: no links,
and no ".." in a name. It does not keep times.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

EPOCH = 315532800  # 1980-01-01, the oldest time that a zip archive can hold


def pack(folder: Path, program: str, archive: Path, seconds: int) -> None:
    """Write the files below `folder` as `archive`, .tar.gz or .zip by its name.

    `program` alone is executable; every file gets the time `seconds` (since 1970, at least EPOCH).
    """
    files = [
        (name, path.read_bytes(), 0o755 if name == program else 0o644)
        for name, path in _files(folder)
    ]
    archive.parent.mkdir(parents=True, exist_ok=True)
    write = _write_zip if archive.suffix == ".zip" else _write_tar_gz
    archive.write_bytes(write(files, max(seconds, EPOCH)))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield names with "/" and files, sorted by name; what a link leads to stands in its place."""
    paths = (
        Path(place, name) for place, _, names in os.walk(folder, followlinks=True) for name in names
    )
    yield from sorted((path.relative_to(folder).as_posix(), path) for path in paths)


def _write_tar_gz(files: list[tuple[str, bytes, int]], seconds: int) -> bytes:
    tarred, zipped = BytesIO(), BytesIO()
    with tarfile.open(fileobj=tarred, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content, mode in files:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), mode, seconds
            tar.addfile(member, BytesIO(content))
    with gzip.GzipFile("", "wb", 9, zipped, mtime=0) as compressed:
        compressed.write(tarred.getvalue())
    return zipped.getvalue()


def _write_zip(files: list[tuple[str, bytes, int]], seconds: int) -> bytes:
    zipped = BytesIO()
    moment = time.gmtime(seconds)
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, mode in files:
            member = zipfile.ZipInfo(name, moment[:6])
            member.create_system = 3  # Unix, on Windows too: else the modes mean nothing
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return zipped.getvalue()
