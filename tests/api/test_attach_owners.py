"""Whose list `attach` changes where kube-controller-manager owns the pods, and what it restarts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, names, path
from tests.api.attaching import Run, done, listed, names_in, runner
from tests.api.objects import (
    REGISTRY,
    failing_pod,
    job_spec,
    owned_by,
    pull_secret,
    workload,
)
from tests.api.one_sentence import is_one_sentence
from tests.api.test_owners import fail_on_a_node, made_pods
from tests.diagnosis.cluster import IMAGE
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("controllers")


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


@pytest.fixture(autouse=True)
def secret(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("pull", REGISTRY), namespace)


@pytest.fixture
def node(api: AdminApi) -> Iterator[None]:
    """A ready one, for the pods of a DaemonSet."""
    where = path("Node", "", "node1")
    api.create({"kind": "Node", "metadata": {"name": "node1"}})
    api.patch(where, {"spec": {"taints": None}})
    yield
    api.delete(where)


Stuck = Callable[[str], str]


@pytest.fixture
def stuck(api: AdminApi, namespace: str) -> Stuck:
    """Makes a workload of a kind whose only pod cannot pull its image; the pod's name."""

    def stuck(kind: str) -> str:
        api.create(workload(kind, "web"), namespace)
        (pod,) = made_pods(api, namespace)
        fail_on_a_node(api, namespace, pod)
        return pod

    return stuck


def uid(api: AdminApi, kind: str, namespace: str, name: str) -> str:
    where = path(kind, namespace, name)
    found: str = api.get(where)["metadata"]["uid"] if api.answers(where) else ""
    return found


def confirm_end(api: AdminApi, namespace: str, name: str) -> None:
    """As the pod's kubelet would."""
    where = path("Pod", namespace, name)
    eventually(lambda: "deletionTimestamp" in api.get(where)["metadata"])
    api.delete(where)


def lists_of_pods(api: AdminApi, namespace: str) -> list[list[str]]:
    """The pull secrets of each pod that stays."""
    pods = api.get(path("Pod", namespace))["items"]
    there = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    return [names_in({"kind": "Pod", **pod}) for pod in there]


class TestAPodOfADeployment:
    def test_leads_to_the_deployment(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck
    ) -> None:
        pod = stuck("Deployment")
        out = done(run("attach", f"pod/{pod}", "pull"))
        assert f"deploy/web in {namespace}: attached pull" in out.replace(
            "deployment.apps", "deploy"
        )
        assert f"pod/{pod} cannot be changed itself: deploy/web makes its pods" in unwrapped(out)
        assert "deploy/web rolls out" in unwrapped(out)
        assert listed(api, "Deployment", namespace, "web") == ["pull"]
        eventually(lambda: ["pull"] in lists_of_pods(api, namespace))

    def test_and_so_does_its_replicaset(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck
    ) -> None:
        stuck("Deployment")
        (replica_set,) = names(api.get(path("ReplicaSet", namespace))["items"])
        out = done(run("attach", f"rs/{replica_set}", "pull"))
        assert f"rs/{replica_set} is made by deploy/web, so that one is changed" in unwrapped(out)
        assert listed(api, "Deployment", namespace, "web") == ["pull"]

    @pytest.mark.parametrize(
        ("manager", "metadata"),
        [
            ("Helm", {"labels": {"app.kubernetes.io/managed-by": "Helm"}}),
            ("Argo CD", {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/web"}}),
        ],
    )
    def test_that_somebody_manages_is_left_to_him(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck, manager: str, metadata: Json
    ) -> None:
        pod = stuck("Deployment")
        api.patch(path("Deployment", namespace, "web"), {"metadata": metadata})
        outcome = run("attach", f"pod/{pod}", "pull")
        assert is_one_sentence(outcome), outcome.err
        assert outcome.err.startswith(f"error: {manager} manages deploy/web and would undo")
        proposed = f"kubectl pullsecret attach sa/default pull -n {namespace} --restart"
        assert proposed in outcome.err
        done(run(*proposed.split()[2:]))
        assert listed(api, "Deployment", namespace, "web") == []
        assert listed(api, "ServiceAccount", namespace, "default") == ["pull"]
        eventually(lambda: ["pull"] in lists_of_pods(api, namespace))


def unwrapped(out: str) -> str:
    """The lines of a text as one."""
    return " ".join(out.split())


class TestRestartBehindAnAccount:
    def test_is_a_rollout_of_a_deployment(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck
    ) -> None:
        stuck("Deployment")
        done(run("attach", "sa/default", "pull", "--restart"))
        template = api.get(path("Deployment", namespace, "web"))["spec"]["template"]
        assert "kubectl.kubernetes.io/restartedAt" in template["metadata"]["annotations"]
        eventually(lambda: ["pull"] in lists_of_pods(api, namespace))

    def test_without_it_the_stuck_pod_is_named(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck
    ) -> None:
        pod = stuck("Deployment")
        out = unwrapped(done(run("attach", "sa/default", "pull")))
        assert f"stuck until made anew: pod/{pod}; --restart does that" in out
        assert lists_of_pods(api, namespace) == [[]]

    def test_later_also_where_the_account_has_it_already(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck
    ) -> None:
        stuck("Deployment")
        done(run("attach", "sa/default", "pull"))
        done(run("attach", "sa/default", "pull", "--restart"))
        eventually(lambda: ["pull"] in lists_of_pods(api, namespace))

    @pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "ReplicaSet"])
    @pytest.mark.usefixtures("node")
    def test_makes_stuck_pods_anew(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck, kind: str
    ) -> None:
        pod = stuck(kind)
        done(run("attach", "sa/default", "pull", "--restart"))
        confirm_end(api, namespace, pod)
        eventually(lambda: lists_of_pods(api, namespace) == [["pull"]])

    def test_makes_a_job_s_pod_anew(self, run: Run, api: AdminApi, namespace: str) -> None:
        api.create(
            {"kind": "Job", "metadata": {"name": "once"}, "spec": job_spec("once")}, namespace
        )
        (pod,) = made_pods(api, namespace)
        fail_on_a_node(api, namespace, pod)
        done(run("attach", "sa/default", "pull", "--restart"))
        confirm_end(api, namespace, pod)
        eventually(lambda: ["pull"] in lists_of_pods(api, namespace))


