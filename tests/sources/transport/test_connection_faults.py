"""What urllib3 and OpenSSL raise, and what it means; the faults that no server here can have."""

from __future__ import annotations

import errno
import ssl

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import DecodeError, NewConnectionError, ProxyError, SSLError

from kubectl_pullsecret.sources.transport import Action
from kubectl_pullsecret.sources.transport.faults import Peer, fault_of

LIST = Action("list", "pods", "facts")
PEER = Peer("a.test:1", "proxy.test:3128", "a.test", 10, 30, None)


def meaning(raised: Exception) -> str:
    error = fault_of(raised, LIST, PEER, 0).error
    start, what = error.message.split(": ", 1)
    assert start == 'cannot list pods in namespace "facts"'
    return what


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "a.test:1 does not accept the client certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", "a.test:1 does not accept the client certificate"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "a.test:1 does not accept the client certificate"),
        ("UNSUPPORTED_PROTOCOL", "no TLS connection to a.test:1: unsupported protocol"),
        ("RECORD_LAYER_FAILURE", "a.test:1 does not speak TLS"),
        ("UNEXPECTED_EOF_WHILE_READING", "a.test:1 broke the TLS connection off"),
        ("", "no TLS connection to a.test:1: TLS failed"),
    ],
)
def test_what_openssl_calls_it(reason: str, words: str) -> None:
    error = ssl.SSLError(1, "raw text of OpenSSL")
    error.reason = reason
    assert meaning(SSLError(error)) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, "the certificate of a.test:1 is not valid yet"),
        (10, "the certificate of a.test:1 has expired"),
        (18, "the certificate of a.test:1 is not trusted (as OpenSSL words it)"),
        (62, "the certificate of a.test:1 is not for the name a.test"),
        (64, "the certificate of a.test:1 is not for the name a.test"),
    ],
    ids=["not yet", "expired", "self-signed", "wrong name", "wrong address"],
)
def test_why_a_certificate_is_not_taken(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError(1, "raw text of OpenSSL")
    error.verify_code, error.verify_message = code, "as OpenSSL words it"
    assert meaning(SSLError(error)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ECONNREFUSED, "the connection to a.test:1 was refused"),
        (errno.EHOSTUNREACH, "a.test:1 cannot be reached: no route to host"),
        (errno.ENETUNREACH, "a.test:1 cannot be reached: network is unreachable"),
        (None, "a.test:1 cannot be reached: no connection"),
    ],
)
def test_why_there_is_no_connection(number: int | None, words: str) -> None:
    error = NewConnectionError(HTTPConnection("a.test"), "raw text of urllib3")
    error.__cause__ = OSError(number, "raw text of the system") if number else None
    assert meaning(error) == words


def test_an_answer_that_is_not_compressed_as_it_says() -> None:
    assert meaning(DecodeError("raw")) == "the answer of a.test:1 is not compressed as it says"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ssl.SSLError(1, "raw"), "the proxy proxy.test:3128 does not speak TLS; write http://"),
        (
            OSError("Tunnel connection failed: 503 raw"),
            "the proxy proxy.test:3128 does not connect",
        ),
        (OSError("raw"), "the proxy proxy.test:3128 cannot be reached"),
    ],
    ids=["TLS", "503", "anything"],
)
def test_what_a_proxy_does(cause: Exception, words: str) -> None:
    assert meaning(ProxyError("raw text of urllib3", cause)).startswith(words)
