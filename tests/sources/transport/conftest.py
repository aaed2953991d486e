"""Servers and their certificates for the transport's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from cryptography.hazmat.primitives import serialization

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.connection import Connection, Tls
from kubectl_pullsecret.sources.transport import Client, retries
from tests.net.authorities import Authority
from tests.net.serving import Serve, authority, serve

Dial = Callable[..., Client]
__all__ = ["Dial", "Serve", "authority", "serve"]


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
