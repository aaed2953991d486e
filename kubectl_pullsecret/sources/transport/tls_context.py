"""TLS as kubectl does it: the same authorities, and the client's key never on a disk."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net.trust import client_context, trust, trust_system
from kubectl_pullsecret.sources.connection import Tls


def tls_context(tls: Tls, environment: Mapping[str, str]) -> ssl.SSLContext:
    """What a connection to the API server is secured with. Certificates and key are PEM text.

    Raises:
        PullSecretError: the authorities or the client's certificate cannot be used.
    """
    context = client_context()
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.authorities:
        _trust_only(context, tls.authorities)
    else:
        trust_system(context, environment)
    if tls.certificate or tls.key:
        _show_certificate(context, tls)
    return context


def _trust_only(context: ssl.SSLContext, pem: str) -> None:
    if not trust(context, pem):
        raise PullSecretError(
            "the cluster's certificate authority holds no certificate that can be read",
            remedy="check certificate-authority or certificate-authority-data of the kubeconfig",
        )


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
