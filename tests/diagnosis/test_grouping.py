"""Many pods, few findings: grouped by owner, image and reason, worst first."""

from __future__ import annotations

from datetime import timedelta

from kubectl_pullsecret.report import Reason, Restart, Severity
from tests.diagnosis.cluster import (
    NO_SUCH_HOST,
    NO_SUCH_TAG,
    NOTHING_SENT,
    REJECTED,
    Cluster,
    entry,
)

GOOD = {"registry.test:5000": entry()}


def test_a_hundred_replicas_are_one_finding_that_says_hundred() -> None:
    cluster = Cluster().account().workload("Deployment", "web")
    for number in range(100):
        cluster.pod(
            f"web-{number}", owner="Deployment/web", error=NOTHING_SENT, node=f"n{number % 3}"
        )
    report = cluster.doctor()
    (finding,) = report.findings

    assert finding.pods.count == 100
    assert "100 pods" in finding.message
    assert len(finding.pods.names) == 10
    assert finding.pods.nodes == ("n0", "n1", "n2")
    assert (report.pods, report.failing) == (100, 100)


def test_the_newest_attempt_speaks_for_the_group() -> None:
    cluster = Cluster().account().workload("Deployment", "web")
    cluster.pod("old", owner="Deployment/web", error=NOTHING_SENT, tried=timedelta(minutes=50))
    cluster.pod("new", owner="Deployment/web", error=NOTHING_SENT, tried=timedelta(minutes=2))
    (finding,) = cluster.doctor().findings

    assert any("last 2m ago" in line.text for line in finding.evidence)


def test_one_image_in_two_containers_is_one_error() -> None:
    cluster = Cluster().account().pod(error=NOTHING_SENT)
    pod = cluster.objects[1]
    pod["spec"]["containers"].append(pod["spec"]["containers"][0] | {"name": "side"})
    status = pod["status"]["containerStatuses"]
    status.append(status[0] | {"name": "side"})
    (finding,) = cluster.doctor().findings

    assert finding.containers == ("app", "side")


def test_errors_come_before_warnings_and_the_larger_group_first() -> None:
    cluster = Cluster().secret("bad", {"x.test": {"auth": "%"}}).workload("Deployment", "web")
    cluster.workload("Deployment", "api").account()
    for name in ("api-1", "api-2"):
        cluster.pod(name, owner="Deployment/api", secrets=("bad",), error=NO_SUCH_TAG)
    cluster.pod("web-1", owner="Deployment/web", error=NOTHING_SENT)
    found = cluster.doctor().findings

    assert [f.reason for f in found] == [
        Reason.MANIFEST_NOT_FOUND,
        Reason.NO_CREDENTIAL,
        Reason.SECRET_MALFORMED,
    ]
    assert [f.severity for f in found][-1] is Severity.WARNING


def test_an_outage_that_hits_many_owners_is_one_line_above_them() -> None:
    cluster = Cluster().account()
    for name in ("a", "b", "c"):
        cluster.workload("Deployment", name).pod(
            name, owner=f"Deployment/{name}", error=NO_SUCH_HOST
        )

    assert cluster.doctor().outages == (
        "registry.test:5000: NameResolution hits 3 owners in 1 namespace",
    )


def test_two_owners_are_no_outage() -> None:
    cluster = Cluster().account()
    for name in ("a", "b"):
        cluster.workload("Deployment", name).pod(
            name, owner=f"Deployment/{name}", error=NO_SUCH_HOST
        )

    assert cluster.doctor().outages == ()


def test_pods_to_delete_are_one_command() -> None:
    cluster = Cluster().secret("pull", GOOD).account(secrets=("pull",)).workload("Job", "once")
    for name in ("once-a", "once-b"):
        cluster.pod(name, owner="Job/once", error=NOTHING_SENT)
    (finding,) = cluster.doctor().findings
    (fix,) = finding.fixes

    assert isinstance(fix, Restart)
    assert (fix.target.name, fix.more) == ("once-a", ("once-b",))


def test_one_owner_with_two_reasons_has_two_findings() -> None:
    cluster = Cluster().secret("pull", GOOD).workload("Deployment", "web")
    cluster.pod("web-1", owner="Deployment/web", secrets=("pull",), error=REJECTED)
    cluster.pod("web-2", owner="Deployment/web", secrets=("pull",), error=NO_SUCH_HOST)

    assert {f.reason for f in cluster.doctor().findings} == {
        Reason.CREDENTIAL_REJECTED,
        Reason.NAME_RESOLUTION,
    }
