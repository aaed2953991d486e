"""The route to an API server: its address, a pool of connections, perhaps a proxy in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import urllib3
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net.pools import authority, pools_through, port_of
from kubectl_pullsecret.net.urls import PORTS
from kubectl_pullsecret.sources.connection import Connection
from kubectl_pullsecret.sources.transport.tls_context import tls_context

MOST_CONNECTIONS = 8  # kept alive; more are made where more are needed at once


class Route(NamedTuple):
    """Where requests go. The pool may be used by many threads."""

    pool: urllib3.HTTPConnectionPool
    server: str  # host:port
    proxy: str  # host:port, "" without one
    host: str  # as the URL names it
    origin: str  # https://host:port
    prefix: str  # of every path; "" or "/k8s/clusters/x"
    through_proxy: bool  # requests carry the whole URL, as a proxy for plain HTTP wants it

    def target(self, path: str) -> str:
        """What the request line names, of a path with its query."""
        return f"{self.origin if self.through_proxy else ''}{self.prefix}{path}"

    @property
    def base(self) -> str:
        """The URL below which all paths are."""
        return self.origin + self.prefix


def route_to(connection: Connection, environment: Mapping[str, str]) -> Route:
    """Prepare the route to a server; nothing is dialled yet.

    Raises:
        PullSecretError: the server's or the proxy's URL, or a certificate, cannot be used.
    """
    url = _url("server", connection.server)
    if url.auth is not None:
        raise PullSecretError(
            f"the server's URL {authority(url)} has a user name in it",
            remedy="give username and password in the kubeconfig's user",
        )
    urllib3.disable_warnings()  # who says insecure-skip-tls-verify knows
    proxy = _url("proxy", connection.proxy.reveal()) if connection.proxy else None
    secured = "https" in (url.scheme, proxy.scheme if proxy else "")
    context = tls_context(connection.tls, environment) if secured else None
    manager = pools_through(
        proxy,
        context,
        most_connections=MOST_CONNECTIONS,
        server_name=connection.tls.server_name or None,
    )
    return Route(
        pool=manager.connection_from_host(url.host, port_of(url), url.scheme),
        server=authority(url),
        proxy=authority(proxy) if proxy else "",
        host=connection.tls.server_name or (url.host or "").strip("[]"),
        origin=f"{url.scheme}://{authority(url)}",
        prefix=(url.path or "").rstrip("/"),
        through_proxy=proxy is not None and url.scheme == "http",
    )


def _url(what: str, written: str) -> Url:
    try:
        url = parse_url(written)
    except LocationParseError:  # which quotes the URL, with its password
        raise PullSecretError(f"the {what}'s URL cannot be read") from None
    if url.scheme not in PORTS or not url.host:
        raise PullSecretError(
            f"the {what}'s URL must begin with http:// or https:// and a host",
            remedy="check it with: kubectl config view --minify",
        )
    return url
