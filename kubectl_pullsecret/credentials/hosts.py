"""How a person reads a registry key: host, port, path; Docker Hub's names; cloud registries.

Not what the kubelet makes of a key: that is `keyring`. The difference between the two readings is
what `near_miss` and `lint` explain.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kubectl_pullsecret.images import HUB

HUB_KEY = "https://index.docker.io/v1/"  # its key in a Secret, by kubectl's own default
# Hosts that answer for Docker Hub's repositories although no image name of Docker Hub says so.
HUB_ENDPOINTS = frozenset({"registry-1.docker.io", "registry.hub.docker.com"})

_INVISIBLE = "\u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff"
_AROUND = " \t\r\n\v\f" + _INVISIBLE
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

# Also what is meant as one: `https:/host`, `https://https://host`, `//host`.
_SCHEMES = r"(?:[a-z][a-z0-9+.-]*:/{2,}|https?:/*|/{2,})+"

# As in cloud-provider-aws, cmd/ecr-credential-provider/main.go, ecrPrivateHostPattern, and (for
# amazonaws.eu) amazon-ecr-credential-helper, ecr-login/api/client.go, ecrPattern.
_ECR = (
    r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9][a-z0-9_-]{0,62})\."
    r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn"
    r"|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_GOOGLE = r"(?:([a-z0-9-]{1,63})\.)?gcr\.io|([a-z0-9-]{1,63})-docker\.pkg\.dev"
_AZURE = r"([a-z0-9-]{1,63})(?:\.([a-z0-9-]{1,63})\.data)?\.azurecr\.(?:io|cn|us)"


class WrittenKey(NamedTuple):
    """A registry key taken apart by eye: whatever the scheme, the case and the slashes."""

    scheme: str  # as written, with its slashes: "https://", "HTTPS://", "//", or ""
    user_info: bool  # whether an @ stands before the host
    host: str  # as written, without port: "Registry.test", "[::1]", "*.example.com"
    port: str | None  # as written: "5000", "" for "host:", None without colon
    path: str  # as written, without query and fragment: "/team/", ""

    @property
    def name(self) -> str:
        """The host in lower case: the same for all spellings of one host."""
        return ascii_lower(self.host)


class CloudRegistry(NamedTuple):
    """A registry of a cloud provider, told by its host name."""

    vendor: str  # "ECR", "Google" or "Azure"
    account: str  # ECR: 12 digits; Azure: the registry's name; Google: ""
    region: str  # ECR, Google: region or multi-region; else ""


def ascii_lower(text: str) -> str:
    """Lower A-Z alone: other letters that merely look alike stay different."""
    return text.translate(_ASCII_LOWER)


def strip_invisible(key: str) -> str:
    """Drop blanks, line ends and zero-width characters at the ends."""
    return key.strip(_AROUND)


def has_blank(key: str) -> bool:
    """Tell whether a control character, or before the query a blank, is in the key."""
    if key.isprintable() and " " not in key:
        return False
    if any(char < " " or char == "\x7f" for char in key):
        return True
    return any(char == " " or char in _INVISIBLE for char in _split_at_any(key, "?#")[0])


@lru_cache(maxsize=65_536)
def read_key(key: str) -> WrittenKey:
    """Read a key as a person does. Total: any text has a reading, if a useless one."""
    visible = strip_invisible(key)
    match = re.match(_SCHEMES, visible, re.IGNORECASE)
    scheme = match[0] if match else ""
    authority, path = _split_at_any(visible[len(scheme) :], "/?#")
    _, user_info_end, host_port = authority.rpartition("@")
    host, port = split_port(host_port)
    return WrittenKey(scheme, bool(user_info_end), host, port, _split_at_any(path, "?#")[0])


def split_port(host: str) -> tuple[str, str | None]:
    """Part host and port of `host:port`, `[v6]:port` or either without port (None)."""
    name, colon, port = host.rpartition(":")
    if not colon or "]" in port:
        return host, None
    return name, port


def is_hub_name(host: str) -> bool:
    """Tell whether a person means Docker Hub by this (lower-case) host, be it right or wrong."""
    return host in (HUB, "docker.com") or host.endswith((".docker.io", ".docker.com"))


def cloud_registry(host: str) -> CloudRegistry | None:
    """Tell which cloud registry a (lower-case) host without port is, if any."""
    if match := re.fullmatch(_ECR, host):
        return CloudRegistry("ECR", match[1], match[2])
    if match := re.fullmatch(_GOOGLE, host):
        return CloudRegistry("Google", "", match[1] or match[2] or "us")
    if match := re.fullmatch(_AZURE, host):
        return CloudRegistry("Azure", match[1], "")
    return None


def _split_at_any(text: str, marks: str) -> tuple[str, str]:
    """Cut before the first of the marks."""
    end = min((at for at in map(text.find, marks) if at >= 0), default=len(text))
    return text[:end], text[end:]
