"""The service account of the pod that this program runs in.

Source: client-go 0.34, rest/config.go, InClusterConfig; tools/clientcmd/client_config.go,
inClusterClientConfig.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Connection, Tls
from kubectl_pullsecret.sources.kubeconfig.identity import stripped_token
from kubectl_pullsecret.sources.kubeconfig.loading import ReadFile, reason
from kubectl_pullsecret.sources.kubeconfig.overrides import Overrides
from kubectl_pullsecret.sources.kubeconfig.pem import InvalidPemError, certificates
from kubectl_pullsecret.sources.kubeconfig.trust import read_trust

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
_HOST, _PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"


def is_pod(environment: Mapping[str, str], folder: str) -> bool:
    """Whether this is a pod with a service account's token (Possible)."""
    token = os.path.join(folder, "token")
    named = bool(environment.get(_HOST) and environment.get(_PORT))
    return named and os.path.exists(token) and not os.path.isdir(token)


def service_account(
    overrides: Overrides, environment: Mapping[str, str], folder: str, read: ReadFile
) -> tuple[str, Connection]:
    """The server's address, and a connection without it. Raises PullSecretError.

    Of the flags only --token and --certificate-authority count.
    """
    host, port = environment[_HOST], environment[_PORT]
    address = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    token = overrides.token or _token(os.path.join(folder, "token"), read)
    if path := overrides.certificate_authority:
        where = "--certificate-authority"
        tls = read_trust({"certificate-authority": path}, where, read).tls({}, where)
    else:
        tls = Tls(authorities=_authorities(os.path.join(folder, "ca.crt"), read))
    return address, Connection(server="", token=token, tls=tls)


def namespace(environment: Mapping[str, str], folder: str, read: ReadFile) -> str:
    """The pod's namespace: POD_NAMESPACE, else that of the token, else default (Namespace)."""
    if environment.get("POD_NAMESPACE"):
        return environment["POD_NAMESPACE"]
    try:
        content = read(os.path.join(folder, "namespace"))
    except OSError:
        return "default"
    return content.decode("utf-8", "replace").strip() or "default"


def _token(path: str, read: ReadFile) -> Masked:
    try:
        token = stripped_token(read(path))
    except OSError as error:
        raise PullSecretError(f"cannot read the pod's token {path}: {reason(error)}") from None
    if not token:
        raise PullSecretError(f"the pod's token {path} is empty")
    return token


def _authorities(path: str, read: ReadFile) -> str:
    """The cluster's authorities; the system's if there are none to be read, as in client-go."""
    try:
        return certificates(read(path).decode("latin-1"))
    except (OSError, InvalidPemError):
        return ""
