"""Whose certificates are trusted: the authorities that Go would take.

Python and OpenSSL are stricter than Go here and there; what Go accepts is accepted.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

# Go, crypto/x509/root_linux.go and root_bsd.go: the first file that can be read, and the folders.
ROOT_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL 6
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/pki/tls/cacert.pem",  # OpenELEC
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # CentOS, RHEL 7
    "/etc/ssl/cert.pem",  # Alpine, OpenBSD, macOS
    "/usr/local/share/certs/ca-root-nss.crt",  # FreeBSD
)
ROOT_FOLDERS = ("/etc/ssl/certs", "/etc/pki/tls/certs", "/usr/local/share/certs")

_BLOCK = r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----"


class _SharedContext(ssl.SSLContext):
    """A context that several threads dial with.

    urllib3 sets the same ALPN protocols again for each connection (2.8, util/ssl_.py). Python frees
    the old ones then, while another thread's handshake may be reading them.
    """

    def set_protocols_once(self, protocols: Iterable[str]) -> None:
        """Say what is spoken over every connection of this context."""
        super().set_alpn_protocols(protocols)

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Change nothing: see above."""


def client_context() -> ssl.SSLContext:
    """What a client's connections are secured with. It trusts nobody yet."""
    context = _SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_protocols_once(["http/1.1"])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # As Go: a certificate that is trusted need not lead to a root, nor follow RFC 5280 to the
    # letter (authorities without a key identifier), and the common name names nothing.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.hostname_checks_common_name = False
    return context


def trust(context: ssl.SSLContext, pem: str) -> bool:
    """Add a text's certificates, and tell whether there are any.

    Like Go: other blocks and unreadable ones are skipped.
    """
    blocks = re.findall(_BLOCK, pem)
    if not blocks:
        return False
    with suppress(ssl.SSLError, ValueError):
        context.load_verify_locations(cadata="\n".join(blocks))
        return True
    return sum(_trust_one(context, block) for block in blocks) > 0


def _trust_one(context: ssl.SSLContext, block: str) -> bool:
    with suppress(ssl.SSLError, ValueError):
        context.load_verify_locations(cadata=block)
        return True
    return False


def trust_system(context: ssl.SSLContext, environment: Mapping[str, str]) -> None:
    """Trust what Go trusts: SSL_CERT_FILE and SSL_CERT_DIR stand for the well-known places."""
    if sys.platform in ("win32", "darwin"):
        context.load_default_certs()
    file, folders = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    for path in (file,) if file else ROOT_FILES:
        text = _read(path)
        if text is not None:
            trust(context, text)
            break
    if folders:
        for path in _files_in(folders.split(os.pathsep)):
            trust(context, _read(path) or "")
        return
    for folder in ROOT_FOLDERS:
        if os.path.isdir(folder):  # read by OpenSSL, when it looks for an issuer
            context.load_verify_locations(capath=folder)


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def _files_in(folders: list[str]) -> Iterator[str]:
    for folder in folders:
        with suppress(OSError):
            yield from (os.path.join(folder, name) for name in sorted(os.listdir(folder)))
