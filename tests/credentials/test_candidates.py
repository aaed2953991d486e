"""The index over a cluster says the same as the keyring of each Secret alone, and fast."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.candidates import CandidateIndex
from kubectl_pullsecret.credentials.keyring import Keyring
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import (
    AuthEntry,
    Malformed,
    NotAPullSecret,
    Payload,
    PullSecret,
)
from kubectl_pullsecret.images import Reference


def secret(*keys: str, name: str = "pull", namespace: str = "") -> PullSecret:
    entries = tuple(AuthEntry(key, "me", Masked(key)) for key in keys)
    return PullSecret(name, Payload(entries), namespace)


def served(image: str, *secrets: PullSecret) -> list[tuple[str, str]]:
    found = CandidateIndex.of(secrets).serving(Reference.parse(image))
    return [(secret.name, entry.key) for secret, entry in found]


def test_candidates_come_by_secret_then_in_the_order_of_the_kubelet() -> None:
    one = secret("*.test", "reg.test", "reg.test/team", name="one")
    two = secret("reg.test/te", "other.test", name="two")

    assert served("reg.test/team/app", one, two) == [
        ("one", "reg.test/team"),
        ("one", "reg.test"),
        ("one", "*.test"),
        ("two", "reg.test/te"),
    ]


def test_a_hub_entry_hides_those_of_its_own_secret_only() -> None:
    one = secret("https://index.docker.io/v1/", "docker.io/library", name="one")
    two = secret("https://index.docker.io/v1/", name="two")

    assert served("ubuntu", one, two) == [
        ("one", "docker.io/library"),
        ("two", "https://index.docker.io/v1/"),
    ]


def test_secrets_that_the_kubelet_cannot_read_serve_nothing() -> None:
    broken = PullSecret("broken", Malformed("text", "where", "why", "remedy"))
    opaque = PullSecret("opaque", NotAPullSecret("type Opaque", Payload(())))

    assert served("reg.test/app", broken, secret("reg.test"), opaque) == [("pull", "reg.test")]


def test_namesakes_in_two_namespaces_stay_apart() -> None:
    a, b = secret("reg.test", namespace="a"), secret("reg.test", namespace="b")
    found = CandidateIndex.of([a, b]).serving(Reference.parse("reg.test/app"))

    assert [one.namespace for one, _ in found] == ["a", "b"]


keys = st.one_of(
    st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "https://", "http://", "//"]),
            st.sampled_from(
                [
                    "reg.test",
                    "*.test",
                    "r*.test",
                    "*",
                    "*.*",
                    "docker.io",
                    "index.docker.io",
                    "localhost",
                    "[::1]",
                    "Team",
                    "*.io",
                    "reg.test%",
                    "rég.test",
                    "reg[1].test",
                ]
            ),
            st.sampled_from(["", ":", ":5000", ":*"]),
            st.sampled_from(["", "/", "/v1/", "/v2/team", "/t", "/team/", "/team/app"]),
            st.sampled_from(["", "", "?x", "%3Fx", "%2Fapp", "%25", "*"]),
        ),
    ),
    st.text(max_size=6),
)
secrets_of_keys = st.lists(st.lists(keys, max_size=5, unique=True), max_size=4)
images = st.sampled_from(
    [
        "reg.test/team/app",
        "reg.test:5000/team/app",
        "reg.test/app",
        "ubuntu",
        "team/app",
        "localhost/app",
        "localhost:5000/app",
        "[::1]:5000/app",
        "[::1]/app",
        "Team/app",
        "a.b/t",
    ]
)


@settings(max_examples=400, deadline=None)
@given(lists=secrets_of_keys, image_list=st.lists(images, min_size=1, max_size=4))
def test_the_index_agrees_with_the_keyring_of_each_secret(
    lists: list[list[str]], image_list: list[str]
) -> None:
    secrets = [secret(*keys, name=str(number)) for number, keys in enumerate(lists)]
    index = CandidateIndex.of(secrets)
    for image in image_list:
        reference = Reference.parse(image)
        assert index.serving(reference) == tuple(
            (one, found.entry) for one in secrets for found in Keyring([one]).lookup(reference)
        )


def namespaced(number: int) -> PullSecret:
    team = number % 200
    keys = ("https://index.docker.io/v1/", f"reg.test/team{team}", f"*.r{number % 7}.test:5000")
    return secret(*keys[: 1 + number % 3], name=f"s{number}", namespace=f"ns{team}")


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("team{n}/app{n}", id="Docker Hub, every secret serves"),
        pytest.param("reg.test/team{team}/app{n}", id="two hundred paths of one registry"),
        pytest.param("a{team}.r1.test:5000/app{n}", id="two hundred registries, by globs"),
        pytest.param("other{n}.test/app", id="no secret serves"),
    ],
)
def test_twenty_thousand_lookups_in_five_thousand_secrets_take_a_moment(image: str) -> None:
    index = CandidateIndex.of([namespaced(number) for number in range(5_000)])
    references = [
        Reference.parse(image.format(n=number, team=number % 200)) for number in range(20_000)
    ]

    begin = time.perf_counter()
    for reference in references:
        index.serving(reference)
    assert time.perf_counter() - begin < 1
