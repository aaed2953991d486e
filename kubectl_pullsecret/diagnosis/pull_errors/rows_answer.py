"""Rows for what the registry answered: policy, rate, credentials, what is missing, refusals."""

from __future__ import annotations

from kubectl_pullsecret.diagnosis.pull_errors.row import (
    Row,
    copying,
    for_token,
    mirrored,
    resolving,
    server_error,
    status,
)
from kubectl_pullsecret.diagnosis.pull_errors.rows_transport import TRANSPORT
from kubectl_pullsecret.facts.causes import Cause

_WEB_PAGE = (
    "<html",
    "<!doctype",
    "<head>",
    "looking for beginning of value",
    "after top-level value",
    "<?xml",
)

# Refused whatever the credential, or only for now.
POLICY = (
    Row(
        Cause.REGISTRY_POLICY_BLOCKED,
        (
            "configured policy", "vulnerabilit", "not allowed access", "blocking policy",
            "blocked by", "not signed in notary", "not signed by", "image is not signed",
            "curation", "quarantine", "export control", "sanction", "embargo", "firewall",
            "geo-block", "geoblock", "geo restrict", "violates", "violation", "security polic",
            "download request rejected", "network rules", "public network access", "scan status",
            "request rejected", "blocked the request", "has been blocked",
            "deprecated and shutting", "access denied by", "policy violation", "unscanned",
            "prevent images", "content trust", "not accessible from your", "your ip",
            "ip address…not allowed",
        ),
    ),
    # Hub, ECR, GHCR, MCR, GAR, IBM
    Row(
        Cause.RATE_LIMITED,
        (
            "toomanyrequests", "too many requests", "too_many_requests", "pull rate limit",
            "rate limit", "ratelimit", "rate exceeded", "throttl", "quota exceeded",
            "traffic quota", "data limit exceeded", "exceeded your…quota", "retry-after",
        ),
    ),
    Row(Cause.RATE_LIMITED, when=status(429)),
    Row(Cause.REGISTRY_POLICY_BLOCKED, when=status(402, 412, 451)),
)  # fmt: skip

# The registry knows who asked, and says so.
CREDENTIALS = (
    # containerd fetches an anonymous token only where it has no credential
    Row(Cause.NO_CREDENTIAL_SENT, ("fetch anonymous token",), when=status(400, 401, 403)),
    # GAR; `403 denied: Unauthenticated requests do not have permission …` comes before permissions
    Row(
        Cause.NO_CREDENTIAL_SENT,
        (
            "no basic auth credential", "unauthenticated request", "unauthenticated pull",
            "anonymous pull", "anonymous access", "anonymous user", "anonymous request",
            "anonymous caller", "anonymous download", "no user/password", "no username/password",
            "no username or password", "no credentials", "user unauthenticated",
            "login is required", "credentials not provided", "credentials not found",
            "missing authorization", "missing credentials", "authorize header needed",
            "authorization header", "you may have invalid credentials",
        ),
    ),
    Row(
        Cause.CREDENTIAL_REJECTED,
        (
            "incorrect username", "incorrect password", "username or password", "invalid username",
            "invalid password", "bad credentials", "token has expired", "token is expired",
            "token expired", "expired token", "credentials have expired", "credentials expired",
            "password expired", "password has expired", "expired credential", "keys…are expired",
            "key has expired", "secret is expired", "cannot be authenticated",
            "could not be authenticated", "the provided password", "http basic: access denied",
            "password was incorrect", "password is incorrect", "invalid client",
            "invalid credential", "invalid login", "invalid user", "invalid access token",
            "invalid api key", "invalid token", "invalid authentication",
            "login credentials are not valid", "could not find robot", "authentication failed",
            "authentication failure", "failed to authenticate", "aadsts", "wrong username",
            "wrong password", "wrong credentials", "token failed verification",
            "security token…invalid", "security token…expired", "invalid_grant", "token is invalid",
            "invalid jwt", "malformed token", "token not found", "revoked",
            "credentials are invalid", "credentials are incorrect", "is not a valid token",
            "not registered with aad", "unable to parse json key", "invalid_client",
            "token signature", "bad props auth", "access token is not valid",
        ),
    ),
    Row(
        Cause.ACCESS_FORBIDDEN,
        (
            'permission "…" denied', "permission '…' denied", "permission_denied",
            "not authorized to perform", "insufficient scopes", "not have permission",
            "not match expected scopes", "token exchange failed", "denied on resource",
            "not have the needed permission", "not have the required permission", "not have access",
            "not have sufficient", "not have enough", "insufficient permission",
            "insufficient privilege", "has not been used in project", "is not authorized to access",
            "are not authorized to access", "lacks permission", "lack permission",
            "missing permission", "explicit deny", "email must be verified",
            "account is not active", "not allowed to pull", "not allowed to download",
            "access denied for user", "not have pull", "single sign-on", "saml", "is locked",
            "account is disabled", "requires the…role", "does not allow", "policy allows the",
        ),
    ),
    # in the middle of a pull a bearer token ran out; the next try works
    Row(Cause.REGISTRY_ERROR, ("invalid_token",), when=copying),
    Row(Cause.CREDENTIAL_REJECTED, ("fetch oauth token",), when=status(400, 401, 403)),
)  # fmt: skip

