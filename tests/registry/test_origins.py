"""Where a registry answers, what is loopback by its name, and which hosts are one owner's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.registry.origins import (
    InvalidAddressError,
    Origin,
    is_loopback,
    one_owner,
    origin_of,
    place_of,
)


@pytest.mark.parametrize(
    ("registry", "origin"),
    [
        ("docker.io", Origin("https", "registry-1.docker.io", 443)),
        ("registry.test", Origin("https", "registry.test", 443)),
        ("Registry.Test:5000", Origin("https", "registry.test", 5000)),
        ("[::1]:5000", Origin("https", "[::1]", 5000)),
    ],
)
def test_where_a_registry_answers(registry: str, origin: Origin) -> None:
    assert origin_of(registry) == origin


def test_the_port_of_the_scheme_is_not_written() -> None:
    assert origin_of("registry.test:443").url == "https://registry.test"
    assert origin_of("registry.test:443", "http").url == "http://registry.test:443"


@pytest.mark.parametrize(
    ("url", "base", "target"),
    [
        ("https://a.test", "", "/"),
        ("https://a.test/x?y=z#f", "", "/x?y=z"),
        ("/x", "https://a.test/v2/y", "/x"),
        ("x", "https://a.test/v2/y", "/v2/x"),
        ("//a.test/x", "https://b.test", "/x"),
    ],
)
def test_a_url_is_taken_apart(url: str, base: str, target: str) -> None:
    assert place_of(url, base) == (Origin("https", "a.test", 443), target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.test",
        "ftp://a.test",
        "https://",
        "https://user@a.test/",
        "https://[::1",
        "https://a.test/" + "x" * 9000,
        "https://a.test:port/",
        "javascript:alert(1)",
    ],
    ids=lambda url: url[:20],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InvalidAddressError):
        place_of(url)


@given(st.text(max_size=40), st.sampled_from(("", "https://a.test/v2/")))
def test_any_text_is_an_address_or_none(url: str, base: str) -> None:
    try:
        place = place_of(url, base)
    except InvalidAddressError:
        return
    assert place.origin.scheme in ("https", "http")


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1"]
)
def test_this_machine_by_its_name(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.test", "notlocalhost", "127.0.0.1.test", "10.0.0.1", "::2", "0.0.0.1", ""]
)
def test_what_may_be_another_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("registry.example.com", "registry.example.com"),
        ("registry.example.com", "auth.example.com"),
        ("registry.example.com", "example.com"),
        ("example.com", "auth.example.com"),
        ("registry-1.docker.io", "auth.docker.io"),
        ("registry.gitlab.com", "gitlab.com"),
        ("a.example.co.uk", "b.example.co.uk"),
        ("localhost", "127.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_hosts_of_one_owner(first: str, second: str) -> None:
    assert one_owner(first, second)
    assert one_owner(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("registry.example.com", "auth.example.org"),
        ("registry.test", "auth.test"),
        ("one.co.uk", "two.co.uk"),
        ("one.com.au", "two.com.au"),
        ("one.github.io", "two.github.io"),
        ("one.azurecr.io", "two.azurecr.io"),
        ("one.s3.amazonaws.com", "two.amazonaws.com"),
        ("10.0.0.1", "20.0.0.1"),
        ("localhost", "registry.test"),
        ("notdocker.io", "docker.io"),
        ("team", "other"),
    ],
)
def test_hosts_of_perhaps_another(first: str, second: str) -> None:
    assert not one_owner(first, second)
    assert not one_owner(second, first)
