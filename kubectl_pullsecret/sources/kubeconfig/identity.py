"""Who the caller is: credentials and impersonation of one user entry, flags merged in.

Source: client-go 0.34, tools/clientcmd/validation.go, validateAuthInfo;
tools/clientcmd/client_config.go, getUserIdentificationPartialConfig;
transport/round_trippers.go, HTTPWrappersForConfig.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Impersonation
from kubectl_pullsecret.sources.kubeconfig.authprovider import check_provider, id_token
from kubectl_pullsecret.sources.kubeconfig.entries import User
from kubectl_pullsecret.sources.kubeconfig.loading import ReadFile, reason
from kubectl_pullsecret.sources.kubeconfig.pem import InvalidPemError, certificates, private_key


class Credentials(NamedTuple):
    """What a user entry proves itself with, exec plugins aside."""

    token: Masked | None = None
    username: str = ""
    password: Masked | None = None
    certificate: str = ""
    key: Masked | None = None

    @property
    def suffice(self) -> bool:
        """Whether an exec plugin is not asked any more (exec.go, UpdateTransportConfig)."""
        return bool(self.token or self.username or self.certificate)


def check_user(user: User, where: str) -> None:
    """Refuse a user entry that contradicts itself. Raises PullSecretError."""
    if user.get("token") and (user.get("username") or user.get("password")):
        raise PullSecretError(
            f"{where} has both a token and a user name with password; only one is allowed",
            remedy="remove one of them",
        )
    if user.get("exec") and user.get("auth-provider"):
        raise PullSecretError(f"{where} has both exec and auth-provider; only one is allowed")
    asked = user.get("as-uid") or user.get("as-groups") or user.get("as-user-extra")
    if asked and not user.get("as"):
        raise PullSecretError(
            f"{where} impersonates a uid, groups or extra fields, but no user",
            remedy="say as whom: --as USER",
        )
    if _has_certificate(user):
        _check_certificate(user, where)


def impersonation_of(user: User) -> Impersonation:
    """Whom the server shall take the caller for."""
    return Impersonation(
        user=user.get("as", ""),
        uid=user.get("as-uid", ""),
        groups=user.get("as-groups", ()),
        extra=tuple(user.get("as-user-extra", {}).items()),
    )


def read_certificate(user: User, where: str, read: ReadFile) -> tuple[str, Masked | None]:
    """Certificate and key in PEM, or nothing; a key alone counts for nothing.

    Raises PullSecretError.
    """
    if not _has_certificate(user):
        return "", None
    certificate, certificate_place = _text(
        user.get("client-certificate-data", b"").decode("latin-1"),
        user.get("client-certificate", ""),
        f"{where}: client-certificate",
        read,
    )
    key, key_place = _text(
        user.get("client-key-data", Masked("")).reveal(),
        user.get("client-key", ""),
        f"{where}: client-key",
        read,
    )
    try:
        certificate = certificates(certificate)
    except InvalidPemError as error:
        raise PullSecretError(f"{certificate_place}: {error}") from None
    try:
        return certificate, Masked(private_key(key))
    except InvalidPemError as error:
        raise PullSecretError(f"{key_place}: {error}") from None


def read_credentials(user: User, where: str, read: ReadFile, now: datetime) -> Credentials:
    """Read token, certificate and id-token of a user. Raises PullSecretError.

    Of a token and a token file the file counts, also against --token; an id-token counts if there
    is nothing else for the Authorization header.
    """
    certificate, key = read_certificate(user, where, read)
    username, password = user.get("username", ""), user.get("password")
    token = _token(user, where, read)
    if username and (token or user.get("tokenFile")):
        raise PullSecretError(f"{where} has both a token file and a user name; only one is allowed")
    if provider := user.get("auth-provider"):
        check_provider(provider, where)
        token = token or (None if username else id_token(provider, where, now))
    return Credentials(token, username, password if username else None, certificate, key)


def stripped_token(content: bytes) -> Masked:
    """A token file's token (transport/token_source.go, fileTokenSource)."""
    return Masked(content.decode("utf-8", "surrogateescape").strip())


def _token(user: User, where: str, read: ReadFile) -> Masked | None:
    token, path = user.get("token"), user.get("tokenFile", "")
    if not path:
        return token or None
    try:
        from_file = stripped_token(read(path))
    except (OSError, ValueError) as error:
        if token:
            return token
        raise PullSecretError(
            f"{where}: cannot read the tokenFile {path}: {reason(error)}"
        ) from None
    if not from_file and not token:
        raise PullSecretError(f"{where}: the tokenFile {path} is empty")
    return from_file or token


def _has_certificate(user: User) -> bool:
    return bool(user.get("client-certificate") or user.get("client-certificate-data"))


def _check_certificate(user: User, where: str) -> None:
    fields: Mapping[str, object] = user  # keys that are put together are none of a TypedDict's
    for field in ("client-certificate", "client-key"):
        if fields.get(field) and fields.get(f"{field}-data"):
            raise PullSecretError(
                f"{where} has both {field} and {field}-data; only one is allowed",
                remedy="remove one of them",
            )
    if not fields.get("client-key") and not fields.get("client-key-data"):
        raise PullSecretError(
            f"{where} has a client-certificate and no client-key",
            remedy="add client-key or client-key-data (--client-key FILE)",
        )


def _text(data: str, path: str, field: str, read: ReadFile) -> tuple[str, str]:
    """The inline text, else the file's; and where it stands."""
    if data:
        return data, f"{field}-data"
    try:
        return read(path).decode("latin-1"), f"{field} {path}"
    except (OSError, ValueError) as error:
        raise PullSecretError(f"{field}: cannot read {path}: {reason(error)}") from None
