"""Several attempts in one message: how they are told apart, and which of them got furthest."""

from __future__ import annotations

import re
from functools import cache

from kubectl_pullsecret.facts.causes import Cause

_MOST_ATTEMPTS = 64

# How an attempt begins, so that a comma inside an error ("pull access denied, repository does …")
# splits nothing. Words of kubelet, containerd, dockerd and containers/image.
_BEGIN = (
    r"(?:rpc error: |failed to |error |unable to |initializing |reading |pinging |copying "
    r"|writing |parsing |pull access denied|unexpected status|(?:get|head|post) \"?https?:"
    r"|no matching manifest|pulling from host|requesting bearer token|dial tcp|unauthorized\b"
    r"|denied\b|choosing |checking |context |net/http: )"
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def split(core: str) -> tuple[str, ...]:
    """Tell the attempts of a message apart: `[errA, errB]` of the kubelet, or bullets.

    kubelet, `utilerrors.NewAggregate`: errors are joined by ", " inside brackets; equal ones are
    folded. Empty where the message is one attempt.
    """
    bullets = core.split("\n* ")
    if len(bullets) > 1:
        return tuple(bullets[1 : _MOST_ATTEMPTS + 1])
    if not core.startswith("["):
        return ()
    parts = _balanced_parts(core[1 : _closing(core)].strip())
    listed = len(parts) > 1 or _compiled(_BEGIN).match(parts[0])
    return tuple(parts[:_MOST_ATTEMPTS]) if listed else ()


def _closing(core: str) -> int:
    """Find the bracket that closes the first; the end where the text was cut."""
    depth = 0
    for index, char in enumerate(core):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return index
    return len(core) - 1 if core.endswith("]") else len(core)


def _balanced_parts(inner: str) -> list[str]:
    """Split before words that begin an attempt, never inside brackets or braces."""
    parts: list[str] = []
    start = scanned = depth = 0
    for match in _compiled(f", (?={_BEGIN})").finditer(inner):
        for char in inner[scanned : match.start()]:
            depth += (char in "[{") - (char in "]}")
        scanned = match.start()
        if depth == 0:
            parts.append(inner[start : match.start()])
            start = match.end()
    return [*parts, inner[start:]]


def without_artifact(text: str) -> str:
    """Drop Y of CRI-O 1.33's `pull image err: X; artifact err: Y`: it is not about the image."""
    return text.partition("; artifact err: ")[0]


def upstream(core: str) -> tuple[str, str] | None:
    """Split `(Mirrors also failed: [M]): X` of containers/image into X and M, else None."""
    opening = "(Mirrors also failed: "
    before, found, rest = core.partition(opening)
    if not found or before.strip():
        return None
    mirrors, closed, own = rest.rpartition("]): ")
    return (own, mirrors.lstrip("[")) if closed else None


# How far an attempt got: later means further. What is not listed got nowhere.
_PROGRESS = (
    Cause.UNINFORMATIVE,
    Cause.CREDENTIAL_PROVIDER_FAILED,
    Cause.SECRET_NOT_FOUND,
    Cause.PULL_QPS_EXCEEDED,
    Cause.PULL_CANCELED,
    Cause.NAME_RESOLUTION,
    Cause.PROXY_FAILURE,
    Cause.NETWORK_UNREACHABLE,
    Cause.CONNECTION_REFUSED,
    Cause.TIMEOUT,
    Cause.SCHEME_MISMATCH,
    Cause.UNTRUSTED_CERTIFICATE,
    Cause.CERTIFICATE_NAME_MISMATCH,
    Cause.CERTIFICATE_EXPIRED,
    Cause.NO_CREDENTIAL_SENT,
    Cause.REGISTRY_ERROR,
    Cause.CREDENTIAL_REJECTED,
    Cause.DENIED_OR_NOT_FOUND,
    Cause.RATE_LIMITED,
    Cause.ACCESS_FORBIDDEN,
    Cause.REGISTRY_POLICY_BLOCKED,
    Cause.MIRROR_NOT_FOUND,
    Cause.REPOSITORY_NOT_FOUND,
    Cause.MANIFEST_NOT_FOUND,
    Cause.PLATFORM_MISMATCH,
    Cause.MANIFEST_UNSUPPORTED,
    Cause.SIGNATURE_REJECTED,
    Cause.REGISTRY_CONTENT_BROKEN,
    Cause.UNPACK_FAILED,
    Cause.NODE_DISK_FULL,
)


def progress(cause: Cause) -> int:
    """Rank how far an attempt with this cause got; -1 where that is not known."""
    return _PROGRESS.index(cause) if cause in _PROGRESS else -1
