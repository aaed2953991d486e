"""What is tried again, how often, and within which time."""

from __future__ import annotations

import threading
from time import monotonic, sleep

import pytest

from kubectl_pullsecret.sources.transport import Action, ApiError
from kubectl_pullsecret.sources.transport.retries import pause_after_answer, pause_after_fault
from tests.net.scripted import Received, Reply, in_turn, scripted
from tests.sources.transport.api_replies import status
from tests.sources.transport.conftest import Dial, Serve

GET = Action("get", "secrets", "facts", "good")
PATH = "/api/v1/namespaces/facts/secrets/good"
FINE = Reply({"kind": "Secret"})
BUSY = status(429, "TooManyRequests", "too many requests, please try again later")
UNAVAILABLE = status(503, "ServiceUnavailable", "apiserver is shutting down")


def asked_to_wait(reply: Reply, seconds: str) -> Reply:
    return Reply(reply.body, status=reply.status, headers=(("Retry-After", seconds),))


@pytest.mark.parametrize(
    ("method", "code", "retry_after", "tried", "again"),
    [
        ("GET", 429, "1", 1, True),
        ("GET", 429, "1", 9, True),
        ("GET", 429, "1", 10, False),
        ("GET", 429, None, 1, False),
        ("GET", 429, "Wed, 21 Oct 2026 07:28:00 GMT", 1, False),
        ("GET", 429, "-1", 1, False),
        ("GET", 429, "²", 1, False),
        ("GET", 429, "61", 1, False),
        ("POST", 429, "1", 1, True),
        ("POST", 500, "1", 1, True),
        ("GET", 500, None, 1, False),
        ("GET", 503, None, 1, True),
        ("GET", 503, None, 5, True),
        ("GET", 503, None, 6, False),
        ("POST", 503, None, 1, False),
        ("GET", 404, "1", 1, False),
        ("GET", 403, "1", 1, False),
    ],
)
def test_an_answer_is_asked_for_again(
    method: str, code: int, retry_after: str | None, tried: int, again: bool
) -> None:
    pause = pause_after_answer(method, code, retry_after, tried=tried, known=True)
    assert (pause is not None) is again


@pytest.mark.parametrize(
    ("method", "fault", "tried", "known", "again"),
    [
        ("GET", "cut", 5, True, True),
        ("GET", "cut", 6, True, False),
        ("GET", "cut", 2, False, True),
        ("GET", "cut", 3, False, False),
        ("POST", "cut", 1, True, False),
        ("GET", "refused", 5, True, True),
        ("GET", "refused", 1, False, False),
        ("GET", "other", 1, True, False),
    ],
)
def test_after_a_fault_a_read_is_tried_again(
    method: str, fault: str, tried: int, known: bool, again: bool
) -> None:
    cut, refused = fault == "cut", fault == "refused"
    pause = pause_after_fault(method, cut=cut, refused=refused, tried=tried, known=known)
    assert (pause is not None) is again


def test_the_server_says_how_long_to_wait() -> None:
    assert pause_after_answer("GET", 429, "7", tried=1, known=False) == 7


def test_a_busy_server_is_asked_again_when_it_wishes(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(asked_to_wait(BUSY, "1"), FINE))
    began = monotonic()
    assert dial(server.url).get(PATH, GET) == {"kind": "Secret"}
    assert monotonic() - began >= 1


def test_a_server_that_restarts_is_asked_again(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(UNAVAILABLE, UNAVAILABLE, FINE))
    assert dial(server.url).get(PATH, GET) == {"kind": "Secret"}


def test_a_connection_that_is_reset_is_made_anew(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(FINE, Reply(reset=True), Reply(reset=True), FINE))
    client = dial(server.url)
    client.get(PATH, GET)
    assert client.get(PATH, GET) == {"kind": "Secret"}


def test_a_server_that_is_started_anew_is_found_again(dial: Dial) -> None:
    with scripted(in_turn(FINE)) as server:
        client = dial(server.url)
        client.get(PATH, GET)

    def start_anew() -> None:
        sleep(0.05)
        with scripted(in_turn(FINE), port=server.port) as again:
            found.wait(5)
            asked.extend(again.received)

    asked: list[Received] = []
    found = threading.Event()
    later = threading.Thread(target=start_anew)
    later.start()
    try:
        assert client.get(PATH, GET) == {"kind": "Secret"}
    finally:
        found.set()
        later.join(5)
    assert len(asked) == 1


def test_a_write_is_not_sent_twice_after_a_reset(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply(reset=True), FINE))
    with pytest.raises(ApiError, match="was cut before"):
        dial(server.url).post(PATH, {}, GET)
    assert len(server.received) == 1


def test_a_server_that_stays_away_is_one_sentence(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(UNAVAILABLE))
    with pytest.raises(ApiError, match="apiserver is shutting down") as caught:
        dial(server.url).get(PATH, GET)
    assert caught.value.code == 503
    assert len(server.received) == 3


def test_no_pause_goes_beyond_the_request_timeout(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(asked_to_wait(BUSY, "30")))
    began = monotonic()
    with pytest.raises(ApiError, match="too many requests"):
        dial(server.url, request_timeout=5).get(PATH, GET)
    assert monotonic() - began < 3
    assert len(server.received) == 1


def test_what_is_sent_is_json(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(FINE))
    dial(server.url).post(PATH, {"a": ["ü"]}, GET, query=[("dryRun", "All")])
    (received,) = server.received
    assert (received.method, received.path) == ("POST", f"{PATH}?dryRun=All")
    assert received.header("Content-Type") == "application/json"
    assert received.body == b'{"a": ["\\u00fc"]}'
