"""Scenarios whose cause is a secret, its key, or the list that does not name it."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timezone

from kubectl_pullsecret.report import Reason
from tests.api.admin_api import Json, path
from tests.node.containerd import Runtime
from tests.node.registries import ACR_USER, ECR_USER, HIS_PASSWORD, STRANGER
from tests.node.scenario import (
    APP,
    EVERYWHERE,
    HUB_KEY,
    ONCE,
    PUBLIC,
    REGISTRY,
    TOKENS,
    NotYetError,
    Scenario,
    Stage,
    account,
    auths,
    basic_auth_secret,
    elsewhere,
    entry,
    late,
    pod,
    pull_secret,
    secret,
    workload,
)

HUB_APP = "team/app:v1"
ON_TOKENS = f"{TOKENS}/team/app:v1"
ON_TLS = "tls.test:5443/team/app:v1"
NO_COLON = b64encode(b"no colon").decode()


def bare(
    name: str,
    reason: Reason | None,
    *secrets: Json,
    image: str = APP,
    runtimes: frozenset[Runtime] = EVERYWHERE,
) -> Scenario:
    """A bare pod that lists these secrets; a credential mends it."""
    names = [one["metadata"]["name"] for one in secrets]
    objects = (*secrets, pod(*names, image=image))
    return Scenario(name, objects, reason, mended=reason is not None, runtimes=runtimes)


def wrong(name: str = "wrong", registry: str = REGISTRY) -> Json:
    return pull_secret(name, registry, password="wrong")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode().replace("+", "-").replace("/", "_").rstrip("=")


ECR_PASSWORD = b64encode(
    json.dumps(
        {"payload": "x", "datakey": "y", "version": "2", "type": "DATA_KEY", "expiration": 1}
    ).encode()
).decode()
JWT = ".".join((_base64('{"alg":"RS256","typ":"JWT"}'), _base64('{"exp":1}'), _base64("x")))

ANSWERS = (
    Scenario("no-pull-secret", (pod(),), Reason.NO_CREDENTIAL, mended=True, pasted=True),
    bare("wrong-password", Reason.CREDENTIAL_REJECTED, wrong()),
    bare("two-wrong-passwords", Reason.CREDENTIAL_REJECTED, wrong(), wrong("wrong-too")),
    bare("wrong-then-right-password", None, wrong(), pull_secret("right")),
    bare(
        "wrong-entry-for-the-path",
        None,
        auths("pull", {f"{REGISTRY}/team": entry(password="wrong"), REGISTRY: entry()}),
    ),
    bare("password-over-tls", None, pull_secret("pull", "tls.test:5443"), image=ON_TLS),
    Scenario("nothing-over-tls", (pod(image=ON_TLS),), Reason.NO_CREDENTIAL, mended=True),
    Scenario("token-nothing", (pod(image=ON_TOKENS),), Reason.NO_CREDENTIAL, mended=True),
    bare(
        "token-wrong-password",
        Reason.CREDENTIAL_REJECTED,
        wrong(registry=TOKENS),
        image=ON_TOKENS,
    ),
    Scenario(
        "token-user-without-right",
        (
            pull_secret("pull", TOKENS, user=STRANGER, password=HIS_PASSWORD),
            pod("pull", image=ON_TOKENS),
        ),
        Reason.DENIED_OR_NOT_FOUND,
    ),
    Scenario("public-without-secret", (pod(image=PUBLIC),), None),
    Scenario(
        "public-with-stale-credential",
        (wrong(registry=TOKENS), late(pod("wrong", image=PUBLIC))),
        Reason.CREDENTIAL_REJECTED,
        mended=True,
    ),
    bare(
        "ecr-token-that-ended",
        Reason.CREDENTIAL_EXPIRED,
        pull_secret("pull", user=ECR_USER, password=ECR_PASSWORD),
    ),
    bare(
        "jwt-that-ended",
        Reason.CREDENTIAL_EXPIRED,
        pull_secret("pull", user=ACR_USER, password=JWT),
    ),
)

KEYS = (
    bare(
        "key-with-other-port",
        Reason.NO_MATCHING_CREDENTIAL,
        pull_secret("pull", "registry.test:5001"),
    ),
    bare(
        "key-of-another-host",
        Reason.NO_MATCHING_CREDENTIAL,
        pull_secret("pull", "other.test:5000"),
    ),
    bare("key-of-the-host", None, pull_secret()),
    bare("key-with-path", None, pull_secret("pull", f"https://{REGISTRY}/team")),
    bare("key-with-glob", None, pull_secret("pull", "*.test:5000")),
    *(
        bare(name, Reason.NO_MATCHING_CREDENTIAL, pull_secret("pull", key), runtimes=ONCE)
        for name, key in (
            ("key-without-port", "registry.test"),
            ("key-in-upper-case", "REGISTRY.test:5000"),
            ("key-with-tag", APP),
            ("key-with-other-path", f"{REGISTRY}/others"),
            ("key-with-glob-without-port", "*.test"),
        )
    ),
    bare("hub-key", None, pull_secret("pull", HUB_KEY), image=HUB_APP),
    bare("hub-short-name", None, pull_secret("pull", "docker.io"), image="nginx"),
    bare(
        "hub-registry-1",
        Reason.NO_MATCHING_CREDENTIAL,
        pull_secret("pull", "registry-1.docker.io"),
        image=HUB_APP,
    ),
    *(
        bare(
            name,
            Reason.NO_MATCHING_CREDENTIAL,
            pull_secret("pull", key),
            image=HUB_APP,
            runtimes=ONCE,
        )
        for name, key in (
            ("hub-without-scheme", "index.docker.io/v1"),
            ("hub-website", "hub.docker.com"),
        )
    ),
    Scenario("hub-nothing", (pod(image=HUB_APP),), Reason.NO_CREDENTIAL, mended=True),
    bare(
        "hub-wrong-password",
        Reason.CREDENTIAL_REJECTED,
        wrong(registry=HUB_KEY),
        image=HUB_APP,
    ),
    bare(
        "flat-layout",
        Reason.NO_MATCHING_CREDENTIAL,
        secret("pull", {REGISTRY: entry()}),
        runtimes=ONCE,
    ),
    bare(
        "auths-in-dockercfg",
        Reason.NO_MATCHING_CREDENTIAL,
        secret("pull", {"auths": {REGISTRY: entry()}}, "kubernetes.io/dockercfg", ".dockercfg"),
        runtimes=ONCE,
    ),
    bare(
        "credential-store-only",
        Reason.NO_MATCHING_CREDENTIAL,
        secret("pull", {"credsStore": "desktop"}),
        runtimes=ONCE,
    ),
    bare(
        "entry-without-credential",
        Reason.UNUSABLE_CREDENTIAL,
        secret("pull", {"auths": {REGISTRY: {}}, "credsStore": "desktop"}),
        runtimes=ONCE,
    ),
    bare(
        "identity-token-only",
        Reason.UNUSABLE_CREDENTIAL,
        auths("pull", {REGISTRY: {"identitytoken": "x"}}),
        runtimes=ONCE,
    ),
    bare(
        "opaque", Reason.SECRET_WRONG_TYPE, secret("pull", {"auths": {REGISTRY: entry()}}, "Opaque")
    ),
    bare("basic-auth-type", Reason.SECRET_WRONG_TYPE, basic_auth_secret("pull")),
)

POISON = (
    *(
        bare(name, Reason.SECRET_MALFORMED, secret("pull", content), runtimes=ONCE)
        for name, content in (
            ("poison-auth-is-not-base64", {"auths": {REGISTRY: {"auth": "%"}}}),
            ("poison-auth-without-colon", {"auths": {REGISTRY: {"auth": NO_COLON}}}),
            ("poison-auths-is-text", {"auths": "text"}),
            ("poison-entry-is-text", {"auths": {REGISTRY: "text"}}),
            ("poison-password-is-a-number", {"auths": {REGISTRY: {"password": 7}}}),
            (
                "poison-for-another-host",
                {"auths": {REGISTRY: entry(), "other.test:5000": {"auth": "%"}}},
            ),
        )
    ),
    bare(
        "poison-beside-a-good-secret",
        Reason.SECRET_MALFORMED,
        pull_secret("good"),
        auths("poison", {"other.test:5000": {"auth": "%"}}),
        runtimes=ONCE,
    ),
    Scenario(
        "poison-before-a-public-image",
        (
            auths("poison", {"other.test:5000": {"auth": NO_COLON}}),
            late(pod("poison", image=PUBLIC)),
        ),
        Reason.SECRET_MALFORMED,
        mended=True,
        runtimes=ONCE,
    ),
)


def account_gets_it(stage: Stage) -> None:
    """The list of the account is changed; the pod that is there keeps its own."""
    where = path("ServiceAccount", stage.namespace, "default")
    stage.api.patch(where, {"imagePullSecrets": [{"name": "pull"}]})


def secret_comes(stage: Stage) -> None:
    between_two_tries(stage)
    stage.api.create(pull_secret(), stage.namespace)


def secret_is_mended(stage: Stage) -> None:
    between_two_tries(stage)
    stage.api.patch(path("Secret", stage.namespace, "wrong"), {"data": pull_secret()["data"]})


def between_two_tries(stage: Stage) -> None:
    """Passes when the last try is a second ago or more, and the next one 10 seconds away.

    The kubelet waits 10 seconds after the first, then twice as long each time.
    """
    tries = [
        event
        for event in stage.api.get(path("Event", stage.namespace))["items"]
        if event["message"].startswith("Failed to pull image")
    ]
    last = max((event["lastTimestamp"] for event in tries), default="")
    count = sum(event["count"] for event in tries)
    now = datetime.now(timezone.utc)
    if not last or not 1 < (now - moment(last)).total_seconds() < 10 * 2 ** (count - 1) - 10:
        raise NotYetError


def moment(text: str) -> datetime:
    """As the API server writes it: 2026-01-01T00:00:00Z."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


