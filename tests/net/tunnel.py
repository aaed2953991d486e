"""A proxy that answers CONNECT, and tunnels."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from kubectl_pullsecret.credentials.masked import Masked


@dataclass
class Proxy:
    """A proxy that dials what it is asked for."""

    port: int
    answer: bytes
    context: ssl.SSLContext | None
    to: int  # the port of loopback that it dials whatever it is asked for; 0: as asked
    heads: list[str] = field(default_factory=list)

    def url(self, userinfo: str = "") -> Masked:
        scheme = "https" if self.context else "http"
        return Masked(f"{scheme}://{userinfo}127.0.0.1:{self.port}")


@contextmanager
def tunnelling(
    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n",
    context: ssl.SSLContext | None = None,
    to: int = 0,
) -> Iterator[Proxy]:
    """Run a proxy that answers each CONNECT alike, and connects where that is a success."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(listener.getsockname()[1], answer, context, to)
        thread = threading.Thread(target=_accept, args=(listener, proxy), daemon=True)
        thread.start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _accept(listener: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_tunnel, args=(client, proxy), daemon=True).start()


def _tunnel(connection: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError), connection, _secured(connection, proxy.context) as client:
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return
            head += more
        proxy.heads.append(head.decode())
        client.sendall(proxy.answer)
        if b" 200 " not in proxy.answer:
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        there = ("127.0.0.1", proxy.to) if proxy.to else (host, int(port))
        with socket.create_connection(there, timeout=5) as server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            back.join(5)


def _secured(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return context.wrap_socket(connection, server_side=True) if context else connection


def _copy(origin: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := origin.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
