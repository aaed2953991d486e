"""Why there was no answer, or half of one: what urllib3 and OpenSSL raise, as one sentence each."""

from __future__ import annotations

import errno
import os
import re
import ssl
from http.client import BadStatusLine, LineTooLong, RemoteDisconnected
from typing import NamedTuple

from urllib3 import exceptions as http

from kubectl_pullsecret.sources.transport.status import Action, ApiError

# X509_V_ERR_…, openssl/x509_vfy.h
_NOT_YET, _EXPIRED, _WRONG_NAME, _WRONG_ADDRESS = 9, 10, 62, 64

_KUBECONFIG = "check it with: kubectl config view --minify"
_PLAIN_PEER = (  # what OpenSSL 3.0 to 3.5 say when the other side does not speak TLS
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "UNKNOWN_PROTOCOL",
)
_REFUSED_CERTIFICATE = re.compile("ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)")


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


class FaultError(Exception):
    """There was no whole answer. `error` is for the user."""

    def __init__(self, error: ApiError, *, cut: bool = False, refused: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.cut = cut  # the connection broke: a read may be tried again
        self.refused = refused  # nobody listens: worth a try where somebody did before


def fault_of(raised: Exception, action: Action, peer: Peer, seconds: float) -> FaultError:
    """What an exception of urllib3 means, raised after so many seconds."""
    cause = _cause(raised)
    if isinstance(raised, http.ProxyError):
        return _fault(action, *_proxy_fault(cause, peer))
    if isinstance(cause, http.NameResolutionError):
        host = peer.server.rpartition(":")[0]
        return _fault(action, f"the name {host} is not known", f"is it right? {_KUBECONFIG}")
    if isinstance(cause, http.LocationParseError):
        return _fault(action, f"{peer.server} is no address", f"is it right? {_KUBECONFIG}")
    if isinstance(cause, http.NewConnectionError):  # before its base class, the timeout
        return _not_connected(cause, action, peer)
    if isinstance(cause, (http.ConnectTimeoutError, http.ReadTimeoutError)):
        # In a handshake, too, urllib3 says "read", but waits as for a connection.
        early = isinstance(cause, http.ConnectTimeoutError) or seconds < 0.9 * peer.silence
        return timeout_of(action, peer, connecting=early)
    if isinstance(cause, ssl.SSLError):
        return _tls_fault(cause, action, peer)
    if isinstance(cause, http.DecodeError):
        return _fault(action, f"the answer of {peer.server} is not compressed as it says", "")
    if isinstance(cause, (BadStatusLine, LineTooLong)) and not isinstance(
        cause, RemoteDisconnected
    ):
        who = f"the proxy {peer.proxy} or {peer.server} behind it" if peer.proxy else peer.server
        what = f"{who} does not answer in HTTP"
        return _fault(action, what, f"is it https://, or is the port another's? {_KUBECONFIG}")
    what = f"the connection to {peer.server} was cut before the answer was complete"
    return FaultError(_error(action, what, "try again", doubtful=True), cut=True)


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
        what = f"no connection to {peer.server} within {seconds:g} s"
    else:
        what = f"no answer from {peer.server} for {seconds:g} s"
    remedy = f"is the address right, and is a VPN needed? {_KUBECONFIG}"
    return FaultError(_error(action, what, remedy, doubtful=doubtful))


def _cause(raised: BaseException) -> BaseException:
    """The innermost exception that says what happened."""
    inner: object = getattr(raised, "original_error", None)
    if inner is None and isinstance(raised, (http.SSLError, http.ProtocolError)) and raised.args:
        inner = raised.args[-1]
    return _cause(inner) if isinstance(inner, BaseException) else raised


def _error(action: Action, what: str, remedy: str, *, doubtful: bool = False) -> ApiError:
    return ApiError(f"cannot {action}: {what}", remedy=remedy, doubtful=doubtful)


def _fault(action: Action, what: str, remedy: str) -> FaultError:
    return FaultError(_error(action, what, remedy))


def _not_connected(cause: BaseException, action: Action, peer: Peer) -> FaultError:
    """No TCP connection."""
    system = cause.__cause__
    number = system.errno if isinstance(system, OSError) else None
    if number == errno.ECONNREFUSED:
        what = f"the connection to {peer.server} was refused"
        remedy = f"is the API server up, and are host and port right? {_KUBECONFIG}"
        return FaultError(_error(action, what, remedy), refused=True)
    why = os.strerror(number).lower() if number else "no connection"
    return _fault(action, f"{peer.server} cannot be reached: {why}", f"is it right? {_KUBECONFIG}")


def _proxy_fault(cause: BaseException, peer: Peer) -> tuple[str, str]:
    refused = re.search(r"Tunnel connection failed: (\d{3})", str(cause))
    remedy = "check proxy-url of the cluster, or HTTPS_PROXY and NO_PROXY"
    if refused and refused[1] == "407":
        what = f"the proxy {peer.proxy} wants a user and a password (407)"
        return what, "write them into the proxy's URL: http://user:password@host:port"
    if refused:
        return f"the proxy {peer.proxy} does not connect to {peer.server} ({refused[1]})", remedy
    if isinstance(cause, http.NameResolutionError):
        return f"the name of the proxy {peer.proxy} is not known", remedy
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate of the proxy {peer.proxy} is not trusted", remedy
    if isinstance(cause, ssl.SSLError):
        return f"the proxy {peer.proxy} does not speak TLS; write http:// before it", remedy
    return f"the proxy {peer.proxy} cannot be reached", remedy


def _tls_fault(cause: ssl.SSLError, action: Action, peer: Peer) -> FaultError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _fault(action, *_distrust(cause, peer))
    reason = cause.reason or ""
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "EOF" in reason:
        return FaultError(
            _error(action, f"{peer.server} broke the TLS connection off", "", doubtful=True),
            cut=True,
        )
    if reason in _PLAIN_PEER:
        what = f"{peer.server} does not speak TLS"
        return _fault(action, what, f"is it http://, or is the port another's? {_KUBECONFIG}")
    if _REFUSED_CERTIFICATE.search(reason):
        what = f"{peer.server} does not accept the client certificate"
        return _fault(action, what, "check client-certificate of the kubeconfig's user")
    words = reason.replace("_", " ").lower() or "TLS failed"
    return _fault(action, f"no TLS connection to {peer.server}: {words}", _KUBECONFIG)


def _distrust(cause: ssl.SSLCertVerificationError, peer: Peer) -> tuple[str, str]:
    certificate = f"the certificate of {peer.server}"
    if cause.verify_code in (_WRONG_NAME, _WRONG_ADDRESS):
        remedy = "if this is the right server, give a name that it has with --tls-server-name"
        return f"{certificate} is not for the name {peer.name}", remedy
    if cause.verify_code == _EXPIRED:
        return f"{certificate} has expired", "the server needs a new one; is the local clock right?"
    if cause.verify_code == _NOT_YET:
        return f"{certificate} is not valid yet", "is the local clock right?"
    remedy = "check certificate-authority(-data) of the cluster in the kubeconfig"
    return f"{certificate} is not trusted ({cause.verify_message})", remedy
