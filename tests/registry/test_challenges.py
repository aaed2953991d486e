"""How WWW-Authenticate is read, in whatever way it is written."""

from __future__ import annotations

import string
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.registry.challenges import Challenge, chosen, parse_challenges

HUB = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'
HUB_PARAMETERS = {"realm": "https://auth.docker.io/token", "service": "registry.docker.io"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([HUB], [("bearer", HUB_PARAMETERS)]),
        (['Basic realm="x"'], [("basic", {"realm": "x"})]),
        (['BASIC REALM="x"'], [("basic", {"realm": "x"})]),
        (["Basic"], [("basic", {})]),
        (['Basic realm="a, b=c"'], [("basic", {"realm": "a, b=c"})]),
        ([r'Basic realm="a \"b\" \\"'], [("basic", {"realm": r'a "b" \ '.strip()})]),
        (["Bearer realm=https://a.test/token"], [("bearer", {"realm": "https://a.test/token"})]),
        (['Bearer realm = "x" , service = y'], [("bearer", {"realm": "x", "service": "y"})]),
        (
            ['Basic realm="x", Bearer realm="y"'],
            [("basic", {"realm": "x"}), ("bearer", {"realm": "y"})],
        ),
        (
            ['Basic realm="x"', 'Bearer realm="y"'],
            [("basic", {"realm": "x"}), ("bearer", {"realm": "y"})],
        ),
        (['Negotiate abc==, Basic realm="x"'], [("negotiate", {}), ("basic", {"realm": "x"})]),
        (['Basic realm="x", realm="y"'], [("basic", {"realm": "x"})]),
        (['Basic realm="never closed'], [("basic", {"realm": "never closed"})]),
        (['Bearer realm="", scope='], [("bearer", {"realm": ""})]),
        ([',,, Basic ,, realm="x"'], [("basic", {"realm": "x"})]),
        (["", ",", '="x"', "(((", "\\"], []),
    ],
)
def test_a_challenge_is_read(
    headers: list[str], expected: list[tuple[str, dict[str, str]]]
) -> None:
    assert parse_challenges(headers) == tuple(Challenge(*one) for one in expected)


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        ("Basic, Bearer", "bearer"),
        ("Bearer, Basic", "bearer"),
        ("Digest, Basic", "basic"),
        ("Negotiate", None),
        ("", None),
    ],
)
def test_bearer_is_answered_before_basic(header: str, scheme: str | None) -> None:
    found = chosen(parse_challenges([header]))
    assert (found.scheme if found else None) == scheme


TOKENS = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=8)
PARAMETERS = st.dictionaries(TOKENS, st.text(max_size=20), max_size=4)


@given(st.lists(st.tuples(TOKENS, PARAMETERS), max_size=4), st.booleans())
def test_what_is_written_well_is_read_back(
    challenges: list[tuple[str, dict[str, str]]], one_header: bool
) -> None:
    written = [
        f"{scheme} " + ", ".join(f'{name}="{_quoted(value)}"' for name, value in some.items())
        for scheme, some in challenges
    ]
    headers = [", ".join(written)] if one_header else written
    assert parse_challenges(headers) == tuple(Challenge(*one) for one in challenges)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


@given(st.lists(st.text() | st.text('Basic Br"=,\\ \t', max_size=60), max_size=3))
def test_nonsense_has_a_reading_too(headers: list[str]) -> None:
    for challenge in parse_challenges(headers):
        assert challenge.scheme == challenge.scheme.lower()


@pytest.mark.parametrize("sign", ["a", '"', "\\", "=", ",", 'a="', "a ", 'a=",', "a\\"])
def test_a_long_header_takes_no_time(sign: str) -> None:
    began = process_time()
    parse_challenges([sign * 60_000])
    assert process_time() - began < 2
