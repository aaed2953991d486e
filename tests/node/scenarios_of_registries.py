"""Scenarios whose cause is not a credential: names, tags, networks, certificates, registries."""

from __future__ import annotations

from kubectl_pullsecret.report import Reason
from tests.node.scenario import (
    APP,
    ONCE,
    REGISTRY,
    Scenario,
    Stage,
    Step,
    pod,
    pull_secret,
    runs,
)

GOOD = pull_secret()
NO_DIGEST = f"{REGISTRY}/team/app@sha256:{'0' * 64}"
FAKE = "fake.test:5004"


def _bare(name: str, reason: Reason, image: str, *, secret: bool = False) -> Scenario:
    objects = (GOOD, pod("pull", image=image)) if secret else (pod(image=image),)
    return Scenario(name, objects, reason)


CONTENT = (
    _bare("no-such-tag", Reason.MANIFEST_NOT_FOUND, f"{REGISTRY}/team/app:nosuch", secret=True),
    _bare("no-such-digest", Reason.MANIFEST_NOT_FOUND, NO_DIGEST, secret=True),
    # containerd says the same words as for a tag
    _bare(
        "no-such-repository", Reason.MANIFEST_NOT_FOUND, f"{REGISTRY}/team/nosuch:v1", secret=True
    ),
    Scenario(
        "no-such-tag-after-a-wrong-password",
        (
            pull_secret("wrong", password="wrong"),
            GOOD,
            pod("wrong", "pull", image=f"{REGISTRY}/team/app:nosuch"),
        ),
        Reason.MANIFEST_NOT_FOUND,
    ),
    _bare(
        "for-another-platform",
        Reason.PLATFORM_MISMATCH,
        f"{REGISTRY}/team/platform:v1",
        secret=True,
    ),
    _bare("no-archive", Reason.UNPACK_FAILED, f"{REGISTRY}/team/unreadable:v1", secret=True),
    _bare("html-for-a-manifest", Reason.REGISTRY_CONTENT_BROKEN, f"{FAKE}/html/app:v1"),
    Scenario(
        "manifest-of-an-old-schema",
        (pod(image=f"{FAKE}/schema1/app:v1"),),
        Reason.MANIFEST_UNSUPPORTED,
        runtimes=ONCE,
    ),
    _bare("manifest-without-blobs", Reason.REGISTRY_CONTENT_BROKEN, f"{FAKE}/noblobs/app:v1"),
)

ANSWERS = (
    _bare("429", Reason.RATE_LIMITED, f"{FAKE}/ratelimit/app:v1"),
    _bare("503", Reason.REGISTRY_ERROR, f"{FAKE}/unavailable/app:v1"),
    _bare("418", Reason.UNKNOWN, f"{FAKE}/teapot/app:v1"),
    _bare("451", Reason.REGISTRY_POLICY_BLOCKED, f"{FAKE}/blocked/app:v1"),
    Scenario(
        "403",
        (pull_secret("pull", FAKE), pod("pull", image=f"{FAKE}/forbidden/app:v1")),
        Reason.ACCESS_FORBIDDEN,
    ),
    _bare("mirror-forbids", Reason.MIRROR_NOT_FOUND, "mirrored.test:5000/forbidden/app:v1"),
)

NETWORK = (
    _bare("no-such-host", Reason.NAME_RESOLUTION, "nosuch.test:5000/team/app:v1"),
    _bare("name-server-is-silent", Reason.NAME_RESOLUTION, "timeout.test:5000/team/app:v1"),
    _bare("nobody-listens", Reason.CONNECTION_REFUSED, "refused.test:5999/team/app:v1"),
    _bare("registry-is-silent", Reason.TIMEOUT, "silent.test:5446/team/app:v1"),
    _bare("connection-is-cut", Reason.NETWORK_UNREACHABLE, "cut.test:5447/team/app:v1"),
    _bare("proxy-wants-a-password", Reason.PROXY_FAILURE, "password.example/team/app:v1"),
    _bare("proxy-refuses", Reason.PROXY_FAILURE, "forbidden.example/team/app:v1"),
    _bare("proxy-fails", Reason.PROXY_FAILURE, "broken.example/team/app:v1"),
    _bare("proxy-is-away", Reason.PROXY_FAILURE, "behind-a-proxy.example:5000/team/app:v1"),
    _bare("unknown-authority", Reason.UNTRUSTED_CERTIFICATE, "untrusted.test:5443/team/app:v1"),
    _bare(
        "certificate-of-another",
        Reason.CERTIFICATE_NAME_MISMATCH,
        "wrongname.test:5443/team/app:v1",
    ),
    _bare("certificate-is-over", Reason.CERTIFICATE_EXPIRED, "expired.test:5445/team/app:v1"),
    _bare("http-where-https-is-spoken", Reason.SCHEME_MISMATCH, "plainhttp.test:5000/team/app:v1"),
)


OWN = f"{REGISTRY}/team/own:v1"
HAS_IT_BY_A_SECRET = (GOOD, pod("pull", name="first", image=OWN, policy="IfNotPresent"))


def _then_without_a_secret(policy: str) -> Step:
    """A second pod, once the image is on the node by the first one's credential."""

    def create(stage: Stage) -> None:
        stage.api.create(pod(image=OWN, policy=policy), stage.namespace)

    return create


BEFORE_THE_PULL = (
    _bare("name-in-upper-case", Reason.INVALID_IMAGE_NAME, f"{REGISTRY}/Team/App:v1"),
    _bare("name-with-scheme", Reason.INVALID_IMAGE_NAME, f"https://{APP}"),
    Scenario(
        "never-pull",
        (pod(image=f"{REGISTRY}/team/absent:v1", policy="Never"),),
        Reason.NEVER_PULL,
    ),
    Scenario(
        "never-pull-what-another-s-credential-brought",
        HAS_IT_BY_A_SECRET,
        Reason.CREDENTIAL_RECHECK,
        first=frozenset({Reason.NEVER_PULL}),
        mended=True,
        before=_then_without_a_secret("Never"),
        ready_for_it=runs,
    ),
    Scenario(
        "pull-again-what-another-s-credential-brought",
        HAS_IT_BY_A_SECRET,
        Reason.NO_CREDENTIAL,
        mended=True,
        before=_then_without_a_secret("IfNotPresent"),
        ready_for_it=runs,
    ),
)

NODE_LOGIN = "node-login.test:5000"  # the node's own docker config has an entry for it
STALE_NODE_LOGIN = "third.test:5000"  # and one for this, with a wrong password
OF_THE_NODE = (
    Scenario(
        "node-s-own-login-is-stale",
        (pod(image=f"{STALE_NODE_LOGIN}/team/app:v1"),),
        Reason.CREDENTIAL_REJECTED,
        mended=True,
        runtimes=ONCE,  # 1.6 does not tell that something was sent
    ),
    Scenario("node-s-own-login", (pod(image=f"{NODE_LOGIN}/team/app:v1"),), None),
    Scenario(
        "node-s-own-login-beside-a-wrong-secret",
        (
            pull_secret("pull", NODE_LOGIN, password="wrong"),
            pod("pull", image=f"{NODE_LOGIN}/team/app:v1"),
        ),
        None,
    ),
)
