"""What the flags of a command line change, row by row beside kubectl."""

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

BEARER = f"Bearer {TOKEN}"
JANE: dict[str, Any] = {
    "client-certificate-data": "@jane-data@",
    "client-key-data": "@jane-key-data@",
}
TWO = kubeconfig(
    user={"token": f"{CANARY}-first"},
    clusters=[
        {"name": "k", "cluster": {"server": "https://127.0.0.1:1"}},
        {
            "name": "other",
            "cluster": {"server": "@https@", "certificate-authority-data": "@ca-data@"},
        },
    ],
    users=[
        {"name": "u", "user": {"token": f"{CANARY}-first"}},
        {"name": "other", "user": {"token": TOKEN}},
    ],
    contexts=[
        {"name": "c", "context": {"cluster": "k", "user": "u"}},
        {"name": "half", "context": {"cluster": "other", "user": "u", "namespace": "half"}},
        {"name": "other", "context": {"cluster": "other", "user": "other", "namespace": "o"}},
    ],
)
NAMES: dict[str, Any] = {"token": None, "username": "ann", "password": CANARY}
HTTP: dict[str, Any] = {"server": "@http@"}
AS_JOE = (("impersonate-user", "joe"),)
FIELDS_OF_JOE: dict[str, Any] = {
    "as": "joe",
    "as-groups": ["a", "b"],
    "as-uid": "7",
    "as-user-extra": {"x": ["y"]},
}


def fine(
    name: str, flags: dict[str, Any], config: dict[str, Any] | None = None, **seen: Any
) -> Row:
    return Row(name, {"config": config or kubeconfig()}, flags, arrives=seen)


def refused(name: str, flags: dict[str, Any], ours: str, kubectl: str, **parts: Any) -> Row:
    files = {"config": kubeconfig(**parts)}
    return Row(name, files, flags, refused=ours, kubectl_says=kubectl)


CHOICES = [
    fine("--context", {"context": "other"}, TWO, authorization=BEARER,
         path="/api/v1/namespaces/o/secrets"),
    fine("--cluster and --user", {"cluster": "other", "user": "other"}, TWO, authorization=BEARER,
         path="/api/v1/namespaces/default/secrets"),
    fine("--user in another context", {"context": "half", "user": "other"}, TWO,
         authorization=BEARER, path="/api/v1/namespaces/half/secrets"),
    fine("empty flags change nothing", dict.fromkeys(
        ("context", "cluster", "user", "namespace", "server", "token", "username", "password",
         "tls_server_name", "certificate_authority", "client_certificate", "client_key", "as_user",
         "as_uid", "request_timeout"), ""), authorization=BEARER),
]  # fmt: skip

IDENTITY = [
    fine("--token for the entry's", {"token": TOKEN}, kubeconfig(user={"token": CANARY}),
         authorization=BEARER),
    fine("--token beside a certificate", {"token": TOKEN}, kubeconfig(user=JANE | {"token": None}),
         authorization=BEARER, certificate="jane"),
    Row("the entry's token file beats --token", {"config": kubeconfig(user={"tokenFile": "t"}),
        "t": f"{TOKEN}-file"}, {"token": CANARY}, arrives={"authorization": f"{BEARER}-file"}),
    refused("--token and the entry's user name", {"token": TOKEN},
            "both a token and a user name", "more than one authentication method", user=NAMES),
    fine("--token for a user who has nothing", {"token": TOKEN}, kubeconfig(user={"token": None}),
         authorization=BEARER),
    fine("--token alone", {"server": "@https@", "certificate_authority": "@ca-pem@",
                           "token": TOKEN},
         kubeconfig(current_context=None, contexts=[], users=[], clusters=[]),
         authorization=BEARER),
    fine("--username and --password", {"username": "ann", "password": CANARY},
         kubeconfig(user={"token": None}), authorization=basic(f"ann:{CANARY}")),
    fine("--password for the entry's", {"password": f"{CANARY}2"}, kubeconfig(user=NAMES),
         authorization=basic(f"ann:{CANARY}2")),
    refused("--username and the entry's token", {"username": "ann", "password": "x"},
            "both a token and a user name", "more than one authentication method"),
    fine("--client-certificate and --client-key",
         {"client_certificate": "@joe-pem@", "client_key": "@joe-key@"},
         kubeconfig(user={"token": None}), certificate="joe", authorization=""),
    fine("--client-certificate for the entry's file",
         {"client_certificate": "@joe-pem@", "client_key": "@joe-key@"},
         kubeconfig(user={"client-certificate": "@jane-pem@", "client-key": "@jane-key@"}),
         certificate="joe"),
    refused("--client-certificate and the entry's inline",
            {"client_certificate": "@joe-pem@", "client_key": "@joe-key@"},
            "both client-certificate and client-certificate-data",
            "client-cert-data and client-cert are both specified", user=JANE),
    refused("--client-certificate without key", {"client_certificate": "@joe-pem@"},
            "has a client-certificate and no client-key", "client-key must be specified"),
    fine("--client-key alone counts for nothing", {"client_key": "missing"}, authorization=BEARER),
    refused("--client-key of somebody else", {"client_key": "@joe-key@"},
            "do not belong together", "private key does not match public key",
            user={"client-certificate": "@jane-pem@", "client-key": "@jane-key@"}),
]  # fmt: skip

