"""What comes back: an answer's status, headers and body, bounded; and a look ahead into a list."""

from __future__ import annotations

import re
from typing import NamedTuple

import urllib3

_LONGEST_REJECTION = 256 * 1024  # bytes read of an answer that is no success
_LARGEST_ANSWER = 1024**3  # bytes; 500 objects of the most that etcd stores are 750 MB
_GLANCE = 2048  # bytes; a list's metadata stand before its items
_TOKEN = re.compile(rb'"continue":"([A-Za-z0-9_=-]+)"')


class Answer(NamedTuple):
    """One answer of a server."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes  # whole where `success`, else as much as is worth reading

    @property
    def success(self) -> bool:
        """Whether the server did what it was asked for."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type with its parameters, in lower case; "" for none."""
        return self.headers.get("Content-Type", "").lower()


def token_at_a_glance(body: bytes) -> str:
    """The token of the following page, where a list begins with it as the API server writes it.

    Good for asking early; what counts is what the decoded page says.
    """
    found = _TOKEN.search(body, 0, _GLANCE)
    return found.group(1).decode() if found else ""


def read_answer(response: urllib3.BaseHTTPResponse) -> Answer:
    """Read a response to its end, as far as that is worth it."""
    headers = urllib3.HTTPHeaderDict(response.headers)
    answer = Answer(response.status, headers, b"")
    if answer.success and "html" not in answer.content_type:
        return answer._replace(body=response.read(_LARGEST_ANSWER))
    body = response.read(_LONGEST_REJECTION)
    if len(body) == _LONGEST_REJECTION:
        response.close()  # what follows is not read, so the connection is of no more use
    else:
        response.drain_conn()
    return answer._replace(body=body)
