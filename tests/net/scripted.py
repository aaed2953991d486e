"""A server that answers what a test tells it to, faults included. Loopback, a port of the kernel's.

Every connection has its own thread; all of them end with the server.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.net.threaded import ThreadedServer

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int  # which one it came over, counted by the client's port

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or what a faulty server does instead."""

    body: object = b""  # bytes, text, or what becomes JSON
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    compressed: bool = False
    cut_after: int | None = None  # bytes of the body; then the connection is closed
    reset: bool = False  # no answer, the connection is reset
    silent: bool = False  # no answer until the server ends
    silent_after: int | None = None  # bytes of the body; then nothing more until the server ends
    a_byte_every: float = 0.0  # seconds

    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            plain = self.body
        else:
            plain = (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()
        return gzip.compress(plain) if self.compressed else plain


Script = Callable[[Received], Reply]


def in_turn(*replies: Reply) -> Script:
    """Each request gets the following reply; the last one is for all others."""
    left = list(replies)
    lock = threading.Lock()

    def script(_: Received) -> Reply:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return script


@dataclass
class ScriptedServer:
    """A running server: where it is, and what arrived."""

    port: int
    scheme: str = "http"
    host: str = "127.0.0.1"
    received: list[Received] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"


@contextmanager
def scripted(
    script: Script,
    context: ssl.SSLContext | None = None,
    port: int = 0,
    *,
    ipv6: bool = False,
) -> Iterator[ScriptedServer]:
    """Serve a script while the block runs; over TLS where a context is given."""
    kind, host = (_ServerOverIPv6, "::1") if ipv6 else (_Server, "127.0.0.1")
    with kind((host, port), _Handler) as listening:
        scheme = "https" if context else "http"
        shown = f"[{host}]" if ipv6 else host
        server = ScriptedServer(listening.server_address[1], scheme, shown)
        listening.script, listening.server, listening.context = script, server, context
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            listening.shutdown()
            listening.cut_all()
            thread.join(5)


class _Server(ThreadedServer):
    script: Script
    server: ScriptedServer


class _ServerOverIPv6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        headers = tuple(self.headers.items())
        received = Received(self.command, self.path, headers, body, self.client_address[1])
        self.server.server.received.append(received)
        self._send(self.server.script(received))

    do_HEAD = do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def _send(self, reply: Reply) -> None:
        if reply.silent:
            self.server.server.ended.wait(30)
        if reply.silent or reply.reset:
            linger = struct.pack("ii", 1, 0)  # a reset instead of an orderly end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        payload = reply.payload()
        self.send_response_only(reply.status)
        if "Date" not in dict(reply.headers):
            self.send_header("Date", self.date_time_string())
        if reply.content_type:
            self.send_header("Content-Type", reply.content_type)
        if reply.compressed:
            self.send_header("Content-Encoding", "gzip")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(reply, payload)

    def _send_body(self, reply: Reply, payload: bytes) -> None:
        if reply.cut_after is not None:
            payload = payload[: reply.cut_after]
            self.close_connection = True
        if reply.silent_after is not None:
            self.wfile.write(payload[: reply.silent_after])
            self.server.server.ended.wait(30)
            self.close_connection = True
            return
        if not reply.a_byte_every:
            self.wfile.write(payload)
            return
        for at in range(len(payload)):
            self.wfile.write(payload[at : at + 1])
            if self.server.server.ended.wait(reply.a_byte_every):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing on stderr."""
