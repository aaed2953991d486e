"""Headers that hold credentials, and how headers look in a log: masked."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from kubectl_pullsecret import __version__
from kubectl_pullsecret.credentials.masked import MASK
from kubectl_pullsecret.credentials.redaction import redact

USER_AGENT = f"kubectl-pullsecret/{__version__}"

_MOST_LETTERS = 2000  # of a value
_SHOWN_SCHEMES = ("Basic", "Bearer")
_SECRET_NAMES = (
    "authorization",
    "proxy-authorization",
    "proxy-authenticate",
    "cookie",
    "set-cookie",
    "www-authenticate",
)


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    pair = f"{user}:{password}".encode("utf-8", "surrogateescape")
    return "Basic " + base64.b64encode(pair).decode()


def shown(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Lines for a log, without a credential."""
    for name, value in headers:
        yield f"{name}: {_masked(name.lower(), value)}"


def _masked(name: str, value: str) -> str:
    if name.startswith("impersonate-extra-"):
        return MASK
    if name not in _SECRET_NAMES:
        return redact(value[:_MOST_LETTERS]) + ("…" if len(value) > _MOST_LETTERS else "")
    scheme = value.partition(" ")[0]
    return f"{scheme} {MASK}" if scheme in _SHOWN_SCHEMES else MASK
