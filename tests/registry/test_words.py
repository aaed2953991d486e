"""A registry's own words: found in many shapes, on one line, bounded, without a credential."""

from __future__ import annotations

import json
from time import process_time

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.registry.messages import Response
from kubectl_pullsecret.registry.origins import origin_of
from kubectl_pullsecret.registry.words import Words, quotable, read_words, said_by


def response(body: object, content_type: str = "application/json", status: int = 403) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = urllib3.HTTPHeaderDict({"Content-Type": content_type})
    return Response(origin_of("r.test"), status, headers, raw)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"code": "DENIED", "message": "no"}]}, Words("DENIED", "no", structured=True)),
        ({"errors": [{"code": "A"}, {"code": "B"}]}, Words("A", structured=True)),
        ({"errors": {"code": "A", "message": "b"}}, Words("A", "b", structured=True)),
        ({"details": "incorrect password"}, Words("", "incorrect password")),
        ({"error": "invalid_grant", "error_description": "x"}, Words("invalid_grant", "x")),
        ({"message": "x", "code": 7}, Words("7", "x")),
        (b"404 page not found\n", Words(message="404 page not found")),
        (b"<HTML><body>", Words(web_page=True)),
        (b"", Words()),
        (b"[]", Words()),
        (b"\x00\x01", Words()),
    ],
)
def test_words_are_found(body: object, said: Words) -> None:
    assert read_words(response(body)) == said


def test_they_stand_behind_the_status() -> None:
    answer = response({"errors": [{"code": "DENIED", "message": "go\n away."}]})
    assert said_by(answer, read_words(answer), ()) == "403 Forbidden: DENIED: go away"


def test_a_page_is_called_one() -> None:
    answer = response(b"<html>", "text/html; charset=utf-8")
    assert said_by(answer, read_words(answer), ()) == "403 Forbidden: a web page"


SECRET = 'p@ss w\u00f6rd"\\\udce9'


@pytest.mark.parametrize(
    "form",
    [SECRET, json.dumps(SECRET)[1:-1], "p%40ss%20w%C3%B6rd%22%5C%E9", "p%40ss+w%C3%B6rd%22%5C%E9"],
)
def test_a_secret_is_masked_in_every_form(form: str) -> None:
    assert quotable(f"a {form} b", [Masked(SECRET)]) == "a ••• b"


@given(st.text(max_size=400), st.text(min_size=1, max_size=12))
def test_whatever_is_quoted_is_short_and_without_the_secret(text: str, secret: str) -> None:
    found = quotable(f"{text}{secret}{text}", [Masked(secret)])
    assert len(found) <= 200
    assert len(found.splitlines()) <= 1
    if not set(secret) & set("•… ") and secret.strip():
        assert secret not in found


@pytest.mark.parametrize(
    "text",
    [f"x{' ' * 9_950}{'Zq7' * 40}", " ".join(["Zq7" * 400] * 50)],
    ids=["behind many blanks", "often"],
)
def test_no_part_of_a_secret_is_quoted_where_the_text_is_cut(text: str) -> None:
    secrets = [Masked("Zq7" * 40), Masked("Zq7" * 400)]
    assert "Zq7" not in quotable(text, secrets)


@pytest.mark.parametrize("word", ["token-", "password", "eyJaaaaaaaa."])
def test_long_words_take_no_time(word: str) -> None:
    began = process_time()
    quotable(word * 20_000 + "=")
    assert process_time() - began < 1
