"""How to reach an API server, and as whom: what a kubeconfig, the flags and the environment say.

`kubeconfig` resolves it, `authentication` runs its exec plugin, `transport` dials. Credentials are
`Masked`: a Connection may be printed.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked


class Tls(NamedTuple):
    """Whom to trust, and the client's certificate. PEM text."""

    authorities: str = ""  # of the only trusted authorities; "": the system's
    server_name: str = ""  # sent and verified instead of the URL's host
    insecure: bool = False
    certificate: str = ""  # the client's, with its chain
    key: Masked | None = None


class Impersonation(NamedTuple):
    """Whom the server is asked to take the caller for (`--as` and its kin)."""

    user: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()  # key as written, values in order


class InteractiveMode(Enum):
    """Whether an exec plugin may ask the user (client.authentication.k8s.io/v1)."""

    NEVER = "Never"
    IF_AVAILABLE = "IfAvailable"
    ALWAYS = "Always"


class ExecPlugin(NamedTuple):
    """A program that prints credentials; its environment may hold secrets."""

    command: str  # resolved like kubectl: with a slash relative to the kubeconfig, else on PATH
    args: tuple[Masked, ...]  # may hold secrets, as `env` may
    env: tuple[tuple[str, Masked], ...]
    api_version: str
    interactive_mode: InteractiveMode
    install_hint: str = ""
    cluster_info: Masked | None = None  # KUBERNETES_EXEC_INFO.spec.cluster in JSON, if wanted


class Connection(NamedTuple):
    """One API server and one identity. `namespace` is what a command without -n looks at."""

    server: str  # https://host:port/prefix, without a slash at the end
    namespace: str = "default"
    tls: Tls = Tls()
    token: Masked | None = None
    username: str = ""  # basic authentication
    password: Masked | None = None
    impersonation: Impersonation = Impersonation()
    exec_plugin: ExecPlugin | None = None  # still to be run; see `authentication`
    proxy: Masked | None = None  # http(s)://[user:password@]host:port, %-encoded; None: no proxy
    compression: bool = True
    request_timeout: float | None = None  # seconds; None: no limit by the user
    unreachable_remedy: str = ""  # what to tell if nobody answers: the address is a mere default
