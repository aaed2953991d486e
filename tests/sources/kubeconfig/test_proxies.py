"""Through which proxy a server is reached, row by row beside kubectl.

The server at 0.0.0.0 is the one at 127.0.0.1 for the kernel, but no loopback address for the rules.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sources.kubeconfig.beside_kubectl import (
    CANARY,
    TOKEN,
    Row,
    World,
    basic,
    compare,
    kubeconfig,
)

SEEN: dict[str, Any] = {"authorization": f"Bearer {TOKEN}"}
ANYWHERE = "0.0.0.0"  # noqa: S104 - an address that is no loopback; nothing is bound to it
API: dict[str, Any] = {"server": "https://api.invalid:@https-port@"}
ANY: dict[str, Any] = {"server": "@any@"}
VIA_PROXY: dict[str, Any] = {"proxy_target": "api.invalid:@https-port@"}
ANY_VIA_PROXY: dict[str, Any] = {"proxy_target": "@any-host@"}
DIRECT: dict[str, Any] = {"proxy_target": ""}
UNUSABLE = 'cluster "k" of @folder@/config: the proxy-url cannot be used: '


def proxied(
    name: str,
    cluster: dict[str, Any],
    environment: dict[str, str] | None = None,
    flags: dict[str, Any] | None = None,
    **seen: Any,
) -> Row:
    files = {"config": kubeconfig(cluster)}
    return Row(name, files, flags or {}, environment or {}, arrives={**SEEN, **seen})  # fmt: skip


def refused(name: str, proxy_url: str, ours: str, kubectl: str, differs: str = "") -> Row:
    files = {"config": kubeconfig(API | {"proxy-url": proxy_url})}
    return Row(name, files, refused=ours, kubectl_says=kubectl, differs=differs)


PROXY_URLS = [
    proxied("http", API | {"proxy-url": "@proxy@"}, **VIA_PROXY),
    proxied("with a slash at its end", API | {"proxy-url": "@proxy@/"}, **VIA_PROXY),
    proxied("with user and password",
            API | {"proxy-url": f"http://ann:{CANARY}%40%3a@@proxy-host@"},
            proxy_authorization=basic(f"ann:{CANARY}@:"), **VIA_PROXY),
    proxied("with a user alone", API | {"proxy-url": "http://ann@@proxy-host@"},
            proxy_authorization=basic("ann:"), **VIA_PROXY),
    proxied("https", API | {"proxy-url": "@tls-proxy@"}, proxy_secured=True, **VIA_PROXY),
    proxied("https with user and password",
            API | {"proxy-url": f"https://ann:{CANARY}@127.0.0.1:@tls-proxy-port@"},
            proxy_secured=True, proxy_authorization=basic(f"ann:{CANARY}")),
    proxied("for loopback too", {"proxy-url": "@proxy@"}, proxy_target="@https-host@"),
    proxied("before HTTPS_PROXY", API | {"proxy-url": "@proxy@"},
            {"HTTPS_PROXY": "http://127.0.0.1:1"}, **VIA_PROXY),
    proxied("before NO_PROXY", API | {"proxy-url": "@proxy@"}, {"NO_PROXY": "*"}, **VIA_PROXY),
    proxied("kept with --server", {"server": "https://127.0.0.1:1", "proxy-url": "@proxy@"},
            flags={"server": "https://api.invalid:@https-port@"}, **VIA_PROXY),
    proxied("for a server over HTTP", {"server": "http://api.invalid", "proxy-url": "@http-proxy@"},
            authorization="", proxy_target="api.invalid"),
    refused("without a scheme", "127.0.0.1:1", UNUSABLE + "it must begin with http",
            "invalid 'proxy-url'"),
    refused("of another scheme", f"ftp://ann:{CANARY}@127.0.0.1:1", UNUSABLE + "it must begin with",
            'unsupported scheme "ftp"'),
    refused("that is no URL", f"http://ann:{CANARY}@[::1", UNUSABLE + "it is not a URL",
            "could not parse"),
    refused("without a host", "http:///x", UNUSABLE + "it is not a URL with a host", "was refused"),
    refused("socks5", f"socks5://ann:{CANARY}@127.0.0.1:1", UNUSABLE + "SOCKS proxies are not",
            "", differs="kubectl speaks SOCKS"),
    refused("a proxy that is not there", "http://127.0.0.1:1", "127.0.0.1:1", "was refused"),
    refused("a proxy that nobody trusts", "https://127.0.0.1:@named-port@",
            "127.0.0.1:@named-port@", "failed to verify certificate"),
]  # fmt: skip

ENVIRONMENT = [
    proxied("HTTPS_PROXY", API, {"HTTPS_PROXY": "@proxy@"}, **VIA_PROXY),
    proxied("https_proxy", API, {"https_proxy": "@proxy@"}, **VIA_PROXY),
    proxied("upper case comes first", API,
            {"HTTPS_PROXY": "@proxy@", "https_proxy": "http://127.0.0.1:1"}, **VIA_PROXY),
    proxied("an empty one is unset", API, {"HTTPS_PROXY": "", "https_proxy": "@proxy@"},
            **VIA_PROXY),
    proxied("without a scheme", API, {"HTTPS_PROXY": "@proxy-host@"}, **VIA_PROXY),
    proxied("with a name and without a scheme", API, {"HTTPS_PROXY": "localhost:@proxy-port@"},
            **VIA_PROXY),
    proxied("of a scheme that means nothing", API, {"HTTPS_PROXY": "ftp://@proxy-host@"},
            **VIA_PROXY),
    proxied("with user and password", API, {"HTTPS_PROXY": f"http://ann:{CANARY}@@proxy-host@/x"},
            proxy_authorization=basic(f"ann:{CANARY}")),
    proxied("with user, password and no scheme", API, {"HTTPS_PROXY": f"ann:{CANARY}@@proxy-host@"},
            proxy_authorization=basic(f"ann:{CANARY}")),
    proxied("a proxy with TLS", API, {"HTTPS_PROXY": "@tls-proxy@"}, proxy_secured=True),
    proxied("a proxy that is no URL is none", ANY, {"HTTPS_PROXY": "\x01"}, **DIRECT),
    proxied("HTTP_PROXY is not for https", ANY, {"HTTP_PROXY": "http://127.0.0.1:1"}, **DIRECT),
    proxied("ALL_PROXY is not read", ANY, {"ALL_PROXY": "http://127.0.0.1:1"}, **DIRECT),
    proxied("never for 127.0.0.1", {}, {"HTTPS_PROXY": "http://127.0.0.1:1"}, **DIRECT),
    proxied("never for localhost", {"server": "https://localhost:@https-port@"},
            {"HTTPS_PROXY": "http://127.0.0.1:1"}, **DIRECT),
    proxied("for other addresses", ANY, {"HTTPS_PROXY": "@proxy@"}, **ANY_VIA_PROXY),
    proxied("HTTP_PROXY for http", {"server": "http://api.invalid:81"},
            {"HTTP_PROXY": "@http-proxy@"},
            authorization="", proxy_target="api.invalid:81"),
    proxied("HTTP_PROXY with user and password", {"server": "http://api.invalid"},
            {"http_proxy": f"http://ann:{CANARY}@127.0.0.1:@http-proxy-port@"}, authorization="",
            proxy_authorization=basic(f"ann:{CANARY}")),
    Row("HTTP_PROXY in a CGI program", {"config": kubeconfig({"server": "http://api.invalid"})},
        environment={"HTTP_PROXY": "@http-proxy@", "REQUEST_METHOD": "GET"},
        refused="HTTP_PROXY is not used in a CGI program", kubectl_says="CGI environment"),
    proxied("HTTPS_PROXY in a CGI program", API, {"HTTPS_PROXY": "@proxy@",
                                                  "REQUEST_METHOD": "GET"},
            **VIA_PROXY),
    Row("SOCKS", {"config": kubeconfig(API)},
        environment={"HTTPS_PROXY": f"socks5://ann:{CANARY}@127.0.0.1:1"},
        refused="the proxy of the environment variable HTTPS_PROXY cannot be used: SOCKS",
        differs="kubectl speaks SOCKS"),
]  # fmt: skip


def no_proxy(rules: str, expected: dict[str, Any], name: str = "NO_PROXY") -> Row:
    return proxied(f"{name}={rules}", ANY, {"HTTPS_PROXY": "@proxy@", name: rules}, **expected)


ADDRESSES = [
    *(no_proxy(rules, DIRECT) for rules in (
        "*", ANYWHERE, "0.0.0.0/8", "0.0.0.7/8", "::ffff:0.0.0.0", "0.0.0.0:@any-port@",
        " 10.0.0.1 , 0.0.0.0 ", "x,*", "::/0,0.0.0.0/0")),
    no_proxy(ANYWHERE, DIRECT, "no_proxy"),
    *(no_proxy(rules, ANY_VIA_PROXY) for rules in (
        "", "0.0.0.1", "0.0.0.0:1", "0.0", ".0", "0.0.0.*", "1.0.0.0/8", "0.0.0.0/33", "::/0",
        "0.0.0.0/8x", "[0.0.0.0]", "x*", "/", ":", ",,")),
]  # fmt: skip


def no_proxy_name(rules: str) -> Row:
    return proxied(
        f"NO_PROXY={rules} for api.invalid",
        API,
        {"HTTPS_PROXY": "@proxy@", "NO_PROXY": rules},
        **VIA_PROXY,
    )


def excepted_name(rules: str) -> Row:
    """The name is not known to DNS: that both fail without the proxy is what is to be seen."""
    files = {"config": kubeconfig(API)}
    given = {"HTTPS_PROXY": "@proxy@", "NO_PROXY": rules}
    return Row(f"NO_PROXY={rules} excepts api.invalid", files, environment=given,
               refused="api.invalid", kubectl_says="no such host|api.invalid")  # fmt: skip


NAMES = [
    *map(no_proxy_name, ("x.invalid", ".api.invalid", "*.api.invalid", "pi.invalid", "api.inval",
                         "api.invalid:1", "api.*", "http://api.invalid", "api", "*.x")),
    *map(excepted_name, ("api.invalid", "invalid", ".invalid", "*.invalid", "API.Invalid",
                         "api.invalid:@https-port@", "x, api.invalid", ".invalid:@https-port@",
                         "*", "api.invalid:")),
]  # fmt: skip


@pytest.mark.parametrize(
    "row", [*PROXY_URLS, *ENVIRONMENT, *ADDRESSES, *NAMES], ids=lambda row: row.name
)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)
