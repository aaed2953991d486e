"""One request to one host, and its answer: bounded in bytes and seconds, through the right proxy.

Knows nothing of registries. A host that was not reached is not dialled again in the same run, nor
one that was silent again and again.
"""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPException
from threading import Lock
from time import monotonic

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.net.failures import Failure, FailureKind, failure_of
from kubectl_pullsecret.net.headers import USER_AGENT
from kubectl_pullsecret.net.interruptible import OverdueError
from kubectl_pullsecret.net.pools import authority, pools_through
from kubectl_pullsecret.net.proxies import proxy_from_environment
from kubectl_pullsecret.net.trust import client_context, trust, trust_system
from kubectl_pullsecret.net.urls import ServerUrl
from kubectl_pullsecret.net.wire_log import WireLog
from kubectl_pullsecret.registry.echoes import cut_out
from kubectl_pullsecret.registry.messages import NoAnswerError, Request, Response
from kubectl_pullsecret.registry.origins import Origin

MOST_BYTES = 256 * 1024  # read of a body; the rest is dropped
MOST_CONNECTIONS = 4  # kept alive, for each host
MOST_SILENCES = 8  # of one host in one run: two rounds of questions
_CONNECT_SECONDS = 10.0
_MAY_PASS = (FailureKind.CUT, FailureKind.TLS_BROKEN_OFF)  # worth a second try


