"""Which authorities a cluster entry trusts.

Source: client-go 0.34, transport/transport.go, TLSConfigFor; tools/clientcmd/validation.go,
validateClusterInfo.
"""

from __future__ import annotations

from typing import NamedTuple

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Tls
from kubectl_pullsecret.sources.kubeconfig.entries import Cluster
from kubectl_pullsecret.sources.kubeconfig.loading import ReadFile, reason
from kubectl_pullsecret.sources.kubeconfig.pem import InvalidPemError, certificates


class Trust(NamedTuple):
    """The content of an entry's CA file or field, unread; `is_named` also if it is empty."""

    content: bytes
    is_named: bool

    def tls(self, cluster: Cluster, where: str) -> Tls:
        """Read the content; an empty file stands for the system's authorities.

        Raises PullSecretError.
        """
        insecure = cluster.get("insecure-skip-tls-verify", False)
        if self.is_named and insecure:
            raise PullSecretError(
                f"{where} has both certificate-authority and insecure-skip-tls-verify",
                remedy="remove one of them",
            )
        return Tls(
            authorities=self._authorities(where),
            server_name=cluster.get("tls-server-name", ""),
            insecure=insecure,
        )

    def _authorities(self, where: str) -> str:
        if not self.content:
            return ""
        try:
            return certificates(self.content.decode("latin-1"))
        except InvalidPemError as error:
            raise PullSecretError(f"{where}: certificate-authority: {error}") from None


def read_trust(cluster: Cluster, where: str, read: ReadFile) -> Trust:
    """Read the CA file, if one is named. Raises PullSecretError."""
    data, path = (
        cluster.get("certificate-authority-data", b""),
        cluster.get("certificate-authority"),
    )
    if data and path:
        raise PullSecretError(
            f"{where} has both certificate-authority and certificate-authority-data",
            remedy="remove one of them",
        )
    if not path:
        return Trust(data, bool(data))
    try:
        return Trust(read(path), is_named=True)
    except (OSError, ValueError) as error:
        raise PullSecretError(
            f"{where}: cannot read the certificate-authority {path}: {reason(error)}",
            remedy="mend the path, or give another one: --certificate-authority FILE",
        ) from None
