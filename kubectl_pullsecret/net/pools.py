"""Pools of connections to servers, perhaps through a proxy."""

from __future__ import annotations

import ssl
from urllib.parse import unquote

import urllib3
from urllib3.util import Url

from kubectl_pullsecret.net.headers import basic
from kubectl_pullsecret.net.urls import PORTS


def pools_through(
    proxy: Url | None,
    context: ssl.SSLContext | None,
    *,
    most_connections: int,
    server_name: str | None = None,
) -> urllib3.PoolManager:
    """Pools that keep so many connections to each server; they may be used by many threads.

    `server_name` is verified instead of the URL's host. A proxy is trusted as the server is, as in
    Go; its URL may hold user and password.
    """
    if proxy is None:
        return urllib3.PoolManager(
            maxsize=most_connections, ssl_context=context, server_hostname=server_name
        )
    user, _, password = (unquote(part) for part in (proxy.auth or "").partition(":"))
    return urllib3.ProxyManager(
        f"{proxy.scheme}://{authority(proxy)}",
        proxy_headers={"Proxy-Authorization": basic(user, password)} if proxy.auth else None,
        proxy_ssl_context=context,
        maxsize=most_connections,
        ssl_context=context,
        server_hostname=server_name,
    )


def port_of(url: Url) -> int:
    """The port of a URL with a scheme, written or not."""
    return url.port or PORTS[url.scheme or "https"]


def authority(url: Url) -> str:
    """Host and port of a URL: "127.0.0.1:6443"."""
    return f"{url.host}:{port_of(url)}"
