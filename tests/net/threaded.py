"""What the HTTP servers of the tests have in common: a thread for every connection, and an end."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from http.server import ThreadingHTTPServer
from socketserver import TCPServer


class ThreadedServer(ThreadingHTTPServer):
    """A server whose connections end with it. Nobody asks DNS for its name."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    context: ssl.SSLContext | None = None  # of TLS; None: plain
    patience: float | None = None  # seconds that a connection may be silent

    def __init__(self, *args: object) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)  # type: ignore[arg-type]  # the address and the handler, as given

    def server_bind(self) -> None:
        """Bind without asking DNS for our name, as HTTPServer would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "here", self.server_address[1]

    def finish_request(self, request: object, client_address: object) -> None:
        """In the connection's own thread: a slow handshake holds up nobody else."""
        assert isinstance(request, socket.socket)
        request.settimeout(self.patience)
        secured = request
        if self.context is not None:
            try:
                secured = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return
        self._open.add(secured)
        try:
            super().finish_request(secured, client_address)
        finally:
            self._open.discard(secured)
            secured.close()

    def cut_all(self) -> None:
        """Cut the connections that there are."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is part of the tests."""
