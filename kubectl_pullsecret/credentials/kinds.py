"""What a credential tells of itself: its kind, when it ends, what looks wrong. Never its text.

Told from the key's host, the user name and the shape of the password; no registry is asked and no
clock is read. A remark quotes nothing of the password, of a token's text or of unknown field names.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials import tokens
from kubectl_pullsecret.credentials.hosts import cloud_registry, is_hub_name, read_key
from kubectl_pullsecret.credentials.payload import AuthEntry


class CredentialKind(Enum):
    """Where a credential comes from, as far as it shows; the value is what a list prints."""

    ECR = "ECR token"
    ECR_PUBLIC = "ECR Public token"
    ACR_TOKEN = "ACR access token"
    ACR_SERVICE_PRINCIPAL = "ACR service principal"
    ACR_ADMIN = "ACR admin user"
    ACR_SCOPE_MAP = "ACR scope-map token"
    GOOGLE_KEY = "Google service account key"
    GOOGLE_ACCESS_TOKEN = "Google access token"
    HUB_PASSWORD = "Docker Hub password"
    HUB_PERSONAL_TOKEN = "Docker Hub personal access token"
    HUB_ORGANISATION_TOKEN = "Docker Hub organisation access token"
    GITHUB_CLASSIC_TOKEN = "GitHub classic token"
    GITHUB_FINE_GRAINED_TOKEN = "GitHub fine-grained token"
    GITHUB_OAUTH_TOKEN = "GitHub OAuth token"
    GITHUB_APP_TOKEN = "GitHub app or Actions token"
    QUAY_ROBOT = "Quay robot account"
    QUAY_OAUTH_TOKEN = "Quay OAuth token"
    GITLAB_DEPLOY_TOKEN = "GitLab deploy token"
    GITLAB_PERSONAL_TOKEN = "GitLab access token"
    GITLAB_JOB_TOKEN = "GitLab CI job token"
    JFROG_TOKEN = "JFrog access token"
    JFROG_REFERENCE_TOKEN = "JFrog reference token"
    JFROG_API_KEY = "JFrog API key"
    RED_HAT = "Red Hat registry service account"
    OPENSHIFT = "OpenShift registry token"
    SERVICE_ACCOUNT_TOKEN = "Kubernetes service account token"
    IBM_API_KEY = "IBM Cloud API key"
    IBM_TOKEN = "IBM Cloud access token"
    HARBOR_ROBOT = "Harbor robot account"
    NVIDIA_API_KEY = "NVIDIA NGC API key"
    JWT = "JSON web token"
    USER_PASSWORD = "user and password"
    IDENTITY_TOKEN = "identity token only"
    EMPTY = "no user and no password"


class About(NamedTuple):
    """What one auth entry tells of itself; compare `expires` (aware, UTC) with the present."""

    kind: CredentialKind
    expires: datetime | None = None  # None: none is written in it; it may end all the same
    remarks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The kind in words."""
        return self.kind.value

    def over(self, at: datetime) -> bool:
        """Whether it says that it was over at a time."""
        return self.expires is not None and self.expires <= at


def is_name_of_many(user: str) -> bool:
    """Whether a user name says the kind of a credential, and not whose it is: AWS, _json_key."""
    return user in _KIND_OF_USER


def about(entry: AuthEntry) -> About:
    """Tell what the entry says of itself. Never raises, whatever the entry holds."""
    password = entry.password.reveal()
    host = read_key(entry.key).name
    clues = _Clues(host, entry.username.strip(), password.strip(), tokens.jwt_claims(password))
    kind = _kind(entry, clues)
    return About(kind, _expires(clues), (*_of_kind(kind, clues), *_of_entry(kind, entry)))


class _Clues(NamedTuple):
    host: str
    user: str
    password: str
    claims: dict[str, object] | None  # of a password that is a JSON web token


