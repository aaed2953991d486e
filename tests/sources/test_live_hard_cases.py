"""Clusters as they are: foreign owners, missing rights, crowds, and names that are none."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import pytest

from kubectl_pullsecret.diagnosis import Selection
from kubectl_pullsecret.diagnosis.wanted import for_list
from kubectl_pullsecret.diagnosis.wanted_by_doctor import for_doctor
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Advice, Attach, Copy, FailOn, Reason
from kubectl_pullsecret.sources.live import observe
from kubectl_pullsecret.sources.transport import ApiError, Client
from tests.diagnosis.cluster import HUB, NAMESPACE, NOTHING_SENT, NOW, Cluster, entry
from tests.sources.live_runs import asked, doctor
from tests.sources.recorded_server import RecordedServer

POD = ObjectRef("Pod", NAMESPACE, "demo")
SERVING = {"registry.test:5000": entry()}
WEB = ObjectRef("Deployment", NAMESPACE, "web")


def owned(cluster: Cluster, kind: str, name: str, api_version: str = "apps/v1") -> Cluster:
    """The object that was added last has this owner."""
    owner = {"apiVersion": api_version, "kind": kind, "name": name, "controller": True}
    cluster.objects[-1]["metadata"]["ownerReferences"] = [owner | {"uid": f"uid of {name}"}]
    return cluster


def failed_create(cluster: Cluster, name: str) -> Cluster:
    return cluster.event(
        "FailedCreate", "exceeded quota", pod=name, kind="ReplicaSet", container=None
    )


@pytest.mark.parametrize("name", ["..", "../deployments/x", "a,b", "x/y?z", ""])
def test_a_name_that_no_object_has_is_not_asked_for(name: str) -> None:
    cluster = failed_create(Cluster().account(), name)
    cluster = owned(cluster.pod(error=NOTHING_SENT, count=0), "ReplicaSet", name)
    run = doctor(cluster.objects)
    assert run.report.failing == 1
    assert not asked(run, "replicasets")


def test_a_listed_name_that_no_object_has_is_looked_for_nowhere() -> None:
    cluster = Cluster().account().pod(error=NOTHING_SENT, secrets=("x,metadata.namespace!=a",))
    run = doctor(cluster.objects, POD)
    assert run.report.findings[0].reason is Reason.SECRET_NOT_FOUND
    assert not asked(run, "metadata")


def test_a_crowd_that_could_not_make_pods_costs_a_list() -> None:
    cluster = Cluster().account()
    for number in range(50):
        failed_create(cluster, f"web-{number}")
    run = doctor(cluster.objects)
    assert len(asked(run, "replicasets")) == 1
    assert len(run.server.asked) <= 6


class TestReplicaSetsAreForbidden:
    FORBIDDEN = (("get", "replicasets"), ("list", "replicasets"))

    def cluster(self) -> Cluster:
        cluster = Cluster().account().workload("Deployment", "web").secret("good", SERVING)
        cluster.objects[-2]["spec"]["selector"] = {"matchLabels": {"app": "web"}}
        return cluster.pod(
            error=NOTHING_SENT, owner="ReplicaSet/web-5c7749cdc8", labels={"app": "web"}
        )

    def test_a_deployment_knows_its_pods_by_the_name_of_their_owner(self) -> None:
        run = doctor(self.cluster().objects, WEB, forbidden=self.FORBIDDEN)
        (finding,) = run.report.findings
        assert (finding.reason, finding.subject) == (Reason.NO_CREDENTIAL, WEB)
        assert finding.fixes == (Attach(WEB, ("good",)),)


class TestSecretsOfTheSameNameElsewhere:
    def cluster(self, *namespaces: str) -> Cluster:
        cluster = Cluster().account().pod(error=NOTHING_SENT, secrets=("pull",))
        for namespace in namespaces:
            cluster.secret("pull", {HUB: entry()}, namespace=namespace)
        return cluster

    def test_of_several_none_is_chosen(self) -> None:
        (finding,) = doctor(self.cluster("a", "b").objects, POD).report.findings
        (fix,) = finding.fixes
        assert isinstance(fix, Advice)
        assert "namespaces with a secret/pull: a, b" in fix.note

    def test_one_that_serves_here_comes_first(self) -> None:
        cluster = self.cluster("a").secret("good", SERVING)
        (finding,) = doctor(cluster.objects, POD).report.findings
        assert not any(isinstance(fix, Copy) for fix in finding.fixes)


class TestForeignOwners:
    def test_a_kind_of_another_group_is_not_the_built_in_one(self) -> None:
        cluster = Cluster().account().workload("StatefulSet", "db")
        cluster.pod(error=NOTHING_SENT, count=0)
        owned(cluster, "StatefulSet", "db", "apps.kruise.io/v1")
        cluster.objects[1]["apiVersion"] = "apps/v1"
        for run in (doctor(cluster.objects), doctor(cluster.objects, POD)):
            (finding,) = run.report.findings
            targets = [fix.target.kind for fix in finding.fixes if isinstance(fix, Attach)]
            assert targets == ["ServiceAccount"]

    def rollout(self, *secrets: str) -> Cluster:
        cluster = Cluster().account().secret("good", SERVING).secret("mine", {HUB: entry()})
        owned(
            cluster.workload("ReplicaSet", "shop-1", secrets), "Rollout", "shop", "argoproj.io/v1"
        )
        return cluster.pod(error=NOTHING_SENT, secrets=secrets, owner="ReplicaSet/shop-1")

    def test_above_a_replica_set_they_are_to_blame(self) -> None:
        (finding,) = doctor(self.rollout("mine").objects, POD).report.findings
        assert finding.subject == ObjectRef("Rollout", NAMESPACE, "shop")

    def test_their_own_list_is_for_them_to_change(self) -> None:
        (finding,) = doctor(self.rollout("mine").objects, POD).report.findings
        assert finding.fixes == (
            Advice("add good to the pull secrets in the template of rollout/shop"),
        )

    def test_without_a_list_the_account_gets_the_secret(self) -> None:
        (finding,) = doctor(self.rollout().objects, POD).report.findings
        assert [fix.target.kind for fix in finding.fixes if isinstance(fix, Attach)] == [
            "ServiceAccount"
        ]


def test_many_pods_of_an_unseen_owner_are_one_command() -> None:
    cluster = Cluster().account().secret("good", SERVING).secret("mine", {HUB: entry()})
    for number in range(30):
        cluster.pod(f"p{number}", error=NOTHING_SENT, secrets=("mine",), owner="ReplicaSet/gone")
    (finding,) = doctor(cluster.objects).report.findings
    assert finding.pods.count == 30
    assert len(finding.fixes) == 1


def test_a_job_that_cannot_make_its_pod_is_its_cron_job_s_matter() -> None:
    cluster = Cluster().account().workload("CronJob", "nightly").workload("Job", "nightly-1")
    owned(cluster, "CronJob", "nightly", "batch/v1")
    cluster.objects[-1]["metadata"]["ownerReferences"][0]["uid"] = f"CronJob-{NAMESPACE}-nightly"
    cluster.event("FailedCreate", "no account", pod="nightly-1", kind="Job", container=None)
    run = doctor(cluster.objects, ObjectRef("CronJob", NAMESPACE, "nightly"))
    assert [finding.reason for finding in run.report.findings] == [Reason.POD_NOT_CREATED]


def test_one_of_several_targets_that_is_gone_leaves_the_others() -> None:
    cluster = Cluster().account().pod(error=NOTHING_SENT)
    run = doctor(cluster.objects, POD, ObjectRef("Pod", NAMESPACE, "gone"))
    assert run.report.failing == 1
    assert [part.resource for part in run.report.incomplete] == ["pods/gone"]
    assert run.report.exit_code(FailOn.NEVER) is ExitCode.INCOMPLETE


def test_what_admission_would_do_is_not_known_where_it_refuses_to_try() -> None:
    account = ObjectRef("ServiceAccount", NAMESPACE, "default")
    run = doctor(Cluster().account().objects, account, forbidden=[("create", "pods")])
    (note,) = run.report.notes
    assert any("is not known" in line.text for line in note.evidence)


def test_before_a_secret_is_created_one_looks_for_it_where_it_could_not_be_seen() -> None:
    cluster = Cluster().account().pod(error=NOTHING_SENT)
    forbidden: list[Any] = [("list", "secrets")]
    fixes = doctor(cluster.objects, POD, forbidden=forbidden).report.findings[0].fixes
    assert isinstance(fixes[0], Advice)
    assert "look for a pull secret that is there already" in fixes[0].note


def test_a_namespace_without_pull_secrets_is_asked_whether_it_is_there() -> None:
    server = RecordedServer([])
    observe(cast("Client", server), partial(for_list, NAMESPACE, "", False))
    assert server.asked[2:] == [f"/api/v1/namespaces/{NAMESPACE}"]


class TestWhatCannotBeRead:
    def test_is_a_pod_that_was_not_seen(self) -> None:
        cluster = Cluster().account().pod(error=NOTHING_SENT)
        cluster.objects[1]["spec"]["containers"] = "none"
        run = doctor(cluster.objects)
        assert [(part.verb, part.resource) for part in run.report.incomplete] == [("list", "pods")]
        assert run.report.exit_code(FailOn.ERROR) is ExitCode.INCOMPLETE

    def test_is_a_secret_that_is_not_missing(self) -> None:
        cluster = Cluster().account().pod(error=NOTHING_SENT, secrets=("pull",))
        cluster.secret("pull", SERVING).objects[-1]["data"] = "none"
        (finding,) = doctor(cluster.objects, POD).report.findings
        assert finding.reason is not Reason.SECRET_NOT_FOUND


def test_a_whole_namespace_costs_no_request_for_each_of_its_workloads() -> None:
    cluster = Cluster().account()
    for number in range(200):
        cluster.workload("Deployment", f"web-{number}")
    selection = Selection((), NAMESPACE, healthy=True)
    server = RecordedServer(cluster.objects)
    observe(cast("Client", server), partial(for_doctor, selection, NOW))
    assert len(server.asked) < 20


@pytest.mark.parametrize("code", [0, 401])
def test_a_server_that_is_gone_is_not_taken_for_a_refusal(code: int) -> None:
    class Gone(RecordedServer):
        def items(self, path: str, *args: Any, **kwargs: Any) -> list[Any]:
            if "secrets" in path:
                return super().items(path, *args, **kwargs)
            raise ApiError("nobody answers", code=code)

    with pytest.raises(PullSecretError, match="nobody answers"):
        observe(cast("Client", Gone([])), partial(for_list, NAMESPACE, "", True))
