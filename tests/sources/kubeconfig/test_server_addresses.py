"""How a server's address is read, row by row beside kubectl."""

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
SECRETS = "/api/v1/namespaces/default/secrets"
EXEC: dict[str, Any] = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": "missing",
    "interactiveMode": "Never",
}

PRINT = f"""echo '{{"apiVersion": "{EXEC["apiVersion"]}", "status": {{"token": "{TOKEN}"}}}}'"""


def fine(name: str, server: str, user: dict[str, Any] | None = None, **seen: Any) -> Row:
    return Row(name, {"config": kubeconfig({"server": server}, user)}, arrives=seen)


def refused(name: str, server: str, ours: str, kubectl: str) -> Row:
    files = {"config": kubeconfig({"server": server})}
    return Row(name, files, refused=ours, kubectl_says=kubectl)


ROWS = [
    fine("https", "@https@", host="@https-host@", **SEEN),
    fine("a slash at its end", "@https@/", path=SECRETS, **SEEN),
    fine("HTTPS", "HTTPS://@https-host@", **SEEN),
    fine("a name", "https://localhost:@https-port@", server_name="localhost", **SEEN),
    fine("a prefix", "@https@/k8s/clusters/c-1", path=f"/k8s/clusters/c-1{SECRETS}", **SEEN),
    fine("a prefix with slashes", "@https@//k8s///c/", path=f"/k8s/c{SECRETS}", **SEEN),
    fine("a prefix with dots", "@https@/a/./b/../c", path=f"/a/c{SECRETS}", **SEEN),
    fine("a prefix with escapes", "@https@/a%20b/ü/c+d,e;f=g", **SEEN,
         path=f"/a%20b/%C3%BC/c+d,e;f=g{SECRETS}"),
    fine("query and fragment are dropped", "@https@/p?a=b#c", path=f"/p{SECRETS}", **SEEN),
    fine("query without a path", "@https@?a=b", path=SECRETS, **SEEN),
    fine("http sends no credentials", "@http@", authorization="", host="@http-host@"),
    fine("http asks for none", "@http@", {"token": None}, authorization=""),
    fine("http runs no plugin", "@http@", {"exec": EXEC}, authorization=""),
    fine("http knows no auth-provider", "@http@", {"auth-provider": {"name": "x"}},
         authorization=""),
    fine("http reads no token file", "@http@", {"tokenFile": "missing"}, authorization=""),
    fine("host and port are http", "@http-host@", authorization="", host="@http-host@"),
    fine("a name and port are http", "localhost:@http-port@", authorization=""),
    fine("with a slash at its end", "@http-host@/", path=SECRETS, authorization=""),
    fine("user and password in it beat a token", f"https://ann:{CANARY}%40@@https-host@",
         authorization=basic(f"ann:{CANARY}@")),
    fine("user and password in it beat a plugin's token", f"https://ann:{CANARY}@@https-host@",
         {"token": None, "exec": EXEC | {"command": "sh", "args": ["-c", PRINT]}},
         authorization=basic(f"ann:{CANARY}")),
    fine("user and password in it over http", f"http://ann:{CANARY}@@http-host@",
         authorization=basic(f"ann:{CANARY}")),
    fine("a user alone in it", "https://ann@@https-host@", authorization=basic("ann:")),
    refused("a path but no scheme", "@http-host@/p", "it has a path but no scheme",
            "host must be a URL or a host:port pair"),
    refused("another scheme", "ftp://@http-host@", "must begin with https://",
            "unsupported protocol scheme"),
    refused("a space before it", " @https@", "it is not a URL", "invalid character"),
    refused("a control character", "@https@/\x01", "it is not a URL", "invalid control character"),
    refused("a port that is no number", "https://127.0.0.1:x", "it is not a URL",
            "host must be a URL or a host:port pair"),
    refused("a port that is too large", "https://127.0.0.1:70000", "port is larger than 65535",
            "invalid port"),
    refused("no host", "https:///x", "it has no host", "host must be a URL"),
    Row("IPv6 without brackets", {"config": kubeconfig({"server": "https://::1:443"})},
        refused="an IPv6 address without brackets", differs="Go may take the last : as the port's"),
    refused("a host that is only a port", "https://:1", "it has no host", "refused"),
    refused("nobody listens", "https://127.0.0.1:1", "127.0.0.1:1", "was refused"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)


def test_a_password_in_the_address_needs_an_identity_too(world: World) -> None:
    files = {"config": kubeconfig({"server": f"https://a:{CANARY}@@https-host@"}, {"token": None})}
    compare(world, Row("", files, refused="has no credentials", kubectl_says="EOF"))


def test_ipv6(world: World) -> None:
    if "six-port" not in world.words:
        pytest.skip("this machine has no IPv6")
    files = {"config": kubeconfig({"server": "https://[::1]:@six-port@"})}
    compare(world, Row("", files, arrives={"host": "[::1]:@six-port@", **SEEN}))
