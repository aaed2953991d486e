"""Servers and their certificates for the transport's tests."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.connection import Connection, Tls
from kubectl_pullsecret.sources.transport import Client, retries
from tests.sources.transport.scripted import Script, ScriptedServer, scripted

Serve = Callable[..., ScriptedServer]
Dial = Callable[..., Client]


@dataclass(frozen=True)
class Authority:
    """An authority of the tests' own."""

    issuer: trustme.CA

    @property
    def pem(self) -> str:
        return self.issuer.cert_pem.bytes().decode()

    def server_context(self, *names: str, clients: bool = False) -> ssl.SSLContext:
        """TLS of a server with these names; `clients`: who has no certificate is refused."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.issuer.issue_cert(*(names or ("127.0.0.1", "localhost"))).configure_cert(context)
        if clients:
            self.issuer.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def expired_context(self) -> ssl.SSLContext:
        """TLS of a server whose certificate is over."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        past = datetime(2020, 1, 1, tzinfo=timezone.utc)
        self.issuer.issue_cert("127.0.0.1", not_after=past).configure_cert(context)
        return context


def certified(authority: Authority, name: str = "dev") -> Tls:
    """TLS of a client with a certificate of its own."""
    leaf = authority.issuer.issue_cert(f"{name}@test.invalid", common_name=name)
    return Tls(
        authorities=authority.pem,
        certificate="".join(pem.bytes().decode() for pem in leaf.cert_chain_pems),
        key=Masked(leaf.private_key_pem.bytes().decode()),
    )


def encrypted(tls: Tls) -> Tls:
    """The same with a key that wants a password."""
    assert tls.key is not None
    key = serialization.load_pem_private_key(tls.key.reveal().encode(), None)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"hunter2"),
    )
    return tls._replace(key=Masked(pem.decode()))


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(trustme.CA())


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that end with the test."""
    with ExitStack() as running:

        def start(script: Script, context: ssl.SSLContext | None = None) -> ScriptedServer:
            return running.enter_context(scripted(script, context))

        yield start


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Clients of a URL, closed with the test."""
    with ExitStack() as open_clients:

        def start(url: str, *, tls: Tls | None = None, **more: object) -> Client:
            log, verbosity = more.pop("log", None), more.pop("verbosity", 0)
            connection = Connection(server=url, tls=tls or Tls(), **more)  # type: ignore[arg-type]  # as given
            return open_clients.enter_context(Client(connection, log, verbosity))  # type: ignore[arg-type]  # as given

        yield start


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_PAUSES", tuple(pause / 20 for pause in retries._PAUSES))
