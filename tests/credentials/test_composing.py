"""The text of a docker config: as kubectl writes it, and with one entry exchanged."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.composing import (
    ConfigText,
    compose,
    exchange,
    member_of,
    take_apart,
)
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import AuthEntry, Malformed, Payload

ENTRY = AuthEntry("r.test", "user", Masked("pass"))


def parted(text: str | bytes, *, legacy: bool = False) -> ConfigText:
    octets = text.encode() if isinstance(text, str) else text
    found = take_apart(octets, legacy=legacy)
    assert found is not None
    return found


def exchanged(text: str, entry: AuthEntry, meant: str, *, only: bool = False) -> str:
    config = exchange(parted(text), {entry.key: entry}, {meant: entry.key}, only=only)
    return config.text.reveal()


def test_a_new_config_has_kubectls_layout() -> None:
    entry = ENTRY._replace(email="a@b.test", password=Masked('<&>"é'))
    assert compose([entry]).text.reveal() == (
        r'{"auths":{"r.test":{"username":"user","password":"\u003c\u0026\u003e\"é",'
        '"email":"a@b.test","auth":"dXNlcjo8Jj4iw6k="}}}'
    )


def test_the_legacy_layout_has_the_entries_at_the_top() -> None:
    assert compose([ENTRY], legacy=True).text.reveal() == (
        '{"r.test":{"username":"user","password":"pass","auth":"dXNlcjpwYXNz"}}'
    )


def test_nothing_shows_the_text() -> None:
    assert "pass" not in f"{compose([ENTRY]).text!r} {compose([ENTRY]).text}"


words = st.text(st.characters(codec="utf-8"), min_size=1)
octets = st.binary(min_size=1).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(user=words.filter(lambda user: ":" not in user), password=words | octets)
@settings(max_examples=60)
def test_the_kubelet_reads_what_was_written(user: str, password: str) -> None:
    entry = AuthEntry("r.test", user, Masked(password))
    for legacy in (False, True):
        assert compose([entry], legacy=legacy).read() == Payload((entry,))


KEPT = r'"a.test" : { "auth" : "dTpw", "n": 1e999, "identitytoken": "\u0041" }'


def test_other_entries_keep_their_very_characters() -> None:
    text = '{"x": [1.0, {"y": null}], "auths": {' + KEPT + ', "r.test": {"auth": "dTpw"}}}'
    found = exchanged(text, ENTRY, "r.test")
    assert KEPT in found
    assert '"x": [1.0, {"y": null}]' in found
    assert list(json.loads(found)["auths"]) == ["a.test", "r.test"]


def test_bytes_that_are_no_utf_8_stay() -> None:
    config = parted(b'{"auths": {"a.test": {"note": "\xff"}}}')
    found = exchange(config, {"r.test": ENTRY}, {}, only=False).text.reveal()
    assert b'"note": "\xff"' in found.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("auths", "keys"),
    [
        ('"r.test": {}', ["r.test"]),
        ('"a": {}, "R.test": {}, "b": {}', ["a", "r.test", "b"]),
        ('"R.test": {}, "a": {}, "R.test": {}', ["r.test", "a"]),
        ('"a": {}', ["a", "r.test"]),
        ("", ["r.test"]),
    ],
    ids=["same key", "another spelling, in place", "every spelling", "new", "the first"],
)
def test_the_entry_stands_in_the_place_of_the_old(auths: str, keys: list[str]) -> None:
    meant = "r.test" if '"r.test"' in auths else "R.test"
    assert list(json.loads(exchanged(f'{{"auths": {{{auths}}}}}', ENTRY, meant))["auths"]) == keys


def test_an_entry_that_says_the_same_stays_as_it_is() -> None:
    text = '{"auths":{"r.test": {"auth": "dXNlcjpwYXNz", "extra": 1}}}'
    assert exchanged(text, ENTRY, "r.test") == text


def test_only_drops_the_others() -> None:
    found = exchanged('{"auths": {"a": {}}, "x": 1}', ENTRY, "r.test", only=True)
    assert list(json.loads(found)["auths"]) == ["r.test"]
    assert json.loads(found)["x"] == 1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"auths": {"a": {}}, "AUTHS": {"b": {}}}', ["a", "b"]),
        ('{"auths": {"a": {}}, "auths": null, "auths": {"b": {}}}', ["b"]),
        ('{"auths": "text"}', []),
        ("{}", []),
    ],
    ids=["two fields", "null forgets", "no object", "none"],
)
def test_the_entries_are_those_of_the_kubelet(text: str, names: list[str]) -> None:
    assert [member.name for member in parted(text).entries] == names


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '"x"', '{"a": 1', '{"a": {}', '{"a"}', '{"a": 1,}', "{}}"),
        '{"a": 1} x',
        '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=lambda text: text[:12] or "empty",
)
def test_what_is_no_object_has_no_parts(text: str) -> None:
    assert take_apart(text.encode(), legacy=True) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), json_values))
@settings(max_examples=60)
def test_parts_together_are_the_whole(document: dict[str, object]) -> None:
    config = parted(json.dumps(document, indent=1), legacy=True)
    assert json.loads(config.text.reveal()) == document
    assert [json.loads(member.value.reveal()) for member in config.entries] == [*document.values()]


def test_a_part_alone_may_be_malformed() -> None:
    bad = parted('{"auths": {"a": {"auth": "%"}}}').entries
    assert isinstance(ConfigText(bad).read(), Malformed)
    assert isinstance(ConfigText((member_of(ENTRY),)).read(), Payload)
