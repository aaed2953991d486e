"""Hosts that are dialled: where a registry answers, and who may hear a credential. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from kubectl_pullsecret.credentials.hosts import ascii_lower
from kubectl_pullsecret.images import HUB
from kubectl_pullsecret.net.pools import port_of
from kubectl_pullsecret.net.urls import PORTS, split_port

_HUB_HOST = "registry-1.docker.io"  # containerd 1.7, remotes/docker/registry.go, DefaultHost
_MOST_LETTERS = 8192  # of a URL

# Below these anybody may have a name: second levels that countries share, and hosters' domains.
# The complete list is long and changes weekly. With this one, hosts that end alike in two other
# labels are taken for one owner's; to take them for two costs a line of notes, and needs TLS.
_SHARED_LEVELS = (
    "ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "id", "ltd", "me", "mil", "ne", "net",
    "nom", "or", "org", "plc", "sch",
)  # fmt: skip
_SHARED_DOMAINS = (
    "amazonaws.com", "azurecr.io", "azurewebsites.net", "cloudfront.net", "gcr.io", "github.io",
    "gitlab.io", "googleapis.com", "herokuapp.com", "netlify.app", "onrender.com", "pages.dev",
    "pkg.dev", "run.app", "vercel.app", "windows.net", "workers.dev",
)  # fmt: skip


class InvalidAddressError(ValueError):
    """A URL that cannot be dialled. Quotes nothing of it."""


class Origin(NamedTuple):
    """Scheme, host and port: what a credential is bound to."""

    scheme: str  # "https" or "http"
    host: str  # in lower case, with brackets around IPv6
    port: int

    @property
    def name(self) -> str:
        """The host, and the port where it is not the scheme's own."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without a path."""
        return f"{self.scheme}://{self.name}"

    @property
    def bare_host(self) -> str:
        """The host without brackets, as a resolver takes it."""
        return self.host.strip("[]")

    @property
    def on_loopback(self) -> bool:
        """Whether its name says that it is on this machine; nobody is asked."""
        return is_loopback(self.bare_host)


class Place(NamedTuple):
    """A URL, taken apart."""

    origin: Origin
    target: str  # path and query: "/v2/?x=y"


def place_of(url: str, base: str = "") -> Place:
    """Read a URL, one relative to `base` too. Raises InvalidAddressError."""
    try:
        whole = urljoin(base, url)
        parts = parse_url(whole) if len(whole) <= _MOST_LETTERS else None
        host = (parts.host or "").encode("ascii").decode() if parts else ""
    except (LocationParseError, ValueError):
        raise InvalidAddressError("it is no URL") from None
    if parts is None or parts.scheme not in PORTS or not host:
        raise InvalidAddressError("it is no URL with http:// or https:// and a host")
    if parts.auth is not None:
        raise InvalidAddressError("there is a user name in it")
    query = f"?{parts.query}" if parts.query is not None else ""
    return Place(
        Origin(parts.scheme, ascii_lower(host), port_of(parts)), (parts.path or "/") + query
    )


def origin_of(registry: str, scheme: str = "https") -> Origin:
    """Tell where a registry answers that image names call so. Raises InvalidAddressError."""
    host, port = split_port(_HUB_HOST if registry == HUB else registry)
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise InvalidAddressError("its port is none")
    return place_of(f"{scheme}://{host}{f':{port}' if port else ''}").origin


def is_loopback(host: str) -> bool:
    """Tell whether a host without brackets is this machine by its name alone (RFC 6761, 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def one_owner(first: str, second: str) -> bool:
    """Tell whether two hosts, in lower case and without brackets, are one owner's; rather not."""
    if first == second or (is_loopback(first) and is_loopback(second)):
        return True
    if _address(first) is not None or _address(second) is not None:
        return False
    pairs = zip(reversed(first.split(".")), reversed(second.split(".")), strict=False)
    common = [label for label, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    if len(common) != 2:
        return len(common) > 2
    top, below = common
    is_countrys = len(top) == 2 and below in _SHARED_LEVELS
    return not is_countrys and f"{below}.{top}" not in _SHARED_DOMAINS


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
