"""YAML documents as kubectl reads them: JSON's values, and timestamps stay strings.

Built from the parser's events and not by PyYAML's loaders, because those recurse (deep nesting ends
the process inside libyaml's composer), never tell of two equal keys and know more types than
JSON. Only merge keys and aliases are kept; what aliases expand to is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from math import isinf
from typing import TYPE_CHECKING, Protocol

from kubectl_pullsecret.sources.text_error import TextError

if TYPE_CHECKING:
    import yaml

MAX_DEPTH = 1_000  # levels; Kubernetes' own objects have about twenty
MAX_EXPANSION = 1_000_000  # values that aliases may stand for, beyond those that are written
MAX_CHARACTERS = 32 * 1024 * 1024  # about five seconds with libyaml
MAX_CHARACTERS_WITHOUT_LIBYAML = 4 * 1024 * 1024  # the pure Python parser is far slower
MAX_REMARKS = 20  # of one document

_MERGE = "<<"
_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {"y": True, "yes": True, "true": True, "on": True} | {
    "n": False,
    "no": False,
    "false": False,
    "off": False,
}
_LITERALS: dict[str, object] = {"": None, "~": None} | {
    spelling: value
    for word, value in ({"null": None} | _BOOLEANS).items()
    for spelling in (word, word.capitalize(), word.upper())
}
_LONGEST_WHOLE = 70  # characters: 64 bits, their sign and their base
_EXACT = 2**53  # up to here a float is the whole number that it looks like
_FIRST_CHARACTERS = frozenset("~nNyYtToOfF+-.0123456789")


class _EventSource(Protocol):
    def get_event(self) -> yaml.Event | None: ...


class _Open:
    """A mapping or sequence that is being read."""

    __slots__ = ("anchor", "key", "merged", "size", "value")

    def __init__(self, value: dict[str, object] | list[object], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None
        self.merged: set[str] = set()  # keys that only a merge has set so far
        self.size = 1  # values in it, aliases expanded


Remark = Callable[[str, int], None]  # what is odd, and its offset in the text


def yaml_documents(text: str, remark: Remark) -> Iterator[object]:
    """Yield the documents of a text, one after another; None for an empty one.

    Of a key that is there twice the last value counts, as for kubectl; `remark` is told. Raises
    TextError, with an offset in `text`.
    """
    import yaml

    source = _event_source(text)
    try:
        while (event := source.get_event()) is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                yield _Document(source, remark).read()
    except yaml.MarkedYAMLError as error:
        raise _trouble(text, error) from None
    except yaml.YAMLError:
        found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\U0010ffff]|[\ufffe\uffff]", text)
        raise TextError(
            "control characters are not allowed", found.start() if found else 0
        ) from None


def _event_source(text: str) -> _EventSource:
    import yaml

    if _has_libyaml():
        return yaml.CSafeLoader(text)
    return yaml.SafeLoader(text)


def limit_yaml(characters: int) -> None:
    """Raise TextError if one text holds more YAML than can be read in reasonable time."""
    limit = MAX_CHARACTERS if _has_libyaml() else MAX_CHARACTERS_WITHOUT_LIBYAML
    if characters > limit:
        size = f"{limit // (1024 * 1024)} Mi characters"
        raise TextError(f"more than {size} of YAML take too long; give it as JSON: -o json", 0)


def _trouble(text: str, error: yaml.MarkedYAMLError) -> TextError:
    """Libyaml's own words; those of the Python parser can show characters of the text."""
    at = error.problem_mark.index if error.problem_mark else 0
    if text[at : at + 1] == "\t":
        return TextError("a tab cannot indent", at)
    problem = error.problem if _has_libyaml() else ""
    return TextError(problem or "the syntax is wrong", at)


def _has_libyaml() -> bool:
    import yaml

    return bool(yaml.__with_libyaml__)


