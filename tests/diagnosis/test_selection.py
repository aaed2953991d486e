"""What a diagnosis looks at: targets, namespaces, everything."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Reason, Severity
from tests.diagnosis.cluster import NAMESPACE, NOTHING_SENT, NOW, REJECTED, Cluster, entry

GOOD = {"registry.test:5000": entry()}


def cluster() -> Cluster:
    return (
        Cluster()
        .account()
        .workload("Deployment", "web")
        .pod("web-1", owner="Deployment/web", error=NOTHING_SENT)
        .pod("alone", error=NOTHING_SENT)
        .pod("fine")
    )


def subjects(*targets: ObjectRef) -> list[str]:
    return [finding.subject.name for finding in cluster().doctor(*targets).findings]


def test_everything_is_looked_at_without_a_target() -> None:
    assert subjects() == ["web", "alone"]


def test_a_pod_is_judged_alone() -> None:
    assert subjects(ObjectRef("Pod", NAMESPACE, "alone")) == ["alone"]


def test_a_workload_is_judged_by_its_pods() -> None:
    assert subjects(ObjectRef("Deployment", NAMESPACE, "web")) == ["web"]


def test_a_namespace_is_all_that_is_in_it() -> None:
    assert subjects(ObjectRef("Namespace", "", NAMESPACE)) == ["web", "alone"]


def test_a_target_without_a_namespace_is_found_wherever_it_is() -> None:
    assert subjects(ObjectRef("Pod", "", "alone")) == ["alone"]


@pytest.mark.parametrize("kind", ["Pod", "Deployment", "ServiceAccount", "Namespace"])
def test_a_target_that_is_not_there_is_an_error_that_names_it(kind: str) -> None:
    with pytest.raises(PullSecretError, match="nosuch") as caught:
        cluster().doctor(ObjectRef(kind, "", "nosuch"))

    assert caught.value.exit_code is ExitCode.FAILED


def test_a_name_in_two_namespaces_asks_which() -> None:
    twice = cluster().add("Pod", "alone", "other", spec={"containers": []})

    with pytest.raises(PullSecretError, match="several namespaces") as caught:
        twice.doctor(ObjectRef("Pod", "", "alone"))
    assert "-n" in caught.value.remedy


def test_a_name_in_another_namespace_says_where() -> None:
    with pytest.raises(PullSecretError) as caught:
        cluster().doctor(ObjectRef("Pod", "elsewhere", "alone"))
    assert NAMESPACE in caught.value.remedy


def test_a_named_pod_without_a_problem_gets_one_line() -> None:
    report = cluster().doctor(ObjectRef("Pod", NAMESPACE, "fine"))

    assert [note.text for note in report.notes] == ["no image pull problem: every image was there"]


def test_a_named_pod_that_fails_otherwise_is_no_image_pull_problem() -> None:
    crashing = Cluster().pod(error="back-off", reason="CrashLoopBackOff", count=0)
    (note,) = crashing.doctor(ObjectRef("Pod", NAMESPACE, "demo")).notes

    assert note.text == "not an image pull problem: CrashLoopBackOff (app)"


def test_an_account_shows_what_a_new_pod_would_get_in_order() -> None:
    lists = Cluster().secret("b", GOOD).secret("a", {"other.test": entry("me")})
    lists.account(secrets=("b", "gone", "a"))
    report = lists.doctor(ObjectRef("ServiceAccount", NAMESPACE, "default"))
    (note,) = report.notes

    assert [line.columns[0] for line in note.evidence] == ["secret/b", "secret/gone", "secret/a"]
    assert note.evidence[2].columns[1:] == ("other.test", "user me")
    assert [(f.reason, f.severity) for f in report.findings] == [
        (Reason.SECRET_NOT_FOUND, Severity.WARNING)
    ]


def test_an_account_warns_of_secrets_that_no_pod_could_use() -> None:
    lists = Cluster().secret("bad", {"x.test": {"auth": "%"}}).secret("op", GOOD, type_="Opaque")
    lists.account(secrets=("bad", "op"))
    report = lists.doctor(ObjectRef("ServiceAccount", NAMESPACE, "default"))

    assert {f.reason for f in report.findings} == {
        Reason.SECRET_MALFORMED,
        Reason.SECRET_WRONG_TYPE,
    }


def test_an_account_without_secrets_says_so() -> None:
    (note,) = Cluster().account().doctor(ObjectRef("ServiceAccount", "", "default")).notes

    assert note.text == "lists no pull secret: a new pod gets none"


def test_a_namespace_bounds_what_is_looked_at() -> None:
    two = cluster().add("Pod", "there", "other", spec={"containers": []})
    report = diagnose(two.snapshot(), Selection(namespace="other"), now=NOW)

    assert (report.pods, report.findings) == (1, ())


def test_a_namespace_of_which_nothing_was_seen_is_no_clean_bill() -> None:
    with pytest.raises(PullSecretError, match="nothing of namespace other") as caught:
        diagnose(cluster().snapshot(), Selection(namespace="other"), now=NOW)
    assert caught.value.remedy == f"it has {NAMESPACE}"


def test_owners_in_a_circle_end() -> None:
    circle = Cluster().account()
    for name, other in (("a", "b"), ("b", "a")):
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": other, "controller": True}
        circle.workload("ReplicaSet", name, ownerReferences=[owner | {"uid": other}])
    circle.pod(owner="ReplicaSet/a", error=REJECTED)

    assert len(circle.doctor().findings) == 1


OTHERWISE = {
    "not scheduled, 0/3 nodes are available": {
        "phase": "Pending",
        "conditions": [
            {
                "type": "PodScheduled",
                "status": "False",
                "message": "0/3 nodes are available",
            }
        ],
    },
    "Evicted": {"phase": "Failed", "reason": "Evicted"},
    "phase Succeeded": {"phase": "Succeeded"},
}


@pytest.mark.parametrize(("why", "status"), OTHERWISE.items(), ids=OTHERWISE)
def test_what_else_is_wrong_with_a_named_pod_is_one_line(why: str, status: object) -> None:
    other = Cluster().pod()
    other.objects[0]["status"] = status
    (note,) = other.doctor(ObjectRef("Pod", NAMESPACE, "demo")).notes

    assert note.text == f"not an image pull problem: {why}"


def test_a_named_pod_that_still_starts_says_so() -> None:
    young = Cluster().pod(error="", reason="ContainerCreating", count=0)
    (note,) = young.doctor(ObjectRef("Pod", NAMESPACE, "demo")).notes

    assert note.text == "still starting; no image pull has failed"


def test_a_manifest_of_a_pod_says_that_nothing_was_pulled() -> None:
    manifest = Cluster().pod()
    del manifest.objects[0]["status"], manifest.objects[0]["metadata"]["uid"]
    (note,) = manifest.doctor(ObjectRef("Pod", NAMESPACE, "demo")).notes

    assert note.text == "a manifest: nothing was pulled yet"


def test_an_account_shows_the_state_of_each_secret_it_lists() -> None:
    lists = Cluster(secrets_seen=False).account(secrets=("bad", "op", "empty", "many", "unseen"))
    lists.secret("bad", {"x.test": {"auth": "%"}}).secret("op", GOOD, type_="Opaque")
    lists.secret("empty", {}).secret("many", {f"{n}.test": entry() for n in range(7)})
    (note,) = lists.doctor(ObjectRef("ServiceAccount", "", "default")).notes
    words = {line.columns[0]: line.columns[-1] for line in note.evidence}

    assert words["secret/bad"].startswith("unreadable: ")
    assert words["secret/op"].startswith("not read: type Opaque")
    assert words["secret/empty"] == "no entries"
    assert words["secret/many"] == "and 2 more"
    assert words["secret/unseen"] == "not seen: nothing is known of it"
