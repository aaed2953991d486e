"""From the text of one file to Kubernetes objects, each with the number of its document.

A text may hold JSON documents one behind another, YAML documents between `---` lines, and the logs
that `kubectl cluster-info dump` prints between them. Lists of any kind are opened, nested ones too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from functools import cache

from kubectl_pullsecret.sources.json_text import JsonDocument, Members, value_at
from kubectl_pullsecret.sources.text_error import Places, TextError

MAX_YAML_DOCUMENTS = 100_000  # in one text
_LOG_START = "==== START logs for container "
_LOG_END = "==== END logs for container "

Report = Callable[[int, str], None]  # a document's number, and what is wrong with it


class Documents:
    """The documents of one text. `number` counts those that were begun; empty ones do not count.

    `report` is told what could not be read, `remark` what could, but is odd. Lists are opened
    unless each document is wanted `whole`.
    """

    def __init__(self, text: str, report: Report, remark: Report, *, whole: bool = False) -> None:
        self.number = 0
        self._whole = whole
        self._text = text
        self._report = report
        self._remark = remark
        self._places = Places(text)
        self._yaml_characters = 0

    def objects(self) -> Iterator[object]:
        """Yield the objects of all documents, of any shape; `number` is the last one's document.

        What cannot be read is reported, and the next document is tried. Never raises.
        """
        at = self._next_start(0)
        while at < len(self._text):
            at = yield from self._document(at)
            at = self._next_start(at)

    def _document(self, at: int) -> Generator[object, None, int]:
        """One JSON document, or YAML up to the next separator; returns where it ends."""
        if _json_start().match(self._text, at):
            return (yield from self._json(at))
        end = self._end_of_chunk(at)
        if self._text[at] == "[":
            self.number += 1
            self._report(
                self.number, "it is a bare list; a Kubernetes List is an object with items"
            )
        elif self.number >= MAX_YAML_DOCUMENTS:
            self._report(self.number, f"it stands behind {MAX_YAML_DOCUMENTS:,} others")
            end = len(self._text)
        else:
            yield from self._yaml(at, end)
        return end

    def _json(self, at: int) -> Generator[object, None, int]:
        self.number += 1
        document = JsonDocument(self._text, at)
        try:
            if self._whole:
                value, end = value_at(self._text, at)
                yield value
                return end
            yield from _objects(document)
        except TextError as error:
            self._tell(error.why, error.at)
            return self._end_of_chunk(max(at, error.at - 1))
        if _goes_on(document.members):
            self._report(self.number, "it is one page of a list (metadata.continue is set)")
        return document.end

    def _yaml(self, at: int, end: int) -> Iterator[object]:
        from kubectl_pullsecret.sources.yaml_text import limit_yaml, yaml_documents

        self.number += 1
        self._yaml_characters += end - at
        empty = True
        try:
            limit_yaml(self._yaml_characters)
            for value in yaml_documents(self._text[at:end], self._remark_from(at)):
                if value:
                    self.number += not empty
                    empty = False
                    yield from [value] if self._whole else opened(value, {})
        except TextError as error:
            self._tell(error.why, at + error.at)
        else:
            self.number -= empty

    def _remark_from(self, start: int) -> Callable[[str, int], None]:
        def remark(what: str, at: int) -> None:
            self._remark(self.number, f"{what} ({self._places.of(start + at)})")

        return remark

    def _tell(self, why: str, at: int) -> None:
        self._report(self.number, f"{why} ({self._places.of(at)})")

    def _next_start(self, at: int) -> int:
        """Skip what is no document: blanks, comments, directives, separators, logs of a dump."""
        text = self._text
        while found := _not_blank().search(text, at):
            at = found.start()
            if text.startswith(_LOG_START, at):
                at = self._end_of_log(at)
            elif _separator().match(text, at):
                at += 3
            elif text[at] in "#%":
                at = _line_end(text, at)
            else:
                return at
        return len(text)

    def _end_of_log(self, at: int) -> int:
        """Behind the line that ends the logs of the same container: logs may hold anything else."""
        start = _line_end(self._text, at)
        title = self._text[at + len(_LOG_START) : start].rstrip()
        end = self._text.find(_LOG_END + title, start)
        if end < 0:
            self._report(max(1, self.number), "the logs behind it are cut off")
            return len(self._text)
        return _line_end(self._text, end)

    def _end_of_chunk(self, at: int) -> int:
        found = _chunk_end().search(self._text, at + 1)
        return found.start() if found else len(self._text)


def opened(raw: object, outer: Members) -> Iterator[object]:
    """Yield an object, or the items of a list, of lists in it. `outer` is the list around it.

    The items of a PodList carry neither kind nor apiVersion; they get the list's.
    """
    waiting = [_named(raw, outer)]
    while waiting:
        one = waiting.pop()
        items = one.get("items") if isinstance(one, dict) else None
        if isinstance(one, dict) and isinstance(items, list):
            waiting.extend(_named(item, one) for item in reversed(items))
        else:
            yield one


def _objects(document: JsonDocument) -> Iterator[object]:
    nameless: list[object] = []  # items without a kind, until the list's kind is known
    for raw in document.items():
        if isinstance(raw, dict) and "kind" not in raw and "kind" not in document.members:
            nameless.append(raw)
        else:
            yield from opened(raw, document.members)
        del raw
    for raw in nameless:
        yield from opened(raw, document.members)
    if document.members and document.members.get("items") != []:
        yield document.members


def _named(raw: object, outer: Members) -> object:
    if not isinstance(raw, dict) or "kind" in raw:
        return raw
    kind = outer.get("kind")
    if not isinstance(kind, str) or not kind.endswith("List") or kind == "List":
        return raw
    return {"apiVersion": outer.get("apiVersion"), **raw, "kind": kind.removesuffix("List")}


def _goes_on(members: Members) -> bool:
    metadata = members.get("metadata")
    return isinstance(metadata, dict) and "items" in members and bool(metadata.get("continue"))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end + 1 if end >= 0 else len(text)


@cache
def _not_blank() -> re.Pattern[str]:
    return re.compile(r"[^ \t\r\n\ufeff]")


@cache
def _json_start() -> re.Pattern[str]:
    """Match an object with a quoted key; with an unquoted one it is YAML in flow style."""
    return re.compile(r"\{[ \t\r\n]*(?:[^ \t\r\n\w]|\Z)")


@cache
def _separator() -> re.Pattern[str]:
    return re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)


@cache
def _chunk_end() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:---|\.\.\.)(?=\s|\Z)|{_LOG_START})", re.MULTILINE)