LISTS = (
    Scenario("missing-secret", (pod("absent"),), Reason.SECRET_NOT_FOUND, mended=True),
    Scenario(
        "two-missing-secrets", (pod("absent", "absent-too"),), Reason.SECRET_NOT_FOUND, mended=True
    ),
    Scenario("missing-beside-a-good-secret", (pull_secret(), pod("absent", "pull")), None),
    Scenario(
        "missing-with-a-typo",
        (pull_secret("pull"), pod("pul")),
        Reason.SECRET_NOT_FOUND,
        mended=True,
    ),
    Scenario(
        "missing-but-elsewhere",
        (elsewhere(pull_secret("from-elsewhere")), pod("from-elsewhere")),
        Reason.SECRET_NOT_FOUND,
        mended=True,
        pasted=True,
    ),
    Scenario("unattached-secret", (pull_secret(), pod()), Reason.NO_CREDENTIAL, mended=True),
    Scenario("account-s-list", (pull_secret(), account("pull"), pod()), None),
    Scenario(
        "pod-hides-account",
        (
            pull_secret("mine", "other.test:5000"),
            pull_secret("account-s"),
            account("account-s"),
            pod("mine"),
        ),
        Reason.POD_HIDES_SERVICE_ACCOUNT,
        mended=True,
    ),
    Scenario(
        "deployment-hides-account",
        (
            pull_secret("mine", "other.test:5000"),
            pull_secret("account-s"),
            account("account-s"),
            workload("Deployment", "mine"),
        ),
        Reason.POD_HIDES_SERVICE_ACCOUNT,
        mended=True,
    ),
    *(
        Scenario(
            f"account-changed-after-{name}",
            (pull_secret(), item),
            Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD,
            mended=True,
            before=account_gets_it,
        )
        for name, item in (
            ("pod", pod()),
            ("deployment", workload("Deployment")),
            ("statefulset", workload("StatefulSet")),
        )
    ),
    Scenario(
        "secret-made-since-the-last-try",
        (pod("pull"),),
        Reason.CHANGED_SINCE_LAST_ATTEMPT,
        before=secret_comes,
    ),
    Scenario(
        "secret-changed-since-the-last-try",
        (wrong(), pod("wrong")),
        Reason.CHANGED_SINCE_LAST_ATTEMPT,
        before=secret_is_mended,
    ),
)
