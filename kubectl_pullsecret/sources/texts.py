"""The texts behind the paths of a command line: files, folders, globs and `-`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.encoding import decode
from kubectl_pullsecret.sources.paths import files_of, read_bytes, read_stream

STDIN = "-"
STDIN_NAME = "standard input"


class Text(NamedTuple):
    """What one file holds."""

    name: str
    content: str
    named: bool = True  # by the user, and not found in a folder


class UnreadFile(NamedTuple):
    """A file of a folder that cannot be read."""

    name: str
    why: str


def texts_of(
    paths: Sequence[str], stdin: BinaryIO | None, recursive: bool
) -> Iterator[Text | UnreadFile]:
    """Yield each path's texts, once for each path.

    Raises PullSecretError for a file that the user named himself and that cannot be read.
    """
    for path in dict.fromkeys(paths):
        if path == STDIN:
            content = read_stream(stdin, STDIN_NAME) if stdin else b""
            yield Text(STDIN_NAME, decode(content, STDIN_NAME))
        else:
            for file in files_of(path, recursive=recursive):
                yield _text_of(file, named=file == path)


def _text_of(file: str, *, named: bool) -> Text | UnreadFile:
    try:
        return Text(file, decode(read_bytes(file), file), named)
    except PullSecretError as error:
        if named:
            raise
        return UnreadFile(file, error.message)
