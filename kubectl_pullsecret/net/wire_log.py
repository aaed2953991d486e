"""What -v shows of requests: never a body, never a credential."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.net.headers import shown

REQUESTS, REQUEST_HEADERS, RESPONSE_HEADERS = 6, 7, 8  # kubectl's levels


class WireLog:
    """Lines about requests, as kubectl words them."""

    def __init__(self, log: Callable[[str], None] | None, verbosity: int, base: str) -> None:
        self._log = log
        self._verbosity = verbosity
        self._base = base

    def exchange(
        self,
        method: str,
        path: str,
        status: str,
        seconds: float,
        sent: Iterable[tuple[str, str]],
        received: Iterable[tuple[str, str]],
    ) -> None:
        """One request, and what came of it."""
        if self._log is None or self._verbosity < REQUESTS:
            return
        url = redact(self._base + path)
        self._log(f"{method} {url} {status.rstrip()} in {seconds * 1000:.0f} milliseconds")
        if self._verbosity >= REQUEST_HEADERS:
            self._lines("Request Headers:", sent)
        if self._verbosity >= RESPONSE_HEADERS:
            self._lines("Response Headers:", received)

    def _lines(self, title: str, headers: Iterable[tuple[str, str]]) -> None:
        assert self._log is not None
        for line in (title, *(f"    {line}" for line in shown(headers))):
            self._log(line)
