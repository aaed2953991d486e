"""Who talks to the test's API server: certificates of one authority, kubeconfigs that name them."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

ADMIN = "admin"
SEEDER = "seeder"  # an admin too; its requests are not audited
ADMINS = "system:masters"


@dataclass(frozen=True, slots=True)
class Identity:
    """A client certificate and its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """Signs the server's and the clients' certificates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.certificate = folder / "ca.crt"
        self._ca.cert_pem.write_to_path(self.certificate)

    def server(self, address: str) -> Identity:
        """For this IP address, 127.0.0.1 and localhost."""
        names = dict.fromkeys((address, "127.0.0.1", "localhost"))
        return self._write("server", self._ca.issue_cert(*names))

    def service_accounts(self) -> Identity:
        """The key that signs tokens of service accounts."""
        return self._write("service-accounts", self._ca.issue_cert("tokens.test"))

    def client(self, user: str, group: str | None = None) -> Identity:
        """For a user of this name (CN) and at most one group (O)."""
        issued = self._ca.issue_cert(  # an identity, because Go refuses an empty one
            "client.test", common_name=user, organization_name=group
        )
        return self._write(f"user-{user.replace(':', '-')}", issued)

    def tls(self, identity: Identity) -> ssl.SSLContext:
        """Trusts this authority and shows the identity."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.load_cert_chain(identity.certificate, identity.key)
        return context

    def _write(self, name: str, issued: trustme.LeafCert) -> Identity:
        identity = Identity(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        issued.cert_chain_pems[0].write_to_path(identity.certificate)
        identity.key.touch(mode=0o600)
        issued.private_key_pem.write_to_path(identity.key)
        return identity


def write_kubeconfig(
    target: Path, *, server: str, authority: Path, identity: Identity, namespace: str
) -> Path:
    """A kubeconfig with one context; JSON, which is YAML too."""
    user = {"client-certificate": str(identity.certificate), "client-key": str(identity.key)}
    context = {"cluster": "test", "user": "test", "namespace": namespace}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "test",
                "cluster": {"server": server, "certificate-authority": str(authority)},
            }
        ],
        "users": [{"name": "test", "user": user}],
        "contexts": [{"name": "test", "context": context}],
        "current-context": "test",
    }
    target.touch(mode=0o600)
    target.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return target
