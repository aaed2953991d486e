"""What a Secret holds and which image it serves. Pure: no I/O, no clock, no Kubernetes client."""

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
    "Malformed",
    "Masked",
    "NotAPullSecret",
    "Payload",
    "PullSecret",
    "read_docker_config",
    "read_secret",
]
