"""Why there was no answer, or half of one: what urllib3 and OpenSSL raise, as one kind each."""

from __future__ import annotations

import errno
import os
import re
import ssl
from enum import Enum, auto
from http.client import BadStatusLine, LineTooLong, RemoteDisconnected
from typing import NamedTuple

from urllib3 import exceptions as http

# X509_V_ERR_…, openssl/x509_vfy.h
_NOT_YET, _EXPIRED, _WRONG_NAME, _WRONG_ADDRESS = 9, 10, 62, 64

_PLAIN_PEER = (  # what OpenSSL 3.0 to 3.5 say when the other side does not speak TLS
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "UNKNOWN_PROTOCOL",
)
_REFUSED_CERTIFICATE = re.compile("ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)")


class FailureKind(Enum):
    """What kept an answer away."""

    # the proxy
    PROXY_WANTS_PASSWORD = auto()
    PROXY_REFUSED = auto()  # the words are the status
    PROXY_NAME_UNKNOWN = auto()
    PROXY_UNTRUSTED = auto()
    PROXY_WITHOUT_TLS = auto()
    PROXY_UNREACHABLE = auto()
    # the way
    NAME_UNKNOWN = auto()
    NAME_NOT_LOOKED_UP = auto()  # in time; raised by nobody, as nobody returns from it
    NO_ADDRESS = auto()
    REFUSED = auto()
    UNREACHABLE = auto()  # the words say why
    NO_CONNECTION_IN_TIME = auto()
    SILENCE = auto()
    CUT = auto()
    # TLS
    WRONG_NAME = auto()
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    UNTRUSTED = auto()  # the words are OpenSSL's
    TLS_BROKEN_OFF = auto()
    WITHOUT_TLS = auto()
    CLIENT_REFUSED = auto()
    TLS_FAILED = auto()  # the words are OpenSSL's
    # HTTP
    NOT_COMPRESSED = auto()
    NOT_HTTP = auto()


class Failure(NamedTuple):
    """What happened. The words come from the system's libraries, never from the server."""

    kind: FailureKind
    words: str = ""


def failure_of(raised: Exception) -> Failure:
    """What an exception of urllib3 means."""
    cause = _cause(raised)
    if isinstance(raised, http.ProxyError):
        return _proxy_failure(cause)
    if isinstance(cause, http.NameResolutionError):
        return Failure(FailureKind.NAME_UNKNOWN)
    if isinstance(cause, http.LocationParseError):
        return Failure(FailureKind.NO_ADDRESS)
    if isinstance(cause, http.NewConnectionError):  # before its base class, the timeout
        return _not_connected(cause)
    if isinstance(cause, http.ConnectTimeoutError):
        return Failure(FailureKind.NO_CONNECTION_IN_TIME)
    if isinstance(cause, http.ReadTimeoutError):
        return Failure(FailureKind.SILENCE)
    if isinstance(cause, ssl.SSLError):
        return _tls_failure(cause)
    if isinstance(cause, http.DecodeError):
        return Failure(FailureKind.NOT_COMPRESSED)
    garbled = isinstance(cause, (BadStatusLine, LineTooLong))
    if garbled and not isinstance(cause, RemoteDisconnected):
        return Failure(FailureKind.NOT_HTTP)
    return Failure(FailureKind.CUT)


def _cause(raised: BaseException) -> BaseException:
    """The innermost exception that says what happened."""
    inner: object = getattr(raised, "original_error", None)
    if inner is None and isinstance(raised, (http.SSLError, http.ProtocolError)) and raised.args:
        inner = raised.args[-1]
    return _cause(inner) if isinstance(inner, BaseException) else raised


def _not_connected(cause: BaseException) -> Failure:
    """No TCP connection."""
    system = cause.__cause__
    number = system.errno if isinstance(system, OSError) else None
    if number == errno.ECONNREFUSED:
        return Failure(FailureKind.REFUSED)
    return Failure(
        FailureKind.UNREACHABLE, os.strerror(number).lower() if number else "no connection"
    )


def _proxy_failure(cause: BaseException) -> Failure:
    refused = re.search(r"Tunnel connection failed: (\d{3})", str(cause))
    if refused and refused[1] == "407":
        return Failure(FailureKind.PROXY_WANTS_PASSWORD)
    if refused:
        return Failure(FailureKind.PROXY_REFUSED, refused[1])
    if isinstance(cause, http.NameResolutionError):
        return Failure(FailureKind.PROXY_NAME_UNKNOWN)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure(FailureKind.PROXY_UNTRUSTED)
    if isinstance(cause, ssl.SSLError):
        return Failure(FailureKind.PROXY_WITHOUT_TLS)
    return Failure(FailureKind.PROXY_UNREACHABLE)


def _tls_failure(cause: ssl.SSLError) -> Failure:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _distrust(cause)
    reason = cause.reason or ""
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "EOF" in reason:
        return Failure(FailureKind.TLS_BROKEN_OFF)
    if reason in _PLAIN_PEER:
        return Failure(FailureKind.WITHOUT_TLS)
    if _REFUSED_CERTIFICATE.search(reason):
        return Failure(FailureKind.CLIENT_REFUSED)
    return Failure(FailureKind.TLS_FAILED, reason.replace("_", " ").lower() or "TLS failed")


def _distrust(cause: ssl.SSLCertVerificationError) -> Failure:
    if cause.verify_code in (_WRONG_NAME, _WRONG_ADDRESS):
        return Failure(FailureKind.WRONG_NAME)
    if cause.verify_code == _EXPIRED:
        return Failure(FailureKind.EXPIRED)
    if cause.verify_code == _NOT_YET:
        return Failure(FailureKind.NOT_YET_VALID)
    return Failure(FailureKind.UNTRUSTED, cause.verify_message)
