"""Manifests that are written again: the same values, in the same order."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.sources.yaml_text import yaml_documents
from kubectl_pullsecret.views.manifests import as_json_manifests, as_manifests

POD = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {"name": "web", "labels": {"b": "1", "a": ""}},
}


def read(text: str) -> list[object]:
    """As kubectl reads it."""
    return list(yaml_documents(text, lambda *_: None))


def test_keys_keep_their_order_and_documents_stand_apart() -> None:
    written = (
        "kind: Pod\napiVersion: v1\nmetadata:\n  name: web\n  labels:\n    b: '1'\n    a: ''\n"
    )
    assert as_manifests([POD, POD]) == f"{written}---\n{written}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("y", "'y'"),
        ("off", "'off'"),
        ("1e3", "'1e3'"),
        ("0o17", "'0o17'"),
        ("089", "'089'"),
        ("1.2.3", "'1.2.3'"),
        ("-.inf", "'-.inf'"),
        ("2026-01-02", "'2026-01-02'"),
        ("v1", "v1"),
        ("100m", "'100m'"),
        ("one\ntwo\n", "|\n  one\n  two"),
        ("grüße", "grüße"),
        ("\u202e", '"\\u202E"'),
        ("x" * 300 + " y", "x" * 300 + " y"),
    ],
)
def test_text_stays_text(text: str, written: str) -> None:
    assert as_manifests([{"key": text}]) == f"key: {written}\n"
    assert read(as_manifests([{"key": text}])) == [{"key": text}]


def test_what_is_there_twice_is_written_twice() -> None:
    shared = [{"name": "a"}]
    assert as_manifests([{"one": shared, "two": shared}]) == "one:\n- name: a\ntwo:\n- name: a\n"


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.text("yYnN0123456789.+-_eExobinaf:# \n\t'\"", max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("yn01.: \n", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text("abyn", min_size=1, max_size=3), values, min_size=1, max_size=3))
def test_what_is_read_again_is_the_same(manifest: dict[str, object]) -> None:
    assert read(as_manifests([manifest, manifest])) == [manifest, manifest]


def test_one_manifest_is_an_object_in_json_and_several_are_a_list() -> None:
    assert json.loads(as_json_manifests([POD])) == POD
    several = {"apiVersion": "v1", "kind": "List", "items": [POD, POD]}
    assert json.loads(as_json_manifests([POD, POD])) == several
