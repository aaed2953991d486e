"""Why there was no answer of an API server, or half of one, as one sentence each."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_pullsecret.net.failures import Failure, FailureKind, failure_of
from kubectl_pullsecret.sources.transport.status import Action, ApiError

_KUBECONFIG = "check it with: kubectl config view --minify"
_PROXY = "check proxy-url of the cluster, or HTTPS_PROXY and NO_PROXY"

CONNECT_SECONDS = 10.0  # for a TCP connection, and for its TLS handshake
SILENCE_SECONDS = 30.0


class Peer(NamedTuple):
    """Who was dialled and how patiently, for sentences."""

    server: str  # host:port
    proxy: str  # host:port, "" without one
    name: str  # that the server's certificate must hold
    connect: float  # seconds
    silence: float  # seconds
    limit: float | None  # seconds, set by the user

    @property
    def certificate(self) -> str:
        """The certificate, as a subject of sentences."""
        return f"the certificate of {self.server}"


class FaultError(Exception):
    """There was no whole answer. `error` is for the user."""

    def __init__(self, error: ApiError, *, cut: bool = False, refused: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.cut = cut  # the connection broke: a read may be tried again
        self.refused = refused  # nobody listens: worth a try where somebody did before


def fault_of(raised: Exception, action: Action, peer: Peer, seconds: float) -> FaultError:
    """What an exception of urllib3 means, raised after so many seconds."""
    failure = failure_of(raised)
    kind = failure.kind
    if kind in (FailureKind.NO_CONNECTION_IN_TIME, FailureKind.SILENCE):
        # In a handshake, too, urllib3 says "read", but waits as for a connection.
        early = kind is FailureKind.NO_CONNECTION_IN_TIME or seconds < 0.9 * peer.silence
        return timeout_of(action, peer, connecting=early)
    what, remedy = (
        _of_proxy(failure, peer) or _of_way(failure, peer) or _of_certificate(failure, peer)
    ) or _of_tls(failure, peer)
    cut = kind in (FailureKind.CUT, FailureKind.TLS_BROKEN_OFF)
    error = _error(action, what, remedy, doubtful=cut)
    return FaultError(error, cut=cut, refused=kind is FailureKind.REFUSED)


def timeout_of(
    action: Action, peer: Peer, *, connecting: bool = False, overdue: bool = False
) -> FaultError:
    """Nothing was heard for too long; or (`overdue`) not everything within the user's limit."""
    doubtful = not connecting
    seconds = peer.connect if connecting else peer.silence
    usual = CONNECT_SECONDS if connecting else SILENCE_SECONDS
    if peer.limit is not None and (overdue or seconds < usual):
        what = f"no answer from {peer.server} within {peer.limit:g} s (--request-timeout)"
    elif connecting:
        what = f"no connection to {peer.server} within {seconds:.3g} s"
    else:
        what = f"no answer from {peer.server} for {seconds:.3g} s"
    remedy = f"is the address right, and is a VPN needed? {_KUBECONFIG}"
    return FaultError(_error(action, what, remedy, doubtful=doubtful))


def _error(action: Action, what: str, remedy: str, *, doubtful: bool = False) -> ApiError:
    return ApiError(f"cannot {action}: {what}", remedy=remedy, doubtful=doubtful)


def _of_proxy(failure: Failure, peer: Peer) -> tuple[str, str] | None:
    proxy = f"the proxy {peer.proxy}"
    if failure.kind is FailureKind.PROXY_WANTS_PASSWORD:
        what = f"{proxy} wants a user and a password (407)"
        return what, "write them into the proxy's URL: http://user:password@host:port"
    what = {
        FailureKind.PROXY_REFUSED: f"{proxy} does not connect to {peer.server} ({failure.words})",
        FailureKind.PROXY_NAME_UNKNOWN: f"the name of {proxy} is not known",
        FailureKind.PROXY_UNTRUSTED: f"the certificate of {proxy} is not trusted",
        FailureKind.PROXY_WITHOUT_TLS: f"{proxy} does not speak TLS; write http:// before it",
        FailureKind.PROXY_UNREACHABLE: f"{proxy} cannot be reached",
    }.get(failure.kind, "")
    return (what, _PROXY) if what else None


def _of_way(failure: Failure, peer: Peer) -> tuple[str, str] | None:
    is_it_right = f"is it right? {_KUBECONFIG}"
    behind = f"the proxy {peer.proxy} or {peer.server} behind it" if peer.proxy else peer.server
    host = peer.server.rpartition(":")[0]
    return {
        FailureKind.NAME_UNKNOWN: (f"the name {host} is not known", is_it_right),
        FailureKind.NO_ADDRESS: (f"{peer.server} is no address", is_it_right),
        FailureKind.REFUSED: (
            f"the connection to {peer.server} was refused",
            f"is the API server up, and are host and port right? {_KUBECONFIG}",
        ),
        FailureKind.UNREACHABLE: (f"{peer.server} cannot be reached: {failure.words}", is_it_right),
        FailureKind.NOT_COMPRESSED: (
            f"the answer of {peer.server} is not compressed as it says",
            "",
        ),
        FailureKind.NOT_HTTP: (
            f"{behind} does not answer in HTTP",
            f"is it https://, or is the port another's? {_KUBECONFIG}",
        ),
        FailureKind.CUT: (
            f"the connection to {peer.server} was cut before the answer was complete",
            "try again",
        ),
    }.get(failure.kind)


def _of_certificate(failure: Failure, peer: Peer) -> tuple[str, str] | None:
    return {
        FailureKind.WRONG_NAME: (
            f"{peer.certificate} is not for the name {peer.name}",
            "if this is the right server, give a name that it has with --tls-server-name",
        ),
        FailureKind.EXPIRED: (
            f"{peer.certificate} has expired",
            "the server needs a new one; is the local clock right?",
        ),
        FailureKind.NOT_YET_VALID: (
            f"{peer.certificate} is not valid yet",
            "is the local clock right?",
        ),
        FailureKind.UNTRUSTED: (
            f"{peer.certificate} is not trusted ({failure.words})",
            "check certificate-authority(-data) of the cluster in the kubeconfig",
        ),
    }.get(failure.kind)


def _of_tls(failure: Failure, peer: Peer) -> tuple[str, str]:
    if failure.kind is FailureKind.TLS_BROKEN_OFF:
        return f"{peer.server} broke the TLS connection off", ""
    if failure.kind is FailureKind.WITHOUT_TLS:
        what = f"{peer.server} does not speak TLS"
        return what, f"is it http://, or is the port another's? {_KUBECONFIG}"
    if failure.kind is FailureKind.CLIENT_REFUSED:
        what = f"{peer.server} does not accept the client certificate"
        return what, "check client-certificate of the kubeconfig's user"
    return f"no TLS connection to {peer.server}: {failure.words}", _KUBECONFIG
