"""What a kubeconfig holds: clusters, users and contexts, under the names that the file has.

Fields that are absent, null or empty are the same (Go's zero values), so each may be missing here.
Source: client-go 0.34, tools/clientcmd/api/v1/types.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypedDict

from kubectl_pullsecret.credentials.masked import Masked

# Keys with dashes need the functional form. `origin` is no field of the file: it is the file.
Cluster = TypedDict(
    "Cluster",
    {
        "origin": str,
        "server": str,
        "tls-server-name": str,
        "insecure-skip-tls-verify": bool,
        "certificate-authority": str,
        "certificate-authority-data": bytes,
        "proxy-url": Masked,
        "disable-compression": bool,
        "extensions": Mapping[str, object],
    },
    total=False,
)


class EnvironmentVariable(TypedDict, total=False):
    """One variable of an exec plugin."""

    name: str
    value: Masked


class Exec(TypedDict, total=False):
    """An exec plugin."""

    apiVersion: str
    command: str
    args: tuple[Masked, ...]
    env: tuple[EnvironmentVariable, ...]
    installHint: str
    provideClusterInfo: bool
    interactiveMode: str


class AuthProvider(TypedDict, total=False):
    """What was before exec plugins; of its settings any may be secret."""

    name: str
    config: Mapping[str, Masked]


User = TypedDict(
    "User",
    {
        "origin": str,
        "client-certificate": str,
        "client-certificate-data": bytes,
        "client-key": str,
        "client-key-data": Masked,
        "token": Masked,
        "tokenFile": str,
        "as": str,
        "as-uid": str,
        "as-groups": tuple[str, ...],
        "as-user-extra": Mapping[str, tuple[str, ...]],
        "username": str,
        "password": Masked,
        "auth-provider": AuthProvider,
        "exec": Exec,
    },
    total=False,
)


class Context(TypedDict, total=False):
    """Which cluster, which user, and the namespace of commands without -n."""

    origin: str
    cluster: str
    user: str
    namespace: str


class Kubeconfig(NamedTuple):
    """One file, or what several say together."""

    current_context: str = ""
    clusters: Mapping[str, Cluster] = MappingProxyType({})
    users: Mapping[str, User] = MappingProxyType({})
    contexts: Mapping[str, Context] = MappingProxyType({})
    files: tuple[str, ...] = ()  # that were read
