"""Which credentials the kubelet tries in which order: keyring.go's rules, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.keyring import (
    InvalidKey,
    Keyring,
    MalformedSecret,
    lookup_key,
    urls_match,
)
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import (
    AuthEntry,
    Malformed,
    NotAPullSecret,
    Payload,
    PullSecret,
)
from kubectl_pullsecret.images import Reference

BROKEN = Malformed("go's words", "line 1, column 1", "not JSON", "mend it")


def secret(name: str, *keys: str) -> PullSecret:
    return PullSecret(name, Payload(tuple(AuthEntry(key, "u", Masked("p")) for key in keys)))


def tried(image: str, *secrets: PullSecret) -> list[str]:
    """Where each credential comes from, in order: `secret key`."""
    found = Keyring(secrets).lookup(Reference.parse(image))
    return [f"{one.secret} {one.entry.key}" for one in found]


def serves(key: str, image: str) -> bool:
    return bool(tried(image, secret("s", key)))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("reg.test", "reg.test"),
        ("https://reg.test", "reg.test"),
        ("http://reg.test/", "reg.test"),
        ("https://reg.test/v1/", "reg.test"),
        ("reg.test/v2/team", "reg.test/team"),
        ("reg.test/v1/v2/", "reg.test/v2/"),
        ("reg.test/v1", "reg.test/v1"),
        ("reg.test/team/", "reg.test/team/"),
        ("REG.test:443", "REG.test:443"),
        ("user:pw@reg.test?x#y", "reg.test"),
        ("reg.test/%74eam%2541", "reg.test/team%41"),
        ("HTTPS://reg.test", "HTTPS://reg.test"),
        ("ftp:/reg.test", "ftp:/reg.test"),
        ("//reg.test", "//reg.test"),
        ("", ""),
    ],
)
def test_a_key_means_host_and_path(key: str, expected: str) -> None:
    assert lookup_key(key) == expected


@pytest.mark.parametrize(
    "key", ["reg test", "reg.test:port", "reg.test/%", "[::1", "reg[0-9].test"]
)
def test_a_key_that_is_no_url_is_ignored(key: str) -> None:
    with pytest.raises(InvalidKey):
        lookup_key(key)
    assert tried("reg.test/app", secret("s", key, "reg.test")) == ["s reg.test"]


@pytest.mark.parametrize(
    ("key", "repository"),
    [
        ("reg.test", "reg.test/app"),
        ("*.test", "reg.test/app"),
        ("r*g.t*t", "reg.test/app"),
        ("*.io", "docker.io/library/ubuntu"),
        ("reg.test/team", "reg.test/teamx/app"),
        ("reg.test:5000", "reg.test:5000/app"),
        ("reg.test:", "reg.test/app"),
        ("[::1]:5000", "[::1]:5000/app"),
    ],
)
def test_a_lookup_key_serves(key: str, repository: str) -> None:
    assert urls_match(key, repository)


@pytest.mark.parametrize(
    ("key", "repository"),
    [
        ("*", "reg.test/app"),
        ("*.test", "a.reg.test/app"),
        ("*.reg.test", "reg.test/app"),
        ("reg.test/team/", "reg.test/team"),
        ("reg.test/*", "reg.test/team"),
        ("reg.test:05000", "reg.test:5000/app"),
        ("reg.test:50*", "reg.test:5000/app"),
        ("reg.test:443", "reg.test/app"),
        ("REG.test", "reg.test/app"),
        ("[::1]", "[::1]/app"),
        ("[::01]:5000", "[::1]:5000/app"),
        ("HTTPS://reg.test", "reg.test/app"),
        ("reg.test%", "reg.test/app"),
        ("reg.test", "reg .test/app"),
    ],
)
def test_a_lookup_key_does_not_serve(key: str, repository: str) -> None:
    assert not urls_match(key, repository)


def test_all_matches_are_tried_in_reverse_byte_order_of_their_lookup_keys() -> None:
    one = secret("one", "*.test/team/app", "https://reg.test/team", "reg.test")
    two = secret("two", "reg.test/team/app", "reg.test:", "http://reg.test/v2/team")

    assert tried("reg.test/team/app", one, two) == [
        "two reg.test:",
        "two reg.test/team/app",
        "one https://reg.test/team",
        "two http://reg.test/v2/team",
        "one reg.test",
        "one *.test/team/app",
    ]


def test_a_secret_listed_twice_is_tried_twice() -> None:
    pull = secret("pull", "reg.test")

    assert tried("reg.test/app", pull, pull) == ["pull reg.test", "pull reg.test"]


def test_a_credential_knows_what_its_key_means() -> None:
    (found,) = Keyring([secret("s", "https://reg.test/v1/")]).lookup(Reference.parse("reg.test/a"))

    assert found.lookup_key == "reg.test"


HUB_KEYS = ("docker.io", "*.io", "docker.*", "docker.io/library", "docker.io/v2/library")
FALLBACK_KEYS = (
    "index.docker.io",
    "http://index.docker.io/",
    "https://index.docker.io/v1/",
    "index.docker.io/v2/",
)
NO_HUB_KEYS = (
    "https://index.docker.io/v1",
    "index.docker.io/library",
    "index.docker.io:443",
    "*.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "hub.docker.com",
    "docker.com",
    "DOCKER.IO",
    "library",
)


@pytest.mark.parametrize("key", HUB_KEYS + FALLBACK_KEYS)
def test_a_hub_key_serves_hub_images(key: str) -> None:
    assert serves(key, "ubuntu")


@pytest.mark.parametrize("key", NO_HUB_KEYS)
def test_another_key_does_not_serve_hub_images(key: str) -> None:
    assert not serves(key, "ubuntu")


def test_a_matching_entry_hides_the_fallback_even_of_another_secret() -> None:
    hub = secret("hub", "https://index.docker.io/v1/")

    assert tried("ubuntu", hub, secret("other", "docker.io/library")) == ["other docker.io/library"]


@pytest.mark.parametrize("image", ["localhost/app", "Team/app"])
def test_a_host_without_dot_and_port_gets_the_fallback_but_not_docker_io(image: str) -> None:
    assert serves("index.docker.io", image)
    assert not serves("docker.io", image)


@pytest.mark.parametrize("image", ["reg.test/app", "localhost:5000/app"])
def test_another_host_gets_no_fallback(image: str) -> None:
    assert not serves("index.docker.io", image)


def test_the_first_malformed_secret_stops_everything() -> None:
    secrets = [secret("good", "reg.test"), PullSecret("bad", BROKEN), PullSecret("worse", BROKEN)]

    with pytest.raises(MalformedSecret) as stopped:
        Keyring(secrets)

    assert stopped.value.secret == "bad"
    assert stopped.value.malformed is BROKEN
    assert str(stopped.value) == "secret/bad: line 1, column 1: not JSON"


def test_a_secret_that_is_no_pull_secret_is_skipped() -> None:
    opaque = PullSecret("opaque", NotAPullSecret("type Opaque", holds=BROKEN))

    assert tried("reg.test/app", opaque, secret("s", "reg.test")) == ["s reg.test"]


key_texts = st.text(alphabet="ab.:/*@%?#[]4é \udc80\ud800", max_size=15)


@given(st.lists(key_texts, max_size=4))
def test_any_keys_make_a_keyring(keys: list[str]) -> None:
    found = Keyring([secret("s", *keys)]).lookup(Reference.parse("a.b:4/a"))

    assert {one.entry.key for one in found} <= set(keys)
