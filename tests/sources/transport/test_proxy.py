"""Through a proxy: CONNECT for TLS, whole URLs without; and what proxies refuse."""

from __future__ import annotations

import base64
import gc
import socket

import pytest

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Impersonation, Tls
from kubectl_pullsecret.sources.transport import Action, ApiError, Client
from tests.net.authorities import Authority
from tests.net.scripted import Reply, in_turn
from tests.net.tunnel import tunnelling
from tests.sources.transport.conftest import Dial, Serve

GET = Action("get", "version")
FINE = in_turn(Reply({"major": "1"}))


def test_tls_goes_through_a_tunnel(serve: Serve, dial: Dial, authority: Authority) -> None:
    server = serve(FINE, authority.server_context())
    with tunnelling() as proxy:
        client = dial(
            server.url,
            tls=Tls(authorities=authority.pem),
            proxy=proxy.url("us%40er:p%3Ass@"),
            token=Masked("t0ken"),
        )
        assert client.get("/version", GET) == {"major": "1"}
        client.close()
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {server.address} HTTP/1.")
    pair = base64.b64encode(b"us@er:p:ss").decode()
    assert f"Proxy-Authorization: Basic {pair}\r\n" in head
    assert "t0ken" not in head
    assert server.received[0].header("Proxy-Authorization") is None
    assert server.received[0].header("Authorization") == "Bearer t0ken"


def test_the_proxy_may_speak_tls_itself(serve: Serve, dial: Dial, authority: Authority) -> None:
    server = serve(FINE, authority.server_context())
    with tunnelling(context=authority.server_context()) as proxy:
        client = dial(server.url, tls=Tls(authorities=authority.pem), proxy=proxy.url())
        assert client.get("/version", GET) == {"major": "1"}
        client.close()


def test_a_proxy_that_is_not_trusted(serve: Serve, dial: Dial, authority: Authority) -> None:
    server = serve(FINE, authority.server_context())
    with tunnelling(context=authority.server_context("other.test")) as proxy:
        message = refusal(dial(server.url, tls=Tls(authorities=authority.pem), proxy=proxy.url()))
    words = f"the certificate of the proxy 127.0.0.1:{proxy.port} is not trusted"
    assert message == f"cannot get version: {words}"


def test_without_a_user_the_proxy_is_given_none(
    serve: Serve, dial: Dial, authority: Authority
) -> None:
    server = serve(FINE, authority.server_context())
    with tunnelling() as proxy:
        client = dial(server.url, tls=Tls(authorities=authority.pem), proxy=proxy.url())
        client.get("/version", GET)
        client.close()
    assert "Proxy-Authorization" not in proxy.heads[0]


def test_plain_http_names_the_whole_url_to_the_proxy(serve: Serve, dial: Dial) -> None:
    proxy = serve(FINE)
    who = Impersonation(user="dev", groups=("a", "b"))
    client = dial(
        "http://api.test:8080/k8s",
        proxy=Masked(f"http://user:pass@{proxy.address}"),
        impersonation=who,
    )
    client.get("/version", GET)
    (received,) = proxy.received
    assert received.path == "http://api.test:8080/k8s/version"
    assert received.header("Proxy-Authorization") == "Basic dXNlcjpwYXNz"
    groups = [value for name, value in received.headers if name == "Impersonate-Group"]
    assert groups == ["a", "b"]  # never "a, b", which is another group


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "wants a user and a password (407)",
        ),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "does not connect to api.test:6443 (403)"),
        (b"HTTP/1.1 502 <b>hunter2</b>\r\n\r\n", "does not connect to api.test:6443 (502)"),
        (b"SSH-2.0-Open\r\n\r\n", "or api.test:6443 behind it does not answer in HTTP"),
    ],
    ids=["407", "403", "502", "no proxy"],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of http.client's in Python 3.10
def test_a_proxy_that_refuses(dial: Dial, answer: bytes, words: str) -> None:
    with tunnelling(answer) as proxy:
        message = refusal(dial("https://api.test:6443", proxy=proxy.url("user:hunter2@")))
    gc.collect()  # the warning is to come here
    assert message == f"cannot get version: the proxy 127.0.0.1:{proxy.port} {words}"


def refusal(client: Client) -> str:
    with pytest.raises(ApiError) as caught:
        client.get("/version", GET)
    return caught.value.message


def test_a_proxy_that_is_not_there(dial: Dial) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = dial("https://api.test:6443", proxy=Masked(f"http://user:hunter2@127.0.0.1:{port}"))
    assert refusal(client) == f"cannot get version: the proxy 127.0.0.1:{port} cannot be reached"


def test_a_proxy_whose_name_nobody_knows(dial: Dial) -> None:
    client = dial("https://api.test:6443", proxy=Masked("http://nosuch.invalid:3128"))
    words = "the name of the proxy nosuch.invalid:3128 is not known"
    assert refusal(client) == f"cannot get version: {words}"


@pytest.mark.parametrize(
    "url", ["socks5://user:hunter2@p:1080", "p:3128", "http://user:hunter2@[:1"]
)
def test_a_proxy_that_cannot_be_used(dial: Dial, url: str) -> None:
    with pytest.raises(PullSecretError, match="the proxy's URL") as caught:
        dial("https://api.test:6443", proxy=Masked(url))
    assert "hunter2" not in caught.value.message
