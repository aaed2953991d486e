"""Rows for the way to the registry: nobody answered, or somebody on the way did.

Order: lookup, proxy, certificate, scheme, refused, timeout, cancelled, all other breaks.
"""

from __future__ import annotations

from kubectl_pullsecret.diagnosis.pull_errors.row import Row, refused_by_proxy, status
from kubectl_pullsecret.facts.causes import Cause

TRANSPORT = (
    # Go net.DNSError: `lookup H on S:53: …`, whatever follows; musl: `lookup H: Try again`
    Row(
        Cause.NAME_RESOLUTION,
        (
            "tcp: lookup ", "udp: lookup ", "lookup … on …: ", "no such host", "server misbehaving",
            "name resolution", "getaddrinfo", "name or service not known", "could not resolve host",
        ),
        unanswered=True,
    ),
    Row(
        Cause.PROXY_FAILURE,
        ("proxyconnect", "proxy authentication required", "socks connect"),
        unanswered=True,
    ),
    Row(Cause.PROXY_FAILURE, when=status(407)),
    Row(Cause.PROXY_FAILURE, when=refused_by_proxy),
    # Go crypto/x509; "is before" is a clock that lags, the certificate is not to blame but named so
    Row(
        Cause.CERTIFICATE_EXPIRED,
        (
            "expired or is not yet valid", "certificate has expired",
            "certificate is not yet valid", "expired certificate", "certificate is expired",
        ),
        unanswered=True,
    ),
    Row(
        Cause.CERTIFICATE_NAME_MISMATCH,
        (
            "certificate is valid for", "not valid for any names", "doesn't contain any ip sans",
            "legacy common name", "certificate is not valid for", "unrecognized name",
            "does not match target host", "certificate is not standards",
        ),
        unanswered=True,
    ),
    Row(
        Cause.UNTRUSTED_CERTIFICATE,
        (
            "x509:", "unknown authority", "unknown certificate", "bad certificate",
            "certificate required", "self-signed", "self signed", "certificate verify failed",
            "certificate is not trusted", "verify certificate",
        ),
        unanswered=True,
    ),
    # a registry that says 400 because TLS was missing has answered: so not `unanswered`
    Row(
        Cause.SCHEME_MISMATCH,
        (
            "http response to https client", "http request to an https server",
            "first record does not look like", "malformed http response", "oversized record",
            "plain http request was sent", "\\x15\\x03", "https server gave http",
        ),
    ),
    Row(Cause.CONNECTION_REFUSED, ("connection refused", "actively refused"), unanswered=True),
    Row(
        Cause.TIMEOUT,
        (
            "i/o timeout", "handshake timeout", "client.timeout", "deadline exceeded",
            "connection timed out", "timeout awaiting", "operation timed out",
            "did not properly respond", "while waiting for connection", "request timed out",
            "timed out", "timeout waiting", "net/http: timeout", "operation timeout", ": timeout",
        ),
        unanswered=True,
    ),
    Row(
        Cause.PULL_CANCELED,
        (
            "context canceled", "context cancelled", "request canceled", "operation was canceled",
            "cancel pulling", "no progress in", "pull canceled", "image pull was cancelled",
        ),
        unanswered=True,
    ),
    Row(
        Cause.NETWORK_UNREACHABLE,
        (
            "reset by peer", "^eof", ": eof", "unexpected eof", "no route to host", "unreachable",
            "broken pipe", "closed network connection", "goaway", "stream error",
            "server closed idle", "forcibly closed", "host is down", "cannot assign requested",
            "protocol error", "connect: operation not permitted", "connect: permission denied",
            "connect: invalid argument", "http2: ", "transport connection broken",
            "connection was aborted", "closed pipe", "connection closed", "connection lost",
            "remote error: tls", "tls: ", "malformed http", "network is down", "unable to connect",
            "could not connect",
        ),
        unanswered=True,
    ),
)  # fmt: skip
