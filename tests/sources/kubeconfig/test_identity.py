"""Who the caller is, row by row beside kubectl: what a user entry says."""

from __future__ import annotations

import base64
import json
import time
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

NO_TOKEN: dict[str, Any] = {"token": None}
JANE: dict[str, Any] = {
    "client-certificate-data": "@jane-data@",
    "client-key-data": "@jane-key-data@",
}
JANE_FILES: dict[str, Any] = {"client-certificate": "@jane-pem@", "client-key": "@jane-key@"}
BASIC: dict[str, Any] = {"username": "ann", "password": CANARY}
BEARER = f"Bearer {TOKEN}"


def id_token(**claims: object) -> str:
    """A JSON Web Token that nobody signed."""

    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'sub': CANARY, **claims})}.{CANARY}"


def oidc(**config: object) -> dict[str, Any]:
    given: dict[str, object] = {"idp-issuer-url": "https://idp.invalid", "client-id": "kubernetes"}
    given |= {name.replace("_", "-"): value for name, value in config.items()}
    known = {name: value for name, value in given.items() if value is not None}
    return {"auth-provider": {"name": "oidc", "config": known}}


VALID = id_token(exp=int(time.time()) + 3600)
FRACTION = id_token(exp=time.time() + 3600.5)
EXPIRED = id_token(exp=int(time.time()) - 3600)


def arrives(
    name: str, user: dict[str, Any], files: dict[str, Any] | None = None, **seen: Any
) -> Row:
    return Row(name, {"config": kubeconfig(user=user), **(files or {})}, arrives=seen)


def refused(
    name: str,
    user: dict[str, Any],
    ours: str,
    kubectl: str = "",
    files: dict[str, Any] | None = None,
    differs: str = "",
) -> Row:
    given = {"config": kubeconfig(user=user), **(files or {})}
    return Row(name, given, refused=ours, kubectl_says=kubectl, differs=differs)


TOKENS = [
    arrives("a token", {}, authorization=BEARER),
    arrives("a token beyond ASCII", {"token": f"{TOKEN}-ü"}, authorization=f"{BEARER}-\xc3\xbc"),
    refused("a token with a line end in it", {"token": f"{TOKEN}\nx"},
            "the token holds a line break", "invalid header field value"),
    arrives("a token file, its line end stripped", NO_TOKEN | {"tokenFile": "tokens/t"},
            {"tokens/t": f" {TOKEN}-file\n\n"}, authorization=f"{BEARER}-file"),
    arrives("of token and token file the file", {"tokenFile": "t"}, {"t": f"{TOKEN}-file"},
            authorization=f"{BEARER}-file"),
    arrives("the token where its file is missing", {"tokenFile": "missing"}, authorization=BEARER),
    arrives("the token where its file is blank", {"tokenFile": "t"}, {"t": " \n"},
            authorization=BEARER),
    refused("a token file that is missing", NO_TOKEN | {"tokenFile": "missing"},
            'user "u" .*cannot read the tokenFile @folder@/missing: no such file',
            "missing: no such file or directory"),
    refused("a token file that is a folder", NO_TOKEN | {"tokenFile": "tokens"},
            "cannot read the tokenFile .*: is a directory", "is a directory", {"tokens/t": ""}),
    refused("a token file that is empty", NO_TOKEN | {"tokenFile": "t"},
            "the tokenFile @folder@/t is empty", "EOF", {"t": ""}),
    refused("a token file that is blank", NO_TOKEN | {"tokenFile": "t"},
            "the tokenFile @folder@/t is empty", "invalid header field value|read empty token",
            {"t": "\n"}),
]  # fmt: skip

