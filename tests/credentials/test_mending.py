"""Credentials out of docker configs whose encoding is wrong."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from kubectl_pullsecret.credentials.mending import rescue

ONCE = b64encode(b"user:pass").decode()
TWICE = b64encode(ONCE.encode()).decode()


def config(entry: object) -> bytes:
    return json.dumps({"auths": {"r.test": entry}}).encode()


GOOD = config({"auth": ONCE})


@pytest.mark.parametrize(
    "octets",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        b64encode(GOOD),
        b64encode(GOOD) + b"\n",
        config({"auth": "user:pass"}),
        config({"auth": TWICE}),
        config({"auth": ONCE.rstrip("=") + "\n "}),
        config({"auth": 5, "username": "user", "password": "pass"}),
        config({"auth": "%", "username": "user", "password": "pass"}),
        config({"AUTH": "user:pass"}),
    ],
    ids=lambda octets: octets[:40].decode("latin-1"),
)
def test_what_is_meant_is_read(octets: bytes) -> None:
    found = rescue(octets, legacy=False)
    assert found is not None
    entries = [(one.key, one.username, one.password.reveal()) for one in found.entries]
    assert entries == [("r.test", "user", "pass")]


def test_what_was_mended_is_told_and_the_rest_is_lost() -> None:
    auths = {"a": {"auth": "u:p"}, "b": 1, "c": {"auth": ONCE}, "d": {"auth": "%"}}
    found = rescue(json.dumps({"auths": auths}).encode(), legacy=False)
    assert found is not None
    assert [one.key for one in found.entries] == ["a", "c"]
    assert found.mended[0] == "a"
    assert [one.key for one in found.lost] == ["b", "d"]


@pytest.mark.parametrize("octets", [b"", b"{", b"text", b"{}", b64encode(b"text"), b"\xff\xfe\x00"])
def test_what_is_no_config_is_none(octets: bytes) -> None:
    assert rescue(octets, legacy=False) is None


def test_the_legacy_layout_too() -> None:
    found = rescue(b'{"r.test": {"auth": "u:p"}}', legacy=True)
    assert found is not None
    assert found.entries[0].username == "u"
