"""The server's address as client-go takes it: a URL, or host and port. Pure."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote

from kubectl_pullsecret.credentials import go_url
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.net.urls import ServerUrl, split_port, split_scheme

_PATH_SAFE = "/$&+,:;=@~-_."  # what Go leaves alone in a path (net/url, shouldEscape)


class InvalidServerError(ValueError):
    """Why an address cannot be used. Quotes nothing of it: it may hold a password."""


def parse_server(written: str) -> ServerUrl:
    """Read a cluster's `server`. Without a scheme it is http, as for kubectl.

    client-go would take https there if a certificate were given, but asks before it has read them.
    Query and fragment are dropped. Raises InvalidServerError. Source: client-go 0.34,
    rest/url_utils.go, DefaultServerURL; rest/config.go, IsConfigTransportTLS.
    """
    scheme = split_scheme(written)
    if scheme:
        host, path = _parsed(written)
    else:
        scheme, written = "http", f"http://{written}"
        host, path = _parsed(written)
        if path not in ("", "/"):
            raise InvalidServerError("it has a path but no scheme; write https:// before it")
    if scheme not in ("http", "https"):
        raise InvalidServerError("it must begin with https:// or http://")
    username, password = user_info(written)
    return ServerUrl(scheme, _checked_host(host), _clean(path), username, password)


def user_info(url: str) -> tuple[str, Masked | None]:
    """User name and password of a URL that Go can parse, decoded."""
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    info, at, _ = authority.rpartition("@")
    name, colon, password = info.partition(":")
    return unquote(name), Masked(unquote(password)) if at and (name or colon) else None


def _parsed(url: str) -> tuple[str, str]:
    try:
        host, path = go_url.parse(url)
    except go_url.InvalidURLError as error:
        raise InvalidServerError(f"it is not a URL: {error}") from None
    if not host:
        raise InvalidServerError("it has no host")
    return host, path


def _checked_host(host: str) -> str:
    if not host.isascii():
        raise InvalidServerError("write its host in ASCII (xn--…)")
    name, port = split_port(host)
    if not name or (":" in name and not name.startswith("[")):
        raise InvalidServerError("it has no host, or an IPv6 address without brackets")
    if port and int(port) > 65535:
        raise InvalidServerError("its port is larger than 65535")
    found = f"{name}:{port}" if port else name
    return found.replace("%", "%25")  # an IPv6 zone, which Go decodes


def _clean(path: str) -> str:
    """Go's path.Join with the request's own path, which comes after it."""
    clean = posixpath.normpath("/" + path.lstrip("/")).rstrip("/")
    return quote(clean.encode("utf-8", "surrogateescape"), safe=_PATH_SAFE)
