"""What a token says of itself without its registry: claims and expiry. Never its text.

Nothing here raises: what cannot be read says nothing. Long input is not read at all.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

# Longer than any token that a registry issues; keeps hostile input cheap.
_LONGEST = 64 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_YEAR_10000 = 253_402_300_800
_JFROG_REFERENCE = "reftkn:"


class ServiceAccountName(NamedTuple):
    """The Kubernetes account that a token was issued to."""

    namespace: str
    name: str


def json_object(text: str) -> dict[str, object] | None:
    """Read a JSON object; None for anything else."""
    if len(text) > _LONGEST:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def base64_text(text: str, *, url_safe: bool = False) -> str | None:
    """Decode base64, padded or not; None if it is none. White space inside is ignored."""
    if len(text) > _LONGEST:
        return None
    joined = "".join(text.split())
    padded = joined + "=" * (-len(joined) % 4)
    try:
        return base64.b64decode(padded, b"-_" if url_safe else None, validate=True).decode()
    except ValueError:
        return None


def jwt_claims(token: str) -> dict[str, object] | None:
    """Read the claims of a JSON Web Token (RFC 7519, compact form), unverified, or None."""
    parts = token.strip().split(".", 3) if len(token) <= _LONGEST else []
    if len(parts) != 3:
        return None
    header, claims, _ = parts
    is_header = _base64_object(header, url_safe=True) or {}
    return _base64_object(claims, url_safe=True) if {"alg", "typ"} & is_header.keys() else None


def jwt_expiry(claims: dict[str, object]) -> datetime | None:
    """Read the `exp` claim (RFC 7519, 4.1.4)."""
    return moment(claims.get("exp"))


def service_account(claims: dict[str, object]) -> ServiceAccountName | None:
    """Tell whom a Kubernetes service account token is for, by its `sub` claim."""
    import re

    label = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
    subject = claims.get("sub")
    if not isinstance(subject, str):
        return None
    match = re.fullmatch(rf"system:serviceaccount:({label}):([a-z0-9.-]{{1,253}})", subject)
    return ServiceAccountName(match[1], match[2]) if match else None


def ecr_expiry(password: str) -> datetime | None:
    """Read the `expiration` of an ECR authorization token: base64 of a JSON object."""
    token = _base64_object(password)
    return moment(token.get("expiration")) if token else None


def is_jfrog_reference(password: str) -> bool:
    """Tell whether this is a JFrog reference token: base64 of `reftkn:01:EPOCH:…`."""
    return (base64_text(password[:12]) or "").startswith(_JFROG_REFERENCE)


def jfrog_expiry(password: str) -> datetime | None:
    """Read the moment in a JFrog reference token; 0 stands for none."""
    parts = (base64_text(password.strip()) or "").split(":", 3)
    if len(parts) < 4 or len(parts[2]) > 12 or not parts[2].isdecimal():
        return None
    return moment(int(parts[2]))


def moment(seconds: object) -> datetime | None:
    """Turn Unix seconds into an aware UTC time; None for what is no time from 1970 to 9999."""
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return None
    return _EPOCH + timedelta(seconds=int(seconds)) if 0 < seconds < _YEAR_10000 else None


def _base64_object(text: str, *, url_safe: bool = False) -> dict[str, object] | None:
    inner = base64_text(text, url_safe=url_safe)
    return json_object(inner) if inner is not None else None
