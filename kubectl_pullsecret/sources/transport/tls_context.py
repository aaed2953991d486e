"""TLS as kubectl does it: the same authorities, and the client's key never on a disk.

Python and OpenSSL are stricter than Go here and there; what Go accepts is accepted.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NoReturn

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Tls

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


def tls_context(tls: Tls, environment: Mapping[str, str]) -> ssl.SSLContext:
    """What a connection to the API server is secured with. Certificates and key are PEM text.

    Raises:
        PullSecretError: the authorities or the client's certificate cannot be used.
    """
    context = _SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_protocols_once(["http/1.1"])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # As Go: a certificate that is trusted need not lead to a root, nor follow RFC 5280 to the
    # letter (authorities without a key identifier), and the common name names nothing.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.hostname_checks_common_name = False
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.authorities:
        _trust_only(context, tls.authorities)
    else:
        _trust_system(context, environment)
    if tls.certificate or tls.key:
        _show_certificate(context, tls)
    return context


def _trust_only(context: ssl.SSLContext, pem: str) -> None:
    if not _trust(context, pem):
        raise PullSecretError(
            "the cluster's certificate authority holds no certificate that can be read",
            remedy="check certificate-authority or certificate-authority-data of the kubeconfig",
        )


def _trust(context: ssl.SSLContext, pem: str) -> bool:
    """Add the certificates of a text. Like Go: other blocks and unreadable ones are skipped."""
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


def _trust_system(context: ssl.SSLContext, environment: Mapping[str, str]) -> None:
    """Trust what Go trusts: SSL_CERT_FILE and SSL_CERT_DIR stand for the well-known places."""
    if sys.platform in ("win32", "darwin"):
        context.load_default_certs()
    file, folders = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    for path in (file,) if file else ROOT_FILES:
        text = _read(path)
        if text is not None:
            _trust(context, text)
            break
    if folders:
        for path in _files_in(folders.split(os.pathsep)):
            _trust(context, _read(path) or "")
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


def _show_certificate(context: ssl.SSLContext, tls: Tls) -> None:
    """Give the context the client's certificate."""
    if not (tls.certificate and tls.key):
        lacking, present = ("key", "certificate") if tls.certificate else ("certificate", "key")
        raise PullSecretError(
            f"the kubeconfig's user has a client {present} but no client {lacking}",
            remedy=f"add client-{lacking} or client-{lacking}-data",
        )
    with _as_path(f"{tls.certificate}\n{tls.key.reveal()}\n") as path:
        try:
            context.load_cert_chain(path, password=_refuse_password)
        except ssl.SSLError as error:
            raise _unusable(error) from None


def _refuse_password() -> NoReturn:
    """Without this OpenSSL would ask on the terminal."""
    raise PullSecretError(
        "the client key is encrypted; kubectl cannot use such a key either",
        remedy="decrypt it, e.g. with openssl pkey -in KEY -out FILE, and name that in client-key",
    )


def _unusable(error: ssl.SSLError) -> PullSecretError:
    if error.reason == "KEY_VALUES_MISMATCH":
        return PullSecretError(
            "the client certificate and the client key do not belong together",
            remedy="check client-certificate and client-key of the kubeconfig's user",
        )
    return PullSecretError(
        "the client certificate or the client key cannot be read; both must be PEM",
        remedy="check client-certificate(-data) and client-key(-data) of the kubeconfig's user",
    )


@contextmanager
def _as_path(secret: str) -> Iterator[str]:
    """A path to a text: in memory on Linux, elsewhere in a private folder while it is needed."""
    try:
        handle = os.memfd_create("client-certificate", os.MFD_CLOEXEC)
        path = f"/proc/self/fd/{handle}"
    except (AttributeError, OSError):
        with _as_file(secret) as path:
            yield path
        return
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(secret)
        file.flush()
        if os.path.exists(path):
            yield path
            return
    with _as_file(secret) as path:  # /proc is not mounted
        yield path


@contextmanager
def _as_file(secret: str) -> Iterator[str]:
    from tempfile import TemporaryDirectory  # where there is no memfd

    with TemporaryDirectory(prefix="kubectl-pullsecret-") as folder:  # 0700
        path = os.path.join(folder, "client-certificate")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with open(
            path, "w", encoding="utf-8", opener=lambda *at: os.open(at[0], flags, 0o600)
        ) as f:
            f.write(secret)
        yield path
