"""Manifests as text, as `kubectl -o yaml` and `-o json` print them. Their content is as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubectl_pullsecret.views.data import as_json, as_yaml


def as_manifests(manifests: Sequence[Mapping[str, object]]) -> str:
    """YAML, a document for each, in the order of their keys. The reader gets the same values back.

    A comment is no value: PyYAML keeps none. What is not printable is escaped.
    """
    return "---\n".join(map(as_yaml, manifests))


def as_json_manifests(manifests: Sequence[Mapping[str, object]]) -> str:
    """JSON: the one object, or a v1 List where there are several, as kubectl does it."""
    one: Mapping[str, object] = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    if len(manifests) == 1:
        (one,) = manifests
    return as_json(one)