_ACR_USER = "00000000-0000-0000-0000-000000000000"
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_HIDDEN_TOKENS = ("identitytoken", "registrytoken")
_KIND_OF_USER = {
    "AWS": CredentialKind.ECR,
    _ACR_USER: CredentialKind.ACR_TOKEN,
    "_json_key": CredentialKind.GOOGLE_KEY,
    "_json_key_base64": CredentialKind.GOOGLE_KEY,
    "oauth2accesstoken": CredentialKind.GOOGLE_ACCESS_TOKEN,
    "_dcgcloud_token": CredentialKind.GOOGLE_ACCESS_TOKEN,
    "$oauthtoken": CredentialKind.QUAY_OAUTH_TOKEN,
    "gitlab-ci-token": CredentialKind.GITLAB_JOB_TOKEN,
    "iamapikey": CredentialKind.IBM_API_KEY,
    "iambearer": CredentialKind.IBM_TOKEN,
    "<token>": CredentialKind.OPENSHIFT,
}
_KIND_OF_USER_PREFIX = {
    "robot$": CredentialKind.HARBOR_ROBOT,
    "gitlab+deploy-token-": CredentialKind.GITLAB_DEPLOY_TOKEN,
    "uhc-": CredentialKind.RED_HAT,
    "system:serviceaccount:": CredentialKind.SERVICE_ACCOUNT_TOKEN,
}
_KIND_OF_PASSWORD_PREFIX = {
    "dckr_pat_": CredentialKind.HUB_PERSONAL_TOKEN,
    "dckr_oat_": CredentialKind.HUB_ORGANISATION_TOKEN,
    "ghp_": CredentialKind.GITHUB_CLASSIC_TOKEN,
    "github_pat_": CredentialKind.GITHUB_FINE_GRAINED_TOKEN,
    "gho_": CredentialKind.GITHUB_OAUTH_TOKEN,
    "ghs_": CredentialKind.GITHUB_APP_TOKEN,
    "ghu_": CredentialKind.GITHUB_APP_TOKEN,
    "gldt-": CredentialKind.GITLAB_DEPLOY_TOKEN,
    "glpat-": CredentialKind.GITLAB_PERSONAL_TOKEN,
    "glcbt-": CredentialKind.GITLAB_JOB_TOKEN,
    "ya29.": CredentialKind.GOOGLE_ACCESS_TOKEN,
    "nvapi-": CredentialKind.NVIDIA_API_KEY,
}
_OPENSHIFT_HOSTS = ("image-registry.openshift-image-registry.svc", "docker-registry.default.svc")
_RED_HAT_HOSTS = ("registry.redhat.io", "registry.connect.redhat.com")


def _kind(entry: AuthEntry, clues: _Clues) -> CredentialKind:
    if not entry.usable and _names_of(entry.ignored) & set(_HIDDEN_TOKENS):
        return CredentialKind.IDENTITY_TOKEN
    if not clues.user and not clues.password:
        return CredentialKind.EMPTY
    return (
        _kind_of_user(clues)
        or _kind_of_password(clues)
        or _kind_of_host(clues)
        or (CredentialKind.USER_PASSWORD if clues.claims is None else CredentialKind.JWT)
    )


def _kind_of_user(clues: _Clues) -> CredentialKind | None:
    user, host = clues.user, clues.host
    if user == "AWS" and host == "public.ecr.aws":
        return CredentialKind.ECR_PUBLIC
    if _is_within(host, "nvcr.io"):
        return CredentialKind.NVIDIA_API_KEY
    if user == "serviceaccount" or host.startswith(_OPENSHIFT_HOSTS):
        return CredentialKind.OPENSHIFT
    if kind := _KIND_OF_USER.get(user) or _by_prefix(_KIND_OF_USER_PREFIX, user):
        return kind
    if re.fullmatch(r"\d{1,20}\|.*", user, re.DOTALL):
        return CredentialKind.RED_HAT
    return CredentialKind.QUAY_ROBOT if "+" in user and _like_quay_robot(clues) else None


def _like_quay_robot(clues: _Clues) -> bool:
    if _is_within(clues.host, "quay.io") or clues.claims is not None:
        return True
    return re.fullmatch(r"[A-Z0-9]{64}", clues.password[:65]) is not None


def _kind_of_password(clues: _Clues) -> CredentialKind | None:
    if kind := _by_prefix(_KIND_OF_PASSWORD_PREFIX, clues.password):
        return kind
    if tokens.is_jfrog_reference(clues.password):
        return CredentialKind.JFROG_REFERENCE_TOKEN
    if re.fullmatch(r"AKC[A-Za-z0-9]{60,80}", clues.password[:84]):
        return CredentialKind.JFROG_API_KEY
    return _kind_of_claims(clues.claims) if clues.claims is not None else None


def _kind_of_claims(claims: dict[str, object]) -> CredentialKind | None:
    if tokens.service_account(claims):
        return CredentialKind.SERVICE_ACCOUNT_TOKEN
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        return None
    if issuer == "Azure Container Registry":
        return CredentialKind.ACR_TOKEN
    # jfac@…, jfrt@…, jfxr@…: the service that issued it
    return CredentialKind.JFROG_TOKEN if re.match(r"jf[a-z]{2}@", issuer) else None


def _kind_of_host(clues: _Clues) -> CredentialKind | None:
    host, cloud = clues.host, cloud_registry(clues.host)
    if is_hub_name(host):
        return CredentialKind.HUB_PASSWORD
    if host in _RED_HAT_HOSTS:
        return CredentialKind.RED_HAT
    if _is_within(host, "jfrog.io") and clues.claims is not None:
        return CredentialKind.JFROG_TOKEN
    if cloud is None or cloud.vendor != "Azure":
        return None
    if re.fullmatch(_GUID, clues.user):
        return CredentialKind.ACR_SERVICE_PRINCIPAL
    is_admin = clues.user.lower() == cloud.account
    return CredentialKind.ACR_ADMIN if is_admin else CredentialKind.ACR_SCOPE_MAP


