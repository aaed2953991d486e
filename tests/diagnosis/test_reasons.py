"""Which reason a cluster gives: their precedence as a table of small clusters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kubectl_pullsecret.diagnosis import REASONS
from kubectl_pullsecret.diagnosis.retrievals import RETRIEVE_EVENT
from kubectl_pullsecret.report import Confidence, Reason, Severity
from tests.diagnosis.cluster import (
    DENIED,
    FORBIDDEN,
    HUB,
    IMAGE,
    NO_SUCH_HOST,
    NO_SUCH_TAG,
    NOTHING_SENT,
    REJECTED,
    TOO_MANY,
    Cluster,
    ago,
    entry,
    expired_ecr,
)

GOOD = {"registry.test:5000": entry()}
OTHER = {"other.test:5000": entry()}
BARE_401 = (
    f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": pulling '
    "from host registry.test:5000 failed with status code [manifests v1]: 401 Unauthorized"
)
INVALID_NAME = (
    'Failed to apply default image tag "registry.test:5000/Team/App:v1": couldn\'t parse image '
    'name "registry.test:5000/Team/App:v1": invalid reference format: repository name '
    "(Team/App) must be lowercase"
)
NOT_BASE64 = "illegal base64 data at input byte 0"
BROKEN = {"registry.test:5000": {"auth": "%%%"}}
CANNOT_RETRIEVE = (
    "Unable to retrieve some image pull secrets (pull); "
    "attempting to pull the image may not succeed."
)


CLUSTERS = {
    "a name that is none": (
        Cluster().pod(
            reason="InvalidImageName",
            image="registry.test:5000/Team/App:v1",
            error=INVALID_NAME,
        ),
        Reason.INVALID_IMAGE_NAME,
    ),
    "policy Never": (
        Cluster().pod(
            reason="ErrImageNeverPull",
            policy="Never",
            error=f'Container image "{IMAGE}" is not present with pull policy of Never',
        ),
        Reason.NEVER_PULL,
    ),
    "a secret that the kubelet cannot parse": (
        Cluster()
        .secret("pull", BROKEN)
        .pod(secrets=("pull",), error=NOT_BASE64, reason=NOT_BASE64),
        Reason.SECRET_MALFORMED,
    ),
    "one bad secret beside a good one": (
        Cluster()
        .secret("good", GOOD)
        .secret("bad", {"other.test": {"auth": "%%%"}})
        .pod(secrets=("good", "bad"), error=NOT_BASE64, reason=NOT_BASE64),
        Reason.SECRET_MALFORMED,
    ),
    "a malformed secret that was not seen": (
        Cluster(secrets_seen=False).pod(secrets=("pull",), error=NOT_BASE64, reason=NOT_BASE64),
        Reason.SECRET_MALFORMED,
    ),
    "a missing tag": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=NO_SUCH_TAG),
        Reason.MANIFEST_NOT_FOUND,
    ),
    "a name that does not resolve, whatever the secrets": (
        Cluster().pod(secrets=("gone",), error=NO_SUCH_HOST),
        Reason.NAME_RESOLUTION,
    ),
    "a rate limit": (Cluster().pod(error=TOO_MANY), Reason.RATE_LIMITED),
    "an account that was given the secret later": (
        Cluster()
        .secret("pull", GOOD)
        .account(secrets=("pull",))
        .workload("Deployment", "web")
        .pod(owner="Deployment/web", error=NOTHING_SENT),
        Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD,
    ),
    "a list that was injected on an earlier day": (
        Cluster()
        .secret("old", OTHER)
        .secret("pull", GOOD)
        .account(secrets=("old", "pull"))
        .workload("Deployment", "web")
        .pod(owner="Deployment/web", secrets=("old",), error=NOTHING_SENT),
        Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD,
    ),
    "a template whose list hides the account's": (
        Cluster()
        .secret("mine", OTHER)
        .secret("pull", GOOD)
        .account(secrets=("pull",))
        .workload("Deployment", "web", ("mine",))
        .pod(owner="Deployment/web", secrets=("mine",), error=NOTHING_SENT),
        Reason.POD_HIDES_SERVICE_ACCOUNT,
    ),
    "a named secret that is not there": (
        Cluster().account().pod(secrets=("pull",), error=NOTHING_SENT),
        Reason.SECRET_NOT_FOUND,
    ),
    "a secret that the kubelet misses again and again": (
        Cluster(secrets_seen=False)
        .pod(secrets=("pull",), error=NOTHING_SENT)
        .event(RETRIEVE_EVENT, CANNOT_RETRIEVE, container=None, count=3),
        Reason.SECRET_NOT_FOUND,
    ),
    "an Opaque secret": (
        Cluster().secret("pull", GOOD, type_="Opaque").pod(secrets=("pull",), error=NOTHING_SENT),
        Reason.SECRET_WRONG_TYPE,
    ),
    "a secret for another host": (
        Cluster().secret("pull", OTHER).pod(secrets=("pull",), error=NOTHING_SENT),
        Reason.NO_MATCHING_CREDENTIAL,
    ),
    "a missing secret beside one that matches": (
        Cluster().secret("pull", GOOD).pod(secrets=("gone", "pull"), error=REJECTED),
        Reason.CREDENTIAL_REJECTED,
    ),
    "nothing attached": (Cluster().account().pod(error=NOTHING_SENT), Reason.NO_CREDENTIAL),
    "nothing attached, and a registry that hides what exists": (
        Cluster().account().pod(error=DENIED),
        Reason.NO_CREDENTIAL,
    ),
    "an identity token only": (
        Cluster()
        .secret("pull", {"registry.test:5000": {"identitytoken": "x"}})
        .pod(secrets=("pull",), error=NOTHING_SENT),
        Reason.UNUSABLE_CREDENTIAL,
    ),
    "a token that says it is over": (
        Cluster()
        .secret("pull", {"registry.test:5000": expired_ecr()})
        .pod(secrets=("pull",), error=REJECTED),
        Reason.CREDENTIAL_EXPIRED,
    ),
    "a wrong password": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=REJECTED),
        Reason.CREDENTIAL_REJECTED,
    ),
    "a wrong password, in containerd 1.6's ambiguous words": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=BARE_401),
        Reason.CREDENTIAL_REJECTED,
    ),
    "a rejected credential that no secret holds": (
        Cluster().account().pod(error=REJECTED),
        Reason.CREDENTIAL_REJECTED,
    ),
    "a user without the right": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=FORBIDDEN),
        Reason.ACCESS_FORBIDDEN,
    ),
    "a registry that does not tell missing from forbidden": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=DENIED),
        Reason.DENIED_OR_NOT_FOUND,
    ),
    "a message that nobody knows": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error="flux capacitor overheated"),
        Reason.UNKNOWN,
    ),
    "nothing but the back-off": (
        Cluster().pod(
            reason="ImagePullBackOff", error=f'Back-off pulling image "{IMAGE}"', count=0
        ),
        Reason.UNKNOWN,
    ),
}


@pytest.mark.parametrize(("cluster", "reason"), CLUSTERS.values(), ids=CLUSTERS)
def test_a_failed_pull_has_one_reason(cluster: Cluster, reason: Reason) -> None:
    finding = cluster.finding()

    assert finding.reason is reason
    assert finding.severity is Severity.ERROR


def test_every_reason_has_a_page() -> None:
    assert set(REASONS) == set(Reason)


def test_what_was_not_seen_is_not_missing() -> None:
    report = Cluster(secrets_seen=False).pod(secrets=("pull",), error=DENIED).doctor()

    assert [f.reason for f in report.findings] == [Reason.DENIED_OR_NOT_FOUND]
    assert report.incomplete[0].resource == "secrets/pull"


def test_a_single_event_does_not_prove_a_secret_missing() -> None:
    cluster = Cluster(secrets_seen=False).pod(secrets=("pull",), error=DENIED)
    cluster.event(RETRIEVE_EVENT, CANNOT_RETRIEVE, container=None, count=1)

    assert cluster.finding().reason is Reason.DENIED_OR_NOT_FOUND


def test_the_kubelets_word_is_likely_and_a_complete_view_settles() -> None:
    said = CLUSTERS["a secret that the kubelet misses again and again"][0].finding()
    seen = CLUSTERS["a named secret that is not there"][0].finding()

    assert (said.confidence, seen.confidence) == (Confidence.LIKELY, Confidence.SETTLED)


def test_a_secret_that_changed_after_the_last_try_is_no_error() -> None:
    cluster = Cluster().secret("pull", GOOD, creationTimestamp=ago(minutes=1))
    cluster.pod(secrets=("pull",), error=NOTHING_SENT, tried=timedelta(minutes=2))
    found = cluster.finding()

    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT
    assert found.severity is Severity.WARNING


def test_a_secret_that_is_older_than_the_last_try_explains_nothing() -> None:
    cluster = Cluster().secret("pull", GOOD, creationTimestamp=ago(minutes=3))
    cluster.pod(secrets=("pull",), error=REJECTED, tried=timedelta(minutes=2))

    assert cluster.finding().reason is Reason.CREDENTIAL_REJECTED


def test_a_malformed_secret_that_was_mended_waits_for_the_next_try() -> None:
    cluster = Cluster().secret("pull", GOOD)
    cluster.pod(secrets=("pull",), error=NOT_BASE64, reason=NOT_BASE64)
    found = cluster.finding()

    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT
    assert found.confidence is Confidence.LIKELY


def test_a_malformed_secret_beside_a_registrys_answer_is_a_warning() -> None:
    cluster = Cluster().secret("pull", BROKEN).pod(secrets=("pull",), error=NOTHING_SENT)
    found = {finding.reason: finding.severity for finding in cluster.doctor().findings}

    assert found[Reason.SECRET_MALFORMED] is Severity.WARNING
    assert list(found.values()).count(Severity.ERROR) == 1


def test_the_facts_that_remain_after_the_fix_are_named_beside_the_reason() -> None:
    found = Cluster().account().pod(secrets=("pull",), error=NO_SUCH_HOST).finding()

    assert found.reason is Reason.NAME_RESOLUTION
    assert found.also == (Reason.SECRET_NOT_FOUND,)


def test_a_hub_image_is_explained_by_the_spelling_of_the_key() -> None:
    hub = "registry-1.docker.io"
    found = (
        Cluster()
        .secret("pull", {hub: entry()})
        .pod(secrets=("pull",), image="team/app:v1", error=NOTHING_SENT)
        .finding()
    )
    listed = next(line for line in found.evidence if line.about == "listed")

    assert found.reason is Reason.NO_MATCHING_CREDENTIAL
    assert listed.columns[1] == hub
    assert HUB in listed.columns[2]


def test_a_key_that_holds_a_password_is_shown_without_it() -> None:
    keys = {"https://me:hunter2@registry.test:6000": entry()}
    found = Cluster().secret("pull", keys).pod(secrets=("pull",), error=NOTHING_SENT).finding()

    assert "hunter2" not in repr(found.evidence) + found.message


def test_all_rejected_credentials_are_counted() -> None:
    cluster = Cluster().secret("one", GOOD).secret("two", {"registry.test:5000": entry("me")})
    found = cluster.pod(secrets=("one", "two"), error=REJECTED).finding()

    assert "all 2 credentials" in found.evidence[0].text


@pytest.mark.parametrize("error", [FORBIDDEN, REJECTED])
def test_a_refusal_of_a_credential_that_was_not_seen_is_likely_at_most(error: str) -> None:
    found = Cluster(secrets_seen=False).pod(secrets=("pull",), error=error).finding()

    assert found.confidence is Confidence.LIKELY
    assert found.fixes == ()


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        ({}, "neither user nor password"),
        ({"username": "me"}, "no password"),
        ({"password": "x"}, "no user"),
    ],
)
def test_an_unusable_credential_says_what_it_lacks(auth: dict[str, str], words: str) -> None:
    cluster = Cluster().secret("pull", {"registry.test:5000": auth})
    found = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding()

    assert found.reason is Reason.UNUSABLE_CREDENTIAL
    assert words in found.evidence[0].text


def test_a_secret_that_the_kubelet_lacked_at_its_last_try_explains_it() -> None:
    cluster = Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=BARE_401)
    cluster.event("Pulling", f'Pulling image "{IMAGE}"')
    cluster.event(RETRIEVE_EVENT, CANNOT_RETRIEVE, container=None)
    found = cluster.finding()

    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT
    assert found.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    ("before", "pulls", "reason"),
    [
        (1, 1, Reason.CHANGED_SINCE_LAST_ATTEMPT),  # whole seconds
        (40, 1, Reason.CHANGED_SINCE_LAST_ATTEMPT),  # the sandbox was made in between
        (1, 2, Reason.CHANGED_SINCE_LAST_ATTEMPT),
        (40, 2, Reason.CREDENTIAL_REJECTED),  # of an earlier try
        (90, 1, Reason.CREDENTIAL_REJECTED),
    ],
)
def test_the_secrets_of_a_try_are_got_before_it_begins(
    before: int, pulls: int, reason: Reason
) -> None:
    cluster = Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=BARE_401)
    began = timedelta(minutes=2)
    cluster.event("Pulling", f'Pulling image "{IMAGE}"', tried=began, count=pulls)
    lacked = began + timedelta(seconds=before)
    cluster.event(RETRIEVE_EVENT, CANNOT_RETRIEVE, container=None, tried=lacked)

    assert cluster.finding().reason is reason


class TestAnUnreadableSecretThatTheKubeletDidNotHaveYet:
    def cluster(self) -> Cluster:
        bad = {"registry.test:5000": {"auth": "%%%"}}
        cluster = Cluster().secret("pull", bad).pod(secrets=("pull",), error=NOTHING_SENT)
        cluster.event("Pulling", f'Pulling image "{IMAGE}"')
        return cluster

    def test_is_what_stops_the_next_try(self) -> None:
        cluster = self.cluster().event(RETRIEVE_EVENT, CANNOT_RETRIEVE, container=None)
        found = cluster.finding()
        (image,) = (line.text for line in found.evidence if line.about == "image")

        assert (found.reason, found.confidence) == (Reason.SECRET_MALFORMED, Confidence.LIKELY)
        assert image == f"{IMAGE} (app); the last try went without the secret"
        assert len(found.fixes) == 1

    def test_is_a_warning_beside_a_try_that_had_it(self) -> None:
        assert self.cluster().finding().reason is not Reason.SECRET_MALFORMED


def test_a_match_where_nothing_was_sent_is_newer_than_the_try() -> None:
    found = Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=NOTHING_SENT).finding()

    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT


def test_a_new_label_is_no_new_credential() -> None:
    entry_of = {"time": ago(minutes=1), "fieldsV1": {"f:metadata": {"f:labels": {}}}}
    cluster = Cluster().secret("pull", GOOD, managedFields=[entry_of])
    cluster.pod(secrets=("pull",), error=REJECTED, tried=timedelta(minutes=2))

    assert cluster.finding().reason is Reason.CREDENTIAL_REJECTED


def test_a_mirror_that_rejects_is_named() -> None:
    error = (
        'failed to pull and unpack image "docker.io/team/app:v1": failed to resolve reference '
        '"docker.io/team/app:v1": unexpected status from HEAD request to '
        "https://mirror.corp/v2/team/app/manifests/v1?ns=docker.io: 401 Unauthorized"
    )
    cluster = Cluster().secret("hub", {HUB: entry()})
    found = cluster.pod(secrets=("hub",), image="team/app:v1", error=error).finding()

    assert (found.reason, found.confidence) == (Reason.CREDENTIAL_REJECTED, Confidence.LIKELY)
    assert "mirror.corp, a mirror of Docker Hub" in found.evidence[0].text


def test_static_pods_are_told_apart_though_one_node_owns_them() -> None:
    node = {"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "n", "controller": True}
    cluster = Cluster().account()
    for name in ("a-n", "b-n"):
        mirror = {"kubernetes.io/config.mirror": name}
        cluster.pod(name, annotations=mirror, ownerReferences=[node], error=NOTHING_SENT)

    assert [f.subject.name for f in cluster.doctor().findings] == ["a-n", "b-n"]


def test_a_password_that_ends_in_a_newline_is_noted() -> None:
    keys = {"registry.test:5000": entry(password="s3cret\n")}
    found = Cluster().secret("pull", keys).pod(secrets=("pull",), error=REJECTED).finding()

    assert any("newline" in line.text for line in found.evidence if line.about == "note")


def test_a_config_of_a_credential_helper_says_where_the_credential_is() -> None:
    raw = '{"credsStore": "desktop"}'
    found = Cluster().secret("pull", raw=raw).pod(secrets=("pull",), error=NOTHING_SENT).finding()
    listed = next(line for line in found.evidence if line.about == "listed")

    assert "helper" in listed.text


def test_the_secret_that_changed_is_named_not_the_first_that_matches() -> None:
    cluster = Cluster().secret("old", GOOD).pod(secrets=("old", "new"), error=REJECTED)
    cluster.secret("new", {"registry.test:5000": entry("me")}, creationTimestamp=ago(minutes=1))
    found = cluster.finding()

    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT
    assert "secret/new changed" in found.evidence[0].text


def test_a_mended_secret_explains_a_stop_whatever_it_serves() -> None:
    cluster = Cluster().secret("pull", OTHER)
    found = cluster.pod(secrets=("pull",), error=NOT_BASE64, reason=NOT_BASE64).finding()

    assert found.reason is Reason.CHANGED_SINCE_LAST_ATTEMPT
    assert "every listed secret is readable now" in found.evidence[0].text
