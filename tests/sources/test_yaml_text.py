from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.sources.text_error import TextError
from kubectl_pullsecret.sources.yaml_text import yaml_documents


def read(text: str) -> list[object]:
    return list(yaml_documents(text, lambda *_: None))


def value(written: str) -> object:
    [document] = read(f"k: {written}\n")
    assert isinstance(document, dict)
    return document["k"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("text", "text"),
        ("", None),
        ("~", None),
        ("NULL", None),
        ("yes", True),
        ("n", False),
        ("Off", False),
        ("oFF", "oFF"),
        ("12", 12),
        ("-7", -7),
        ("1.5", 1.5),
        ("0x1F", 31),
        ("0644", 420),
        ("0o17", 15),
        ("-0b11", -3),
        ("089", 89),
        ("1_000", 1000),
        ("1.0", 1),
        ("0x1G", "0x1G"),
        ("1e3", 1000),
        ("1.5e300", 1.5e300),
        ("-.inf", float("-inf")),
        ("1e999", "1e999"),
        (str(2**64 - 1), 2**64 - 1),
        (str(2**64), 2.0**64),
        ("9" * 100_000, "9" * 100_000),
        ("12:30", "12:30"),
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T10:00:00Z", "2026-01-02T10:00:00Z"),
        ("1.2.3", "1.2.3"),
        ("'yes'", "yes"),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("!local 12", "12"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
        ("!!map {a: b}", {"a": "b"}),
    ],
)
def test_scalars_mean_what_they_mean_to_kubectl(written: str, meant: object) -> None:
    assert value(written) == meant


def test_aliases_stand_for_their_anchors() -> None:
    assert read("a: &x [1]\nb: *x\nc: &y d\n*y : e\n") == [{"a": [1], "b": [1], "c": "d", "d": "e"}]


def test_merge_keys_are_applied_in_the_text_s_order_as_kubectl_does() -> None:
    [first, second] = ["{<<: *b, name: k}", "{name: k, <<: *b}"]
    text = f"b: &b {{name: m, age: 1}}\nx: {first}\ny: {second}\nz: {{<<: [*b, {{age: 2}}]}}\n"
    [document] = read(text)
    assert isinstance(document, dict)
    assert document["x"] == {"name": "k", "age": 1}
    assert document["y"] == {"name": "m", "age": 1}
    assert document["z"] == {"name": "m", "age": 1}


def test_of_a_key_that_is_there_twice_the_last_counts_and_it_is_told() -> None:
    told: list[tuple[str, int]] = []
    documents = list(yaml_documents("a: 1\nb: 2\na: 3\n", lambda *what: told.append(what)))
    assert documents == [{"a": 3, "b": 2}]
    assert told == [('the key "a" is there twice', 10)]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=False)
)
MERGE_BOMB = (
    "b: &b {"
    + ",".join(f"k{n}: 1" for n in range(2000))
    + "}\n"
    + "".join(f"c{n}: {{<<: *b}}\n" for n in range(600))
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(BOMB, "its aliases stand for more than 1,000,000 values", id="billion-laughs"),
        pytest.param(MERGE_BOMB, "its aliases stand for more than", id="merge-bomb"),
        pytest.param("a: &a [*a]\n", "an alias stands inside what it stands for", id="cycle"),
        pytest.param("a: *b\n", "an alias has no anchor before it", id="no-anchor"),
        pytest.param("<<: 5\n", "<< must name a mapping, or a list of them", id="merged-number"),
        pytest.param("? [a]\n: b\n", "a key must be a string", id="a-list-as-key"),
        pytest.param("a: &a [1]\n*a : b\n", "a key must be a string", id="an-alias-as-key"),
        pytest.param("a: !!python/name:os.system ''\n", "it has a tag", id="python-object"),
        pytest.param("!!python/object/apply:os.system [id]\n", "it has a tag", id="python-call"),
        pytest.param("!!set {a}\n", "it has a tag", id="a-set"),
        pytest.param("a: !!binary aGk=\n", "it has a tag", id="binary"),
        pytest.param('a: "\x01"\n', "control characters are not allowed", id="control-character"),
        pytest.param("a: b\0\n", "control characters are not allowed", id="zero"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(TextError, match="^" + why.replace("*", r"\*")):
        read(text)


def test_without_libyaml_the_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert read("a: &x [1, yes]\nb: *x\n") == [{"a": [1, True], "b": [1, True]}]
    with pytest.raises(TextError, match="the syntax is wrong"):
        read("a: b: hunter2")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_pyyaml_writes_is_read_back(written: object) -> None:
    assert read(yaml.safe_dump(written, sort_keys=False)) == [written]


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    why = ""
    try:
        read(text.encode("utf-8", "replace").decode())
    except TextError as error:
        why = error.why
        assert error.at <= len(text)  # noqa: PT017  # a law about both outcomes
    assert "\n" not in why