BASICS = [
    arrives("user name and password", NO_TOKEN | BASIC, authorization=basic(f"ann:{CANARY}")),
    arrives("a password with colons and beyond ASCII", NO_TOKEN | BASIC | {"password": "a:b:ü"},
            authorization=basic("ann:a:b:ü")),
    arrives("a user name without password", NO_TOKEN | {"username": "ann"},
            authorization=basic("ann:")),
    refused("a password without user name", NO_TOKEN | {"password": CANARY},
            'user "u" of @folder@/config has no credentials', "EOF"),
    refused("token and basic", BASIC, "both a token and a user name",
            r"more than one authentication method found for u; found \[token basicAuth\]"),
    refused("token and password", {"password": CANARY}, "both a token and a user name",
            "more than one authentication method"),
    refused("token file and basic", NO_TOKEN | BASIC | {"tokenFile": "t"},
            "both a token file and a user name", "username/password or bearer token may be set",
            {"t": TOKEN}),
    refused("nothing at all, where kubectl asks", NO_TOKEN,
            'user "u" of @folder@/config has no credentials', "EOF"),
]  # fmt: skip

CERTIFICATES = [
    arrives("certificate and key inline", NO_TOKEN | JANE, certificate="jane", authorization=""),
    arrives("certificate and key in files", NO_TOKEN | JANE_FILES, certificate="jane"),
    arrives("relative to the kubeconfig",
            NO_TOKEN | {"client-certificate": "pki/c", "client-key": "./pki/../pki/k"},
            {"pki/c": "@jane-text@", "pki/k": "@jane-key-text@"}, certificate="jane"),
    arrives("text around the certificate, and both in one file",
            NO_TOKEN | {"client-certificate": "both", "client-key": "both"},
            {"both": "# Anna Müller\n@jane-key-text@\n# and\n@jane-text@"}, certificate="jane"),
    arrives("a certificate file and a key inline",
            NO_TOKEN | {"client-certificate": "@jane-pem@", "client-key-data": "@jane-key-data@"},
            certificate="jane"),
    arrives("certificate and token", JANE, certificate="jane", authorization=BEARER),
    arrives("certificate and basic", NO_TOKEN | JANE | BASIC, certificate="jane",
            authorization=basic(f"ann:{CANARY}")),
    arrives("a key without certificate counts for nothing", {"client-key": "missing"},
            certificate="", authorization=BEARER),
    refused("a key alone", NO_TOKEN | {"client-key-data": "@jane-key-data@"},
            "has no credentials", "EOF"),
    refused("a certificate without key", NO_TOKEN | {"client-certificate-data": "@jane-data@"},
            'user "u" .*has a client-certificate and no client-key',
            "client-key must be specified"),
    refused("certificate inline and in a file",
            NO_TOKEN | JANE | {"client-certificate": "@joe-pem@"},
            "both client-certificate and client-certificate-data",
            "client-cert-data and client-cert are both specified"),
    refused("key inline and in a file", NO_TOKEN | JANE | {"client-key": "@joe-key@"},
            "both client-key and client-key-data", "client-key-data and client-key are both"),
    refused("a certificate file that is missing",
            NO_TOKEN | JANE_FILES | {"client-certificate": "no"},
            'user "u" .*: client-certificate: cannot read @folder@/no: no such file',
            "unable to read client-cert .*/no"),
    refused("a key file that is missing", NO_TOKEN | JANE_FILES | {"client-key": "no"},
            'user "u" .*: client-key: cannot read @folder@/no: no such file',
            "unable to read client-key .*/no"),
    refused("a certificate that is none", NO_TOKEN | JANE | {"client-certificate-data": "YWJj"},
            'user "u" .*: client-certificate-data: it holds no PEM certificate',
            "failed to find any PEM data in certificate input"),
    refused("a key that is none", NO_TOKEN | JANE | {"client-key-data": "YWJj"},
            'user "u" .*: client-key-data: it holds no PEM private key',
            "failed to find any PEM data in key input"),
    refused("a key of somebody else", NO_TOKEN | JANE | {"client-key-data": "@joe-key-data@"},
            "do not belong together", "private key does not match public key"),
    refused("an encrypted key", NO_TOKEN | JANE | {"client-key-data": "@locked-key-data@"},
            "client-key-data: the private key is encrypted", "failed to parse private key"),
]  # fmt: skip

