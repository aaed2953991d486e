"""What an API server's rejection means, in one sentence that names verb, resource and namespace.

Pure: status code, content type and body in, ApiError out.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.shapes import Json

LONGEST_MESSAGE = 1000  # characters of the server's words; a refused Pod is quoted in full
_LONGEST_LINE = 200  # characters of an answer that is plain text

# Go, net/http/server.go
_PLAIN_ON_TLS = "Client sent an HTTP request to an HTTPS server"
_NO_SUCH_PATH = "404 page not found"


class Action(NamedTuple):
    """What was asked for, in the words of a SelfSubjectAccessReview; for sentences."""

    verb: str
    resource: str
    namespace: str = ""  # "": all of them, or the resource has none
    name: str = ""

    def __str__(self) -> str:
        name = f' "{self.name}"' if self.name else ""
        return f"{self.verb} {self.resource}{name}{self.place}"

    @property
    def place(self) -> str:
        """` in namespace "x"`, or nothing."""
        return f' in namespace "{self.namespace}"' if self.namespace else ""


class ApiError(PullSecretError):
    """The API server refused, or was not reached. Its message is one sentence."""

    def __init__(
        self,
        message: str,
        *,
        code: int = 0,
        reason: str = "",
        remedy: str = "",
        doubtful: bool = False,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code  # of HTTP; 0: there was no answer
        self.reason = reason  # of a Status ("Forbidden", "NotFound", "Expired"), else ""
        self.doubtful = doubtful  # a write that the server may have done nevertheless

    @property
    def forbidden(self) -> bool:
        """Whether the right is lacking."""
        return self.code == 403

    @property
    def not_found(self) -> bool:
        """Whether the API server itself says that the object is not there."""
        return self.code == 404 and self.reason == "NotFound"


class Rejection(NamedTuple):
    """An answer that is no success: what arrived, bounded."""

    code: int
    phrase: str  # "Bad Gateway"
    content_type: str
    location: str  # of a redirect
    body: bytes


def error_of(rejection: Rejection, action: Action, server: str) -> ApiError:
    """The error that an answer is; `server` is host:port."""
    status = _status(rejection.body)
    if status is None:
        return _without_status(rejection, action, server)
    message, reason = _text(status, "message", LONGEST_MESSAGE), _text(status, "reason", 100)
    sentence, remedy = _sentence(rejection.code, reason, message, action, server)
    if rejection.code == 404 and not _names_object(status):
        reason = ""  # the server does not have the kind: that says nothing of the object
    doubtful = rejection.code >= 500
    return ApiError(sentence, code=rejection.code, reason=reason, remedy=remedy, doubtful=doubtful)


def unreadable(action: Action, server: str, why: str) -> ApiError:
    """A success whose body is not what was asked for."""
    return ApiError(
        f"cannot {action}: the answer of {server} {why}",
        doubtful=True,
        remedy="is this an API server, and is no proxy or login page in between? check server "
        "and proxy-url of the kubeconfig",
    )


def _sentence(code: int, reason: str, message: str, action: Action, server: str) -> tuple[str, str]:
    if code == 401:
        return _unauthorized(action, server)
    if code == 403:
        return (message if "cannot" in message else f"cannot {action}: {message}"), _right(
            action, message
        )
    if code == 404 and message.endswith("not found"):
        return message + action.place, ""
    words = message or "the server says no more"
    remedy = ""
    if reason == "AlreadyExists":  # who creates has looked first
        remedy = "it is there and was not seen: ask for the right to get it"
    return f"cannot {action}: {words} ({f'{code} {reason}'.rstrip()})", remedy


def _unauthorized(action: Action, server: str) -> tuple[str, str]:
    return (
        f"{server} does not accept who you are: cannot {action} (401 Unauthorized)",
        "the token or certificate of the kubeconfig's user is wrong or over; log in again",
    )


def _right(action: Action, message: str) -> str:
    if '"system:anonymous"' in message:
        return "the kubeconfig's user gives no credentials; check users and --user"
    if "cannot impersonate" in message:
        return "check --as and its kin, or ask for the right to impersonate"
    if "because it is being terminated" in message:
        return "wait until the namespace is gone, and create it anew"
    if "exceeded quota" in message:
        return "delete what nobody uses, or ask for a larger ResourceQuota"
    return f"ask for the right to {action}, or use another context"


def _status(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("kind") == "Status" else None


def _names_object(status: Json) -> bool:
    """Whether a Status is about one object."""
    details = status.get("details")
    return isinstance(details, dict) and bool(details.get("name"))


def _text(status: Json, key: str, most: int) -> str:
    value = status.get(key)
    return _short(value, most) if isinstance(value, str) else ""


def _short(text: str, most: int) -> str:
    """Foreign text on one line, redacted; cut last, so that no credential is cut in two.

    Who was refused stays: a name such as oidc:dev@example.com is no user with a password.
    """
    parts = re.split(r'(\bUser "[^"]*")', " ".join(text.split()))
    line = "".join(part if part.startswith('User "') else redact(part) for part in parts)
    return line if len(line) <= most else line[: most - 1] + "…"


def _without_status(rejection: Rejection, action: Action, server: str) -> ApiError:
    """A proxy, a load balancer or another program answered, or the API server in plain text."""
    answer = f"{rejection.code} {rejection.phrase}".rstrip()
    remedy = "a proxy or load balancer may stand in between; check server and proxy-url"
    if rejection.code == 401:
        sentence, remedy = _unauthorized(action, server)
    elif 300 <= rejection.code < 400:
        target = _short(rejection.location.partition("?")[0], _LONGEST_LINE) or "elsewhere"
        sentence = f"cannot {action}: {server} redirects to {target}, which is not followed"
        remedy = "a login page may stand in between; write the API server's own URL in server"
    elif "html" in rejection.content_type:
        sentence = f"cannot {action}: {server} answered {answer} with a web page"
    else:
        words = _words(rejection.body)
        sentence = f"cannot {action}: {server} answered {answer}" + (f": {words}" if words else "")
        if _PLAIN_ON_TLS in words:
            remedy = "write https:// before the server in the kubeconfig or in --server"
        elif words == _NO_SUCH_PATH:
            remedy = "the server has no such API; check server, and the path in it"
    return ApiError(sentence, code=rejection.code, remedy=remedy, doubtful=rejection.code >= 500)


def _words(body: bytes) -> str:
    """The first line of a plain text; nothing where it is structured or binary."""
    lines = body[:4096].decode("utf-8", "replace").strip().splitlines()
    line = lines[0] if lines else ""
    return "" if line.startswith(("<", "{", "[")) else _short(line, _LONGEST_LINE).rstrip(".")
