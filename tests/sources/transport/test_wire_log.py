"""What -v shows, and what no -v ever shows."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.connection import Impersonation
from kubectl_pullsecret.sources.transport import Action, ApiError
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.api_replies import status
from tests.sources.transport.conftest import Dial, Serve

GET = Action("get", "secrets", "facts", "good")
CANARY = "CANARY-hunter2"
FINE = Reply({"data": {".dockerconfigjson": CANARY}}, headers=(("Audit-Id", "a1"),))


def lines(dial: Dial, url: str, verbosity: int, **more: object) -> list[str]:
    seen: list[str] = []
    client = dial(url, log=seen.append, verbosity=verbosity, **more)
    with suppress(ApiError):
        client.get("/api/v1/secrets", GET, query=[("fieldSelector", "type=x")])
    return seen


def test_from_6_on_there_is_a_line_for_each_request(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(FINE))
    (line,) = lines(dial, server.url, 6)
    url = re.escape(f"{server.url}/api/v1/secrets?fieldSelector=type%3Dx")
    assert re.fullmatch(rf"GET {url} 200 OK in \d+ milliseconds", line)


def test_each_try_has_its_line(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(status(503, "ServiceUnavailable", ""), Reply(reset=True), FINE))
    words = [re.sub(r".*type%3Dx (.*) in .*", r"\1", line) for line in lines(dial, server.url, 6)]
    assert words == ["503 Service Unavailable", "failed", "200 OK"]


@pytest.mark.parametrize("verbosity", [0, 5])
def test_below_6_there_is_nothing(serve: Serve, dial: Dial, verbosity: int) -> None:
    assert lines(dial, serve(in_turn(FINE)).url, verbosity) == []


def test_from_7_on_there_are_request_headers(serve: Serve, dial: Dial) -> None:
    seen = lines(dial, serve(in_turn(FINE)).url, 7)
    assert seen[1] == "Request Headers:"
    assert "    Accept: application/json" in seen
    assert "Response Headers:" not in seen


def test_from_8_on_there_are_response_headers(serve: Serve, dial: Dial) -> None:
    seen = lines(dial, serve(in_turn(FINE)).url, 8)
    assert "    Audit-Id: a1" in seen[seen.index("Response Headers:") :]


@pytest.mark.parametrize(
    "identity",
    [{"token": Masked(CANARY)}, {"username": "dev", "password": Masked(CANARY)}],
    ids=["token", "password"],
)
def test_the_scheme_is_shown_and_the_credential_is_not(
    serve: Serve, dial: Dial, identity: dict[str, object]
) -> None:
    seen = lines(dial, serve(in_turn(FINE)).url, 9, **identity)
    shown = [line for line in seen if line.startswith("    Authorization:")]
    assert shown == [f"    Authorization: {'Bearer' if 'token' in identity else 'Basic'} •••"]


def test_at_9_there_is_neither_a_body_nor_a_credential(serve: Serve, dial: Dial) -> None:
    echoes = (
        ("Set-Cookie", f"session={CANARY}"),
        ("X-Echo", f"Bearer {CANARY}"),
        ("WWW-Authenticate", f'Basic realm="{CANARY}"'),
        ("X-Url", f"https://dev:{CANARY}@api.test/"),
    )
    script = in_turn(Reply(FINE.body, headers=echoes), Reply(CANARY, status=500, headers=echoes))
    who = Impersonation(user="dev", extra=(("secret", (CANARY,)),))
    for _ in range(2):
        seen = lines(dial, serve(script).url, 9, token=Masked(CANARY), impersonation=who)
        assert len(seen) > 10
        assert not [line for line in seen if CANARY in line]
