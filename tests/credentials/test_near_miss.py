"""Why an entry does not serve an image, and that the advice works."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.hosts import HUB_KEY
from kubectl_pullsecret.credentials.keyring import Keyring
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.near_miss import Miss, MissReason, explain_misses
from kubectl_pullsecret.credentials.payload import (
    AuthEntry,
    Malformed,
    NotAPullSecret,
    Payload,
    PullSecret,
)
from kubectl_pullsecret.images import InvalidReference, Reference

R = MissReason


def secret(*keys: str, name: str = "pull") -> PullSecret:
    entries = tuple(AuthEntry(key, "me", Masked("pw")) for key in keys)
    return PullSecret(name, Payload(entries))


def misses(image: str, *secrets: PullSecret) -> tuple[Miss, ...]:
    return explain_misses(Reference.parse(image), secrets)


def the_miss(image: str, key: str) -> Miss:
    (miss,) = misses(image, secret(key))
    return miss


REG = "registry.test:5000/team/app:v1"
TEAM = "registry.test/team/app:v1"
HOST = "registry.test"
HOST_PORT = "registry.test:5000"

NEAR = [
    # spelling
    (TEAM, "registry.test/team/app/", R.TRAILING_SLASH, "registry.test/team/app"),
    (TEAM, "registry.test//", R.TRAILING_SLASH, HOST),
    (TEAM, "registry.test ", R.BLANK, HOST),
    (TEAM, " registry.test", R.BLANK, HOST),
    (TEAM, "registry.test\n", R.BLANK, HOST),
    (TEAM, "registry.test\u200b", R.BLANK, HOST),
    (TEAM, "registry.test/team ", R.BLANK, "registry.test/team"),
    (TEAM, "HTTPS://registry.test", R.SCHEME, HOST),
    (TEAM, "ftp://registry.test/team", R.SCHEME, "registry.test/team"),
    (TEAM, "docker://registry.test", R.SCHEME, HOST),
    (TEAM, "//registry.test", R.SCHEME, HOST),
    (TEAM, "https:registry.test", R.SCHEME, HOST),
    (TEAM, "https:///registry.test", R.SCHEME, HOST),
    (TEAM, "https://https://registry.test", R.SCHEME, HOST),
    (TEAM, "Registry.Test", R.LETTER_CASE, HOST),
    (TEAM, "registry.test/Team", R.LETTER_CASE, "registry.test/team"),
    ("Registry.test/team/app", "registry.test", R.LETTER_CASE, "Registry.test"),
    (TEAM, "registry.test.", R.FINAL_DOT, HOST),
    (TEAM, "me<x>:pw@registry.test", R.USER_INFO, HOST),
    (TEAM, "registry.test/team/app:v1", R.TAG, "registry.test/team/app"),
    (TEAM, "registry.test/team/app@sha256:0", R.TAG, "registry.test/team/app"),
    (REG, "registry.test:*", R.GLOB_IN_PORT, HOST_PORT),
    (TEAM, "registry.test/*", R.GLOB_IN_PATH, HOST),
    (TEAM, "registry.test/team/*", R.GLOB_IN_PATH, "registry.test/team"),
    (TEAM, "registry.test:port", R.UNPARSABLE, HOST),
    (TEAM, "registry.test/team%", R.UNPARSABLE, HOST),
    (TEAM, "registry.test/v1", R.VERSION_WITHOUT_SLASH, HOST),
    # ports
    (TEAM, "registry.test:443", R.DEFAULT_PORT, HOST),
    (TEAM, "http://registry.test:80/team", R.DEFAULT_PORT, "registry.test/team"),
    (REG, "registry.test", R.PORT_MISSING, HOST_PORT),
    (REG, "https://registry.test/v2/team", R.PORT_MISSING, "registry.test:5000/team"),
    (REG, "registry.test:", R.PORT_MISSING, HOST_PORT),
    (REG, "registry.test:5001", R.OTHER_PORT, HOST_PORT),
    (REG, "registry.test:05000", R.OTHER_PORT, HOST_PORT),
    (TEAM, "registry.test:8443", R.OTHER_PORT, HOST),
    ("localhost/app", "localhost:5000", R.OTHER_PORT, "localhost"),
    ("[::1]:5000/app", "[::1]", R.PORT_MISSING, "[::1]:5000"),
    # paths
    (TEAM, "registry.test/other", R.OTHER_PATH, HOST),
    (TEAM, "registry.test/team/other", R.OTHER_PATH, "registry.test/team"),
    (TEAM, "registry.test/team/app/more", R.OTHER_PATH, "registry.test/team/app"),
    ("registry.test/v1/app/x", "registry.test/v1/other", R.OTHER_PATH, HOST),
    # globs
    ("a.b.example.com/app", "*.example.com", R.GLOB_LABELS, "a.b.example.com"),
    ("example.com/app", "*.example.com", R.GLOB_LABELS, "example.com"),
    ("a.example.com/app", "*.Example.com", R.LETTER_CASE, "a.example.com"),
    ("a.example.com:5000/app", "*.example.com", R.PORT_MISSING, "a.example.com:5000"),
    ("a.example.com/team/app", "*.example.com/other", R.OTHER_PATH, "a.example.com"),
    # Docker Hub
    ("ubuntu", "https://index.docker.io/v1", R.VERSION_WITHOUT_SLASH, HUB_KEY),
    ("ubuntu", "index.docker.io/v2", R.VERSION_WITHOUT_SLASH, HUB_KEY),
    ("ubuntu", "index.docker.io/library", R.HUB_PATH, HUB_KEY),
    ("ubuntu", "https://index.docker.io/v1/access-token", R.HUB_PATH, HUB_KEY),
    ("ubuntu", "index.docker.io:443", R.DEFAULT_PORT, HUB_KEY),
    ("ubuntu", "https://index.docker.io:/v1/", R.OTHER_PORT, HUB_KEY),
    ("ubuntu", "https://INDEX.docker.io/v1/", R.LETTER_CASE, HUB_KEY),
    ("ubuntu", "HTTPS://index.docker.io/v1/", R.SCHEME, HUB_KEY),
    ("ubuntu", "DOCKER.IO", R.LETTER_CASE, HUB_KEY),
    ("ubuntu", "docker.io:443", R.DEFAULT_PORT, HUB_KEY),
    ("ubuntu", "docker.io/team", R.OTHER_PATH, HUB_KEY),
    ("team/app", "registry-1.docker.io", R.HUB_ALIAS, HUB_KEY),
    ("team/app", "https://registry.hub.docker.com/v1/", R.HUB_ALIAS, HUB_KEY),
    ("team/app", "https://hub.docker.com/", R.HUB_ALIAS, HUB_KEY),
    ("team/app", "docker.com", R.HUB_ALIAS, HUB_KEY),
    ("team/app", "*.docker.io", R.HUB_ALIAS, HUB_KEY),
    (
        "registry-1.docker.io/team/app",
        "https://index.docker.io/v1/",
        R.HUB_ALIAS,
        "registry-1.docker.io",
    ),
]

FAR = [
    ("registry.example.com/app", "registry.example.org", R.OTHER_HOST),
    ("registry.example.com/app", "registry-example.com", R.OTHER_HOST),
    ("registry.example.com/app", "example.com", R.OTHER_HOST),
    ("registry.example.com/app", "registry.example.com.evil.test", R.OTHER_HOST),
    ("registry.kube.io/app", "registry.\u212aube.io", R.OTHER_HOST),  # Kelvin sign
    ("registry.example.com/app", "https://index.docker.io/v1/", R.OTHER_HOST),
    ("ubuntu", "docker.io.test", R.OTHER_HOST),
    ("ubuntu", "notdocker.io", R.OTHER_HOST),
    ("ubuntu", "library/ubuntu", R.OTHER_HOST),
    ("localhost/app", "docker.io", R.OTHER_HOST),
    (TEAM, "", R.OTHER_HOST),
    (TEAM, "registry.test@other.test", R.USER_INFO),
    ("a.example.com/app", "*.example.org", R.GLOB_DOES_NOT_FIT),
    ("a.example.com/app", "b*.example.com", R.GLOB_DOES_NOT_FIT),
    ("a.example.com/app", "a*x*.example.com", R.GLOB_DOES_NOT_FIT),
    ("a.example.com/app", "*", R.GLOB_LABELS),
    ("a.example.com/app", "*.com", R.GLOB_LABELS),
    ("a.example.com:5000/app", "*.*.*", R.PORT_MISSING),
    (
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app",
        "222222222222.dkr.ecr.eu-west-1.amazonaws.com",
        R.OTHER_ECR_ACCOUNT,
    ),
    (
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app",
        "https://111111111111.dkr.ecr.us-east-1.amazonaws.com",
        R.OTHER_ECR_REGION,
    ),
    (
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app",
        "111111111111.dkr-ecr.eu-west-1.on.aws",
        R.OTHER_CLOUD_REGISTRY,
    ),
    ("eu.gcr.io/p/app", "https://gcr.io", R.OTHER_CLOUD_REGISTRY),
    ("europe-docker.pkg.dev/p/r/app", "us-docker.pkg.dev", R.OTHER_CLOUD_REGISTRY),
    ("one.azurecr.io/app", "two.azurecr.io", R.OTHER_CLOUD_REGISTRY),
]


@pytest.mark.parametrize(("image", "key", "reason", "write"), NEAR)
def test_a_near_miss_has_its_reason_and_a_key_to_write(
    image: str, key: str, reason: MissReason, write: str
) -> None:
    miss = the_miss(image, key)

    assert (miss.reason, miss.write_instead, miss.near) == (reason, write, True)
    assert miss.text.endswith(f"; write {write}")


@pytest.mark.parametrize(("image", "key", "reason"), FAR)
def test_another_host_is_never_proposed(image: str, key: str, reason: MissReason) -> None:
    miss = the_miss(image, key)

    assert (miss.reason, miss.write_instead, miss.near) == (reason, None, False)
    assert miss.text.endswith("; not tried")


@pytest.mark.parametrize(
    ("image", "key", "text"),
    [
        (TEAM, "other.test", "another host; not tried"),
        (REG, HOST, "port 5000 is missing from the key; write registry.test:5000"),
        (
            "team/app:v1",
            "registry-1.docker.io",
            "not a Hub key to the kubelet; write https://index.docker.io/v1/",
        ),
        (
            "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app",
            "222222222222.dkr.ecr.us-east-1.amazonaws.com",
            "for ECR account 222222222222 in us-east-1; "
            "the image is of 111111111111 in eu-west-1; not tried",
        ),
    ],
)
def test_texts_are_short_clauses(image: str, key: str, text: str) -> None:
    assert the_miss(image, key).text == text


def test_an_ipv6_host_without_port_is_near_but_no_key_serves_it() -> None:
    miss = the_miss("[::1]/app", "[::1]")

    assert (miss.reason, miss.near, miss.write_instead) == (R.IPV6_WITHOUT_PORT, True, None)


def test_a_docker_io_entry_hides_index_docker_io() -> None:
    (miss,) = misses("ubuntu", secret(HUB_KEY, name="a"), secret("docker.io/library", name="b"))

    assert (miss.secret, miss.reason, miss.near, miss.write_instead) == ("a", R.HIDDEN, True, None)
    assert "docker.io/library in secret/b" in miss.text


def test_where_docker_io_hides_the_hub_key_an_alias_is_told_to_write_docker_io() -> None:
    (miss,) = misses("ubuntu", secret("hub.docker.com", name="a"), secret("*.io", name="b"))

    assert (miss.reason, miss.write_instead) == (R.HUB_ALIAS, "docker.io")


def test_a_key_that_stands_in_the_secret_already_is_not_proposed_again() -> None:
    (miss,) = misses("ubuntu", secret(HUB_KEY, "https://index.docker.io/v1/refresh-token"))

    assert (miss.reason, miss.near, miss.write_instead) == (R.HUB_PATH, True, None)


def test_misses_come_nearest_first_then_in_order_of_secrets() -> None:
    one = secret("other.test", "registry.test/nope", name="one")
    two = secret("REGISTRY.test", "another.test", "registry.test/never", name="two")

    assert [(miss.secret, miss.entry.key) for miss in misses(TEAM, one, two)] == [
        ("two", "REGISTRY.test"),
        ("one", "registry.test/nope"),
        ("two", "registry.test/never"),
        ("one", "other.test"),
        ("two", "another.test"),
    ]


def test_only_readable_secrets_are_explained() -> None:
    broken = PullSecret("broken", Malformed("text", "where", "why", "remedy"))
    opaque = PullSecret("opaque", NotAPullSecret("type Opaque"))

    assert [miss.secret for miss in misses(TEAM, broken, secret("x.test"), opaque)] == ["pull"]


def test_no_text_repeats_user_info_of_a_key() -> None:
    keys = [f"https://me:hunter2@{host}" for host in ("other.test", "registry.test:1", "*.x.test")]
    keys += ["me<hunter2>@registry.test", "a/hunter2@registry.test", "me:hunter2/@registry.test"]

    for miss in misses(TEAM, secret(*keys)):
        assert "hunter2" not in miss.text
        assert "hunter2" not in (miss.write_instead or "")


hosts = st.sampled_from(
    [
        "registry.test",
        "a.example.com",
        "*.example.com",
        "docker.io",
        "index.docker.io",
        "localhost",
        "hub.docker.com",
        "*.io",
        "[::1]",
        "Registry.Test",
        "x.test.",
        "*",
        "registry-1.docker.io",
    ]
)
keys = st.one_of(
    st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "https://", "http://", "HTTPS://", "//", " ", "me:pw@", "ftp://"]),
            hosts,
            st.sampled_from(["", ":5000", ":443", ":", ":*", ":x"]),
            st.sampled_from(["", "/", "/v1", "/v1/", "/v2/team", "/team", "/team/", "/Team", "/*"]),
            st.sampled_from(["", "/app", "/app:v1", "/app/", " ", "?x", "%", "@sha256:0"]),
        ),
    ),
    st.text(max_size=12),
)
images = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            [
                "",
                "registry.test/",
                "registry.test:5000/",
                "a.example.com/",
                "b.a.example.com/",
                "localhost/",
                "[::1]:5000/",
                "[::1]/",
                "Registry.test/",
                "registry-1.docker.io/",
            ]
        ),
        st.sampled_from(["team/app", "app", "v1/app", "team/app/x", "team"]),
    ),
)
secret_lists = st.lists(st.lists(keys, max_size=4, unique=True), min_size=1, max_size=3)


@settings(max_examples=400, deadline=None)
@given(image=images, lists=secret_lists)
def test_what_is_written_instead_serves_the_image(image: str, lists: list[list[str]]) -> None:
    secrets = [secret(*keys, name=f"s{n}") for n, keys in enumerate(lists)]
    reference = Reference.parse(image)
    for miss in explain_misses(reference, secrets):
        if miss.write_instead is None:
            no_key_can = reference.registry == "[::1]"
            there_already = miss.secret in {name for name, _ in offered(reference, secrets)}
            assert not miss.near or miss.reason is R.HIDDEN or no_key_can or there_already
        else:
            assert miss.near
            mended = [rewritten(one, miss) for one in secrets]
            assert (miss.secret, miss.write_instead) in offered(reference, mended)


@settings(max_examples=200, deadline=None)
@given(image=images, lists=secret_lists)
def test_every_entry_is_either_offered_or_explained(image: str, lists: list[list[str]]) -> None:
    secrets = [secret(*keys, name=f"s{n}") for n, keys in enumerate(lists)]
    explained = {(it.secret, it.entry.key) for it in misses(image, *secrets)}
    every = {(f"s{n}", key) for n, keys in enumerate(lists) for key in keys}

    assert explained | offered(Reference.parse(image), secrets) == every
    assert not explained & offered(Reference.parse(image), secrets)


@settings(max_examples=200, deadline=None)
@given(image=st.text() | images, keys=st.lists(st.text(), max_size=3, unique=True))
def test_no_key_raises(image: str, keys: list[str]) -> None:
    try:
        reference = Reference.parse(image)
    except InvalidReference:
        assume(False)
    assert len(explain_misses(reference, [secret(*keys)])) <= len(keys)


def offered(reference: Reference, secrets: list[PullSecret]) -> set[tuple[str, str]]:
    return {(found.secret, found.entry.key) for found in Keyring(secrets).lookup(reference)}


def rewritten(one: PullSecret, miss: Miss) -> PullSecret:
    if one.name != miss.secret or miss.write_instead is None:
        return one
    assert isinstance(one.content, Payload)
    kept = tuple(
        entry
        for entry in one.content.entries
        if entry.key not in (miss.entry.key, miss.write_instead)
    )
    new = miss.entry._replace(key=miss.write_instead)
    return one._replace(content=Payload((*kept, new)))
