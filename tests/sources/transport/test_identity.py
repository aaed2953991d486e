"""Who asks: credentials and impersonation, as they arrive at the server."""

from __future__ import annotations

import base64

import pytest

from kubectl_pullsecret import __version__
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Impersonation
from kubectl_pullsecret.sources.transport import Action
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.conftest import Dial, Serve

GET = Action("get", "version")


def arrived(serve: Serve, dial: Dial, **identity: object) -> list[tuple[str, str]]:
    server = serve(in_turn(Reply({})))
    dial(server.url, **identity).get("/version", GET)
    usual = ("Host", "Accept", "Accept-Encoding", "User-Agent")
    return [header for header in server.received[0].headers if header[0] not in usual]


def test_nobody(serve: Serve, dial: Dial) -> None:
    assert arrived(serve, dial) == []


def test_a_token(serve: Serve, dial: Dial) -> None:
    assert arrived(serve, dial, token=Masked("t0ken")) == [("Authorization", "Bearer t0ken")]


def test_a_user_and_a_password(serve: Serve, dial: Dial) -> None:
    ((name, value),) = arrived(serve, dial, username="jürgen", password=Masked("a:b"))
    scheme, _, encoded = value.partition(" ")
    assert (name, scheme) == ("Authorization", "Basic")
    assert base64.b64decode(encoded).decode() == "jürgen:a:b"


def test_impersonation(serve: Serve, dial: Dial) -> None:
    who = Impersonation(
        user="jürgen",
        uid="u-1",
        groups=("system:masters", "a, b"),
        extra=(("scopes", ("view", "dev")), ("example.com/x y%", ("z",))),
    )
    assert arrived(serve, dial, impersonation=who) == [
        ("Impersonate-User", "jürgen".encode().decode("latin-1")),
        ("Impersonate-Uid", "u-1"),
        ("Impersonate-Group", "system:masters"),
        ("Impersonate-Group", "a, b"),
        ("Impersonate-Extra-scopes", "view"),
        ("Impersonate-Extra-scopes", "dev"),
        ("Impersonate-Extra-example.com%2Fx%20y%25", "z"),
    ]


def test_the_program_says_who_it_is(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply({})))
    dial(server.url).get("/version", GET)
    assert server.received[0].header("User-Agent") == f"kubectl-pullsecret/{__version__}"


@pytest.mark.parametrize(
    "identity",
    [
        {"token": Masked("hunter2\r\nX-Evil: yes")},
        {"token": Masked("hunter2\x00")},
        {"impersonation": Impersonation(user="hunter2\n")},
        {"impersonation": Impersonation(extra=(("k", ("hunter2\x7f",)),))},
    ],
    ids=["a second header", "NUL", "a line break", "DEL"],
)
def test_what_cannot_be_sent_is_refused_unsaid(dial: Dial, identity: dict[str, object]) -> None:
    with pytest.raises(PullSecretError, match="holds a line break or another") as caught:
        dial("http://127.0.0.1:1", **identity)
    assert "hunter2" not in caught.value.message
