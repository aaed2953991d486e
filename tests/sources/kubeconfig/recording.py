"""Servers that remember what arrived: API servers, plain and with TLS, and proxies before them.

Loopback, ports of the kernel's; every connection has its own thread, and all end with the server.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from select import select

from tests.net.threaded import ThreadedServer

RESOURCES = "/secrets"  # the path of the requests that are remembered ends so
_WITHIN = 30.0  # seconds that a connection may be silent
_IDENTITY = ("impersonate-",)
_ANSWERS = {
    "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [
            {
                "name": "secrets",
                "singularName": "",
                "namespaced": True,
                "kind": "Secret",
                "verbs": ["get", "list"],
            }
        ],
    },
    RESOURCES: {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": []},
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request for secrets, as far as it tells who asks for what, and how it came here."""

    path: str
    host: str
    authorization: str = ""
    certificate: str = ""  # common name of the client's
    server_name: str = ""  # TLS: SNI
    impersonation: tuple[tuple[str, str], ...] = ()
    compression: bool = True


@dataclass(frozen=True, slots=True)
class Proxied:
    """One request to a proxy."""

    target: str
    authorization: str = ""
    secured: bool = False  # whether the proxy itself was spoken to with TLS


@dataclass
class Recording:
    """A running server: its port, and what arrived."""

    port: int
    arrived: list[Arrived] = field(default_factory=list)
    proxied: list[Proxied] = field(default_factory=list)

    def take(self) -> tuple[tuple[Arrived, ...], tuple[Proxied, ...]]:
        """What arrived since the last time; how often the same was asked does not count."""
        taken = tuple(dict.fromkeys(self.arrived)), tuple(dict.fromkeys(self.proxied))
        self.arrived.clear()
        self.proxied.clear()
        return taken


@contextmanager
def api_server(context: ssl.SSLContext | None, address: str = "127.0.0.1") -> Iterator[Recording]:
    """An API server that has no secrets; with TLS where there is a context."""
    if context is not None:
        context.sni_callback = _remember_name
    with _running(_ApiHandler, context, address) as recording:
        yield recording


@contextmanager
def proxy(target_port: int, context: ssl.SSLContext | None = None) -> Iterator[Recording]:
    """A proxy that leads to one API server, whatever is asked for."""
    with _running(_ProxyHandler, context, "127.0.0.1", target_port) as recording:
        yield recording


@contextmanager
def _running(
    handler: type[BaseHTTPRequestHandler],
    context: ssl.SSLContext | None,
    address: str,
    target_port: int = 0,
) -> Iterator[Recording]:
    kind = _Server6 if ":" in address else _Server
    with kind((address, 0), handler) as server:
        server.context, server.target_port = context, target_port
        server.recording = Recording(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.recording
        finally:
            server.shutdown()
            server.cut_all()
            thread.join(5)


class _Server(ThreadedServer):
    patience = _WITHIN
    recording: Recording
    target_port: int = 0


class _Server6(_Server):
    address_family = socket.AF_INET6


class _ApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        path = re.sub(r"^http://[^/]*", "", path)  # a proxy passes the whole URL on
        if path.endswith(RESOURCES):
            self.server.recording.arrived.append(self._arrived(path))
        known = next((answer for end, answer in _ANSWERS.items() if path.endswith(end)), None)
        body = json.dumps(known or {}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _arrived(self, path: str) -> Arrived:
        secured = self.connection if isinstance(self.connection, ssl.SSLSocket) else None
        certificate = secured.getpeercert() if secured else None
        return Arrived(
            path=path,
            host=_host(self.headers),
            authorization=self.headers.get("Authorization", ""),
            certificate=_common_name(certificate or {}),
            server_name=getattr(secured, "asked_name", ""),
            impersonation=tuple(
                sorted(
                    (name.lower(), value)
                    for name, value in self.headers.items()
                    if name.lower().startswith("impersonate-")
                )
            ),
            compression="gzip" in self.headers.get("Accept-Encoding", ""),
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of http.server
        """Nothing."""


class _ProxyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_CONNECT(self) -> None:
        self._note()
        with socket.create_connection(("127.0.0.1", self.server.target_port), _WITHIN) as target:
            self.send_response(200)
            self.end_headers()
            _carry(self.connection, target)
        self.close_connection = True

    def do_GET(self) -> None:
        """A request for plain HTTP carries its whole URL, and is passed on."""
        self._note()
        request = f"{self.requestline}\r\n{self.headers}".replace("\n", "\r\n").replace(
            "\r\r", "\r"
        )
        with socket.create_connection(("127.0.0.1", self.server.target_port), _WITHIN) as target:
            target.sendall(request.encode("latin-1"))
            _carry(self.connection, target)
        self.close_connection = True

    def _note(self) -> None:
        self.server.recording.proxied.append(
            Proxied(
                target=self.path if self.command == "CONNECT" else _host(self.headers),
                authorization=self.headers.get("Proxy-Authorization", ""),
                secured=isinstance(self.connection, ssl.SSLSocket),
            )
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of http.server
        """Nothing."""


def _host(headers: Message) -> str:
    """The server's name; the port of HTTP need not be said."""
    return headers.get("Host", "").removesuffix(":80")


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side closes."""
    with suppress(OSError):
        while True:
            ready, _, _ = select([one, other], [], [], _WITHIN)
            if isinstance(one, ssl.SSLSocket) and one.pending():
                ready.append(one)
            for side in ready:
                content = side.recv(65536)
                if not content:
                    return
                (other if side is one else one).sendall(content)
            if not ready:
                return


def _remember_name(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
    connection.asked_name = name or ""  # type: ignore[attr-defined]  # ours


def _common_name(certificate: Mapping[str, object]) -> str:
    subject = certificate.get("subject", ())
    assert isinstance(subject, tuple)
    return next((value for part in subject for key, value in part if key == "commonName"), "")