# The registry, or one that stands for it, does not have it.
MISSING = (
    Row(Cause.REGISTRY_ERROR, when=server_error),
    Row(Cause.MIRROR_NOT_FOUND, when=lambda r: mirrored(r) and r.status in {403, 404}),
    Row(Cause.MIRROR_NOT_FOUND, ("content at …not found",), when=mirrored),
    Row(
        Cause.REGISTRY_CONTENT_BROKEN,
        (
            "unknown blob", "blob unknown", "blob_unknown", "fetch content descriptor",
            "blob not found", "content at …not found",
        ),
    ),
    # the manifest was there: what is missing now is a blob or a child manifest
    Row(Cause.REGISTRY_CONTENT_BROKEN, ("not found",), when=copying),
    Row(
        Cause.REGISTRY_CONTENT_BROKEN,
        when=lambda r: r.status in {404, 416} and r.asked in {"blob", "other"},
    ),
    Row(Cause.REGISTRY_POLICY_BLOCKED, _WEB_PAGE, when=status(403)),
    Row(Cause.REGISTRY_ERROR, when=lambda r: r.status == 404 and for_token(r)),
    Row(Cause.MIRROR_NOT_FOUND, ("manifest unknown", "name unknown", "not found"), when=mirrored),
    Row(
        Cause.MANIFEST_NOT_FOUND,
        (
            "manifest unknown", "manifest_unknown", "manifest for …not found",
            "artifact …not found", "requested image not found", "tag …not found",
            "tag …does not exist", "tag not found", "tag_invalid", "manifest not found",
            "manifest does not exist", "manifest …was not found", "does not exist in registry",
            "no such manifest", "manifest tagged by",
        ),
    ),
    # no registry answers a known repository with a web page or plain text
    Row(Cause.REPOSITORY_NOT_FOUND, _WEB_PAGE, when=status(404)),
    Row(Cause.REPOSITORY_NOT_FOUND, ("parsing http 404 response",)),
    Row(
        Cause.REPOSITORY_NOT_FOUND,
        (
            "name unknown", "name_unknown", "repository with name…does not exist",
            "repository …not found", "repository not found", "repository name not known",
            "repo not found", "project …not found", "project not found", "project …does not exist",
            "not found or deleted", "404 page not found", "page not found",
            "repository does not exist in", "image …not found:", "not found on this server",
        ),
    ),
    Row(Cause.MANIFEST_NOT_FOUND, (": not found$",), when=resolving),
    Row(Cause.MANIFEST_NOT_FOUND, ("^not found",), when=lambda r: r.code == "NotFound"),
    Row(Cause.MANIFEST_NOT_FOUND, ("^image …not found",)),  # dockerd before 1.10
    Row(Cause.MANIFEST_NOT_FOUND, when=status(404)),
)  # fmt: skip

# It refused and does not tell why.
REFUSALS = (
    Row(
        Cause.DENIED_OR_NOT_FOUND,
        (
            "pull access denied", "insufficient_scope",
            "requested access to the resource is denied", "no pull access",
            "requested resource is not authorized", "unauthorized to access repository",
            "denied: denied", "denied: access", "does not exist or may", "does not exist or no",
            "http status code: 401", "access to the resource is denied",
        ),
    ),
    # containers/image says so of any refusal of the token service, with and without a credential
    Row(Cause.DENIED_OR_NOT_FOUND, ("bearer token", "fetch token"), when=status(401, 403)),
    # containerd 1.7 and later: nothing sent would read `no basic auth credentials`
    Row(Cause.CREDENTIAL_REJECTED, ("request to <url>",), when=status(401)),
    Row(Cause.CREDENTIAL_REJECTED, when=lambda r: r.status == 401 and copying(r)),
    # containerd 1.6 and before: sent and not sent look alike
    Row(Cause.DENIED_OR_NOT_FOUND, when=status(401)),
    # dockerd says neither sent nor not sent; nothing sent is the likelier half
    Row(
        Cause.NO_CREDENTIAL_SENT,
        (
            "authentication required", "authentication is required", "unauthorized$",
            "unauthorized}$", "unauthorized\"}]}$", "unauthorized\"}$", "please log", "please sign",
            "not logged in", "unauthenticated", "must be authenticated", "must log in",
            "must login",
        ),
    ),
    Row(Cause.PROXY_FAILURE, when=lambda r: r.status == 403 and r.asked == "ping"),
    Row(Cause.ACCESS_FORBIDDEN, when=status(403)),
    Row(Cause.DENIED_OR_NOT_FOUND, ("denied", "unauthorized", "not authorized")),
    Row(Cause.ACCESS_FORBIDDEN, ("forbidden",)),
)  # fmt: skip

# What could not be told by the answer itself.
LAST = (
    # the registry's own way to its upstream or storage: `unknown: … Get "…": dial tcp …`
    Row(Cause.REGISTRY_ERROR, tuple(phrase for row in TRANSPORT for phrase in row.says)),
    Row(
        Cause.REGISTRY_ERROR,
        (
            "internal server error", "service unavailable", "bad gateway", "gateway timeout",
            "gateway time-out", "unavailable: ", "unknown error", "upstream connect error",
            "unknown: unknown", "internal error",
        ),
    ),
    # containerd names the URL and the status is lost: refused, or it would say not found
    Row(Cause.ACCESS_FORBIDDEN, ("unexpected status from head request to <url>$",)),
    # redirects, 400 and 405 for content that its own manifest names
    Row(Cause.REGISTRY_ERROR, when=lambda r: copying(r) and r.status is not None),
    Row(Cause.TIMEOUT, when=lambda r: r.code in {"4", "DeadlineExceeded"} or r.status == 408),
    Row(Cause.PULL_CANCELED, when=lambda r: r.code in {"1", "Canceled"}),
    Row(
        Cause.UNINFORMATIVE,
        when=lambda r: r.words.strip(" .:") in {"", "errimagepull", "imagepullbackoff", "back-off"},
    ),
)  # fmt: skip