def _expires(clues: _Clues) -> datetime | None:
    if clues.claims is not None:
        return tokens.jwt_expiry(clues.claims)
    if clues.user == "AWS":
        return tokens.ecr_expiry(clues.password)
    return tokens.jfrog_expiry(clues.password)


def _of_kind(kind: CredentialKind, clues: _Clues) -> tuple[str, ...]:
    """Say what is worth knowing of a credential of this kind."""
    remark = {
        CredentialKind.ECR: _of_ecr,
        CredentialKind.GOOGLE_KEY: _of_google_key,
        CredentialKind.NVIDIA_API_KEY: _of_nvidia_key,
        CredentialKind.OPENSHIFT: _of_service_account,
        CredentialKind.SERVICE_ACCOUNT_TOKEN: _of_service_account,
        CredentialKind.USER_PASSWORD: _of_user,
    }.get(kind, lambda _: _LIFE.get(kind))(clues)
    return (remark,) if remark else ()


_LIFE = {
    CredentialKind.GOOGLE_ACCESS_TOKEN: "lives about 1 hour; use a service account key",
    CredentialKind.GITHUB_APP_TOKEN: "lives 1 to 8 hours; use a personal access token",
    CredentialKind.GITLAB_JOB_TOKEN: "ends with its CI job; use a deploy token",
    CredentialKind.IBM_TOKEN: "lives about 1 hour; use an API key",
    CredentialKind.ACR_TOKEN: "lives about 3 hours; use a service principal or a scope-map token",
    CredentialKind.ECR_PUBLIC: "lives 12 hours",
}


def _of_ecr(clues: _Clues) -> str:
    registry = cloud_registry(clues.host)
    if registry is None or registry.vendor != "ECR":
        return "lives 12 hours"
    return f"lives 12 hours; the key is for account {registry.account} in {registry.region}"


def _of_google_key(clues: _Clues) -> str | None:
    plain = tokens.json_object(clues.password)
    encoded = tokens.json_object(tokens.base64_text(clues.password) or "")
    if clues.user == "_json_key":
        expected, found, form, other_user = plain, encoded, "JSON", "_json_key_base64"
    else:
        expected, found, form, other_user = encoded, plain, "base64 of JSON", "_json_key"
    if expected is not None:
        return None if "private_key" in expected else "the JSON is no service account key"
    if found is not None:
        return f"a key in this form needs the user name {other_user}"
    return f"the key is not {form}; a shell or an editor broke it"


def _of_service_account(clues: _Clues) -> str | None:
    account = tokens.service_account(clues.claims or {})
    return f"for serviceaccount/{account.name} of {account.namespace}" if account else None


def _of_nvidia_key(clues: _Clues) -> str | None:
    return None if clues.user == "$oauthtoken" else "the user name must be $oauthtoken, literally"


def _of_user(clues: _Clues) -> str | None:
    is_robot = clues.user == "robot" or clues.user.startswith("robot+")
    return "a Harbor robot is robot$NAME; a shell may have eaten the $" if is_robot else None


def _of_entry(kind: CredentialKind, entry: AuthEntry) -> tuple[str, ...]:
    """Say what looks wrong whatever the kind."""
    password = entry.password.reveal()
    remarks = [*odd_ends(kind, entry)]
    if entry.disagrees:
        remarks.append("auth decides; username and password beside it say something else")
    remarks += _about_ignored(entry.ignored)
    if not entry.username:
        remarks.append("no user name: the container runtime then pulls anonymously")
    if not password:
        remarks.append("no password")
    return tuple(remarks)


def odd_ends(kind: CredentialKind, entry: AuthEntry) -> tuple[str, ...]:
    """Say what user name or password have at their ends, by a pipe's doing: it is sent too."""
    password = () if kind is CredentialKind.GOOGLE_KEY else (entry.password.reveal(),)
    return (
        *_about_ends("user name", entry.username),
        *(remark for text in password for remark in _about_ends("password", text)),
    )


def _about_ends(what: str, text: str) -> tuple[str, ...]:
    if text.endswith(("\n", "\r")):
        return (f"the {what} ends in a newline",)
    if text.startswith("\ufeff"):  # a pipe of PowerShell with $OutputEncoding = UTF8
        return (f"the {what} begins with a byte order mark",)
    return (f"the {what} begins or ends with a blank",) if text != text.strip() else ()


def _about_ignored(fields: tuple[str, ...]) -> tuple[str, ...]:
    known = _names_of(fields) & {*_HIDDEN_TOKENS, "serveraddress"}
    remarks = [f"the kubelet ignores {', '.join(sorted(known))}"] if known else []
    if len(fields) > len(known):
        remarks.append("the kubelet ignores fields that it does not know")
    return tuple(remarks)


def _names_of(fields: tuple[str, ...]) -> set[str]:
    return {field.lower() for field in fields}


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _by_prefix(kinds: dict[str, CredentialKind], text: str) -> CredentialKind | None:
    return next((kind for prefix, kind in kinds.items() if text.startswith(prefix)), None)
