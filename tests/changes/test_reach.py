"""Which pods a changed list reaches, and what `--restart` does for the others."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_pullsecret.changes.plan import Deletion, Plan, RolloutRestart
from kubectl_pullsecret.report import Attach, Restart
from tests.changes.planning import attach, ref
from tests.diagnosis.cluster import IMAGE, NAMESPACE, NOTHING_SENT, REJECTED, Cluster, entry

SERVES = {IMAGE.partition("/")[0]: entry()}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster().account().secret("pull", SERVES)


def owner(kind: str, name: str, version: str = "apps/v1") -> list[dict[str, Any]]:
    uid = f"{kind}-{NAMESPACE}-{name}"
    return [{"apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": True}]


def with_spec(cluster: Cluster, kind: str, name: str, **spec: Any) -> Cluster:
    """A workload whose selector its pods fit."""
    selector = {"matchLabels": {"app": name}}
    cluster.workload(kind, name).objects[-1]["spec"] |= {"selector": selector, **spec}
    return cluster


def stuck(cluster: Cluster, kind: str, name: str) -> Cluster:
    return cluster.pod(error=NOTHING_SENT, owner=f"{kind}/{name}", labels={"app": name})


def ends(plan: Plan) -> list[str]:
    """What is restarted or deleted, in words."""
    return [
        f"{type(step).__name__} {step.target.kind}/{step.target.name}"
        for step in plan.steps
        if isinstance(step, RolloutRestart | Deletion)
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "story"),
    [
        ("Deployment", {"replicas": 3}, "rolls out: its 3 pods are made anew, a few at a time"),
        ("Deployment", {"replicas": 1}, "rolls out: its pod is made anew"),
        ("Deployment", {}, "rolls out: its pods are made anew, a few at a time"),
        ("Deployment", {"replicas": 0}, "has no replicas: it has no pod now"),
        (
            "Deployment",
            {"replicas": 2, "strategy": {"type": "Recreate"}},
            "stops all of its 2 pods, then makes them anew",
        ),
        (
            "Deployment",
            {"paused": True},
            "is paused: no pod gets it before kubectl rollout resume deploy/web -n team",
        ),
        (
            "StatefulSet",
            {"replicas": 3, "updateStrategy": {"type": "RollingUpdate"}},
            "rolls out: its 3 pods are made anew, one at a time",
        ),
        (
            "StatefulSet",
            {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}},
            "rolls out from pod/web-2 on; the pods before it keep theirs (partition)",
        ),
        (
            "DaemonSet",
            {"updateStrategy": {"type": "OnDelete"}},
            "makes a new pod only where one is deleted (OnDelete)",
        ),
    ],
)
def test_a_template_s_change_tells_its_story(
    cluster: Cluster, kind: str, spec: dict[str, Any], story: str
) -> None:
    with_spec(cluster, kind, "web", **spec)
    plan = attach(cluster, f"{kind.lower()}/web", "pull")
    short = {"Deployment": "deploy", "DaemonSet": "ds", "StatefulSet": "sts"}[kind]
    assert plan.follows == (f"{short}/web {story}",)


def test_a_cronjob_makes_jobs_with_it_from_now_on(cluster: Cluster) -> None:
    spec = {"containers": [{"name": "app", "image": IMAGE}]}
    cluster.add("CronJob", "c", spec={"jobTemplate": {"spec": {"template": {"spec": spec}}}})
    assert attach(cluster, "cj/c", "pull").follows == (
        "cronjob/c makes Jobs with it from the next run on",
    )


class TestAnAccount:
    def test_reaches_new_pods_only(self, cluster: Cluster) -> None:
        plan = attach(cluster, "sa/default", "pull")
        assert plan.follows == ("new pods get the new list; a pod that is there keeps its own",)

    def test_lists_the_pods_that_are_stuck(self, cluster: Cluster) -> None:
        stuck(with_spec(cluster, "Deployment", "web"), "Deployment", "web")
        assert attach(cluster, "sa/default", "pull").follows[-1] == (
            "stuck until made anew: pod/demo; --restart does that"
        )

    def test_restarts_an_owner_that_rolls_out_once(self, cluster: Cluster) -> None:
        stuck(with_spec(cluster, "Deployment", "web"), "Deployment", "web")
        cluster.pod("two", error=NOTHING_SENT, owner="Deployment/web", labels={"app": "web"})
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert ends(plan) == ["RolloutRestart Deployment/web"]

    @pytest.mark.parametrize(
        ("kind", "spec"),
        [
            ("StatefulSet", {}),
            ("ReplicaSet", {}),
            ("Job", {}),
            ("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}),
            ("Deployment", {"paused": True}),
        ],
    )
    def test_deletes_the_stuck_pod_of_one_that_does_not(
        self, cluster: Cluster, kind: str, spec: dict[str, Any]
    ) -> None:
        version = "batch/v1" if kind == "Job" else "apps/v1"
        with_spec(cluster, kind, "web", **spec)
        cluster.pod(error=NOTHING_SENT, ownerReferences=owner(kind, "web", version))
        assert ends(attach(cluster, "sa/default", "pull", restart=True)) == ["Deletion Pod/demo"]

    def test_restarts_what_is_stuck_though_the_list_is_right_already(
        self, cluster: Cluster
    ) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "pull"}]
        stuck(with_spec(cluster, "Deployment", "web"), "Deployment", "web")
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert ends(plan) == ["RolloutRestart Deployment/web"]

    def test_leaves_alone_a_pod_that_runs(self, cluster: Cluster) -> None:
        with_spec(cluster, "Deployment", "web").pod(owner="Deployment/web", labels={"app": "web"})
        assert ends(attach(cluster, "sa/default", "pull", restart=True)) == []

    def test_leaves_alone_a_pod_that_has_the_list_and_fails_for_another_reason(
        self, cluster: Cluster
    ) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "pull"}]
        with_spec(cluster, "Deployment", "web")
        cluster.pod(error=REJECTED, secrets=("pull",), owner="Deployment/web")
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert (plan.steps, plan.follows) == ((), ())

    def test_leaves_alone_a_pod_that_nobody_may_make_anew(self, cluster: Cluster) -> None:
        cluster.pod(error=NOTHING_SENT, ownerReferences=owner("TaskRun", "t", "tekton.dev/v1"))
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert ends(plan) == []
        assert plan.follows[-1] == (
            "pod/demo is stuck and left alone: without it taskrun/t may make no new pod"
        )
        assert plan.fixes == (Restart(ref("pod/demo"), note="if taskrun/t makes a new one"),)

    @pytest.mark.parametrize(
        ("limit", "failed", "deleted"),
        [(None, 0, True), (1, 0, True), (1, 1, False), (0, 0, False)],
    )
    def test_ends_a_job_s_pod_only_if_the_job_survives_it(
        self, cluster: Cluster, limit: int | None, failed: int, deleted: bool
    ) -> None:
        spec = {} if limit is None else {"backoffLimit": limit}
        with_spec(cluster, "Job", "j", **spec).objects[-1]["status"] = {"failed": failed}
        cluster.pod(error=NOTHING_SENT, ownerReferences=owner("Job", "j", "batch/v1"))
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert ends(plan) == (["Deletion Pod/demo"] if deleted else [])
        left = "pod/demo is stuck and left alone: without it job/j would fail for good"
        assert (left in plan.follows) is not deleted

    def test_says_which_pods_have_a_list_of_their_own(self, cluster: Cluster) -> None:
        cluster.workload("Deployment", "web", ("mine",))
        cluster.pod(error=NOTHING_SENT, owner="Deployment/web", secrets=("mine",))
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert ends(plan) == []
        assert "pod/demo lists pull secrets of its own" in plan.follows[-1]

    def test_proposes_to_recreate_a_pod_without_owner(self, cluster: Cluster) -> None:
        cluster.pod(error=NOTHING_SENT)
        plan = attach(cluster, "sa/default", "pull", restart=True)
        assert plan.fixes == (Attach(ref("pod/demo"), ("pull",), recreate=True),)


class TestATemplate:
    @pytest.mark.parametrize(("name", "deleted"), [("web-1", False), ("web-2", True)])
    def test_of_a_statefulset_reaches_no_pod_below_its_partition(
        self, cluster: Cluster, name: str, deleted: bool
    ) -> None:
        strategy = {"rollingUpdate": {"partition": 2}}
        ordered = {"podManagementPolicy": "OrderedReady", "updateStrategy": strategy}
        with_spec(cluster, "StatefulSet", "web", **ordered)
        cluster.pod(name, error=NOTHING_SENT, owner="StatefulSet/web", labels={"app": "web"})
        plan = attach(cluster, "sts/web", "pull", restart=True)
        assert ends(plan) == ([f"Deletion Pod/{name}"] if deleted else [])

    def test_of_a_paused_deployment_reaches_no_pod_by_a_deletion(self, cluster: Cluster) -> None:
        stuck(with_spec(cluster, "Deployment", "web", paused=True), "Deployment", "web")
        plan = attach(cluster, "deploy/web", "pull", restart=True)
        assert ends(plan) == []
        assert plan.follows == (
            "deploy/web is paused: no pod gets it before kubectl rollout resume deploy/web -n team",
        )

    def test_of_a_statefulset_waits_for_its_stuck_pod(self, cluster: Cluster) -> None:
        spec = {"podManagementPolicy": "OrderedReady"}
        stuck(with_spec(cluster, "StatefulSet", "web", **spec), "StatefulSet", "web")
        plan = attach(cluster, "sts/web", "pull")
        assert plan.follows[-1] == "stuck until deleted: pod/demo; --restart does that"
        assert ends(attach(cluster, "sts/web", "pull", restart=True)) == ["Deletion Pod/demo"]

    def test_that_rolls_out_needs_no_restart(self, cluster: Cluster) -> None:
        stuck(with_spec(cluster, "Deployment", "web"), "Deployment", "web")
        assert ends(attach(cluster, "deploy/web", "pull", restart=True)) == []

    def test_of_a_cronjob_leaves_a_stuck_job_that_must_go(self, cluster: Cluster) -> None:
        spec = {"containers": [{"name": "app", "image": IMAGE}]}
        cluster.add("CronJob", "c", spec={"jobTemplate": {"spec": {"template": {"spec": spec}}}})
        above = owner("CronJob", "c", "batch/v1")
        cluster.workload("Job", "c-1", ownerReferences=above)
        below = owner("Job", "c-1", "batch/v1")
        cluster.pod(error=NOTHING_SENT, ownerReferences=below, labels={"job-name": "c-1"})
        plan = attach(cluster, "cj/c", "pull", restart=True)
        assert ends(plan) == ["Deletion Job/c-1"]
