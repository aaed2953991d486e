"""The token service that a Bearer challenge names: what it is asked, and what it answers. Pure.

Source: distribution, docs/spec/auth/token.md (GET with Basic) and oauth.md (POST for identity
tokens).
"""

from __future__ import annotations

import json
from typing import NamedTuple
from urllib.parse import urlencode

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Login
from kubectl_pullsecret.net.headers import basic
from kubectl_pullsecret.registry.challenges import Challenge
from kubectl_pullsecret.registry.messages import Request, Response
from kubectl_pullsecret.registry.origins import InvalidAddressError, Origin, one_owner, place_of

_CLIENT = "kubectl-pullsecret"
_LONGEST_TOKEN = 64 * 1024  # letters; what servers take as one header is less


class UnusableTokenError(ValueError):
    """An answer without a token that can be sent. Quotes nothing of it."""


class TokenService(NamedTuple):
    """Where tokens come from."""

    origin: Origin
    target: str  # path and query
    service: str  # its name for the registry; "" for none


def token_service(challenge: Challenge) -> TokenService:
    """Read a Bearer challenge. Raises InvalidAddressError where its realm cannot be asked."""
    realm = challenge.parameters.get("realm", "")
    if not realm:
        raise InvalidAddressError("it is missing")
    origin, target = place_of(realm)
    return TokenService(origin, target, challenge.parameters.get("service", ""))


def is_elsewhere(service: TokenService, registry: Origin) -> bool:
    """Whether somebody else may own the token service."""
    return not one_owner(service.origin.bare_host, registry.bare_host)


def unsafe(service: TokenService, registry: Origin, *, plain_http: bool) -> str:
    """Why a credential is not sent to the token service; "" where it is safe."""
    if service.origin.scheme == "https":
        return ""
    name = f"the token service {service.origin.name} is not asked over TLS"
    if is_elsewhere(service, registry):
        return f"{name}, and is not the registry's own"
    return "" if plain_http or service.origin.on_loopback else name


def token_request(service: TokenService, login: Login | None, path: str) -> Request:
    """The request for a token to pull from a repository; with path "" for one without scope."""
    asked = [("service", service.service)] if service.service else []
    if path:
        asked.append(("scope", f"repository:{path}:pull"))
    if login is not None and login.identity_token and not login.password:
        return _with_identity_token(service, login.identity_token, asked)
    target = service.target
    if asked:
        target += ("&" if "?" in target else "?") + urlencode(asked)
    sent = None if login is None else Masked(basic(login.username, login.password.reveal()))
    return Request("GET", service.origin, target, {"Accept": "application/json"}, sent)


def _with_identity_token(
    service: TokenService, token: Masked, asked: list[tuple[str, str]]
) -> Request:
    form = [("grant_type", "refresh_token"), ("client_id", _CLIENT), *asked]
    body = urlencode([*form, ("refresh_token", token.reveal())], errors="surrogateescape")
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return Request("POST", service.origin, service.target, headers, body=Masked(body))


def read_token(response: Response) -> Masked:
    """Find the token in a success. Raises UnusableTokenError."""
    if not response.whole:
        raise UnusableTokenError("more than a token: it is not read to its end")
    try:
        found: object = json.loads(response.body)
    except (ValueError, RecursionError):
        raise UnusableTokenError("no JSON") from None
    if not isinstance(found, dict):
        raise UnusableTokenError("no JSON object")
    token = found.get("token") or found.get("access_token")
    if not isinstance(token, str):
        raise UnusableTokenError("no token")
    if len(token) > _LONGEST_TOKEN:
        raise UnusableTokenError(f"a token of {len(token)} letters, which no registry takes")
    if not all("!" <= letter <= "~" for letter in token):
        raise UnusableTokenError("a token with signs that cannot be sent")
    return Masked(token)
