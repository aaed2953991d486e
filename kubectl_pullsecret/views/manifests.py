"""Manifests as text, as `kubectl -o yaml` and `-o json` print them. Their content is as given."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_WIDEST = 2**31 - 1  # characters of a line: nothing is folded


def as_manifests(manifests: Sequence[Mapping[str, object]]) -> str:
    """YAML, a document for each, in the order of their keys. The reader gets the same values back.

    A comment is no value: PyYAML keeps none. What is not printable is escaped.
    """
    return "---\n".join(map(_as_yaml, manifests))


def as_json_manifests(manifests: Sequence[Mapping[str, object]]) -> str:
    """JSON: the one object, or a v1 List where there are several, as kubectl does it."""
    one: Mapping[str, object] = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    if len(manifests) == 1:
        (one,) = manifests
    return json.dumps(one, indent=4, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def _as_yaml(manifest: Mapping[str, object]) -> str:
    import yaml

    # libyaml leaves bidi and zero width characters as they are, and fails on lone surrogates
    printable = json.dumps(manifest, ensure_ascii=False).isprintable()
    dumper = _dumper(printable)
    return str(
        yaml.dump(manifest, Dumper=dumper, sort_keys=False, allow_unicode=printable, width=_WIDEST)
    )


@cache
def _dumper(fast: bool) -> type[yaml.SafeDumper]:
    """A dumper without anchors, whose strings stay strings for kubectl's YAML parser, too."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper) if fast else yaml.SafeDumper

    class Dumper(base):  # type: ignore[misc]  # which of the two is known only at run time
        def ignore_aliases(self, _data: object) -> bool:
            return True

    Dumper.add_representer(str, _represent_text)
    found: type[yaml.SafeDumper] = Dumper
    return found


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None
    if "\n" in text:
        style = "|"
    elif _other_types().fullmatch(text):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


@cache
def _other_types() -> re.Pattern[str]:
    """Match what goyaml (resolve.go) takes for a boolean or a number, and PyYAML for a string."""
    return re.compile(r"[yYnN]|[-+]?\.?[0-9][-+._0-9a-zA-Z]*")
