"""No answer, or half of one: one sentence each, in time, whoever is to blame."""

from __future__ import annotations

import threading
from time import monotonic

import pytest

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Tls
from kubectl_pullsecret.sources.transport import Action, ApiError
from kubectl_pullsecret.sources.transport.faults import SILENCE_SECONDS
from tests.net.authorities import Authority
from tests.net.listening import free_port, listening
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.conftest import Dial, Serve

GET = Action("get", "pods", "facts", "demo")
CANNOT = 'cannot get pods "demo" in namespace "facts": '
FINE = in_turn(Reply({"kind": "Pod"}))


def failure(dial: Dial, url: str, **more: object) -> ApiError:
    with pytest.raises(ApiError) as caught:
        dial(url, **more).get("/api/v1/namespaces/facts/pods/demo", GET)
    assert caught.value.code == 0
    assert caught.value.message.startswith(CANNOT)
    return caught.value


def test_nobody_listens(dial: Dial) -> None:
    address = f"127.0.0.1:{free_port()}"
    error = failure(dial, f"https://{address}")
    assert error.message == f"{CANNOT}the connection to {address} was refused"
    assert "is the API server up" in error.remedy


def test_a_name_that_nobody_knows(dial: Dial) -> None:
    error = failure(dial, "https://nosuch.invalid:6443")
    assert error.message == f"{CANNOT}the name nosuch.invalid is not known"


def test_a_server_that_is_silent_longer_than_the_request_timeout(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply(silent=True)))
    began = monotonic()
    error = failure(dial, server.url, request_timeout=0.3)
    assert monotonic() - began < 2
    assert error.message == (
        f"{CANNOT}no answer from {server.address} within 0.3 s (--request-timeout)"
    )


def test_a_server_that_is_silent_without_a_request_timeout(
    serve: Serve, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubectl_pullsecret.sources.transport.client.SILENCE_SECONDS", 0.3)
    server = serve(in_turn(Reply(silent=True)))
    error = failure(dial, server.url)
    assert error.message == f"{CANNOT}no answer from {server.address} for 0.3 s"


def test_silence_lasts_thirty_seconds() -> None:
    assert SILENCE_SECONDS == 30


def test_a_server_that_trickles_does_not_outlast_the_request_timeout(
    serve: Serve, dial: Dial
) -> None:
    server = serve(in_turn(Reply("x" * 1000, a_byte_every=0.05)))
    began = monotonic()
    assert (
        "within 0.5 s (--request-timeout)" in failure(dial, server.url, request_timeout=0.5).message
    )
    assert monotonic() - began < 2


def test_a_slow_server_without_a_request_timeout_is_waited_for(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply('{"kind":"Pod"}', a_byte_every=0.02)))
    assert dial(server.url).get("/", GET) == {"kind": "Pod"}


def test_a_handshake_that_never_ends(dial: Dial) -> None:
    release = threading.Event()
    with listening(lambda _: release.wait(10)) as address:
        error = failure(dial, f"https://{address}", request_timeout=0.3)
        release.set()
    assert f"no answer from {address} within 0.3 s" in error.message


def test_a_handshake_that_never_ends_without_a_request_timeout(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubectl_pullsecret.sources.transport.client.CONNECT_SECONDS", 0.2)
    release = threading.Event()
    with listening(lambda _: release.wait(10)) as address:
        error = failure(dial, f"https://{address}")
        release.set()
    assert error.message == f"{CANNOT}no connection to {address} within 0.2 s"


def test_a_server_that_hangs_up(dial: Dial) -> None:
    with listening(lambda connection: connection.recv(1000)) as address:
        error = failure(dial, f"http://{address}")
    assert error.message.startswith(f"{CANNOT}the connection to {address} was cut before")


def test_a_server_that_hangs_up_in_the_handshake(dial: Dial) -> None:
    with listening(lambda connection: connection.recv(1000)) as address:
        error = failure(dial, f"https://{address}")
    assert error.message in (
        f"{CANNOT}{address} broke the TLS connection off",
        f"{CANNOT}the connection to {address} was cut before the answer was complete",
    )


def test_tls_to_a_plain_port(serve: Serve, dial: Dial) -> None:
    server = serve(FINE)
    error = failure(dial, f"https://{server.address}")
    assert error.message == f"{CANNOT}{server.address} does not speak TLS"
    assert "http://" in error.remedy


def test_another_protocol(dial: Dial) -> None:
    with listening(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as address:
        error = failure(dial, f"http://{address}")
    assert error.message == f"{CANNOT}{address} does not answer in HTTP"


def test_an_unknown_authority(serve: Serve, dial: Dial, authority: Authority) -> None:
    server = serve(FINE, authority.server_context())
    error = failure(dial, server.url)
    assert error.message.startswith(f"{CANNOT}the certificate of {server.address} is not trusted (")
    assert "certificate-authority" in error.remedy


def test_a_wrong_name(serve: Serve, dial: Dial, authority: Authority) -> None:
    server = serve(FINE, authority.server_context("other.test"))
    error = failure(dial, server.url, tls=Tls(authorities=authority.pem))
    assert error.message == (
        f"{CANNOT}the certificate of {server.address} is not for the name 127.0.0.1"
    )
    assert "--tls-server-name" in error.remedy


def test_an_expired_certificate(serve: Serve, dial: Dial, authority: Authority) -> None:
    server = serve(FINE, authority.expired_context())
    error = failure(dial, server.url, tls=Tls(authorities=authority.pem))
    assert error.message == f"{CANNOT}the certificate of {server.address} has expired"


@pytest.mark.parametrize(
    "url",
    ["", "api.test:6443", "ftp://api.test", "https://", "https://[::1", "https://u:p@api.test"],
)
def test_a_url_that_cannot_be_dialled(dial: Dial, url: str) -> None:
    with pytest.raises(PullSecretError, match=r"^the server's URL") as caught:
        dial(url)
    assert "u:p" not in caught.value.message


def test_text_of_urllib3_is_never_shown(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply("{}", compressed=True, cut_after=5)))
    for url in (f"https://127.0.0.1:{free_port()}", "https://nosuch.invalid", server.url):
        message = failure(dial, url).message
        assert not any(word in message for word in ("urllib3", "HTTP", "Errno", "object at", "Max"))