class _Document:
    """One document: the containers that are open, from the outermost to the innermost."""

    def __init__(self, source: _EventSource, remark: Remark) -> None:
        self._source = source
        self._remark = remark
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._pending: set[str] = set()
        self._expansion = 0
        self._remarks = 0

    def read(self) -> object:
        """Return the document's value. Ends behind its DocumentEndEvent."""
        import yaml

        root = _Open([], None)
        self._open.append(root)
        while (event := self._source.get_event()) is not None:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.MappingStartEvent):
                self._start(event, {}, f"{_TAG}map")
            elif isinstance(event, yaml.SequenceStartEvent):
                self._start(event, [], f"{_TAG}seq")
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            else:
                break
        return root.value[0] if isinstance(root.value, list) and root.value else None

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        top = self._open[-1]
        if top.key is None and isinstance(top.value, dict):
            value: object = event.value
            self._key(top, event.value, event)
        else:
            value = _resolve(event)
            self._place(value, 1, event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)

    def _key(self, top: _Open, key: str, event: yaml.Event) -> None:
        if key in top.merged:
            top.merged.discard(key)
        elif key in top.value and self._remarks < MAX_REMARKS:
            self._remarks += 1
            self._remark(f'the key "{key[:80]}" is there twice', _index(event))
        top.key = key

    def _place(self, value: object, size: int, event: yaml.Event) -> None:
        top = self._open[-1]
        top.size += size
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            raise _at(event, "a key must be a string")
        elif top.key == _MERGE and not isinstance(value, str):
            self._merge(top, value, event)
            top.key = None
        else:
            top.value[top.key] = value
            top.key = None

    def _merge(self, top: _Open, value: object, event: yaml.Event) -> None:
        """`<<: *base` or a list of them, of which the first wins; in the text's order (goyaml)."""
        for base in reversed(value) if isinstance(value, list) else [value]:
            if not isinstance(base, dict):
                raise _at(event, "<< must name a mapping, or a list of them")
            self._expand(len(base), event)
            assert isinstance(top.value, dict)
            top.merged |= base.keys() - top.value.keys()
            top.value.update(base)

    def _start(
        self,
        event: yaml.CollectionStartEvent,
        value: dict[str, object] | list[object],
        tag: str,
    ) -> None:
        if event.tag != tag and not _says_nothing(event.tag):
            raise _at(event, "it has a tag that is not JSON's")
        if len(self._open) > MAX_DEPTH:
            raise _at(event, f"it is nested more than {MAX_DEPTH:,} levels deep")
        if event.anchor:
            self._pending.add(event.anchor)
        self._open.append(_Open(value, event.anchor))

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        done = self._open.pop()
        if done.anchor:
            self._pending.discard(done.anchor)
            self._anchors[done.anchor] = (done.value, done.size)
        self._place(done.value, done.size, event)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor
        if name in self._pending:
            raise _at(event, "an alias stands inside what it stands for")
        if name not in self._anchors:
            raise _at(event, "an alias has no anchor before it")
        value, size = self._anchors[name]
        self._expand(size, event)
        top = self._open[-1]
        if top.key is None and isinstance(top.value, dict) and isinstance(value, str):
            self._key(top, value, event)
        else:
            self._place(value, size, event)

    def _expand(self, size: int, event: yaml.Event) -> None:
        self._expansion += size
        if self._expansion > MAX_EXPANSION:
            raise _at(event, f"its aliases stand for more than {MAX_EXPANSION:,} values")


def _at(event: yaml.Event, why: str) -> TextError:
    return TextError(why, _index(event))


def _index(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _resolve(event: yaml.ScalarEvent) -> object:
    """Return a scalar's value: a tag or quotes decide, else its spelling (goyaml's resolve.go)."""
    plain, _ = event.implicit
    tag = event.tag
    if tag is None and plain:
        return _plain(event.value)
    if tag == f"{_TAG}str" or _says_nothing(tag):
        return event.value
    if tag in (f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"):
        return _plain(event.value)
    raise _at(event, "it has a tag that is not JSON's")


def _says_nothing(tag: str | None) -> bool:
    """Whether there is no tag, or a local one (`!Ref`), which goyaml passes over."""
    return tag is None or (tag.startswith("!") and not tag.startswith("!!"))


def _plain(written: str) -> object:
    if written and written[0] not in _FIRST_CHARACTERS:
        return written
    if written in _LITERALS:
        return _LITERALS[written]
    return _number(written) if _number_pattern().fullmatch(written) else written


@cache
def _number_pattern() -> re.Pattern[str]:
    return re.compile(
        r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*"
        r"|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)"
        r"|\.nan|\.NaN|\.NAN"
    )


def _number(written: str) -> int | float | str:
    """Return a number's value; what is too large for one is a string (goyaml v2, resolve.go)."""
    if len(written) < 19 and written.isdecimal() and written[0] != "0":
        return int(written)
    plain = written.replace("_", "")
    whole = _whole(plain) if len(plain) < _LONGEST_WHOLE else None
    if whole is not None:
        return whole
    name = plain.lstrip("+-").lower()
    value = float(plain.replace(".", "")) if name in (".inf", ".nan") else _float(plain)
    if value is None or (isinf(value) and name != ".inf"):
        return written
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _whole(plain: str) -> int | None:
    """A whole number of at most 64 bits: 0644 is octal, as for Go."""
    digits = plain.lstrip("+-")
    octal = len(digits) > 1 and digits[0] == "0" and digits.isdecimal()
    try:
        value = int(plain, 8 if octal else 0)
    except ValueError:
        return None
    return value if -(2**63) <= value < 2**64 else None


def _float(plain: str) -> float | None:
    try:
        return float(plain)
    except ValueError:  # 0x and nothing behind it
        return None
