"""What is wrong with a registry key by itself: no image name can match it as it is spelt.

Also the names of all reasons for which a key does not serve an image; those that depend on the
image are found in `near_miss`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials.hosts import WrittenKey, ascii_lower, has_blank, read_key
from kubectl_pullsecret.credentials.keyring import InvalidKey, lookup_key


class MissReason(Enum):
    """Why the kubelet does not use an entry, nearest first: this is the order of misses."""

    HIDDEN = "HiddenByHubEntry"
    TRAILING_SLASH = "TrailingSlash"
    BLANK = "BlankInKey"
    SCHEME = "WrongScheme"
    LETTER_CASE = "LetterCase"
    FINAL_DOT = "FinalDot"
    USER_INFO = "UserInfo"
    TAG = "TagInKey"
    GLOB_IN_PORT = "GlobInPort"
    GLOB_IN_PATH = "GlobInPath"
    UNPARSABLE = "UnparsableKey"
    VERSION_WITHOUT_SLASH = "VersionWithoutSlash"
    HUB_PATH = "PathBehindHub"
    HUB_ALIAS = "HubAlias"
    DEFAULT_PORT = "DefaultPort"
    PORT_MISSING = "PortMissing"
    OTHER_PORT = "OtherPort"
    OTHER_PATH = "OtherPath"
    GLOB_LABELS = "GlobLabels"
    IPV6_WITHOUT_PORT = "Ipv6WithoutPort"
    GLOB_DOES_NOT_FIT = "GlobDoesNotFit"
    OTHER_ECR_REGION = "OtherEcrRegion"
    OTHER_ECR_ACCOUNT = "OtherEcrAccount"
    OTHER_CLOUD_REGISTRY = "OtherCloudRegistry"
    OTHER_HOST = "OtherHost"


class Fault(NamedTuple):
    """One thing that keeps a key from serving an image."""

    reason: MissReason
    clause: str


def spelling_fault(key: str) -> Fault | None:
    """Find what is wrong with a key whatever the image: no image name can match it."""
    written = read_key(key)
    return next((fault for find in _SPELLING if (fault := find(key, written))), None)


def meant_segments(path: str) -> list[str]:
    """Part a key's path without API version, empty segments, tag, digest and what a glob covers."""
    meant = []
    for segment in ascii_lower(path).split("/"):
        if "*" in segment:
            break
        meant.append(segment.split(":")[0].split("@")[0])
    meant = [segment for segment in meant if segment]
    return meant[1:] if meant[:1] in (["v1"], ["v2"]) else meant


def lookup_key_or_none(key: str) -> str | None:
    """Return the kubelet's lookup key, or None where it ignores the entry."""
    try:
        return lookup_key(key)
    except InvalidKey:
        return None


def _blank(key: str, _: WrittenKey) -> Fault | None:
    return Fault(MissReason.BLANK, "a blank in the key") if has_blank(key) else None


def _scheme(_: str, written: WrittenKey) -> Fault | None:
    if written.scheme in ("", "https://", "http://"):
        return None
    return Fault(
        MissReason.SCHEME, "the scheme must be https:// or http://, in lower case, or none"
    )


def _port_glob(_: str, written: WrittenKey) -> Fault | None:
    if "*" not in (written.port or ""):
        return None
    return Fault(MissReason.GLOB_IN_PORT, "no globs in ports: the kubelet ignores the entry")


def _unparsable(key: str, written: WrittenKey) -> Fault | None:
    if lookup_key_or_none(key) is not None:
        return None
    if written.user_info:
        return Fault(MissReason.USER_INFO, "user info in the key: the kubelet ignores the entry")
    if written.port and not (written.port.isascii() and written.port.isdigit()):
        why = "its port is no number"
    elif "%" in key:
        why = "a broken % escape"
    else:
        why = "a character that no host has"
    return Fault(MissReason.UNPARSABLE, f"{why}: the kubelet ignores the entry")


def _final_dot(_: str, written: WrittenKey) -> Fault | None:
    if not written.host.endswith("."):
        return None
    return Fault(MissReason.FINAL_DOT, "the final dot is part of the host")


def _path_glob(_: str, written: WrittenKey) -> Fault | None:
    if "*" not in written.path:
        return None
    return Fault(MissReason.GLOB_IN_PATH, "no globs in paths: a path is a plain beginning")


def _tag(_: str, written: WrittenKey) -> Fault | None:
    if not {":", "@"} & set(written.path):
        return None
    return Fault(MissReason.TAG, "a tag or digest in the key")


def _path_case(_: str, written: WrittenKey) -> Fault | None:
    if written.path == ascii_lower(written.path) or "%" in written.path:
        return None
    return Fault(MissReason.LETTER_CASE, "upper-case letters in the path")


def _foreign(key: str, _: WrittenKey) -> Fault | None:
    host = (lookup_key_or_none(key) or "").partition("/")[0]
    if re.fullmatch(r"[A-Za-z0-9.*:\[\]-]*", host):
        return None
    return Fault(MissReason.UNPARSABLE, "a character in the host that no image name has")


_SPELLING: tuple[Callable[[str, WrittenKey], Fault | None], ...] = (
    _blank,
    _scheme,
    _port_glob,
    _unparsable,
    _foreign,
    _final_dot,
    _path_glob,
    _tag,
    _path_case,
)
