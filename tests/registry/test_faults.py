"""Registries that hang, cut, lie and break: each ends in its time, in one clear sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
import trustme

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.registry import Registries, Settings
from tests.net.authorities import Authority
from tests.net.listening import free_port, listening
from tests.net.scripted import Reply, ScriptedServer, in_turn
from tests.net.tunnel import tunnelling
from tests.registry.conftest import Ask, Serve
from tests.registry.registry import (
    FOUND,
    MANIFEST,
    PATH,
    TAG,
    error,
    image,
    login,
    plainly,
    with_basic,
    with_tokens,
)

PATIENCE = 0.6  # seconds
WHERE = f"/v2/{PATH}/manifests/{TAG}"
LARGE = b'{"schemaVersion": 2, "x": "' + b"x" * 50_000_000 + b'"}'


def in_time(ask: Ask, *questions: Question, **more: object) -> list[Answer]:
    began = monotonic()
    answers = ask(*questions, timeout=PATIENCE, **more)
    assert monotonic() - began < PATIENCE + 1
    for answer in answers:
        assert answer.said
        assert "\n" not in answer.said
    return answers


def with_manifest(reply: Reply) -> dict[str, Reply]:
    """A manifest that HEAD does not settle."""
    return {WHERE: reply}


SILENT = {
    "nothing at all": Reply(silent=True),
    "a body of which half comes": Reply(LARGE[:1000], content_type="x/y", silent_after=100),
    "a byte now and then": Reply(b"x" * 1000, content_type="x/y", a_byte_every=0.1),
}


@pytest.mark.parametrize("name", SILENT)
@pytest.mark.parametrize("kind", ["registry", "token service"])
def test_a_registry_that_hangs(serve: Serve, ask: Ask, name: str, kind: str) -> None:
    if kind == "registry":
        server = serve(plainly(with_manifest(SILENT[name])))
        (answer,) = in_time(ask, image(server))
    else:
        server = serve(with_tokens(give=lambda _: SILENT[name]))
        (answer,) = in_time(ask, image(server, login(server)))
    assert answer.cause is Cause.TIMEOUT
    assert answer.said == f"no answer from {server.address} within 0.6 s"


@pytest.mark.parametrize("when", ["at once", "after the status", "in the headers"])
def test_a_peer_that_hangs_below_http(ask: Ask, when: str) -> None:
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        text = {"after the status": b"HTTP/1.1 200 OK\r\n", "at once": b""}.get(when)
        if text is not None:
            connection.sendall(text)
            over.wait(3)
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.05):
            connection.sendall(b"x")

    with listening(answer) as address, listening(_no_tls(address)) as way:
        try:
            (said,) = in_time(ask, image(way))
        finally:
            over.set()
    assert (said.cause, said.said) == (Cause.TIMEOUT, f"no answer from {way} within 0.6 s")


def _no_tls(address: str) -> Callable[[socket.socket], object]:
    """A peer that refuses TLS at once, and hands everything else on."""
    host, _, port = address.rpartition(":")

    def answer(connection: socket.socket) -> None:
        head = connection.recv(65536)
        if head[:1] == b"\x16":
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            return
        with socket.create_connection((host, int(port)), timeout=3) as behind:
            behind.sendall(head)
            while more := behind.recv(65536):
                connection.sendall(more)

    return answer


def test_who_hangs_is_not_waited_for_again_and_again(ask: Ask) -> None:
    over = threading.Event()
    with listening(lambda _: over.wait(5)) as address:
        try:
            answers = in_time(ask, *(image(address, login(address), tag=tag) for tag in "abcdef"))
        finally:
            over.set()
    assert {answer.cause for answer in answers} == {Cause.TIMEOUT}


def test_nor_is_who_answers_something_and_hangs_otherwise(serve: Serve, ask: Ask) -> None:
    server = serve(lambda at: Reply(silent=True) if at.method == "GET" else Reply(b""))
    began = monotonic()
    answers = ask(*(image(server, path=f"team/{n}") for n in range(40)), timeout=0.3)
    assert {answer.cause for answer in answers} == {Cause.TIMEOUT}
    assert monotonic() - began < 40 / 4 * 0.3 * 0.7


def test_a_login_that_is_never_answered_keeps_nobody_waiting(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(give=lambda _: Reply(b"{", a_byte_every=9, silent=True)))
    began = monotonic()
    ask(*(image(server, login(server), tag=tag) for tag in "abcdef"), timeout=PATIENCE)
    assert monotonic() - began < PATIENCE + 1


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_an_answer_that_is_cut(serve: Serve, ask: Ask, authority: Authority, tls: bool) -> None:
    reply = Reply(b"x" * 1000, content_type="x/y", cut_after=10)
    server = serve(plainly(with_manifest(reply)), authority.server_context() if tls else None)
    (answer,) = in_time(ask, image(server))
    assert answer.cause is Cause.NETWORK_UNREACHABLE
    assert answer.said.endswith("was cut before the answer was complete")


def test_one_cut_is_survived(serve: Serve, ask: Ask) -> None:
    server = serve(in_turn(Reply(reset=True), FOUND))
    assert in_time(ask, image(server))[0].yes


def test_after_a_cut_a_login_is_not_sent_again(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(give=lambda _: Reply(reset=True)))
    (answer,) = in_time(ask, image(server, login(server)))
    assert answer.cause is Cause.NETWORK_UNREACHABLE
    assert sum(at.header("Authorization") is not None for at in server.received) == 1


def test_a_web_page(serve: Serve, ask: Ask) -> None:
    server = serve(in_turn(Reply("<html><body>Welcome", content_type="text/html")))
    for answer in in_time(ask, image(server), Question(server.address, login(server))):
        assert answer.cause is Cause.REGISTRY_ERROR
        assert answer.said == f"{server.address} is no registry: answers a web page"


def test_endless_redirects(serve: Serve, ask: Ask) -> None:
    server = serve(lambda at: Reply(status=302, headers=(("Location", f"{at.path}x"),)))
    (answer,) = in_time(ask, image(server))
    assert answer.cause is Cause.REGISTRY_ERROR
    assert answer.said == f"{server.address} redirects more than 5 times"
    assert len(server.received) == 6


@pytest.mark.parametrize("where", ["", "http://", "ftp://x/", "http://[::1", "http://a b/", "\xff"])
def test_a_redirect_to_nowhere(serve: Serve, ask: Ask, where: str) -> None:
    headers = (("Location", where),) if where else ()
    server = serve(in_turn(Reply(status=307, headers=headers)))
    (answer,) = in_time(ask, image(server))
    assert not answer.yes


@pytest.mark.parametrize("content_type", [MANIFEST, "application/json"])
def test_a_manifest_of_50_mb_is_not_read_whole(serve: Serve, ask: Ask, content_type: str) -> None:
    server = serve(plainly(with_manifest(Reply(LARGE, content_type=content_type))))
    (answer,) = in_time(ask, image(server))
    assert answer.yes is (content_type == MANIFEST)


TOKENS = {
    "a number": ({"token": 7}, "no token"),
    "a list": ([{"token": "x"}], "no JSON object"),
    "an empty object": ({}, "no token"),
    "null": (None, "no JSON object"),
    "two lines": ({"token": "a\r\nX: y"}, "a token with signs that cannot be sent"),
    "100 kB": ({"token": "x" * 100_000}, "a token of 100000 letters, which no registry takes"),
    "1 MB": ({"token": "x" * 1_000_000}, "more than a token: it is not read to its end"),
    "text": (b"token", "no JSON"),
    "deep": (b"[" * 100_000, "no JSON"),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_that_is_none(serve: Serve, ask: Ask, name: str) -> None:
    body, words = TOKENS[name]
    server = serve(with_tokens(give=lambda _: Reply(body)))
    (answer,) = in_time(ask, image(server, login(server)))
    assert answer.cause is Cause.REGISTRY_ERROR
    assert answer.said == f"the token service {server.address} answers {words}"


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", [], {"errors": 7}, {"errors": [7]}, {"errors": [{"code": 7}]}, b"[" * 9999],
    ids=repr,
)
def test_a_refusal_of_a_strange_shape(serve: Serve, ask: Ask, body: object) -> None:
    server = serve(plainly(with_manifest(Reply(body, status=403))))
    (answer,) = in_time(ask, image(server))
    assert answer.cause is Cause.REGISTRY_POLICY_BLOCKED
    assert answer.said.startswith(f"{server.address} answers 403 Forbidden")


def test_long_words_are_cut(serve: Serve, ask: Ask) -> None:
    server = serve(plainly(with_manifest(error(403, "X", "y \n" * 10_000))))
    (answer,) = in_time(ask, image(server))
    assert len(answer.said) < 300


def test_compressed_answers_are_read(serve: Serve, ask: Ask) -> None:
    reply = Reply({"schemaVersion": 2}, content_type="application/json", compressed=True)
    server = serve(plainly(with_manifest(reply)))
    assert in_time(ask, image(server))[0].yes


def test_what_is_not_compressed_as_it_says(serve: Serve, ask: Ask) -> None:
    reply = Reply(b"plain", headers=(("Content-Encoding", "gzip"),))
    server = serve(plainly(with_manifest(reply)))
    (answer,) = in_time(ask, image(server))
    assert answer.said == f"the answer of {server.address} is not compressed as it says"


def test_an_expired_certificate(serve: Serve, ask: Ask, authority: Authority) -> None:
    server = serve(with_basic(), authority.expired_context())
    _distrusted(ask, server, Cause.CERTIFICATE_EXPIRED, "has expired")


def test_a_certificate_of_another_name(serve: Serve, ask: Ask, authority: Authority) -> None:
    server = serve(with_basic(), authority.server_context("other.test"))
    words = "is not for the name 127.0.0.1"
    _distrusted(ask, server, Cause.CERTIFICATE_NAME_MISMATCH, words)


def test_a_certificate_that_nobody_knows(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic(), Authority(trustme.CA()).server_context())
    _distrusted(ask, server, Cause.UNTRUSTED_CERTIFICATE, "is not trusted here (")


def _distrusted(ask: Ask, server: ScriptedServer, cause: Cause, words: str) -> None:
    (answer,) = in_time(ask, image(server, login(server)), plain_http=True)
    assert answer.cause is cause
    assert answer.said.startswith(f"the certificate of {server.address} {words}")
    assert server.received == []


@pytest.mark.parametrize(
    ("answer", "cause", "words"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x28", Cause.REGISTRY_ERROR, "no TLS connection to "),
        (b"", Cause.NETWORK_UNREACHABLE, "broke the TLS connection off"),
    ],
    ids=["an alert", "nothing"],
)
def test_tls_that_breaks(ask: Ask, answer: bytes, cause: Cause, words: str) -> None:
    def broken(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with listening(broken) as address:
        (said,) = in_time(ask, image(address))
    assert said.cause is cause
    assert words in said.said


def test_what_is_no_http(ask: Ask) -> None:
    def greeting(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        connection.recv(65536)

    with listening(greeting) as address:
        (answer,) = in_time(ask, image(address, login(address)))
    assert answer.cause is Cause.SCHEME_MISMATCH


def test_nobody_listens(ask: Ask) -> None:
    address = f"127.0.0.1:{free_port()}"
    (answer,) = in_time(ask, image(address))
    assert (answer.cause, answer.said) == (
        Cause.CONNECTION_REFUSED,
        f"{address} refuses the connection",
    )


def test_an_ipv6_literal(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(), ipv6=True)
    (answer,) = in_time(ask, image(server, login(server)))
    assert answer.accepted
    assert server.address.startswith("[::1]:")


@pytest.mark.parametrize("host", ["a..b", "registry.test:99999", "registry.test:0", "-", "a b"])
def test_an_address_that_is_none(ask: Ask, host: str) -> None:
    (answer,) = in_time(ask, image(host))
    assert not answer.yes


def test_a_name_that_nobody_knows(ask: Ask) -> None:
    (answer,) = in_time(ask, image("nosuch.invalid"))
    assert answer.cause is Cause.NAME_RESOLUTION
    assert answer.said == "the name nosuch.invalid is not known here"


def test_a_lookup_that_never_ends(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(5))
    try:
        (answer, again) = in_time(ask, image("slow.test"), image("slow.test", tag="v2"))
    finally:
        over.set()
    assert answer.cause is again.cause is Cause.NAME_RESOLUTION
    assert answer.said == "the name slow.test was not looked up within 0.6 s"


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of http.client's in Python 3.10
def test_a_proxy_that_wants_a_password(ask: Ask) -> None:
    with tunnelling(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as proxy:
        environment = {"HTTPS_PROXY": proxy.url("user:hunter2@").reveal()}
        (answer,) = in_time(ask, image("registry.test"), environment=environment)
    assert answer.cause is Cause.PROXY_FAILURE
    words = f"the proxy 127.0.0.1:{proxy.port} wants a user and a password (407)"
    assert answer.said == words


def test_through_a_proxy_with_a_password(serve: Serve, ask: Ask, authority: Authority) -> None:
    server = serve(with_basic(), authority.server_context("registry.test"))
    with tunnelling(to=server.port) as proxy:
        environment = {"https_proxy": proxy.url("user:hunter2@").reveal()}
        (answer,) = in_time(
            ask, image("registry.test", login("registry.test")), environment=environment
        )
    assert answer.yes
    assert "CONNECT registry.test:443 " in proxy.heads[0]
    assert "Proxy-Authorization: Basic " in proxy.heads[0]
    assert all(at.header("Proxy-Authorization") is None for at in server.received)


@pytest.mark.parametrize("rule", ["127.0.0.0/8", "*", ".test,127.0.0.1"])
def test_no_proxy_is_heard(ask: Ask, rule: str) -> None:
    environment = {"HTTPS_PROXY": "http://nosuch.invalid:3128", "NO_PROXY": f"10.0.0.0/8,{rule}"}
    (answer,) = in_time(ask, image("10.255.255.1.nip.invalid"), environment=environment)
    expected = Cause.NAME_RESOLUTION if rule == "*" else Cause.PROXY_FAILURE
    assert answer.cause is expected


def test_a_proxy_that_cannot_be_used(ask: Ask) -> None:
    environment = {"HTTPS_PROXY": "socks5://user:hunter2@127.0.0.1:1080"}
    (answer,) = in_time(ask, image("registry.test"), environment=environment)
    assert answer.cause is Cause.PROXY_FAILURE
    assert "SOCKS" in answer.said
    assert "hunter2" not in answer.said


DATE = ("Date", "Wed, 21 Oct 2026 07:28:00 GMT")


@pytest.mark.parametrize(
    ("later", "obeyed", "said"),
    [
        ("0", True, ""),
        ("Wed, 21 Oct 2026 07:28:00 GMT", True, ""),
        ("3600", False, "; it asks to wait 3600 s"),
        ("Wed, 21 Oct 2026 08:28:00 GMT", False, "; it asks to wait 3600 s"),
        ("soon", False, ""),
        ("", False, ""),
    ],
)
def test_too_many_requests(serve: Serve, ask: Ask, later: str, obeyed: bool, said: str) -> None:
    headers = (("Retry-After", later),) if later else ()
    server = serve(in_turn(Reply(status=429, headers=(*headers, DATE)), FOUND))
    (answer,) = in_time(ask, image(server))
    if obeyed:
        assert answer.yes
    else:
        assert answer.cause is Cause.RATE_LIMITED
        assert answer.said == f"{server.address} answers 429 Too Many Requests{said}"
        assert len(server.received) == 1


def test_a_registry_that_breaks_once(serve: Serve, ask: Ask) -> None:
    server = serve(in_turn(Reply(status=503), FOUND))
    assert in_time(ask, image(server))[0].yes


def test_a_registry_that_stays_broken(serve: Serve, ask: Ask) -> None:
    server = serve(in_turn(error(502, "UNAVAILABLE", "storage is gone")))
    (answer,) = in_time(ask, image(server))
    assert answer.cause is Cause.REGISTRY_ERROR
    assert answer.said == f"{server.address} answers 502 Bad Gateway: UNAVAILABLE: storage is gone"


@pytest.mark.parametrize(
    ("pem", "words"),
    [(None, "cannot be read: no such file"), ("nothing", "holds no certificate")],
)
def test_authorities_that_cannot_be_read(tmp_path: Path, pem: str | None, words: str) -> None:
    path = tmp_path / "ca.pem"
    if pem is not None:
        path.write_text(pem)
    with pytest.raises(PullSecretError, match=f"--registry-ca: .*{words}"):
        Registries(Settings(path), {})


PROGRAM = """
import sys
from kubectl_pullsecret.facts.answers import Question
from kubectl_pullsecret.registry import Registries, Settings

try:
    with Registries(Settings(timeout=30), {}) as run:
        print("asking", flush=True)
        run.ask([Question(sys.argv[1], None)], lambda _: None)
except KeyboardInterrupt:
    raise SystemExit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_ctrl_c_ends_it_at_once(serve: Serve) -> None:
    server = serve(in_turn(Reply(silent=True)))
    command = [sys.executable, "-c", PROGRAM, server.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            program.stdout.readline()
            sleep(0.3)
            os.kill(program.pid, signal.SIGINT)
            assert program.wait(3) == 130
        finally:
            program.kill()
