"""Through which proxy a server is reached: the cluster's proxy-url, else the environment. Pure.

Source of the environment's rules: Go, golang.org/x/net/http/httpproxy/proxy.go; client-go 0.34,
transport/cache.go: proxy-url wins over all of them. ALL_PROXY is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kubectl_pullsecret.credentials import go_url
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net.urls import PORTS, ServerUrl, split_port, split_scheme

if TYPE_CHECKING:
    import ipaddress

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SOCKS = ("socks5", "socks5h")


class InvalidProxyError(ValueError):
    """Why a proxy cannot be used. Quotes nothing of its URL: it may hold a password."""


def parse_proxy_url(written: Masked) -> Masked:
    """Check a cluster's proxy-url and give it the port. Raises InvalidProxyError.

    Source: client-go 0.34, tools/clientcmd/helpers.go, parseProxyURL.
    """
    url = written.reveal()
    scheme = split_scheme(url)
    if scheme not in (*PORTS, *_SOCKS):
        raise InvalidProxyError("it must begin with http:// or https://")
    return _usable(scheme, url)


def proxy_from_environment(server: ServerUrl, environment: Mapping[str, str]) -> Masked | None:
    """Return the proxy that HTTPS_PROXY or HTTP_PROXY names; None if NO_PROXY excepts the server.

    Raises PullSecretError for a proxy that this program cannot use, and for HTTP_PROXY in a CGI
    program, where the client may have set it (proxyForURL).
    """
    name, written = _variable(f"{server.scheme}_proxy".upper(), environment)
    url = _with_scheme(written)
    if not url:
        return None
    if server.scheme == "http" and environment.get("REQUEST_METHOD"):
        raise PullSecretError(f"{name} is not used in a CGI program", remedy=f"unset {name}")
    if _is_excepted(server, _variable("NO_PROXY", environment)[1]):
        return None
    try:
        return _usable(split_scheme(url), url)
    except InvalidProxyError as error:
        raise PullSecretError(
            f"the proxy of the environment variable {name} cannot be used: {error}",
            remedy=f"set another proxy, or except the server: NO_PROXY={_host_and_port(server)[0]}",
        ) from None


def _variable(name: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The variable that counts and its value: upper case first, empty is unset (getEnvAny)."""
    for spelling in (name, name.lower()):
        if environment.get(spelling):
            return spelling, environment[spelling]
    return name, ""


def _with_scheme(written: str) -> str:
    """The URL; http:// before host and port; "" for what no URL can be made of (parseProxy)."""
    if not written or (split_scheme(written) and _host(written)):
        return written
    url = f"http://{written}"
    return "" if _host(url) is None else url


def _host(url: str) -> str | None:
    """The host with its port; None for what is no URL."""
    try:
        return go_url.parse(url)[0]
    except go_url.InvalidURLError:
        return None


def _usable(scheme: str, url: str) -> Masked:
    """The URL with a port and no path; any other scheme is spoken to as http (net/http)."""
    if scheme in _SOCKS:
        raise InvalidProxyError("SOCKS proxies are not supported, only http:// and https:// ones")
    name, port = split_port(_host(url) or "")
    if not name:
        raise InvalidProxyError("it is not a URL with a host")
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    info, at, _ = authority.rpartition("@")
    spoken = scheme if scheme in PORTS else "http"
    return Masked(f"{spoken}://{info}{at}{name}:{port or PORTS[spoken]}")


def _host_and_port(server: ServerUrl) -> tuple[str, str]:
    parts = go_url.split_host_port(server.host)
    host, port = parts or (server.host.strip("[]"), "")
    return host, port or str(PORTS[server.scheme])


def _is_excepted(server: ServerUrl, no_proxy: str) -> bool:
    """Whether the server is dialled directly (useProxy): loopback always is."""
    host, port = _host_and_port(server)
    if host == "localhost":
        return True
    address = _address(host)
    if address is not None and address.is_loopback:
        return True
    rules = [rule for written in no_proxy.split(",") if (rule := written.strip().lower())]
    if "*" in rules:
        return True
    if address is not None:
        return any(_matches_address(rule, address, port) for rule in rules)
    return any(_matches_name(rule, host.lower(), port) for rule in rules)


def _matches_address(rule: str, address: Address, port: str) -> bool:
    """CIDR, or an address with or without a port."""
    import ipaddress

    if "/" in rule:
        try:
            network = ipaddress.ip_network(rule, strict=False)
        except ValueError:
            return False
        return address.version == network.version and address in network
    host, rule_port = go_url.split_host_port(rule) or (rule, "")
    return _address(host) == address and rule_port in ("", port)


def _matches_name(rule: str, host: str, port: str) -> bool:
    """A name stands for itself and all below it; after a dot or `*.` only for those below."""
    name, rule_port = go_url.split_host_port(rule) or (rule, "")
    name = name.removeprefix("*") if name.startswith("*.") else name
    below = host.endswith(name if name.startswith(".") else f".{name}")
    return bool(name) and (below or host == name) and rule_port in ("", port)


def _address(host: str) -> Address | None:
    """An IP address; IPv4 in IPv6's clothes is IPv4, a zone does not count."""
    import ipaddress

    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