IMPERSONATION = [
    fine("--as", {"as_user": "joe"}, impersonation=AS_JOE, authorization=BEARER),
    fine("--as-group, twice, and --as-uid", {"as_user": "joe", "as_groups": ("b", "a"),
                                             "as_uid": "7"},
         impersonation=(("impersonate-group", "a"), ("impersonate-group", "b"),
                        ("impersonate-uid", "7"), *AS_JOE)),
    fine("--as for the entry's, whose groups stay", {"as_user": "max"},
         kubeconfig(user=FIELDS_OF_JOE),
         impersonation=(("impersonate-extra-x", "y"), ("impersonate-group", "a"),
                        ("impersonate-group", "b"), ("impersonate-uid", "7"),
                        ("impersonate-user", "max"))),
    fine("--as-group for all of the entry's", {"as_groups": ("c",)}, kubeconfig(user=FIELDS_OF_JOE),
         impersonation=(("impersonate-extra-x", "y"), ("impersonate-group", "c"),
                        ("impersonate-uid", "7"), *AS_JOE)),
    fine("a service account", {"as_user": "system:serviceaccount:a:b"},
         impersonation=(("impersonate-user", "system:serviceaccount:a:b"),)),
    refused("--as-group without --as", {"as_groups": ("a",)}, "impersonates a uid, groups or extra",
            "without impersonating a user"),
    refused("--as-uid without --as", {"as_uid": "7"}, "impersonates a uid, groups or extra",
            "without impersonating a user"),
    fine("over plain HTTP too", {"as_user": "joe"}, kubeconfig(HTTP), impersonation=AS_JOE,
         authorization=""),
]  # fmt: skip

REST = [
    fine("--disable-compression", {"disable_compression": True}, compression=False),
    fine("disable-compression in the entry", {}, kubeconfig({"disable-compression": True}),
         compression=False),
    fine("--disable-compression=false changes nothing", {"disable_compression": False},
         kubeconfig({"disable-compression": True}), compression=False),
    *(fine(f"--request-timeout={written}", {"request_timeout": written}, authorization=BEARER)
      for written in ("0", "20", "+20", "20s", "1m30s", "0.5h", ".5m", "1.m", "20000ms", "-5s",
                      "2h45m", "9000000µs", "9000000us", "10000000000ns", "-0", "-00", "+0", "0s")),
    *(refused(f"--request-timeout={written}", {"request_timeout": written},
              "--request-timeout is neither a number", "Invalid timeout value")
      for written in ("x", "-5", "1.5", "5 s", " 5", "5d", "1_000", "s", ".s", "+-5s", "5S",
                      "99999999h", "5s ", "٣")),
]  # fmt: skip


@pytest.mark.parametrize(
    "row", [*CHOICES, *IDENTITY, *IMPERSONATION, *REST], ids=lambda row: row.name
)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)
