"""What a Secret holds and which image it serves. Pure: no I/O, no clock, no Kubernetes client."""

from kubectl_pullsecret.credentials.keyring import (
    Credential,
    InvalidKey,
    Keyring,
    MalformedSecret,
    lookup_key,
    urls_match,
)
from kubectl_pullsecret.credentials.masked import MASK, Masked
from kubectl_pullsecret.credentials.payload import (
    AuthEntry,
    Content,
    Malformed,
    NotAPullSecret,
    Payload,
    PullSecret,
    read_docker_config,
    read_secret,
)

__all__ = [
    "MASK",
    "AuthEntry",
    "Content",
    "Credential",
    "InvalidKey",
    "Keyring",
    "Malformed",
    "MalformedSecret",
    "Masked",
    "NotAPullSecret",
    "Payload",
    "PullSecret",
    "lookup_key",
    "read_docker_config",
    "read_secret",
    "urls_match",
]
