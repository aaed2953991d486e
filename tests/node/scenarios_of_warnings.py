"""Scenarios whose pod runs all the time, while something happens that stops its next pull.

The reason is that of the warning; `before` is what happens once the pod runs.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from kubectl_pullsecret.report import Reason
from tests.api.admin_api import Json, path
from tests.node.registries import ACR_USER, ECR_USER
from tests.node.scenario import (
    ONCE,
    REGISTRY,
    Scenario,
    Stage,
    Step,
    account,
    auths,
    entry,
    pod,
    pull_secret,
    secret,
    workload,
)

OTHER = "other.test:5000"


def ecr_token(ends: int) -> dict[str, str]:
    """An entry whose password says when it ends (Unix seconds), as ECR's do."""
    inside = {"payload": "x", "datakey": "y", "version": "2", "type": "DATA_KEY"}
    password = json.dumps({**inside, "expiration": ends}).encode()
    return entry(ECR_USER, b64encode(password).decode())


def acr_token(ends: int) -> dict[str, str]:
    """A JWT, as ACR gives for three hours."""
    parts = ({"alg": "RS256", "typ": "JWT"}, {"exp": ends}, {"signature": "x"})
    words = (urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return entry(ACR_USER, ".".join(word.rstrip("=") for word in words))


def becomes(content: Json) -> Step:
    """The secret has another content now."""

    def patch(stage: Stage) -> None:
        where = path("Secret", stage.namespace, "pull")
        stage.api.patch(where, {"data": secret("pull", content)["data"]})

    return patch


def has_token(of: Callable[[int], dict[str, str]], **left: float) -> Step:
    """The secret has a token now that ends so long after this happens."""

    def patch(stage: Stage) -> None:
        ends = datetime.now(timezone.utc) + timedelta(**left)
        has_entry(REGISTRY, of(int(ends.timestamp())))(stage)

    return patch


def has_entry(key: str, made: dict[str, str]) -> Step:
    return becomes({"auths": {key: made}})


def is_deleted(stage: Stage) -> None:
    stage.api.delete(path("Secret", stage.namespace, "pull"))


def is_opaque(stage: Stage) -> None:
    is_deleted(stage)
    stage.api.create(secret("pull", {"auths": {REGISTRY: entry()}}, "Opaque"), stage.namespace)


def account_lists(*names: str) -> Step:
    def patch(stage: Stage) -> None:
        where = path("ServiceAccount", stage.namespace, "default")
        stage.api.patch(where, {"imagePullSecrets": [{"name": name} for name in names]})

    return patch


def hidden_account_gets_it(stage: Stage) -> None:
    """The pod's own secret serves another registry now; the account's serves the image."""
    has_entry(OTHER, entry())(stage)
    stage.api.create(pull_secret("account-s"), stage.namespace)
    account_lists("account-s")(stage)


def _listed(name: str, reason: Reason | None, happens: Step) -> Scenario:
    """A pod that lists the secret to which it happens."""
    objects = (pull_secret(), pod("pull"))
    mended = reason is not None
    return Scenario(f"w-{name}", objects, reason, mended=mended, before=happens, runtimes=ONCE)


def _of_account(name: str, reason: Reason, happens: Step) -> Scenario:
    """A Deployment's pod, whose list is that of its account."""
    other = auths("other", {OTHER: entry()})
    objects = (pull_secret(), other, account("pull"), workload("Deployment"))
    return Scenario(f"w-{name}", objects, reason, mended=True, before=happens, runtimes=ONCE)


WARNINGS = (
    _listed("secret-is-deleted", Reason.SECRET_NOT_FOUND, is_deleted),
    _listed("secret-is-opaque", Reason.SECRET_WRONG_TYPE, is_opaque),
    _listed("secret-is-unreadable", Reason.SECRET_MALFORMED, becomes({"auths": "text"})),
    _listed(
        "key-loses-its-port", Reason.NO_MATCHING_CREDENTIAL, has_entry("registry.test", entry())
    ),
    _listed(
        "only-an-identity-token",
        Reason.UNUSABLE_CREDENTIAL,
        has_entry(REGISTRY, {"identitytoken": "x"}),
    ),
    _listed("token-has-ended", Reason.CREDENTIAL_EXPIRED, has_token(ecr_token, minutes=-1)),
    _listed(
        "ecr-token-ends-in-30-minutes",
        Reason.CREDENTIAL_EXPIRES_SOON,
        has_token(ecr_token, minutes=30),
    ),
    _listed(
        "jwt-ends-in-10-minutes",
        Reason.CREDENTIAL_EXPIRES_SOON,
        has_token(acr_token, minutes=10),
    ),
    _listed("token-is-half-way", None, has_token(ecr_token, hours=6)),
    _listed(
        "account-has-what-the-pod-hides", Reason.POD_HIDES_SERVICE_ACCOUNT, hidden_account_gets_it
    ),
    _of_account("account-lists-another", Reason.NO_MATCHING_CREDENTIAL, account_lists("other")),
    _of_account("account-lists-nothing", Reason.NO_CREDENTIAL, account_lists()),
    _of_account(
        "account-lists-what-is-not-there", Reason.SECRET_NOT_FOUND, account_lists("absent")
    ),
)
