"""Lists: pages, what is kept of them, and what happens when they break."""

from __future__ import annotations

import gc
import json
import weakref
from urllib.parse import parse_qs, urlsplit

import pytest

from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.sources.transport import Action, ApiError
from tests.net.scripted import JSON, Received, Reply, ScriptedServer, in_turn
from tests.sources.transport.api_replies import page, status
from tests.sources.transport.conftest import Dial, Serve

PODS = "/api/v1/namespaces/facts/pods"
LIST_PODS = Action("list", "pods", "facts")
EXPIRED = status(410, "Expired", "The provided continue parameter is too old")


def name_of(item: Json) -> str | None:
    metadata = item["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["name"])


def queries(server: ScriptedServer) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(received.path).query) for received in server.received]


def test_all_pages_are_read_one_after_another(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a", "b", following="t/1+"), page("c", following="t2"), page("d")))
    found = dial(server.url).items(PODS, LIST_PODS, reduce=name_of)
    assert found == ["a", "b", "c", "d"]
    assert queries(server) == [
        {"limit": ["500"]},
        {"limit": ["500"], "continue": ["t/1+"]},
        {"limit": ["500"], "continue": ["t2"]},
    ]


def test_selectors_are_sent_with_every_page(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a", following="t"), page("b")))
    selector = ("fieldSelector", "type=kubernetes.io/dockerconfigjson")
    dial(server.url).items(PODS, LIST_PODS, reduce=name_of, query=[selector])
    assert [query["fieldSelector"] for query in queries(server)] == [[selector[1]]] * 2


def test_what_reduces_to_nothing_is_left_out(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a", "b")))
    client = dial(server.url)
    assert client.items(PODS, LIST_PODS, reduce=lambda _: None) == []


def test_a_list_of_nothing_may_have_null_items(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply({"kind": "PodList", "metadata": {}, "items": None})))
    assert dial(server.url).items(PODS, LIST_PODS, reduce=name_of) == []


@pytest.mark.parametrize(
    ("metadata_only", "accept"),
    [(False, JSON), (True, f"{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")],
)
def test_metadata_alone_is_asked_for_by_its_media_type(
    serve: Serve, dial: Dial, metadata_only: bool, accept: str
) -> None:
    server = serve(in_turn(page("a")))
    dial(server.url).items(PODS, LIST_PODS, reduce=name_of, metadata_only=metadata_only)
    assert server.received[0].header("Accept") == accept


def test_a_page_is_forgotten_before_the_next_is_asked_for(serve: Serve, dial: Dial) -> None:
    class Seen(dict[str, object]):
        """A dict that can be referred to weakly."""

    alive: list[int] = []
    kept: list[weakref.ref[Seen]] = []

    def script(received: Received) -> Reply:
        gc.collect()
        alive.append(sum(reference() is not None for reference in kept))
        return page("a", following="" if "t2" in received.path else f"t{len(alive)}")

    def reduce(item: Json) -> str:
        item["seen"] = seen = Seen()
        kept.append(weakref.ref(seen))
        return "small"

    dial(serve(script).url).items(PODS, LIST_PODS, reduce=reduce)
    assert alive == [0, 0, 0]


def test_all_requests_go_over_one_connection(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a", following="t"), page("b")))
    client = dial(server.url)
    client.items(PODS, LIST_PODS, reduce=name_of)
    client.get(f"{PODS}/a", Action("get", "pods", "facts", "a"))
    assert len({received.connection for received in server.received}) == 1


@pytest.mark.parametrize("compressed", [False, True])
def test_gzip_is_asked_for_and_read(serve: Serve, dial: Dial, compressed: bool) -> None:
    plain = page(*(f"pod-{number}" for number in range(500)))
    server = serve(in_turn(Reply(plain.body, compressed=compressed)))
    assert len(dial(server.url).items(PODS, LIST_PODS, reduce=name_of)) == 500
    assert server.received[0].header("Accept-Encoding") == "gzip"


def test_without_compression_gzip_is_not_asked_for(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a")))
    dial(server.url, compression=False).items(PODS, LIST_PODS, reduce=name_of)
    assert server.received[0].header("Accept-Encoding") == "identity"


def test_a_page_that_is_cut_is_read_again(serve: Serve, dial: Dial) -> None:
    second = page("b", "c")
    cut = Reply(second.body, cut_after=40)
    server = serve(in_turn(page("a", following="t"), cut, cut, second))
    assert dial(server.url).items(PODS, LIST_PODS, reduce=name_of) == ["a", "b", "c"]


def test_a_compressed_page_that_is_cut_is_read_again(serve: Serve, dial: Dial) -> None:
    second = Reply(page(*map(str, range(99))).body, compressed=True)
    cut = Reply(second.body, compressed=True, cut_after=60)
    server = serve(in_turn(page("a", following="t"), cut, second))
    assert len(dial(server.url).items(PODS, LIST_PODS, reduce=name_of)) == 100


def test_a_page_that_is_always_cut_is_one_sentence(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a", following="t"), Reply(page("b").body, cut_after=40)))
    with pytest.raises(ApiError) as caught:
        dial(server.url).items(PODS, LIST_PODS, reduce=name_of)
    assert caught.value.message == (
        f'cannot list pods in namespace "facts": the connection to {server.address} was cut '
        "before the answer was complete"
    )
    assert len(server.received) == 7  # the first page, and the second six times


def test_an_expired_list_is_read_anew_and_what_was_read_is_forgotten(
    serve: Serve, dial: Dial
) -> None:
    server = serve(
        in_turn(page("old", following="t1"), EXPIRED, page("new", following="t2"), page("last"))
    )
    assert dial(server.url).items(PODS, LIST_PODS, reduce=name_of) == ["new", "last"]
    assert "continue" not in queries(server)[2]


def test_a_list_that_expires_again_and_again_is_given_up(serve: Serve, dial: Dial) -> None:
    server = serve(lambda at: EXPIRED if "continue" in at.path else page("a", following="t"))
    with pytest.raises(ApiError, match="forgot the list 4 times") as caught:
        dial(server.url).items(PODS, LIST_PODS, reduce=name_of)
    assert (caught.value.code, caught.value.reason) == (410, "Expired")
    assert len(server.received) == 8


def test_a_server_that_repeats_a_page_for_ever_is_found_out(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(page("a", following="same")))
    with pytest.raises(ApiError, match="repeats a page"):
        dial(server.url).items(PODS, LIST_PODS, reduce=name_of)


@pytest.mark.parametrize(
    "body",
    [{"items": "none"}, {"items": [1]}, {"metadata": []}, {"metadata": {"continue": 1}}, [], "{"],
    ids=json.dumps,
)
def test_what_is_no_list_is_said_so(serve: Serve, dial: Dial, body: object) -> None:
    server = serve(in_turn(Reply(body)))
    with pytest.raises(ApiError, match=f"the answer of {server.address} is no"):
        dial(server.url).items(PODS, LIST_PODS, reduce=name_of)
