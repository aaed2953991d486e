"""How a change is sent, and what is known of it where no good answer comes."""

from __future__ import annotations

import json
import socket

import pytest

from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.sources.transport import Action, ApiError, Client
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.api_replies import status
from tests.sources.transport.conftest import Dial, Serve

PATH = "/api/v1/namespaces/facts/serviceaccounts/default"
PATCH = Action("patch", "serviceaccounts", "facts", "default")
FINE = Reply({"kind": "ServiceAccount"})
CONFLICT = status(409, "Conflict", "the object has been modified")
BROKEN = status(500, "InternalError", "etcd is gone")
BUSY = status(429, "TooManyRequests", "please try again later")


@pytest.mark.parametrize(
    ("change", "content_type"),
    [
        ([{"op": "remove", "path": "/x"}], "application/json-patch+json"),
        ({"x": None}, "application/merge-patch+json"),
    ],
)
def test_a_change_is_sent_as_the_patch_that_it_is(
    serve: Serve, dial: Dial, change: Json | list[Json], content_type: str
) -> None:
    server = serve(in_turn(FINE))
    dial(server.url).patch(PATH, change, PATCH, query=[("fieldManager", "me")])
    (received,) = server.received
    assert (received.method, received.path) == ("PATCH", f"{PATH}?fieldManager=me")
    assert received.header("Content-Type") == content_type
    assert json.loads(received.body) == change


def test_a_deletion_has_its_options_in_the_body(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply({"kind": "Status"})))
    options: Json = {"preconditions": {"uid": "1"}}
    dial(server.url).delete(PATH, options, PATCH)
    (received,) = server.received
    assert (received.method, json.loads(received.body)) == ("DELETE", options)


def failure(client: Client) -> ApiError:
    with pytest.raises(ApiError) as caught:
        client.patch(PATH, {}, PATCH)
    return caught.value


@pytest.mark.parametrize(
    ("reply", "doubtful"),
    [
        (Reply(reset=True), True),
        (Reply({"kind": "ServiceAccount"}, cut_after=3), True),
        (Reply("<html>", content_type="text/html"), True),
        (BROKEN, True),
        (status(504, "Timeout", "request did not complete"), True),
        (CONFLICT, False),
        (status(422, "Invalid", "no"), False),
        (status(403, "Forbidden", "cannot"), False),
    ],
    ids=["reset", "cut", "a web page", "500", "504", "409", "422", "403"],
)
def test_a_failure_says_whether_it_may_have_been_done(
    serve: Serve, dial: Dial, reply: Reply, doubtful: bool
) -> None:
    server = serve(in_turn(reply))
    assert failure(dial(server.url)).doubtful is doubtful
    assert len(server.received) == 1


def test_silence_leaves_it_open(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply(silent=True)))
    assert failure(dial(server.url, request_timeout=0.3)).doubtful


def test_where_nobody_listens_nothing_was_done(dial: Dial) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert not failure(dial(f"http://127.0.0.1:{port}")).doubtful


def test_a_busy_server_is_asked_again_where_it_says_when(serve: Serve, dial: Dial) -> None:
    busy = Reply(BUSY.body, status=429, headers=(("Retry-After", "0"),))
    server = serve(in_turn(busy, FINE))
    assert dial(server.url).patch(PATH, {}, PATCH) == {"kind": "ServiceAccount"}
    assert len(server.received) == 2
