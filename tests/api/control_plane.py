"""A Kubernetes API for tests: real etcd and kube-apiserver, the controllers when they are wanted.

No root, no node, loopback only, no port of the machine's that another could have: etcd listens on
sockets in a folder of its own, and the API server's port is held by this process all the time
(SO_REUSEPORT), also while the server is down.
"""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.api import audit
from tests.api.admin_api import AdminApi, path
from tests.api.audit import AuditedRequest
from tests.api.etcd import ADDRESS, Etcd
from tests.api.identities import ADMINS, SEEDER, Authority, Identity, write_kubeconfig
from tests.api.server_process import ServerError, ServerProcess
from tests.programs.real import Programs

STARTS_WITHIN = 60.0  # seconds; 3 on two idle cores
LOOPBACK = "127.0.0.1"
CONTROLLERS = (
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "replicaset-controller",
    "replicationcontroller-controller",
    "serviceaccount-controller",
    "statefulset-controller",
)


@contextmanager
def control_plane(programs: Programs, *admission: str) -> Iterator[ControlPlane]:
    """A control plane that is ready; it is gone with all of its data afterwards.

    `admission` are further admission plugins of the API server.
    """
    folder = Path(tempfile.mkdtemp(prefix="kube-")).resolve()  # short: a socket's path is limited
    try:
        with socket.socket() as port:
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            port.bind((LOOPBACK, 0))
            site = Site(LOOPBACK, port.getsockname()[1])
            plane = ControlPlane(programs, folder, site, admission)
            try:
                plane.start()
                yield plane
            finally:
                plane.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the API server is to be found, and the namespaces in which the servers run."""

    address: str
    port: int
    within: tuple[str, ...] = ()  # before a command; () where the tests themselves run


class ControlPlane:
    """etcd, kube-apiserver and, between start_ and stop_controllers, kube-controller-manager."""

    def __init__(
        self, programs: Programs, folder: Path, site: Site, admission: Sequence[str] = ()
    ) -> None:
        self._folder, self._site = folder, site
        self._admission = ("NodeRestriction", *admission)
        self.server = f"https://{site.address}:{site.port}"
        self.authority = Authority(folder)
        self._tokens = self.authority.service_accounts()
        self.etcd = Etcd(programs, folder, site.within)
        self._api_server = ServerProcess(self._api_server_command(programs), folder, site.within)
        self._programs = programs
        self._controllers: ServerProcess | None = None
        self._audit_log = folder / "audit.log"
        self._audit_log.touch()
        self.api = AdminApi(site.address, site.port, self.authority.tls(self.admin(SEEDER)))

    def start(self) -> None:
        self.etcd.process.start()
        self.start_api_server()

    def stop(self) -> None:
        """Ends everything, in any state; nothing is left."""
        self.api.close()
        for process in (self._controllers, self._api_server, self.etcd.process):
            if process is not None:
                process.kill()

    def start_api_server(self) -> None:
        """Returns when it serves; what was stored before is there."""
        self._api_server.start()
        try:
            self._api_server.wait_until(lambda: self.api.answers("/readyz"), STARTS_WITHIN)
        except ServerError as error:
            raise ServerError(f"{error}\n{self.etcd.process.tail()}") from None

    def stop_api_server(self) -> None:
        """Kills it in the middle of whatever it does; its port refuses connections then."""
        self.api.close()
        self._api_server.kill()

    def restart_api_server(self) -> None:
        self.stop_api_server()
        self.start_api_server()

    @contextmanager
    def silent_api_server(self) -> Iterator[None]:
        """It takes connections and requests and answers none."""
        self._api_server.pause()
        try:
            yield
        finally:
            self._api_server.resume()

    def compact_etcd(self) -> None:
        """Forgets all past revisions, as etcd does every five minutes: continue tokens expire.

        The API server keeps snapshots of its own, from which it would go on; it is restarted.
        """
        self.etcd.compact()
        self.restart_api_server()

    def start_controllers(self, also: Iterable[str] = ()) -> None:
        """The controllers that own pods, namespaces and accounts, until `stop_controllers`.

        They work when they have made the account that is taken away from them here.
        """
        account = path("ServiceAccount", "default", "default")
        if self.api.answers(account):
            self.api.delete(account)
        kubeconfig = self.kubeconfig(
            self._folder / "controllers.kubeconfig", self.admin("system:kube-controller-manager")
        )
        command = (
            str(self._programs.path("kube-controller-manager")),
            f"--kubeconfig={kubeconfig}",
            f"--service-account-private-key-file={self._tokens.key}",
            f"--root-ca-file={self.authority.certificate}",
            f"--controllers={','.join((*CONTROLLERS, *also))}",
            "--leader-elect=false",
            "--secure-port=0",
        )
        self._controllers = ServerProcess(command, self._folder, self._site.within)
        self._controllers.start()
        self._controllers.wait_until(lambda: self.api.answers(account), STARTS_WITHIN)

    @property
    def has_controllers(self) -> bool:
        return self._controllers is not None

    def stop_controllers(self) -> None:
        if self._controllers is not None:
            self._controllers.kill()
            self._controllers = None

    def kubeconfig(self, target: Path, identity: Identity, namespace: str = "default") -> Path:
        """Writes a kubeconfig for this server."""
        return write_kubeconfig(
            target,
            server=self.server,
            authority=self.authority.certificate,
            identity=identity,
            namespace=namespace,
        )

    def mark(self) -> int:
        """Now, for `requests_since`."""
        return self._audit_log.stat().st_size

    def requests_since(self, mark: int) -> list[AuditedRequest]:
        """What arrived since then, without this object's own requests and the servers'."""
        return audit.requests_in(self._audit_log, mark)

    def admin(self, user: str) -> Identity:
        """A user who may do everything."""
        return self.authority.client(user, ADMINS)

    def _api_server_command(self, programs: Programs) -> tuple[str, ...]:
        policy = self._folder / "audit-policy.json"
        policy.write_text(json.dumps(audit.POLICY), encoding="utf-8")
        site = self._site
        serving = self.authority.server(site.address)
        return (
            str(programs.path("kube-apiserver")),
            f"--advertise-address={site.address}",  # else it asks for a default route
            "--audit-log-mode=blocking",  # a request is in the log before it is answered
            f"--audit-log-path={self._folder / 'audit.log'}",
            f"--audit-policy-file={policy}",
            "--authorization-mode=Node,RBAC",
            f"--bind-address={site.address}",
            f"--client-ca-file={self.authority.certificate}",
            f"--enable-admission-plugins={','.join(self._admission)}",
            "--endpoint-reconciler-type=none",
            f"--etcd-servers={ADDRESS}",
            "--feature-gates=ImageVolume=true",
            "--permit-port-sharing",
            f"--secure-port={site.port}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._tokens.certificate}",
            f"--service-account-signing-key-file={self._tokens.key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--tls-cert-file={serving.certificate}",
            f"--tls-private-key-file={serving.key}",
        )
