"""Two random kubeconfigs and random flags: kubectl and we do the same, whatever it is."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.sources.kubeconfig.beside_kubectl import Row, World

NAMES = "abc"
V1 = "client.authentication.k8s.io/v1"
PLUGIN = f"""#!/bin/sh
echo '{{"apiVersion": "{V1}", "status": {{"token": "from-a-plugin"}}}}'
"""
BESIDE = {"t": "from-a-file\n", "blank": " \n", "pki/ca": "@ca-text@", "plugin": PLUGIN}
EXEC = {"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never"}
OIDC = {"name": "oidc", "config": {"client-id": "x", "idp-issuer-url": "https://x"}}
HTTPS = ["@https@", "@https@/", "@https@/a/b", "@any@"]

# Of each field: how likely it is there, in percent, and its values.
Fields = Mapping[str, tuple[int, Sequence[Any]]]
CLUSTER: Fields = {
    "server": (98, [*HTTPS, *HTTPS, "@http@", "https://u:p@@https-host@"]),
    "certificate-authority-data": (90, [*["@ca-data@"] * 12, "@other-ca-data@", "YWJj"]),
    "certificate-authority": (4, ["@ca-pem@", "missing", "pki/ca", ""]),
    "insecure-skip-tls-verify": (4, [True, False]),
    "tls-server-name": (8, ["localhost", "localhost", "x.invalid", ""]),
    "proxy-url": (10, ["@proxy@", "@proxy@", "@proxy@", "ftp://x", "", ":"]),
    "extensions": (5, [[{"name": "x", "extension": {}}], [{"name": "x", "extension": {}}] * 2]),
}
USER: Fields = {
    "token": (92, ["one", "two", "three", ""]),
    "tokenFile": (8, ["t", "t", "no", "blank"]),
    "username": (3, ["ann"]),
    "password": (3, ["x"]),
    "as": (15, ["joe", ""]),
    "as-groups": (4, [["a", "b"]]),
    "as-user-extra": (2, [{"key": ["value"]}]),
    "client-certificate-data": (15, ["@jane-data@"]),
    "client-key-data": (20, [*["@jane-key-data@"] * 6, "@joe-key-data@", "YWJj"]),
    "client-certificate": (2, ["@joe-pem@", "no"]),
    "client-key": (3, ["@joe-key@", "no"]),
    "exec": (10, [EXEC, EXEC, EXEC, EXEC | {"command": "./no"}, EXEC | {"apiVersion": "x"}, {}]),
    "auth-provider": (2, [OIDC, {"name": "gcp"}, None]),
}
CONTEXT: Fields = {"cluster": (98, NAMES), "user": (98, NAMES), "namespace": (40, ["x", "y"])}
FLAGS: Fields = {
    "context": (20, NAMES),
    "cluster": (8, NAMES),
    "user": (8, NAMES),
    "server": (8, ["@https@", "@http@"]),
    "token": (8, ["from-a-flag"]),
    "certificate_authority": (6, ["@ca-pem@", "@ca-pem@", "@other-ca-pem@", "no"]),
    "insecure_skip_tls_verify": (6, [True]),
    "tls_server_name": (4, ["localhost"]),
    "client_certificate": (3, ["@joe-pem@"]),
    "client_key": (3, ["@joe-key@"]),
    "as_user": (5, ["max"]),
    "as_groups": (4, [("g",)]),
    "namespace": (5, ["n"]),
    "username": (2, ["max"]),
}
ENVIRONMENT: Fields = {
    "KUBECONFIG": (100, ["x:y", "y:x", "x", "no::y:x"]),
    "HTTPS_PROXY": (15, ["@proxy@", "@proxy-host@"]),
    "NO_PROXY": (30, ["0.0.0.0", "x"]),  # noqa: S104 - an address that is no loopback
    "KUBERNETES_MASTER": (3, ["@http@"]),
}


def some(chance: random.Random, fields: Fields) -> dict[str, Any]:
    return {
        name: chance.choice(values)
        for name, (percent, values) in fields.items()
        if chance.randrange(100) < percent
    }


def entries(chance: random.Random, kind: str, fields: Fields) -> list[dict[str, Any]]:
    names = chance.sample(NAMES, chance.choice((2, 3, 3, 3)))
    return [{"name": name, kind: some(chance, fields)} for name in names]


def kubeconfig(chance: random.Random) -> dict[str, Any]:
    return {
        "clusters": entries(chance, "cluster", CLUSTER),
        "users": entries(chance, "user", USER),
        "contexts": entries(chance, "context", CONTEXT),
        "current-context": chance.choice((*NAMES, "")),
    }


@pytest.mark.parametrize("seed", range(60))
def test_as_kubectl(world: World, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same rows each time
    files = {"x": kubeconfig(chance), "y": kubeconfig(chance), **BESIDE}
    row = Row("", files, some(chance, FLAGS), some(chance, ENVIRONMENT))
    world.write(files)
    ours, kubectl = world.ask_us(row), world.ask_kubectl(row)
    assert bool(ours.message) is bool(kubectl.message), (row, ours, kubectl)
    if not ours.message:
        assert (ours.arrived, ours.proxied) == (kubectl.arrived, kubectl.proxied), row
