"""The JSON and YAML documents of the tool: a public contract, version `pullsecret/v1alpha1`.

This module holds what all kinds share, and how JSON and YAML are written; the DoctorReport is
`doctor_report`. Keys are camelCase,
their order is part of the contract, a value that is not there is null or [], times are RFC 3339.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    import yaml

_WIDEST = 2**31 - 1  # characters of a line: nothing is folded
API_VERSION = "pullsecret/v1alpha1"

Data = Union[str, int, bool, None, Sequence["Data"], Mapping[str, "Data"]]  # noqa: UP007 - an alias is evaluated


def document(kind: str, content: Mapping[str, Data]) -> dict[str, Data]:
    """Make a document of ours: apiVersion, kind, then the content in its order."""
    return {"apiVersion": API_VERSION, "kind": kind, **content}


def as_json(data: object) -> str:
    """Write JSON, indented as kubectl does it; all but printable ASCII is escaped."""
    return json.dumps(data, indent=4, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def as_yaml(data: object) -> str:
    """Write YAML in the same order, so that kubectl's parser reads the same values.

    libyaml leaves bidi and zero width characters as they are and fails on lone surrogates: a
    document with such a character is written by PyYAML itself, with escapes for all but ASCII.
    """
    import yaml

    printable = json.dumps(data, ensure_ascii=False).isprintable()
    dumper = _dumper(printable)
    return str(
        yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=printable, width=_WIDEST)
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


def timestamp(time: datetime | None) -> str | None:
    """Write RFC 3339 in UTC with whole seconds, as the Kubernetes API writes times."""
    if time is None:
        return None
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
