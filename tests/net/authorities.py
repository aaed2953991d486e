"""Certificates of the tests' own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timezone

import trustme


@dataclass(frozen=True)
class Authority:
    """An authority of the tests' own."""

    issuer: trustme.CA

    @property
    def pem(self) -> str:
        return self.issuer.cert_pem.bytes().decode()

    def server_context(self, *names: str, clients: bool = False) -> ssl.SSLContext:
        """TLS of a server with these names; `clients`: who has no certificate is refused."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.issuer.issue_cert(*(names or ("127.0.0.1", "localhost"))).configure_cert(context)
        if clients:
            self.issuer.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def expired_context(self) -> ssl.SSLContext:
        """TLS of a server whose certificate is over."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        past = datetime(2020, 1, 1, tzinfo=timezone.utc)
        self.issuer.issue_cert("127.0.0.1", not_after=past).configure_cert(context)
        return context
