"""Which files a path names, and their bytes: files, folders, globs, pipes of the shell."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from kubectl_pullsecret.errors import PullSecretError

MAX_BYTES = 1024 * 1024 * 1024
_PART = 1024 * 1024
EXTENSIONS = (".json", ".yaml", ".yml")  # as kubectl's, in folders only
_SHELL_PIPES = ("/dev/fd/", "/proc/self/fd/")  # <(kubectl get … -o json)
_DUMP_MARK = "pods.json"  # in each namespace's folder of `kubectl cluster-info dump`


def files_of(path: str, *, recursive: bool) -> list[str]:
    """Return the files that a path names, in a stable order; raise PullSecretError if none."""
    if not path or "\0" in path:
        raise PullSecretError("a file name cannot be empty or hold a zero byte")
    if path.startswith(("http://", "https://")):
        raise PullSecretError(
            f"{path} is not a file", remedy="fetch it first, and give it as -f - on standard input"
        )
    matches = [path] if os.path.lexists(path) else _glob(path)
    if not matches:
        raise PullSecretError(f"{path} does not exist")
    return [file for match in matches for file in _files_at(match, recursive)]


def read_bytes(path: str) -> bytes:
    """Return what a regular file or a pipe of the shell holds. Raises PullSecretError."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not path.startswith(_SHELL_PIPES):
            raise PullSecretError(f"{path} is not a regular file but {_type_of(mode)}")
        with open(path, "rb") as file:
            return read_stream(file, path)
    except OSError as error:
        raise PullSecretError(f"cannot read {path}: {_reason(error)}") from None


def read_stream(stream: BinaryIO, name: str) -> bytes:
    """Return all that comes. Raises OSError, and PullSecretError if it is too large to be read.

    It comes in parts: a read of so many bytes would ask for the memory of all of them at once.
    """
    content = bytearray()
    while part := stream.read(_PART):
        content += part
        if len(content) > MAX_BYTES:
            raise PullSecretError(
                f"{name} is larger than {MAX_BYTES // 2**30} GiB", remedy="split it by namespace"
            )
    return bytes(content)


def _glob(path: str) -> list[str]:
    import glob

    return sorted(glob.glob(path)) if glob.has_magic(path) else []


def _files_at(path: str, recursive: bool) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    files = sorted(_in_folder(path, recursive))
    if not files:
        raise PullSecretError(
            f"the folder {path} holds no {', '.join(EXTENSIONS)} file",
            remedy="" if recursive else "add -R to look into its folders too",
        )
    return files


def _in_folder(folder: str, recursive: bool) -> Iterator[str]:
    """As `kubectl -f FOLDER`; the folders of a cluster dump are looked into without -R, too."""
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        yield from (os.path.join(parent, one) for one in names if one.endswith(EXTENSIONS))
        if not recursive:
            folders[:] = [one for one in folders if _is_dump(os.path.join(parent, one))]


def _is_dump(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, _DUMP_MARK))


def _refuse(error: OSError) -> None:
    raise PullSecretError(f"cannot read {error.filename}: {_reason(error)}")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _type_of(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
