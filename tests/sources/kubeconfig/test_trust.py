"""Which server certificates are trusted, row by row beside kubectl."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sources.kubeconfig.beside_kubectl import TOKEN, Row, World, compare, kubeconfig

SEEN: dict[str, Any] = {"authorization": f"Bearer {TOKEN}"}
NONE: dict[str, Any] = {"certificate-authority-data": None}
UNKNOWN = "certificate signed by unknown authority"
OTHER: dict[str, Any] = {"certificate-authority-data": "@other-ca-data@"}
CA_FILE: dict[str, Any] = NONE | {"certificate-authority": "@ca-pem@"}
INSECURE: dict[str, Any] = {"insecure-skip-tls-verify": True}
NAMED: dict[str, Any] = {"server": "@named@"}
BOTH = "both certificate-authority and insecure-skip-tls-verify"
GO_BOTH = "specifying a root certificates file with the insecure flag is not allowed"


def fine(
    name: str,
    cluster: dict[str, Any],
    files: dict[str, Any] | None = None,
    flags: dict[str, Any] | None = None,
    **seen: Any,
) -> Row:
    given = {"config": kubeconfig(cluster), **(files or {})}
    return Row(name, given, flags or {}, arrives={**SEEN, **seen})  # fmt: skip


def refused(
    name: str,
    cluster: dict[str, Any],
    ours: str,
    kubectl: str,
    files: dict[str, Any] | None = None,
    flags: dict[str, Any] | None = None,
) -> Row:
    given = {"config": kubeconfig(cluster), **(files or {})}
    return Row(name, given, flags or {}, refused=ours, kubectl_says=kubectl)  # fmt: skip


ROWS = [
    fine("authority inline", {}),
    fine("authority in a file", CA_FILE),
    fine("a file relative to the kubeconfig", NONE | {"certificate-authority": "pki/../pki/ca"},
         {"pki/ca": "@ca-text@"}),
    fine("text around the certificate", NONE | {"certificate-authority": "ca"},
         {"ca": "# Autorité\n@jane-key-text@\n@ca-text@\nend"}),
    fine("several authorities", NONE | {"certificate-authority": "ca"},
         {"ca": "@other-ca-text@@ca-text@"}),
    fine("insecure", NONE | INSECURE),
    fine("a server name", NAMED | {"tls-server-name": "api.invalid"}, server_name="api.invalid"),
    refused("inline and in a file", CA_FILE | {"certificate-authority-data": "@ca-data@"},
            'cluster "k" .*both certificate-authority and certificate-authority-data',
            "certificate-authority-data and certificate-authority are both specified"),
    refused("a file that is missing", NONE | {"certificate-authority": "no"},
            'cluster "k" .*: cannot read the certificate-authority @folder@/no: no such file',
            "unable to read certificate-authority .*/no"),
    refused("a folder", NONE | {"certificate-authority": "."}, "is a directory", "is a directory"),
    refused("no certificate in it", {"certificate-authority-data": "YWJj"},
            'cluster "k" .*: certificate-authority: it holds no PEM certificate',
            "unable to load root certificates"),
    refused("an empty file stands for the system's", NONE | {"certificate-authority": "ca"},
            "certificate", UNKNOWN, {"ca": ""}),
    refused("an authority and insecure", INSECURE, BOTH, GO_BOTH),
    refused("the system's authorities", NONE, "certificate", UNKNOWN),
    refused("another authority", OTHER, "certificate", UNKNOWN),
    refused("another name", NAMED, "127.0.0.1", "doesn't contain any IP SANs|is valid for"),
    refused("another server name", {"tls-server-name": "x.invalid"}, "x.invalid", "x.invalid"),
]  # fmt: skip

FLAGS = [
    fine("--certificate-authority for the entry's", OTHER,
         flags={"certificate_authority": "@ca-pem@"}),
    fine("--certificate-authority for insecure", NONE | INSECURE,
         flags={"certificate_authority": "@ca-pem@"}),
    fine("--certificate-authority from the caller's folder", OTHER, {"deep/x": "",
                                                                     "c": "@ca-text@"},
         {"certificate_authority": "c"}),
    fine("--insecure for the entry's authority", OTHER, flags={"insecure_skip_tls_verify": True}),
    fine("--insecure=false changes nothing", NONE | INSECURE,
         flags={"insecure_skip_tls_verify": False}),
    refused("--insecure and --certificate-authority", {}, BOTH, GO_BOTH,
            flags={"insecure_skip_tls_verify": True, "certificate_authority": "@ca-pem@"}),
    fine("--tls-server-name", NAMED, flags={"tls_server_name": "api.invalid"},
         server_name="api.invalid"),
    fine("--tls-server-name for the entry's", NAMED | {"tls-server-name": "x.invalid"},
         flags={"tls_server_name": "api.invalid"}),
    refused("--server does away with the entry's name", NAMED | {"tls-server-name": "api.invalid"},
            "127.0.0.1", "doesn't contain any IP SANs|is valid for", flags={"server": "@named@"}),
    fine("--server with --tls-server-name", {"tls-server-name": "x.invalid"},
         flags={"server": "@named@", "tls_server_name": "api.invalid"}),
    fine("--server keeps the entry's authority", {"server": "https://127.0.0.1:1"},
         flags={"server": "@https@"}),
]  # fmt: skip


@pytest.mark.parametrize("row", [*ROWS, *FLAGS], ids=lambda row: row.name)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)
