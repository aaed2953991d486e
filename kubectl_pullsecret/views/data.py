"""The JSON and YAML documents of the tool: a public contract, version `pullsecret/v1alpha1`.

This module holds what all kinds share; the DoctorReport is `doctor_report`. Keys are camelCase,
their order is part of the contract, a value that is not there is null or [], times are RFC 3339.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Union

API_VERSION = "pullsecret/v1alpha1"

Data = Union[str, int, bool, None, Sequence["Data"], Mapping[str, "Data"]]  # noqa: UP007 - an alias is evaluated


def document(kind: str, content: Mapping[str, Data]) -> dict[str, Data]:
    """Make a document of ours: apiVersion, kind, then the content in its order."""
    return {"apiVersion": API_VERSION, "kind": kind, **content}


def as_json(data: Data) -> str:
    """Write JSON, indented as kubectl does it; all but printable ASCII is escaped."""
    return json.dumps(data, indent=4, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def as_yaml(data: Data) -> str:
    """Write YAML in the same order; what is not printable is escaped.

    libyaml leaves bidi and zero width characters as they are and fails on lone surrogates: a
    document with such a character is written by PyYAML itself, with escapes for all but ASCII.
    """
    import yaml

    printable = json.dumps(data, ensure_ascii=False).isprintable()
    fast = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    dumper = fast if printable else yaml.SafeDumper
    return str(yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=printable, width=1000))


def timestamp(time: datetime | None) -> str | None:
    """Write RFC 3339 in UTC with whole seconds, as the Kubernetes API writes times."""
    if time is None:
        return None
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
