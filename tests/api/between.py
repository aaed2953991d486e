"""Programs of the tests' own between the command and the API server, where they do harm.

A `Relay` passes TLS through, byte by byte, and cuts it. A `GoBetween` sees each request (as
`kubectl proxy` does) and lets a test act before it goes on.
"""

from __future__ import annotations

import http.client
import json
import queue
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread
from typing import NamedTuple, TypeVar
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


class Reply(NamedTuple):
    """An answer that the server did not give."""

    code: int
    body: bytes = b""
    content_type: str = "application/json"
    retry_after: str = ""  # seconds


def status(code: int, reason: str, message: str, *, retry_after: str = "") -> Reply:
    """A failure in the API server's words."""
    said = {"kind": "Status", "status": "Failure", "code": code}
    body = json.dumps({**said, "reason": reason, "message": message})
    return Reply(code, body.encode(), retry_after=retry_after)


@dataclass(slots=True)
class _Harm:
    """What happens to the next so many requests whose line has the words."""

    words: str
    times: int
    act: Callable[[], object] | None = None
    reply: Reply | None = None
    cut: bool = False
    deaf: bool = False  # the server does it, and its answer is lost


class GoBetween(ThreadingHTTPServer):
    """Plain HTTP to the command, TLS with somebody's certificate to the API server.

    `words` are those of a request's line ("PATCH /api/v1/…?…").
    """

    def __init__(self, server: str, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Forwarded)
        self.target, self.tls = _address(server), tls
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.errands = Errands()
        self.lines: list[str] = []  # of all requests, as they came
        self._lock = Lock()
        self._harms: list[_Harm] = []

    def before(self, words: str, act: Callable[[], object], *, times: int = 1) -> None:
        """Act before each of the first such requests goes on, while `errands.during` runs."""
        self._harms.append(_Harm(words, times, act=act))

    def instead(self, words: str, reply: Reply, *, times: int = 1) -> None:
        """Answer such requests so; the server does not see them."""
        self._harms.append(_Harm(words, times, reply=reply))

    def cut(self, words: str, *, times: int = 1) -> None:
        """Cut the line before such requests go on."""
        self._harms.append(_Harm(words, times, cut=True))

    def lose_answer(self, words: str, *, times: int = 1) -> None:
        """Cut the line when the server has done what such a request asks: nobody hears it."""
        self._harms.append(_Harm(words, times, deaf=True))

    def answer_wrongly(self, words: str, reply: Reply, *, times: int = 1) -> None:
        """Let the server do what such a request asks, and answer so."""
        self._harms.append(_Harm(words, times, reply=reply, deaf=True))

    def arrived(self, line: str) -> list[_Harm]:
        """A request has come; what is to happen to it, when what is to happen before it has."""
        with self._lock:  # the others wait: what is done is done before all of them
            self.lines.append(unquote(line))
            due = [harm for harm in self._harms if harm.times and harm.words in unquote(line)]
            for harm in due:
                harm.times -= 1
                if harm.act is not None:
                    self.errands.ask(harm.act).wait(_PATIENCE)
        return due


class _Forwarded(BaseHTTPRequestHandler):
    server: GoBetween
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        due = self.server.arrived(f"{self.command} {self.path}")
        reply = next((harm.reply for harm in due if harm.reply), None)
        try:
            if any(harm.cut for harm in due):
                raise ConnectionError
            deaf = any(harm.deaf for harm in due)
            answer = self._pass_on(sent) if deaf or reply is None else reply
            if deaf and reply is None:
                raise ConnectionError
            self._answer(reply or answer)
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # without an answer

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def _pass_on(self, sent: bytes | None) -> Reply:
        names = ("Accept", "Content-Type")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        upstream = http.client.HTTPSConnection(
            *self.server.target, context=self.server.tls, timeout=_PATIENCE
        )
        try:
            upstream.request(self.command, self.path, sent, headers)
            with upstream.getresponse() as answer:
                return Reply(answer.status, answer.read(), answer.headers["Content-Type"])
        finally:
            upstream.close()

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.code)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.retry_after:
            self.send_header("Retry-After", reply.retry_after)
        self.end_headers()
        self.wfile.write(reply.body)

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
