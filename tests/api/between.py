"""Programs of the tests' own between the command and the API server, where they do harm.

A `Relay` passes TLS through, byte by byte, and cuts it. A `GoBetween` sees each request (as
`kubectl proxy` does) and lets a test act before it goes on.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread
from typing import TypeVar
from urllib.parse import unquote, urlsplit

Result = TypeVar("Result")

_PATIENCE = 60.0  # seconds, for whatever a thread of these waits for


class Errands:
    """What others want done while a call runs: in the thread of the test, not in theirs.

    A server that is started is ended with the thread that started it.
    """

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Callable[[], object], Event]] = queue.Queue()

    def ask(self, act: Callable[[], object]) -> Event:
        """Leave it to the test's thread; the event is set when it is done."""
        done = Event()
        self._waiting.put((act, done))
        return done

    def during(self, call: Callable[[], Result]) -> Result:
        """The call's result; meanwhile, what is asked for is done here."""
        outcome: Future[Result] = Future()

        def run() -> None:
            try:
                outcome.set_result(call())
            except BaseException as error:
                outcome.set_exception(error)

        Thread(target=run, daemon=True).start()
        deadline = time.monotonic() + _PATIENCE
        while not outcome.done() or not self._waiting.empty():
            assert time.monotonic() < deadline, "the call never came to an end"
            with suppress(queue.Empty):
                act, done = self._waiting.get(timeout=0.02)
                try:
                    act()
                finally:
                    done.set()
        return outcome.result()


class Relay(ThreadingTCPServer):
    """Connections to a port; the first few that have passed so many bytes back are cut."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, server: str, *, cut_after: int = 0, times: int = 0, on_cut: Callable[[], None]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Relayed)
        self.target = _address(server)
        self.url = f"https://127.0.0.1:{self.server_address[1]}"
        self.connected = Event()
        self.cut_after = cut_after
        self.cuts = 0
        self._times, self._on_cut = times, on_cut
        self._lock = Lock()

    def cuts_now(self, passed: int) -> bool:
        """Whether a connection that has passed so many bytes is cut."""
        with self._lock:
            if passed < self.cut_after or self.cuts >= self._times:
                return False
            self.cuts += 1
        self._on_cut()
        return True


class _Relayed(BaseRequestHandler):
    server: Relay
    request: socket.socket

    def handle(self) -> None:
        self.server.connected.set()
        with suppress(OSError), socket.create_connection(self.server.target, _PATIENCE) as there:
            forth = Thread(target=self._forth, args=(there,), daemon=True)
            forth.start()
            self._back(there)
            for end in (there, self.request):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            forth.join(_PATIENCE)

    def _forth(self, there: socket.socket) -> None:
        with suppress(OSError):
            while some := self.request.recv(1 << 16):
                there.sendall(some)
            there.shutdown(socket.SHUT_WR)

    def _back(self, there: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while some := there.recv(1 << 12):
                self.request.sendall(some)
                passed += len(some)
                if self.server.cuts_now(passed):
                    return


@contextmanager
def relay(
    server: str, *, cut_after: int = 0, times: int = 0, on_cut: Callable[[], None] = lambda: None
) -> Iterator[Relay]:
    """A relay to a server's URL that runs; afterwards it is closed."""
    with (
        Relay(server, cut_after=cut_after, times=times, on_cut=on_cut) as running,
        _serving(running),
    ):
        yield running


class GoBetween(ThreadingHTTPServer):
    """Plain HTTP to the command, TLS with somebody's certificate to the API server."""

    def __init__(self, server: str, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarded)
        self.target, self.tls = _address(server), tls
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.errands = Errands()
        self._lock = Lock()
        self._acts: list[tuple[str, Callable[[], object]]] = []

    def before(self, words: str, act: Callable[[], object]) -> None:
        """Act once, before the first request goes on whose path with its query has the words.

        It is done while `errands.during` runs.
        """
        self._acts.append((words, act))

    def arrived(self, target: str) -> None:
        """A request has come."""
        with self._lock:  # the others wait: what is done is done before all of them
            due = [act for act in self._acts if act[0] in unquote(target)]
            self._acts = [act for act in self._acts if act not in due]
            for _, act in due:
                self.errands.ask(act).wait(_PATIENCE)


class _Forwarded(BaseHTTPRequestHandler):
    server: GoBetween
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.arrived(self.path)
        upstream = http.client.HTTPSConnection(
            *self.server.target, context=self.server.tls, timeout=_PATIENCE
        )
        try:
            upstream.request("GET", self.path, headers={"Accept": self.headers["Accept"]})
            with upstream.getresponse() as answer:
                body = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # without an answer
        finally:
            upstream.close()

    def log_message(self, *_: object) -> None:
        """Nothing: the audit log has it."""


@contextmanager
def go_between(server: str, tls: ssl.SSLContext) -> Iterator[GoBetween]:
    """One to a server's URL that runs; afterwards it is closed."""
    with GoBetween(server, tls) as running, _serving(running):
        yield running


@contextmanager
def _serving(server: ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(_PATIENCE)


def _address(server: str) -> tuple[str, int]:
    url = urlsplit(server)
    assert url.hostname
    assert url.port
    return url.hostname, url.port
