"""What the kubelet reads in a docker config: Go's rules for duplicates, case, null and `auth`."""

from __future__ import annotations

import base64
import json
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.docker_config import (
    AuthEntry,
    Payload,
    read_docker_config,
    read_legacy_docker_config,
)
from kubectl_pullsecret.credentials.malformed import Malformed
from kubectl_pullsecret.credentials.masked import Masked


def payload(text: str | bytes) -> Payload:
    raw = text.encode() if isinstance(text, str) else text
    found = read_docker_config(raw)
    assert isinstance(found, Payload), found
    return found


def only_entry(text: str | bytes) -> AuthEntry:
    (entry,) = payload(text).entries
    return entry


def entry_of(fields: str | bytes) -> AuthEntry:
    """The entry that is made of these fields."""
    raw = fields.encode() if isinstance(fields, str) else fields
    return only_entry(b'{"auths": {"reg.test": {' + raw + b"}}}")


def user_and_password(entry: AuthEntry) -> tuple[str, str]:
    return entry.username, entry.password.reveal()


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def test_an_entry_has_key_user_password_and_email() -> None:
    text = '{"auths":{"https://reg.test/v1/":{"username":"u","password":"p","email":"e"}}}'

    assert only_entry(text) == AuthEntry("https://reg.test/v1/", "u", Masked("p"), "e")


@pytest.mark.parametrize(
    ("fields", "token"),
    [
        ('"identitytoken":"t"', "t"),
        ('"IdentityToken":"t","username":"u"', "t"),
        ('"identitytoken":7', ""),
        ('"username":"u"', ""),
    ],
)
def test_an_identity_token_is_kept_beside_what_the_kubelet_reads(fields: str, token: str) -> None:
    entry = entry_of(fields)

    assert entry.identity_token.reveal() == token
    assert not entry.usable


def test_entries_come_in_the_order_of_the_text() -> None:
    text = '{"auths":{"b":{},"a":{},"c":{},"a":{"username":"later"}}}'

    found = payload(text).entries

    assert [(entry.key, entry.username) for entry in found] == [
        ("b", ""),
        ("a", "later"),
        ("c", ""),
    ]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("null", []),
        ("{}", []),
        ('{"auths":null}', []),
        ('{"AUTHS":{"a":{}}}', ["a"]),
        ('{"auth\u017f":{"a":{}}}', ["a"]),
        ('{"auths":{"a":{}},"Auths":{"b":{}}}', ["a", "b"]),
        ('{"auths":{"a":{}},"auths":null,"auths":{"b":{}}}', ["b"]),
        ('{"auths":{"A":{},"a":{}}}', ["A", "a"]),
        ('{"auths":{"a":null}}', ["a"]),
        ('{"auths":{"":{}}}', [""]),
        (b'{"auths":{"a\xff":{},"a\\ud800":{}}}', ["a\ufffd"]),
        (b'{"auths":{"\xe2\x82":{}}}', ["\ufffd\ufffd"]),
        (' \n{"HttpHeaders":{"X":"y","Z":null},"auths":{"a":{}}}\n', ["a"]),
        ('{"credsStore":5,"auths":{"a":{"identitytoken":[1]}}}', ["a"]),
    ],
    ids=repr,
)
def test_a_config_has_these_keys(text: str | bytes, keys: list[str]) -> None:
    assert [entry.key for entry in payload(text).entries] == keys


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", ("", "")),
        ('"username":"u"', ("u", "")),
        ('"USERNAME":"u","Password":"p"', ("u", "p")),
        ('"u\u017fername":"u","pa\u017f\u017fword":"p"', ("u", "p")),
        ('"username":"u","username":"later"', ("later", "")),
        ('"username":"u","username":null', ("u", "")),
        ('"username":"u","password":"p","auth":""', ("u", "p")),
        ('"username":"u","password":"p","auth":null', ("u", "p")),
        ('"username":"u","password":"p","auth":"YTpi"', ("a", "b")),
        ('"username":"\\ud83d\\ude00\\ud800"', ("😀\ufffd", "")),
        (b'"username":"\xff"', ("\ufffd", "")),
    ],
    ids=repr,
)
def test_user_and_password_come_from_these_fields(
    fields: str | bytes, expected: tuple[str, str]
) -> None:
    assert user_and_password(entry_of(fields)) == expected


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (encoded("u:p:q"), ("u", "p:q")),
        (encoded(":"), ("", "")),
        (encoded("u:p\n"), ("u", "p\n")),
        (encoded("u:pw").rstrip("="), ("u", "pw")),
        ("dTpw\\r\\ndw==\\n", ("u", "pw")),
        (encoded(b"\xe2\x82:\xff"), ("\udce2\udc82", "\udcff")),
    ],
    ids=repr,
)
def test_auth_is_base64_of_user_and_password(auth: str, expected: tuple[str, str]) -> None:
    assert user_and_password(entry_of(f'"auth":"{auth}"')) == expected