IMPERSONATION = [
    arrives("as somebody else", {"as": "joe"}, impersonation=(("impersonate-user", "joe"),)),
    arrives("with groups, uid and extra fields",
            {"as": "joe", "as-uid": "7", "as-groups": ["dev", "ops"],
             "as-user-extra": {"Scopes": ["a", "b"], "example.org/team %": ["x"]}},
            impersonation=(("impersonate-extra-example.org%2fteam%20%25", "x"),
                           ("impersonate-extra-scopes", "a"), ("impersonate-extra-scopes", "b"),
                           ("impersonate-group", "dev"), ("impersonate-group", "ops"),
                           ("impersonate-uid", "7"), ("impersonate-user", "joe"))),
    arrives("a name beyond ASCII", {"as": "jürgen"},
            impersonation=(("impersonate-user", "j\xc3\xbcrgen"),)),
    refused("groups of nobody", {"as-groups": ["dev"]}, "impersonates a uid, groups or extra",
            "without impersonating a user"),
    refused("a uid of nobody", {"as-uid": "7"}, "impersonates a uid, groups or extra",
            "without impersonating a user"),
    refused("extra fields of nobody", {"as-user-extra": {"a": ["b"]}},
            "impersonates a uid, groups or extra", "without impersonating a user"),
]  # fmt: skip

AUTH_PROVIDERS = [
    arrives("a valid id-token", NO_TOKEN | oidc(id_token=VALID), authorization=f"Bearer {VALID}"),
    arrives("an expiry with a fraction", NO_TOKEN | oidc(id_token=FRACTION),
            authorization=f"Bearer {FRACTION}"),
    arrives("a token comes first", oidc(id_token=VALID), authorization=BEARER),
    arrives("basic comes first", NO_TOKEN | BASIC | oidc(id_token=VALID),
            authorization=basic(f"ann:{CANARY}")),
    arrives("beside a certificate", NO_TOKEN | JANE | oidc(id_token=VALID), certificate="jane",
            authorization=f"Bearer {VALID}"),
    arrives("a token, and an id-token that has expired", oidc(id_token=EXPIRED),
            authorization=BEARER),
    refused("an id-token that has expired", NO_TOKEN | oidc(id_token=EXPIRED),
            "the id-token of its auth-provider has expired", "No valid id-token"),
    refused("an id-token without expiry", NO_TOKEN | oidc(id_token=id_token()),
            "has expired", "No valid id-token"),
    refused("no id-token", NO_TOKEN | oidc(), "has no id-token", "No valid id-token"),
    refused("an id-token that is none", NO_TOKEN | oidc(id_token=f"{CANARY}.x"),
            "is not a JSON Web Token", "not a valid JWT"),
    refused("an id-token whose claims are no JSON", NO_TOKEN | oidc(id_token=f"a.YWJj.{CANARY}"),
            "is not a JSON Web Token", "parsing claims"),
    refused("an id-token whose expiry is no number", NO_TOKEN | oidc(id_token=id_token(exp="x")),
            "is not a JSON Web Token", "parsing claims"),
    refused("no client-id", NO_TOKEN | oidc(client_id=None, id_token=VALID), "has no client-id",
            "Must provide client-id"),
    refused("no issuer, even beside a token", oidc(idp_issuer_url=None, id_token=VALID),
            "has no idp-issuer-url", "Must provide idp-issuer-url"),
    refused("azure", NO_TOKEN | {"auth-provider": {"name": "azure", "config": {"x": CANARY}}},
            'auth-provider "azure"\n.*exec plugin instead: kubelogin',
            "The azure auth plugin has been removed"),
    refused("gcp, even beside a token", {"auth-provider": {"name": "gcp"}},
            'auth-provider "gcp"\n.*gke-gcloud-auth-plugin',
            "The gcp auth plugin has been removed"),
    refused("one that nobody knows", NO_TOKEN | {"auth-provider": {"name": "x"}},
            'auth-provider "x"', 'no Auth Provider found for name "x"'),
    refused("an empty one", NO_TOKEN | {"auth-provider": {}},
            'auth-provider ""', 'no Auth Provider found for name ""'),
]  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [*TOKENS, *BASICS, *CERTIFICATES, *IMPERSONATION, *AUTH_PROVIDERS],
    ids=lambda row: row.name,
)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)
