"""Which tags are proposed for one that is not there, and how they are listed."""

from __future__ import annotations

from time import process_time

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.registry.messages import Response
from kubectl_pullsecret.registry.origins import origin_of
from kubectl_pullsecret.registry.tags import MOST_PAGES, MOST_TAGS, following_page, nearest
from tests.net.scripted import Received, Reply
from tests.registry.conftest import Ask, Serve
from tests.registry.registry import (
    NO_REPOSITORY,
    PATH,
    error,
    image,
    login,
    plainly,
    query,
    with_tokens,
)

LIST = f"/v2/{PATH}/tags/list"


def tags(*names: object, following: str = "") -> Reply:
    link = (("Link", f'<{following}>; rel="next"'),) if following else ()
    return Reply({"name": PATH, "tags": list(names)}, headers=link)


@pytest.mark.parametrize(
    ("wanted", "there", "first"),
    [
        ("1.2.3", ["latest", "1.2.2", "v1.2.3"], "v1.2.3"),
        ("v1.2.3", ["1.2.3", "v1.2.4", "v2"], "1.2.3"),
        ("1.2.3", ["1.9.3", "1.2.4", "2.0.0", "1.2.9"], "1.2.4"),
        ("v12", ["v1", "v11", "v2"], "v11"),
        ("1.2.3-alpine", ["1.2.3", "1.2.4-alpine", "1.2.4"], "1.2.4-alpine"),
        ("lastest", ["latest", "beta"], "latest"),
        ("Main", ["main", "maint"], "main"),
        ("realease-7", ["release-7", "release-8"], "release-7"),
    ],
)
def test_the_nearest_comes_first(wanted: str, there: list[str], first: str) -> None:
    assert nearest(wanted, tuple(there))[0] == first


def test_what_is_like_nothing_has_no_neighbours() -> None:
    assert nearest("qqqqqq", ("latest", "1.2.3")) == ()


@given(st.text("abv.-0123", min_size=1, max_size=9), st.lists(st.text("abv.-0123", max_size=9)))
def test_few_are_proposed_and_all_exist(wanted: str, there: list[str]) -> None:
    found = nearest(wanted, tuple(there))
    assert len(found) <= MOST_TAGS
    assert set(found) <= set(there)


def test_of_very_many_long_ones_they_are_found_in_little_time() -> None:
    there = tuple("ab" * 57 + f"{at:014b}".translate({48: "a", 49: "b"}) for at in range(10_000))
    began = process_time()
    assert nearest("ab" * 64, there)
    assert process_time() - began < 3


@pytest.mark.parametrize("link", ["<" * 60_000, "<a>;" * 15_000, "<a>" + "; " * 30_000])
def test_a_long_link_takes_no_time(link: str) -> None:
    page = Response(origin_of("r.test"), 200, urllib3.HTTPHeaderDict({"Link": link}))
    began = process_time()
    assert following_page(page, LIST) is None
    assert process_time() - began < 1


def test_they_are_asked_for_with_the_same_token(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens({LIST: tags("v1.0", "v1.1", "other")}))
    (answer,) = ask(image(server, login(server), tag="v1.2"))
    assert answer.cause is Cause.MANIFEST_NOT_FOUND
    assert answer.tags == ("v1.1", "v1.0")
    assert query(server.received[-1]) == {"n": "1000"}


def test_all_pages_are_read(serve: Serve, ask: Ask) -> None:
    def page(at: Received) -> Reply:
        return tags("v7") if "last" in query(at) else tags("a", following=f"{LIST}?last=a&n=1")

    server = serve(plainly({LIST: page}))
    assert ask(image(server, tag="v8"))[0].tags == ("v7",)


def test_pages_without_end_are_left(serve: Serve, ask: Ask) -> None:
    def page(at: Received) -> Reply:
        return tags("v1", following=f"{LIST}?last={query(at).get('last', '')}x")

    server = serve(plainly({LIST: page}))
    ask(image(server, tag="v2"))
    assert sum(LIST in at.path for at in server.received) == MOST_PAGES


def test_the_next_page_is_never_elsewhere(serve: Serve, ask: Ask) -> None:
    thief = serve(plainly({LIST: tags("v3")}))
    server = serve(with_tokens({LIST: tags("v1", following=f"{thief.url}{LIST}")}))
    assert ask(image(server, login(server), tag="v2"))[0].tags == ("v1",)
    assert thief.received == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=403),
        Reply({"tags": None}),
        Reply({"tags": {"a": 1}}),
        Reply([]),
        Reply(b"{"),
        tags(7, None, ["v1"], "no tag", "a" * 200, "\x1b[31m"),
        Reply(b'{"tags": ["' + b"x" * 1_000_000),
    ],
    ids=["403", "null", "an object", "a list", "no JSON", "no tags", "1 MB"],
)
def test_a_list_that_is_none_proposes_nothing(serve: Serve, ask: Ask, reply: Reply) -> None:
    server = serve(plainly({LIST: reply}))
    (answer,) = ask(image(server, tag="v2"))
    assert (answer.cause, answer.tags) == (Cause.MANIFEST_NOT_FOUND, ())


def test_the_list_knows_whether_there_is_a_repository(serve: Serve, ask: Ask) -> None:
    """Distribution calls a manifest unknown whose repository is."""
    server = serve(plainly({LIST: NO_REPOSITORY}))
    assert ask(image(server))[0].cause is Cause.REPOSITORY_NOT_FOUND


def test_of_a_digest_nothing_is_near(serve: Serve, ask: Ask) -> None:
    server = serve(plainly({LIST: tags("v1")}))
    (answer,) = ask(image(server, tag="sha256:" + "0" * 64))
    assert (answer.cause, answer.tags) == (Cause.MANIFEST_NOT_FOUND, ())


def test_where_access_is_denied_no_tags_are_asked_for(serve: Serve, ask: Ask) -> None:
    server = serve(plainly({f"/v2/{PATH}/manifests/v1": error(404, "DENIED", "denied")}))
    assert ask(image(server))[0].cause is Cause.DENIED_OR_NOT_FOUND
    assert not any(LIST in at.path for at in server.received)