@pytest.mark.parametrize(
    ("fields", "disagrees"),
    [
        ('"auth":"YTpi"', False),
        ('"auth":"YTpi","username":"a","password":"b"', False),
        ('"auth":"YTpi","username":"","password":null', False),
        ('"auth":"YTpi","username":"other"', True),
        ('"auth":"YTpi","username":"a","password":"B"', True),
        ('"username":"a","password":"b"', False),
    ],
)
def test_fields_beside_auth_may_disagree(fields: str, disagrees: bool) -> None:
    assert entry_of(fields).disagrees is disagrees


def test_fields_that_the_kubelet_drops_are_named_once() -> None:
    fields = '"identitytoken":"secret","RegistryToken":1,"identitytoken":null,"username":"u"'

    assert entry_of(fields).ignored == ("identitytoken", "RegistryToken")


def test_top_level_fields_that_the_kubelet_drops_are_named_once() -> None:
    text = '{"auths":{},"credsStore":"desktop","credHelpers":{},"HttpHeaders":{},"credsStore":""}'

    assert payload(text).ignored == ("credsStore", "credHelpers")


def test_an_entry_is_usable_with_user_and_password_only() -> None:
    assert entry_of('"username":"u","password":"p"').usable
    assert not entry_of('"username":"u","identitytoken":"t"').usable


def test_a_legacy_config_is_the_object_of_entries() -> None:
    found = read_legacy_docker_config(b'{"reg.test":{"auth":"dTpw"},"auths":{}}')

    assert isinstance(found, Payload)
    assert [(entry.key, entry.username) for entry in found.entries] == [
        ("reg.test", "u"),
        ("auths", ""),
    ]
    assert read_legacy_docker_config(b"null") == Payload(())


WITH_DEPTH = pytest.mark.parametrize("depth", [500, 1_200, 5_000, 9_997])


@WITH_DEPTH
def test_what_is_ignored_may_be_nested_deeply(depth: int) -> None:
    nested = "[" * depth + "]" * depth

    entry = only_entry(f'{{"x":{nested},"auths":{{"a":{{"auth":"dTpw","x":{nested}}}}}}}')

    assert user_and_password(entry) == ("u", "p")


@WITH_DEPTH
def test_the_callers_own_recursion_does_not_matter(depth: int) -> None:
    def deeper(levels: int) -> Payload | Malformed:
        if levels:
            return deeper(levels - 1)
        return read_docker_config(b'{"x":' + b"[" * depth + b"]" * depth + b"}")

    assert deeper(sys.getrecursionlimit() // 2) == Payload((), ("x",))


def test_a_config_of_50000_entries_takes_no_time() -> None:
    text = json.dumps({"auths": {f"reg{n}.test": {"auth": "dTpw"} for n in range(50_000)}})
    began = time.perf_counter()

    assert len(payload(text).entries) == 50_000
    assert time.perf_counter() - began < 3


def test_5000_small_configs_take_no_time() -> None:
    texts = [f'{{"auths":{{"reg{n}.test":{{"auth":"dTpw"}}}}}}'.encode() for n in range(5_000)]
    began = time.perf_counter()

    for text in texts:
        read_docker_config(text)
    assert time.perf_counter() - began < 1


PIECES = rb'{ } [ ] : , " \ null 1 NaN "auths":{ "reg.test": "auth": "dTpw" "dTp=" "\ud800"'.split()
pieces = st.sampled_from([*PIECES, b" ", b"\n", b"\0", b"\xff", b"\xef\xbb\xbf"])


@given(st.binary(max_size=60) | st.lists(pieces, max_size=25).map(b"".join))
def test_any_bytes_are_a_payload_or_malformed(raw: bytes) -> None:
    for read in (read_docker_config, read_legacy_docker_config):
        assert isinstance(read(raw), (Payload, Malformed))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(texts, texts.filter(lambda user: ":" not in user), texts)
def test_what_docker_writes_is_read_back(key: str, user: str, password: str) -> None:
    config = {"auths": {key: {"auth": encoded(f"{user}:{password}")}}}

    entry = only_entry(json.dumps(config))

    assert (entry.key, *user_and_password(entry)) == (key, user, password)
