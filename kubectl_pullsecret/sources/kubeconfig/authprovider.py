"""Legacy auth-provider entries: an OpenID Connect id-token that is still valid, and no others."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.kubeconfig.entries import AuthProvider

_LEEWAY = 10  # seconds before its end that a token counts as expired (oidc.go, expiryDelta)
_PLUGINS = {"oidc": "kubelogin (kubectl oidc-login)", "azure": "kubelogin (Azure)"} | {
    "gcp": "gke-gcloud-auth-plugin"
}


def check_provider(provider: AuthProvider, where: str) -> None:
    """Refuse an entry that kubectl refuses, needed or not. Raises PullSecretError."""
    name, config = provider.get("name", ""), provider.get("config", {})
    if name != "oidc":
        raise _refused(name, where, f'kubectl no longer has the auth-provider "{name}"')
    for required in ("idp-issuer-url", "client-id"):
        if not config.get(required):
            raise _refused(name, where, f"its auth-provider has no {required}")


def id_token(provider: AuthProvider, where: str, now: datetime) -> Masked:
    """Return the id-token of a checked entry. Raises PullSecretError if it is not valid.

    Source: client-go 0.34, plugin/pkg/client/auth/oidc/oidc.go. Unlike kubectl this program never
    refreshes a token: that would rewrite the kubeconfig.
    """
    token = provider.get("config", {}).get("id-token")
    if not token:
        raise _refused("oidc", where, "its auth-provider has no id-token")
    expiry = _expiry(token)
    if expiry is None:
        raise _refused("oidc", where, "the id-token of its auth-provider is not a JSON Web Token")
    if expiry <= now.timestamp() + _LEEWAY:
        raise _refused("oidc", where, "the id-token of its auth-provider has expired")
    return token


def _expiry(token: Masked) -> float | None:
    """The token's `exp` in seconds since 1970; 0 if it has none, None if it is no such token."""
    parts = token.reveal().split(".")
    if len(parts) != 3 or "=" in parts[1]:
        return None
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.b64decode(payload.encode(), altchars=b"-_", validate=True))
        return float(claims.get("exp") or 0)
    except (AttributeError, TypeError, ValueError, OverflowError, RecursionError, binascii.Error):
        return None


def _refused(name: str, where: str, why: str) -> PullSecretError:
    plugin = _PLUGINS.get(name, "the one of your provider")
    return PullSecretError(f"{where}: {why}", remedy=f"use an exec plugin instead: {plugin}")
