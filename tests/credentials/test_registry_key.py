"""Which key is written for which spelling of a registry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.hosts import HUB_KEY
from kubectl_pullsecret.credentials.registry_key import key_fault, registry_key, same_registry
from kubectl_pullsecret.credentials.spelling import lookup_key_or_none


@pytest.mark.parametrize(
    ("server", "key"),
    [
        (HUB_KEY, HUB_KEY),
        ("docker.io", HUB_KEY),
        ("https://index.docker.io/v1", HUB_KEY),
        ("registry-1.docker.io", HUB_KEY),
        ("hub.docker.com", HUB_KEY),
        ("docker.io/v1/", HUB_KEY),
        ("docker.io/team", "docker.io/team"),
        ("docker.io/Team/App:v1", "docker.io/team/app"),
        ("https://Registry.Test:5000/v2/", "registry.test:5000"),
        ("http://r.test/team/", "r.test/team"),
        ("*.r.test", "*.r.test"),
        ("https://user@r.test", "r.test"),
        (" r.test\n", "r.test"),
        ("", None),
        ("r .test", None),
        ("user:pass/word@r.test", None),
        ("[::1]:5000", "[::1]:5000"),
    ],
)
def test_a_server_has_one_key(server: str, key: str | None) -> None:
    assert registry_key(server) == key


@given(st.text(alphabet="aA.:/*@ -%5v1\n", max_size=24))
@settings(max_examples=150)
def test_a_key_is_its_own_key(server: str) -> None:
    key = registry_key(server)
    if key is not None:
        assert registry_key(key) == key
        assert same_registry(server, key)


@given(st.text(alphabet="aA.:/ v1", max_size=12), st.text(alphabet="a.:/v1", max_size=12))
@settings(max_examples=150)
def test_what_the_kubelet_cannot_tell_apart_has_one_key(one: str, other: str) -> None:
    keys = registry_key(one), registry_key(other)
    if None not in keys and lookup_key_or_none(one) == lookup_key_or_none(other):
        assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("", "the key names no host"),
        ("r .test", "a blank in the key"),
        ("[::1]", "an IPv6 host without port matches no image"),
        ("r.test:*", "no globs in ports"),
        ("::", "the key names no host"),
        ("r.test:5o00", "its port is no number"),
    ],
)
def test_a_server_without_key_says_why(server: str, why: str) -> None:
    assert registry_key(server) is None
    assert why in key_fault(server)


@pytest.mark.parametrize(
    ("key", "written", "same"),
    [
        ("registry-1.docker.io", HUB_KEY, True),
        ("https://r.test", "r.test", True),
        ("R.test", "r.test", True),
        ("r.test/team", "r.test", False),
        ("r.test:5000", "r.test", False),
        ("docker.io/team", HUB_KEY, False),
    ],
)
def test_spellings_of_one_registry(key: str, written: str, same: bool) -> None:
    assert same_registry(key, written) is same


@pytest.mark.parametrize("server", ["reg", "team/app", "https://reg/v2/"])
def test_a_host_that_no_image_name_can_begin_with_has_no_key(server: str) -> None:
    assert registry_key(server) is None
    assert key_fault(server) == (
        "an image name takes a host without dot and port for a part of Docker Hub"
    )


@pytest.mark.parametrize("server", ["reg:5000", "localhost", "reg.test", "*.test"])
def test_a_host_with_a_dot_or_a_port_has_one(server: str) -> None:
    assert registry_key(server) == server
