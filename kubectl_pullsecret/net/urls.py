"""The parts of a server's URL that decide how it is dialled. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked

PORTS = {"http": 80, "https": 443}  # of a URL that writes none


class ServerUrl(NamedTuple):
    """A server's address."""

    scheme: str  # http or https
    host: str  # with the port, if there is one, and brackets around IPv6
    path: str = ""  # a prefix of every request, without a slash at the end
    username: str = ""
    password: Masked | None = None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def split_scheme(url: str) -> str:
    """The scheme in lower case; "" if there is none before :// (net/url, getScheme)."""
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", url)
    return found[1].lower() if found else ""


def split_port(host: str) -> tuple[str, str]:
    """Name and port of a URL's host, either perhaps empty; brackets stay."""
    if host.endswith("]") or ":" not in host:
        return host, ""
    name, _, port = host.rpartition(":")
    return name, port
