"""A Snapshot from files: recorded clusters and bare manifests.

Where the bytes come from is `paths`, what the text holds `documents`, what an object says
`facts.reading`; here they meet, and what could not be read becomes problems and doubtful sights.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.objects import Event, Node
from kubectl_pullsecret.facts.reading import UnreadableObjectError, read_object
from kubectl_pullsecret.facts.snapshot import (
    COMPLETE,
    AnyObject,
    Completeness,
    Sight,
    Snapshot,
)
from kubectl_pullsecret.sources.documents import Documents
from kubectl_pullsecret.sources.texts import STDIN, STDIN_NAME, Text, UnreadFile, texts_of

_MOST_PROBLEMS = 20  # told of one file
_LONGEST_PROBLEM = 500  # characters
_HOPELESS = 10_000  # problems after which a file is given up
_ASKED_KINDS = ("Pod", "Secret", "ServiceAccount", "Event")  # what a diagnosis looks for by itself


class Observed(NamedTuple):
    """What files say about a cluster."""

    snapshot: Snapshot
    problems: tuple[str, ...]  # what could not be read: a sentence with file, document and field


def read_files(
    paths: Sequence[str],
    *,
    stdin: BinaryIO | None = None,
    recursive: bool = False,
    default_namespace: str = "default",
) -> Observed:
    """Read files, folders, globs and `-`; objects without a namespace are in `default_namespace`.

    Objects that cannot be read become problems. Raises PullSecretError for a path that cannot be
    read, and if nothing in the input can be.
    """
    return observed_in(texts_of(paths, stdin, recursive), paths, default_namespace)


def observed_in(
    texts: Iterable[Text | UnreadFile], paths: Sequence[str], default_namespace: str
) -> Observed:
    """What the texts behind these paths say; raises PullSecretError if nothing can be read."""
    with _collection_paused():
        reading = _Reading(default_namespace)
        for text in texts:
            if isinstance(text, UnreadFile):
                reading.skip(text.name, text.why)
            else:
                reading.add(text.content, text.name, named=text.named)
        reading.refuse_nothing(paths)
        return Observed(
            snapshot=Snapshot.of(reading.objects, reading.sights()),
            problems=tuple(reading.problems),
        )


class _Reading:
    """What was read so far, over all files."""

    def __init__(self, default_namespace: str) -> None:
        self.objects: list[AnyObject] = []
        self.problems: list[str] = []
        self._default_namespace = default_namespace
        self._documents = 0
        self._cut_off = ""  # the first file that was not read whole
        self._doubtful: set[tuple[str, str]] = set()  # kinds and namespaces with unreadable objects

    def add(self, text: str, name: str, *, named: bool = True) -> None:
        """Read one text; of a file that nobody named, only what looks like an object."""
        problems = _Problems(name)

        def report(number: int, why: str) -> None:
            self._cut_off = self._cut_off or name
            problems.add(number, why)

        documents = Documents(text, report, remark=problems.add)
        for raw in documents.objects():
            if named or may_be_object(raw):
                self._add_object(raw, documents.number, problems)
            if problems.count > _HOPELESS:
                break
        self._documents += documents.number
        self.problems += problems.sentences()
        if problems.count > _HOPELESS:
            self.skip(name, f"{name} has so many problems that the rest was not read")

    def _add_object(self, raw: object, document: int, problems: _Problems) -> None:
        try:
            found = read_object(raw, self._default_namespace)
        except UnreadableObjectError as error:
            problems.add(document, str(error))
            if error.kind:
                self._doubtful.add((error.kind, error.namespace))
        else:
            if found is not None:
                self.objects.append(found)

    def skip(self, name: str, why: str) -> None:
        """Note a file of a folder that cannot be opened."""
        self._cut_off = self._cut_off or name
        self.problems.append(why)

    def refuse_nothing(self, paths: Sequence[str]) -> None:
        """Raise PullSecretError if there is nothing to be diagnosed, and say why."""
        if self.problems and not self.objects:
            more = len(self.problems) - 1
            raise PullSecretError(
                self.problems[0] + (f" (and {more} more problems)" if more else "")
            )
        if not self._documents:
            names = ", ".join(STDIN_NAME if path == STDIN else path for path in paths)
            raise PullSecretError(f"{names}: there is no Kubernetes object in it")

    def sights(self) -> dict[tuple[str, str], Sight]:
        """Call a kind complete in a namespace where the input has one, and all could be read."""
        seen = dict.fromkeys(_kind_and_namespace(one) for one in self.objects)
        sights = {(kind, namespace): _unread(kind) for kind, namespace in _asked(seen)}
        if self._cut_off:
            why = f"{self._cut_off} could not be read whole"
            return sights | dict.fromkeys(seen, Sight(Completeness.PARTIAL, why=why))
        doubtful = Sight(Completeness.PARTIAL, why="one of them could not be read")
        return sights | dict.fromkeys(seen, COMPLETE) | dict.fromkeys(self._doubtful, doubtful)


def may_be_object(raw: object) -> bool:
    """Whether a document of a folder is for us: values.yaml and package.json have no kind."""
    return not isinstance(raw, dict) or bool({"kind", "apiVersion"} & raw.keys())


class _Problems:
    """The problems of one file, at most so many of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._first: list[str] = []
        self.count = 0

    def add(self, document: int, why: str) -> None:
        self.count += 1
        if self.count <= _MOST_PROBLEMS:
            self._first.append(f"{self._name}: document {document}: {_shortened(why)}")

    def sentences(self) -> list[str]:
        more = self.count - len(self._first)
        return self._first + ([f"{self._name}: {more:,} more problems"] if more else [])


def _shortened(why: str) -> str:
    """Return a sentence of bounded length: names from outside can have any."""
    return why if len(why) <= _LONGEST_PROBLEM else f"{why[:150]} … {why[-100:]}"


def _kind_and_namespace(one: AnyObject) -> tuple[str, str]:
    if isinstance(one, Event):
        return "Event", one.namespace
    return ("Node", "") if isinstance(one, Node) else (one.ref.kind, one.ref.namespace)


def _asked(seen: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for namespace in {namespace for _, namespace in seen if namespace}:
        yield from ((kind, namespace) for kind in _ASKED_KINDS)


def _unread(kind: str) -> Sight:
    return Sight(Completeness.UNREAD, why=f"no {kind} of this namespace in the input")


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Pause the cyclic collector: it would walk all objects again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
