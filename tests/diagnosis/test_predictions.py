"""What is said where nothing failed yet: templates, charts, running pods."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Confidence, FailOn, Reason, Severity
from tests.diagnosis.cluster import NAMESPACE, Cluster, entry

GOOD = {"registry.test:5000": entry()}
OTHER = {"other.test:5000": entry()}
BROKEN = {"registry.test:5000": {"auth": "%%%"}}
WEB = ObjectRef("Deployment", NAMESPACE, "web")
DEMO = ObjectRef("Pod", NAMESPACE, "demo")


def template(*secrets: str, image: str = "registry.test:5000/team/app:v1") -> Cluster:
    return Cluster().workload("Deployment", "web", secrets, image=image, live=False)


PREDICTED = {
    "a secret that is not in the manifests": (
        template("gone").account(),
        (Reason.SECRET_NOT_FOUND, Severity.WARNING, Confidence.OPEN),
    ),
    "a secret for another registry": (
        template("pull").secret("pull", OTHER),
        (Reason.NO_MATCHING_CREDENTIAL, Severity.WARNING, Confidence.OPEN),
    ),
    "an Opaque secret": (
        template("pull").secret("pull", GOOD, type_="Opaque"),
        (Reason.SECRET_WRONG_TYPE, Severity.WARNING, Confidence.OPEN),
    ),
    "an own list that hides the account's": (
        template("mine").secret("mine", OTHER).secret("pull", GOOD).account(secrets=("pull",)),
        (Reason.POD_HIDES_SERVICE_ACCOUNT, Severity.WARNING, Confidence.OPEN),
    ),
    "an image name that is none": (
        template(image="Registry/Team/App"),
        (Reason.INVALID_IMAGE_NAME, Severity.ERROR, Confidence.SETTLED),
    ),
    "a malformed secret where every start pulls": (
        template("pull").secret("pull", BROKEN),
        (Reason.SECRET_MALFORMED, Severity.ERROR, Confidence.SETTLED),
    ),
}


@pytest.mark.parametrize(("cluster", "expected"), PREDICTED.values(), ids=PREDICTED)
def test_a_template_without_pods_is_judged_as_a_prediction(
    cluster: Cluster, expected: tuple[Reason, Severity, Confidence]
) -> None:
    (found,) = cluster.doctor().findings

    assert (found.reason, found.severity, found.confidence) == expected
    assert found.subject == WEB
    assert found.last_attempt is None
    assert found.cause is None


SILENT = {
    "a template that names no secret": template(),
    "one whose secret matches": template("pull").secret("pull", GOOD),
    "one whose account gives a secret for other images": (
        template().secret("pull", OTHER).account(secrets=("pull",))
    ),
    "a live workload that nobody named": Cluster().workload("Deployment", "web", ("gone",)),
    "a running pod": Cluster().pod(secrets=("gone",)),
}


@pytest.mark.parametrize("cluster", SILENT.values(), ids=SILENT)
def test_nothing_is_predicted_without_a_reason(cluster: Cluster) -> None:
    report = cluster.doctor()

    assert report.findings == ()
    assert report.exit_code(FailOn.WARNING) == 0


def test_a_template_whose_secret_was_not_seen_is_no_clean_bill() -> None:
    blind = Cluster(secrets_seen=False).workload("Deployment", "web", ("pull",), live=False)
    report = blind.doctor()

    assert report.findings == ()
    assert [part.resource for part in report.incomplete] == ["secrets/pull"]
    assert report.exit_code(FailOn.ERROR) == 4


def test_a_malformed_secret_is_a_warning_where_the_image_may_be_on_the_node() -> None:
    cluster = template("pull").secret("pull", BROKEN)
    container = cluster.objects[0]["spec"]["template"]["spec"]["containers"][0]
    container["imagePullPolicy"] = "IfNotPresent"
    (found,) = cluster.doctor().findings

    assert found.severity is Severity.WARNING


def test_a_running_pod_that_is_named_shows_what_may_fail_next() -> None:
    (found,) = Cluster().pod(secrets=("gone",)).doctor(DEMO).findings

    assert (found.reason, found.severity) == (Reason.SECRET_NOT_FOUND, Severity.WARNING)
    assert "runs, but may not pull again" in found.message


def test_healthy_shows_the_same_for_a_whole_namespace() -> None:
    report = Cluster().pod(secrets=("gone",)).doctor(healthy=True)

    assert [finding.reason for finding in report.findings] == [Reason.SECRET_NOT_FOUND]


def test_a_running_pod_never_gets_an_error() -> None:
    cluster = Cluster().secret("pull", BROKEN).pod(secrets=("pull",))
    (found,) = cluster.doctor(DEMO).findings

    assert (found.reason, found.severity) == (Reason.SECRET_MALFORMED, Severity.WARNING)


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        ("registry.test:5000/team/app", Severity.ERROR),
        ("registry.test:5000/team/app:latest", Severity.ERROR),
        ("registry.test:5000/team/app:v1", Severity.WARNING),
        ("registry.test:5000/team/app@sha256:" + "0" * 64, Severity.WARNING),
    ],
)
def test_an_unset_policy_means_always_for_latest_only(image: str, severity: Severity) -> None:
    cluster = template("pull", image=image).secret("pull", BROKEN)
    del cluster.objects[0]["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"]
    (found,) = cluster.doctor().findings

    assert found.severity is severity