class TestAStatefulSet:
    def test_waits_for_its_stuck_pod_which_restart_deletes(
        self, run: Run, api: AdminApi, namespace: str, stuck: Stuck
    ) -> None:
        pod = stuck("StatefulSet")
        before = uid(api, "Pod", namespace, pod)
        out = unwrapped(done(run("attach", "sts/web", "pull")))
        assert f"stuck until deleted: pod/{pod}; --restart does that" in out
        assert uid(api, "Pod", namespace, pod) == before
        done(run("attach", "sts/web", "pull", "--restart"))
        confirm_end(api, namespace, pod)
        eventually(lambda: uid(api, "Pod", namespace, pod) not in (before, ""))
        assert lists_of_pods(api, namespace) == [["pull"]]


class TestACronJob:
    @pytest.fixture
    def nightly(self, api: AdminApi, namespace: str) -> str:
        """Its pod, which cannot pull its image."""
        spec = {"schedule": "@yearly", "jobTemplate": {"spec": job_spec("nightly")}}
        made = {"kind": "CronJob", "metadata": {"name": "nightly"}, "spec": spec}
        owned = {"name": "nightly-1", "ownerReferences": [owned_by(api.create(made, namespace))]}
        api.create({"kind": "Job", "metadata": owned, "spec": job_spec("nightly")}, namespace)
        (pod,) = made_pods(api, namespace)
        fail_on_a_node(api, namespace, pod)
        return pod

    @pytest.mark.parametrize("target", ["cronjob/nightly", "job/nightly-1", "pod"])
    def test_is_what_changes(
        self, run: Run, api: AdminApi, namespace: str, nightly: str, target: str
    ) -> None:
        target = f"pod/{nightly}" if target == "pod" else target
        out = unwrapped(done(run("attach", target, "pull")))
        assert listed(api, "CronJob", namespace, "nightly") == ["pull"]
        assert f"stuck until deleted with their Job: pod/{nightly}; --restart does that" in out

    @pytest.mark.usefixtures("nightly")
    def test_and_restart_deletes_its_stuck_job(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        done(run("attach", "cronjob/nightly", "pull", "--restart"))
        eventually(lambda: not api.answers(path("Job", namespace, "nightly-1")))
        assert listed(api, "CronJob", namespace, "nightly") == ["pull"]


class TestAJob:
    def test_is_refused_with_a_manifest_that_can_be_created(
        self, run: Run, api: AdminApi, namespace: str, kubeconfig: Path, kubectl: Path
    ) -> None:
        once = {"kind": "Job", "metadata": {"name": "once"}, "spec": job_spec("once", "old")}
        api.create(once, namespace)
        made_pods(api, namespace)
        outcome = run("attach", "job/once", "pull")
        assert outcome.code is ExitCode.FAILED
        assert outcome.err.startswith("error: job/once: a Job's template cannot be changed")
        flags = ("--kubeconfig", str(kubeconfig), "-n", namespace)
        subprocess.run(
            (kubectl, "delete", "job", "once", "--wait=false", "--cascade=orphan", *flags),
            check=True,
            timeout=30,
        )
        eventually(lambda: not api.answers(path("Job", namespace, "once")))
        created = subprocess.run(
            (kubectl, "create", "-f", "-", *flags),
            input=outcome.out.encode(),
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert created.stdout == b"job.batch/once created\n", created.stderr
        assert listed(api, "Job", namespace, "once") == ["old", "pull"]


class TestABarePod:
    def test_needs_a_recreation(self, run: Run, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "demo", "old")
        outcome = run("attach", "pod/demo", "pull")
        assert is_one_sentence(outcome), outcome.err
        assert f"kubectl pullsecret attach pod/demo pull -n {namespace} --recreate" in outcome.err
        assert listed(api, "Pod", namespace, "demo") == ["old"]

    def test_of_its_node_is_refused_in_any_case(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        container = {"name": "app", "image": IMAGE}
        spec = {"containers": [container], "nodeName": "node1", "enableServiceLinks": False}
        metadata = {"name": "demo", "annotations": {"kubernetes.io/config.mirror": "1"}}
        api.create({"kind": "Pod", "metadata": metadata, "spec": spec}, namespace)
        outcome = run("attach", "pod/demo", "pull", "--recreate", "--force")
        assert is_one_sentence(outcome), outcome.err
        assert "pod/demo is a static pod" in outcome.err
