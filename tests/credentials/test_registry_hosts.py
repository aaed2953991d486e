"""To which registry a key belongs, and to which its credential may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.keyring import lookup_key, urls_match
from kubectl_pullsecret.credentials.registry_hosts import may_be_shown, registry_of_key

HUB_KEYS = (
    "https://index.docker.io/v1/",
    "index.docker.io",
    "docker.io",
    "docker.io/team",
    "https://docker.io:443",
    "registry-1.docker.io",
    "https://hub.docker.com",
    "registry.hub.docker.com",
)


@pytest.mark.parametrize("key", HUB_KEYS)
def test_every_name_of_docker_hub_is_docker_io(key: str) -> None:
    assert registry_of_key(key) == "docker.io"


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("registry.test", "registry.test"),
        ("registry.test:5000", "registry.test:5000"),
        ("https://registry.test:5000/v2/", "registry.test:5000"),
        ("http://registry.test/team", "registry.test"),
        ("localhost", "localhost"),
        ("localhost:5000/team/app", "localhost:5000"),
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("[::1]:5000", "[::1]:5000"),
        ("Registry.Test", "Registry.Test"),
        ("user@registry.test", "registry.test"),
    ],
)
def test_a_key_names_the_registry_as_image_names_do(key: str, registry: str) -> None:
    assert registry_of_key(key) == registry


@pytest.mark.parametrize(
    "key",
    [
        "",
        "*.example.com",
        "registry?.test",
        "r[a-z].test",
        "team",
        "registry",
        "/",
        "https://",
        "registry.test.",
        "registry.test:port",
        "HTTPS://registry.test",
        "regi stry.test",
        "registry.test\n",
        "*.docker.io",
    ],
)
def test_a_glob_or_what_is_no_host_names_no_registry(key: str) -> None:
    assert registry_of_key(key) is None


@pytest.mark.parametrize(
    ("key", "registry", "path"),
    [
        ("registry.test:5000", "registry.test:5000", ""),
        ("registry.test:5000", "registry.test:5000", "team/app"),
        ("registry.test/team", "registry.test", ""),
        ("registry.test/team", "registry.test", "other/app"),
        ("https://Registry.test/v2/", "registry.test", "team/app"),
        ("*.example.com", "eu.example.com", "team/app"),
        ("*.example.com/team", "eu.example.com", "team/app"),
        ("*.io", "docker.io", "library/nginx"),
        *((key, "docker.io", "library/nginx") for key in HUB_KEYS),
        *((key, "docker.io", "") for key in HUB_KEYS),
        *((key, "registry-1.docker.io", "") for key in HUB_KEYS),
    ],
)
def test_a_credential_may_be_shown_to_its_own(key: str, registry: str, path: str) -> None:
    assert may_be_shown(key, registry, path)


@pytest.mark.parametrize(
    ("key", "registry", "path"),
    [
        ("registry.test", "registry.test:5000", "team/app"),
        ("registry.test:5000", "registry.test", "team/app"),
        ("registry.test", "evil.test", "registry.test/app"),
        ("registry.test", "sub.registry.test", "app"),
        ("registry.test", "docker.io", "library/nginx"),
        ("*.example.com", "eu.example.com", ""),
        ("*.example.com", "a.b.example.com", "app"),
        ("*.example.com/team", "eu.example.com", "other/app"),
        ("team", "docker.io", "team/app"),
        ("docker.io", "docker.io.evil.test", "app"),
        ("evil-docker.io", "docker.io", "app"),
        *((key, "hub.docker.com", "app") for key in HUB_KEYS),
        *((key, "registry.test", "library/nginx") for key in HUB_KEYS),
    ],
)
def test_a_credential_is_not_shown_to_another(key: str, registry: str, path: str) -> None:
    assert not may_be_shown(key, registry, path)


HOSTS = st.sampled_from(
    ("a.test", "b.a.test", "*.test", "*.a.test", "a.test:5000", "docker.io", "index.docker.io")
)
PATHS = st.sampled_from(("", "/", "/v1/", "/team", "/team/app"))


@given(HOSTS, PATHS, HOSTS.filter(lambda host: "*" not in host), st.sampled_from(("team/app", "x")))
def test_nothing_is_shown_beyond_the_host_the_rule_and_docker_hub(
    host: str, beyond: str, registry: str, path: str
) -> None:
    key = host + beyond
    if may_be_shown(key, registry, path):
        hub = host.endswith("docker.io") and registry == "docker.io"
        assert host == registry or hub or urls_match(lookup_key(key), f"{registry}/{path}")
