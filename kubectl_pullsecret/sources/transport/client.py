"""The one who asks: JSON in and out, pages, tries.

Paths are plain text ("/api/v1/namespaces/x/secrets/y"), quoted here; queries are pairs of text.
Items of a list have neither kind nor apiVersion, as the server sends them: `reduce` knows them.
Every method may raise ApiError, and is safe to call from several threads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPException
from http.client import responses as phrases
from math import inf
from time import monotonic, sleep
from types import TracebackType
from typing import NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import urllib3
from urllib3.exceptions import HTTPError

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, sequence, text
from kubectl_pullsecret.net.interruptible import Begun, OverdueError
from kubectl_pullsecret.net.wire_log import WireLog
from kubectl_pullsecret.sources.connection import Connection
from kubectl_pullsecret.sources.transport.answers import Answer, read_answer, token_at_a_glance
from kubectl_pullsecret.sources.transport.dialling import route_to
from kubectl_pullsecret.sources.transport.faults import (
    CONNECT_SECONDS,
    SILENCE_SECONDS,
    FaultError,
    Peer,
    fault_of,
    timeout_of,
)
from kubectl_pullsecret.sources.transport.request_headers import (
    JSON,
    JSON_PATCH,
    MERGE_PATCH,
    METADATA_LIST,
    headers_of,
)
from kubectl_pullsecret.sources.transport.retries import pause_after_answer, pause_after_fault
from kubectl_pullsecret.sources.transport.server_warnings import ServerWarnings
from kubectl_pullsecret.sources.transport.status import (
    Action,
    ApiError,
    Rejection,
    error_of,
    unreadable,
)

T = TypeVar("T")
Query = Sequence[tuple[str, str]]

PAGE_SIZE = 500  # as kubectl; larger pages cost memory and save no time
_MOST_STARTS = 4  # of one list whose pages expire
_NEAR = 0.02  # seconds


class _Request(NamedTuple):
    method: str
    path: str  # quoted, with its query, below the server's prefix
    headers: urllib3.HTTPHeaderDict
    body: bytes | None
    action: Action


class Client:
    """Requests to one API server as one identity, over connections that are kept alive."""

    def __init__(
        self,
        connection: Connection,
        log: Callable[[str], None] | None = None,
        verbosity: int = 0,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare; nothing is dialled yet. `verbosity` and the lines of `log` are kubectl's -v.

        `warn` is told each warning of the server once.

        Raises:
            PullSecretError: the connection's URLs, certificates or credentials cannot be used.
        """
        self._headers = headers_of(connection)
        self._route = route_to(connection, os.environ)
        self._limit = connection.request_timeout
        self.until: float | None = None  # monotonic: no request goes on past it
        self._unreachable_remedy = connection.unreachable_remedy
        self._log = WireLog(log, verbosity, self._route.base)
        self._warnings = ServerWarnings(warn)
        self._known = False  # whether the server has answered well
        self._quickest = inf  # seconds from a request to its answer
        self._date = ""  # of the last good answer, as the server wrote it

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def near(self) -> bool:
        """Whether an answer costs less than a further connection would."""
        return self._quickest < _NEAR

    @property
    def server_time(self) -> datetime | None:
        """The server's clock at its last good answer, in whole seconds; None where it tells none.

        Objects carry its time: the clock here may go wrong.
        """
        try:
            return parsedate_to_datetime(self._date)
        except (TypeError, ValueError):
            return None

    def close(self) -> None:
        """Close the connections that nobody uses; those in use close when they are done."""
        self._route.pool.close()

    def get(self, path: str, action: Action, *, query: Query = ()) -> Json:
        """One object, or whatever else is at a path."""
        return self._object(self._request("GET", path, action, query, JSON))

    def post(self, path: str, body: Json, action: Action, *, query: Query = ()) -> Json:
        """What the server makes of an object."""
        return self._object(self._request("POST", path, action, query, JSON, body))

    def patch(
        self, path: str, change: Json | list[Json], action: Action, *, query: Query = ()
    ) -> Json:
        """The object as a change leaves it: a list is a JSON Patch, else it is a merge patch."""
        how = JSON_PATCH if isinstance(change, list) else MERGE_PATCH
        return self._object(self._request("PATCH", path, action, query, JSON, change, how))

    def delete(self, path: str, options: Json, action: Action, *, query: Query = ()) -> Json:
        """What the server says of an object that it deletes, or of its end."""
        return self._object(self._request("DELETE", path, action, query, JSON, options))

    def items(
        self,
        path: str,
        action: Action,
        *,
        reduce: Callable[[Json], T | None],
        query: Query = (),
        metadata_only: bool = False,
    ) -> list[T]:
        """The items of a list, each reduced as soon as its page is here; None is left out.

        The next page comes while this one is read; older ones are forgotten. Where the server
        forgets the list in between (410), it is read again from its beginning, and `reduce` sees
        its items again.
        """
        accept = METADATA_LIST if metadata_only else JSON
        for _ in range(_MOST_STARTS):
            found: list[T] = []
            try:
                self._read_pages(found, path, action, reduce, query, accept)
            except ApiError as error:
                if error.code != 410:
                    raise
            else:
                return found
        raise ApiError(
            f"cannot {action}: the server forgot the list {_MOST_STARTS} times before its end",
            code=410,
            reason="Expired",
            remedy="try again, or ask for one namespace",
        )

    def _read_pages(
        self,
        found: list[T],
        path: str,
        action: Action,
        reduce: Callable[[Json], T | None],
        query: Query,
        accept: str,
    ) -> None:
        def page(token: str) -> Answer:
            paging = [("limit", str(PAGE_SIZE)), *([("continue", token)] if token else [])]
            return self._answer(self._request("GET", path, action, [*query, *paging], accept))

        token, answer = "", page("")
        while True:
            glanced = token_at_a_glance(answer.body)
            ahead = Begun(partial(page, glanced)) if glanced and glanced != token else None
            items, following = self._items(answer, action)
            found.extend(small for item in items if (small := reduce(item)) is not None)
            del answer, items
            if not following:
                return
            if following == token:
                raise unreadable(action, self._route.server, "repeats a page")
            answer = ahead.result() if ahead and following == glanced else page(following)
            token = following

    def _items(self, answer: Answer, action: Action) -> tuple[list[Json], str]:
        """A page's items, and the token of the following page."""
        page = self._decoded(answer, action)
        try:
            following = text(mapping(page, "metadata", ""), "continue", "metadata")
            return sequence(page, "items", ""), following
        except WrongShapeError as error:
            raise unreadable(action, self._route.server, f"is no list: {error}") from None

    def _request(
        self,
        method: str,
        path: str,
        action: Action,
        query: Query,
        accept: str,
        body: Json | list[Json] | None = None,
        content_type: str = JSON,
    ) -> _Request:
        if any(part in (".", "..") for part in path.split("/")):
            raise PullSecretError(f"cannot {action}: a name may be neither . nor ..")
        headers = self._headers.copy()
        headers["Accept"] = accept
        if body is not None:
            headers["Content-Type"] = content_type
        return _Request(
            method,
            quote(path, safe="/:") + ("?" + urlencode(query) if query else ""),
            headers,
            None if body is None else json.dumps(body).encode(),
            action,
        )

    def _object(self, request: _Request) -> Json:
        return self._decoded(self._answer(request), request.action)

    def _decoded(self, answer: Answer, action: Action) -> Json:
        try:
            found: object = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            return found
        kind = "a web page" if "html" in answer.content_type else "not the JSON of an object"
        raise unreadable(action, self._route.server, f"is {kind}")

    def _answer(self, request: _Request) -> Answer:
        """A success, after as many tries as it is worth; all of them within the timeouts."""
        ends = [self.until, None if self._limit is None else monotonic() + self._limit]
        end = min((one for one in ends if one is not None), default=None)
        tried = 0
        while True:
            tried, started = tried + 1, monotonic()
            outcome = self._try(request, end)
            if isinstance(outcome, Answer) and outcome.success:
                self._known = True
                self._quickest = min(self._quickest, monotonic() - started)
                self._date = outcome.headers.get("Date", "")
                self._warnings.tell(outcome)
                return outcome
            pause = self._pause(request.method, outcome, tried)
            if pause is None or (end is not None and monotonic() + pause >= end):
                raise self._error(outcome, request.action)
            sleep(pause)

    def _pause(self, method: str, outcome: Answer | FaultError, tried: int) -> float | None:
        known = self._known
        if isinstance(outcome, FaultError):
            cut, refused = outcome.cut, outcome.refused
            return pause_after_fault(method, cut=cut, refused=refused, tried=tried, known=known)
        wish = outcome.headers.get("Retry-After")
        return pause_after_answer(method, outcome.status, wish, tried=tried, known=known)

    def _error(self, outcome: Answer | FaultError, action: Action) -> ApiError:
        if isinstance(outcome, FaultError):
            outcome.error.remedy = self._unreachable_remedy or outcome.error.remedy
            return outcome.error
        rejection = Rejection(
            outcome.status,
            phrases.get(outcome.status, ""),
            outcome.content_type,
            outcome.headers.get("Location", ""),
            outcome.body,
        )
        return error_of(rejection, action, self._route.server)

    def _try(self, request: _Request, end: float | None) -> Answer | FaultError:
        started = monotonic()
        left = None if end is None else max(end - started, 0.001)
        peer = self._peer(left)
        outcome: Answer | FaultError
        try:
            outcome = Begun(lambda: self._exchange(request, peer)).result(left)
        except OverdueError:
            outcome = timeout_of(request.action, peer, overdue=True)
        except (HTTPError, HTTPException, OSError) as raised:
            outcome = fault_of(raised, request.action, peer, monotonic() - started)
        self._note(request, outcome, monotonic() - started)
        return outcome

    def _peer(self, left: float | None) -> Peer:
        connect, silence = CONNECT_SECONDS, SILENCE_SECONDS
        if left is not None:
            connect, silence = min(connect, left), min(silence, left)
        route = self._route
        return Peer(route.server, route.proxy, route.host, connect, silence, self._limit)

    def _exchange(self, request: _Request, peer: Peer) -> Answer:
        """One request and its answer, in the calling thread."""
        response = self._route.pool.urlopen(
            request.method,
            self._route.target(request.path),
            body=request.body,
            headers=request.headers,
            retries=False,  # ours, which know what is worth it
            redirect=False,
            assert_same_host=False,  # that host is the proxy, for plain HTTP
            timeout=urllib3.Timeout(connect=peer.connect, read=peer.silence),
            preload_content=False,
        )
        try:
            return read_answer(response)
        except BaseException:
            response.close()
            raise

    def _note(self, request: _Request, outcome: Answer | FaultError, seconds: float) -> None:
        answer = outcome if isinstance(outcome, Answer) else None
        status = f"{answer.status} {phrases.get(answer.status, '')}" if answer else "failed"
        sent: Iterable[tuple[str, str]] = request.headers.items()
        got: Iterable[tuple[str, str]] = answer.headers.items() if answer else ()
        self._log.exchange(request.method, request.path, status, seconds, sent, got)