class Course:
    """The time that one question may take, and where it is just now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds
        self.asked: Origin | None = None  # the host that is waited for
        self.looking_up = False  # it is the name of that host that is waited for
        self.abandoned = False  # nobody waits for the answer any more

    @property
    def overtime(self) -> float:
        """The seconds since the end; negative before it."""
        return monotonic() - self._end

    @property
    def left(self) -> float:
        """The seconds that are left. Raises OverdueError where there are none."""
        left = -self.overtime
        if left <= 0 or self.abandoned:
            raise OverdueError
        return left


class Wire:
    """Connections to any host, kept alive, and used by many threads."""

    def __init__(
        self,
        environment: Mapping[str, str],
        authorities: str = "",
        log: Callable[[str], None] | None = None,
        verbosity: int = 0,
    ) -> None:
        """Prepare; nothing is dialled yet. `authorities` is PEM, trusted besides the system's."""
        self._environment = environment
        self._authorities = authorities
        self._log, self._verbosity = log, verbosity
        self._lock = Lock()
        self._context: ssl.SSLContext | None = None
        self._pools: dict[Masked | None, urllib3.PoolManager] = {}
        self._known: set[Origin] = set()  # their names are looked up
        self._heard: set[Origin] = set()
        self._silences: Counter[Origin] = Counter()
        self._unreached: dict[Origin, Failure] = {}
        self._proxies: dict[Origin, str] = {}
        self._hidden: set[Masked] = set()

    def hide(self, secrets: Iterable[Masked]) -> None:
        """Keep what is sent out of the log, also where an answer repeats it."""
        with self._lock:
            self._hidden.update(secrets)

    def close(self) -> None:
        """Close the connections that nobody uses; those in use close when they are done."""
        for pools in self._pools.values():
            pools.clear()

    def exchange(self, request: Request, course: Course) -> Response:
        """Send a request and read its answer. Redirects are answers.

        Raises:
            NoAnswerError: there was none, or not all of it.
            OverdueError: the question's time is over.
            PullSecretError: the proxy of the environment cannot be used.
        """
        origin, started = request.origin, monotonic()
        if (known := self._unreached.get(origin)) is not None:
            raise NoAnswerError(known, origin, self._proxies.get(origin, ""))
        course.asked = origin
        proxy = self._proxy_to(origin)
        self._proxies[origin] = _shown(proxy)
        try:
            if proxy is None:
                self._look_up(origin, course)
            response = self._send(request, proxy, course)
        except (HTTPError, HTTPException, OSError) as raised:
            failure = failure_of(raised)
            self._note(request, None, monotonic() - started)
            raise self.unreached(origin, failure) from None
        self._heard.add(origin)
        self._note(request, response, monotonic() - started)
        return response

    def _proxy_to(self, origin: Origin) -> Masked | None:
        """The proxy that the environment names; none to this machine, which is trusted without TLS.

        Go excepts `localhost` alone, and no name below it.
        """
        if origin.on_loopback:
            return None
        return proxy_from_environment(ServerUrl(origin.scheme, origin.name), self._environment)

    def unreached(self, origin: Origin, failure: Failure) -> NoAnswerError:
        """The error that a failure is; remembered of a host that never said a word, or hangs on."""
        if failure.kind is FailureKind.SILENCE:
            self._silences[origin] += 1
        lost = origin not in self._heard or self._silences[origin] >= MOST_SILENCES
        if lost and failure.kind not in _MAY_PASS:
            self._unreached.setdefault(origin, failure)
        return NoAnswerError(failure, origin, self._proxies.get(origin, ""))

    def _look_up(self, origin: Origin, course: Course) -> None:
        """Look a name up before it is dialled, to know what is waited for."""
        if origin in self._known:
            return
        course.looking_up = True
        try:
            socket.getaddrinfo(origin.bare_host, origin.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise self.unreached(origin, Failure(FailureKind.NAME_UNKNOWN)) from None
        finally:
            course.looking_up = False
        self._known.add(origin)

    def _send(self, request: Request, proxy: Masked | None, course: Course) -> Response:
        origin = request.origin
        pool = self._pools_of(proxy).connection_from_host(origin.host, origin.port, origin.scheme)
        whole_url = proxy is not None and origin.scheme == "http"
        left = course.left
        response = pool.urlopen(
            request.method,
            f"{origin.url if whole_url else ''}{request.target}",
            body=None if request.body is None else request.body.reveal().encode(),
            headers=dict(_headers(request)),
            retries=False,
            redirect=False,
            assert_same_host=False,  # that host is the proxy, for plain HTTP
            timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, left), read=left),
            preload_content=False,
        )
        try:
            return _read(response, request, course)
        except BaseException:
            response.close()
            raise

    def _pools_of(self, proxy: Masked | None) -> urllib3.PoolManager:
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = pools_through(
                    parse_url(proxy.reveal()) if proxy is not None else None,
                    self._tls(),
                    most_connections=MOST_CONNECTIONS,
                )
            return self._pools[proxy]

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = client_context()
            trust_system(self._context, self._environment)
            trust(self._context, self._authorities)
        return self._context

    def _note(self, request: Request, response: Response | None, seconds: float) -> None:
        log = WireLog(self._log, self._verbosity, request.origin.url)
        status = response.status_words if response else "failed"
        got = response.headers.items() if response else ()
        seen = [(name, self._without_secrets(value)) for name, value in got]
        target = self._without_secrets(request.target)
        log.exchange(request.method, target, status, seconds, _headers(request), seen)

    def _without_secrets(self, text: str) -> str:
        """A text for the log; as it is where there is none."""
        if self._log is None or not self._verbosity:
            return text
        with self._lock:
            hidden = tuple(self._hidden)
        return cut_out(text, hidden)


def _headers(request: Request) -> list[tuple[str, str]]:
    headers = [("User-Agent", USER_AGENT), *request.headers.items()]
    if request.authorization is not None:
        headers.append(("Authorization", request.authorization.reveal()))
    return headers


def _read(response: urllib3.BaseHTTPResponse, request: Request, course: Course) -> Response:
    """Read a body as far as it is worth it; a byte now and then does not outlast the question."""
    body = bytearray()
    while len(body) <= MOST_BYTES:
        more = response.read1(MOST_BYTES + 1 - len(body))
        if not more:
            break
        body += more
        _ = course.left
    whole = len(body) <= MOST_BYTES
    if whole:
        response.drain_conn()
    else:
        response.close()
    headers = urllib3.HTTPHeaderDict(response.headers)
    return Response(request.origin, response.status, headers, bytes(body[:MOST_BYTES]), whole)


def _shown(proxy: Masked | None) -> str:
    """The proxy's host and port, without user and password."""
    return "" if proxy is None else authority(parse_url(proxy.reveal()))
