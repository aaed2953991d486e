"""The connection flags of a command line, the ones that every kubectl command has."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.kubeconfig.entries import Cluster, User


class Overrides(NamedTuple):
    """Flags by their names; an empty one overrides nothing, as for kubectl.

    Source: cli-runtime 0.34, genericclioptions/config_flags.go, toRawKubeConfigLoader.
    """

    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    user: str = ""
    namespace: str = ""
    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    client_certificate: str = ""
    client_key: str = ""
    token: Masked | None = None
    username: str = ""
    password: Masked | None = None
    as_user: str = ""  # --as
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()  # --as-group, each time it is given
    request_timeout: str = ""  # as written: see `timeout`
    disable_compression: bool = False

    def cluster_fields(self) -> Cluster:
        """What the flags say of the cluster, under the names of a kubeconfig."""
        return {
            "server": self.server,
            "tls-server-name": self.tls_server_name,
            "insecure-skip-tls-verify": self.insecure_skip_tls_verify,
            "certificate-authority": self.certificate_authority,
            "disable-compression": self.disable_compression,
        }

    def user_fields(self) -> User:
        """What the flags say of the user, under the names of a kubeconfig."""
        return {
            "client-certificate": self.client_certificate,
            "client-key": self.client_key,
            "token": self.token or Masked(""),
            "username": self.username,
            "password": self.password or Masked(""),
            "as": self.as_user,
            "as-uid": self.as_uid,
            "as-groups": self.as_groups,
        }
