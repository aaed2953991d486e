"""Manifests as they stand in files, to be written again, and what they say.

What YAML has and JSON does not is not kept: comments, anchors (PyYAML).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.sources.documents import Documents
from kubectl_pullsecret.sources.files import Observed, may_be_object, observed_in
from kubectl_pullsecret.sources.texts import Text, UnreadFile, texts_of


class Manifests(NamedTuple):
    """Documents and their facts, of one reading: standard input can be read only once."""

    documents: tuple[Json, ...]  # whole and in their order: a List is one
    observed: Observed


def read_manifests(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    recursive: bool = False,
    default_namespace: str = "default",
) -> Manifests:
    """Read files, folders, globs and `-`, as `files.read_files` does, to write them again.

    Of a folder, files without Kubernetes objects are left out. An object with a field of a wrong
    shape is a problem, and stays as it is. Raises PullSecretError where a document cannot be read:
    it would be missing in what is written; so would the first of two equal keys.
    """
    texts = [_readable(text) for text in texts_of(paths, stdin, recursive)]
    documents = tuple(raw for text in texts for raw in _documents(text))
    return Manifests(documents, observed_in(texts, paths, default_namespace))


def _readable(text: Text | UnreadFile) -> Text:
    if isinstance(text, UnreadFile):
        raise PullSecretError(text.why)
    return text


def _documents(text: Text) -> Iterator[Json]:
    def refuse(number: int, why: str) -> None:
        raise PullSecretError(f"{text.name}: document {number}: {why}")

    documents = Documents(text.content, refuse, refuse, whole=True)
    for raw in documents.objects():
        if isinstance(raw, dict):
            if text.named or may_be_object(raw):
                yield raw
        elif text.named:
            refuse(documents.number, "it is no Kubernetes object")
