"""The YAML of our documents: what kubectl's parser reads is what was written."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.views.data import as_yaml


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("y", "'y'"),
        ("N", "'N'"),
        ("1e3", "'1e3'"),
        ("0o7", "'0o7'"),
        ("yes", "'yes'"),
        ("null", "'null'"),
        ("0.1", "'0.1'"),
        ("web-1", "web-1"),
    ],
)
def test_text_stays_text(text: str, written: str) -> None:
    assert as_yaml({"name": text}) == f"name: {written}\n"
    assert as_yaml([text]) == f"- {written}\n"


def test_other_values_stay_what_they_are() -> None:
    assert as_yaml({"a": None, "b": True, "c": 7}) == "a: null\nb: true\nc: 7\n"


def test_what_is_there_twice_is_written_twice() -> None:
    shared = ["a"]
    assert as_yaml({"one": shared, "two": shared}) == "one:\n- a\ntwo:\n- a\n"
