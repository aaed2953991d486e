"""What goes to a host and what comes back, or that nothing did. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import responses as phrases
from typing import NamedTuple

from urllib3 import HTTPHeaderDict

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.net.failures import Failure
from kubectl_pullsecret.registry.origins import Origin


class Request(NamedTuple):
    """What is sent. `authorization` may hold a credential."""

    method: str
    origin: Origin
    target: str  # path and query
    headers: Mapping[str, str] = {}
    authorization: Masked | None = None
    body: Masked | None = None


class Response(NamedTuple):
    """What came back. `body` is cut where `whole` is not."""

    origin: Origin
    status: int
    headers: HTTPHeaderDict
    body: bytes = b""
    whole: bool = True

    @property
    def status_words(self) -> str:
        """The status as people know it: "401 Unauthorized"."""
        return f"{self.status} {phrases.get(self.status, '')}".rstrip()

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; "" for none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def retry_after(self) -> float | None:
        """The seconds of Retry-After (RFC 9110, 10.2.3); a date counts from the answer's own."""
        written = self.headers.get("Retry-After", "").strip()
        if written.isascii() and written.isdigit():
            return float(written[:9])
        try:
            until = parsedate_to_datetime(written)
            return max(0.0, (until - parsedate_to_datetime(self.headers["Date"])).total_seconds())
        except (KeyError, TypeError, ValueError):
            return None


class NoAnswerError(Exception):
    """A host gave no answer, or half of one."""

    def __init__(self, failure: Failure, origin: Origin, proxy: str = "") -> None:
        super().__init__(failure.kind.name)
        self.failure = failure
        self.origin = origin
        self.proxy = proxy  # host:port, "" without one
