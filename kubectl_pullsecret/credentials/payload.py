"""What the kubelet reads in one Secret: auth entries, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kubectl_pullsecret.credentials.docker_config import (
    AuthEntry,
    Payload,
    read_docker_config,
    read_legacy_docker_config,
)
from kubectl_pullsecret.credentials.malformed import Malformed

__all__ = [
    "CONFIG_KEY",
    "CONFIG_TYPE",
    "DATA_KEYS",
    "LEGACY_KEY",
    "LEGACY_TYPE",
    "AuthEntry",
    "Content",
    "Malformed",
    "NotAPullSecret",
    "Payload",
    "PullSecret",
    "read_docker_config",
    "read_secret",
]

# The types and data keys that the kubelet reads (k8s.io/api, core/v1/types.go).
CONFIG_TYPE = "kubernetes.io/dockerconfigjson"
LEGACY_TYPE = "kubernetes.io/dockercfg"
CONFIG_KEY = ".dockerconfigjson"
LEGACY_KEY = ".dockercfg"
DATA_KEYS: Mapping[str, str] = {CONFIG_TYPE: CONFIG_KEY, LEGACY_TYPE: LEGACY_KEY}
_USUAL_KEYS = (CONFIG_KEY, LEGACY_KEY, "config.json")


class NotAPullSecret(NamedTuple):
    """A Secret that the kubelet skips silently: other type, other data key, empty value."""

    why: str  # "type Opaque; the kubelet reads only kubernetes.io/dockerconfigjson and …"
    holds: Payload | Malformed | None = None  # what its data would be under the right type and key


Content = Payload | Malformed | NotAPullSecret


class PullSecret(NamedTuple):
    """A Secret by name, with what the kubelet finds in it."""

    name: str
    content: Content
    namespace: str = ""


def read_secret(secret_type: str, data: Mapping[str, bytes]) -> Content:
    """Tell what the kubelet makes of a Secret's type and (base64-decoded) data. Never raises.

    Source: kubelet 1.34.4, credentialprovider/secrets/secrets.go, secretsToTrackedDockerConfigs.
    """
    key = DATA_KEYS.get(secret_type)
    if key is not None and (raw := data.get(key)):
        return _read(key, raw)
    return NotAPullSecret(_why_skipped(secret_type, key, data), _held(data))


def _read(data_key: str, raw: bytes) -> Payload | Malformed:
    legacy = data_key == LEGACY_KEY
    content = read_legacy_docker_config(raw) if legacy else read_docker_config(raw)
    if isinstance(content, Malformed) or any(entry.usable for entry in content.entries):
        return content
    other = read_docker_config(raw) if legacy else read_legacy_docker_config(raw)
    entries = other.entries if isinstance(other, Payload) else ()
    return content._replace(misplaced=tuple(entry for entry in entries if entry.usable))


def _why_skipped(secret_type: str, key: str | None, data: Mapping[str, bytes]) -> str:
    if key is None:
        known = " and ".join(DATA_KEYS)
        return f"type {secret_type or 'Opaque'}; the kubelet reads only {known}"
    if key in data:
        return f"type {secret_type} with an empty data key {key}"
    return f"type {secret_type} without the data key {key}"


def _held(data: Mapping[str, bytes]) -> Payload | Malformed | None:
    """Find a docker config under the wrong type or data key: by its usual keys, else its looks."""
    for key in _USUAL_KEYS:
        if raw := data.get(key):
            return _read(key, raw)
    return next(_configs(data), None)


def _configs(data: Mapping[str, bytes]) -> Iterator[Payload]:
    for raw in data.values():
        if b'"auths"' in raw:
            content = read_docker_config(raw)
            if isinstance(content, Payload) and content.entries:
                yield content
