"""Pods with owners that kube-controller-manager made, and pods that it could not make."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, names, path
from tests.api.objects import (
    REGISTRY,
    fail_to_pull,
    job_spec,
    owned_by,
    pull_secret,
    workload,
)
from tests.cli.outside import invoke
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("controllers")

Doctor = Callable[..., list[Json]]


@pytest.fixture
def doctor(kubeconfig: Path) -> Doctor:
    """The findings of `doctor`."""

    def doctor(*args: str) -> list[Json]:
        now = datetime.now(timezone.utc)
        outcome = invoke("doctor", *args, "-o", "json", "--kubeconfig", str(kubeconfig), now=now)
        assert outcome.code in (ExitCode.FINE, ExitCode.FINDINGS), outcome.err
        document: dict[str, Any] = json.loads(outcome.out)
        assert document["incomplete"] == []
        items: list[Json] = document["items"]
        return items

    return doctor


def subject(item: Json) -> str:
    return f"{item['subject']['kind']}/{item['subject']['name']}"


def made_pods(api: AdminApi, namespace: str, count: int = 1) -> list[str]:
    """The names of the pods, when so many were made."""
    pods = path("Pod", namespace)
    eventually(lambda: len(api.get(pods)["items"]) == count)
    return names(api.get(pods)["items"])


def fail_on_a_node(api: AdminApi, namespace: str, name: str) -> None:
    """Lets a node take the pod on and fail to pull its image."""
    target = {"apiVersion": "v1", "kind": "Node", "name": "node1"}
    binding = {"kind": "Binding", "metadata": {"name": name}, "target": target}
    api.request("POST", path("Pod", namespace, name, "binding"), binding)
    fail_to_pull(api, namespace, name)


def failed_to_create(api: AdminApi, namespace: str) -> bool:
    return any(
        one["reason"] == "FailedCreate" for one in api.get(path("Event", namespace))["items"]
    )


class TestADeployment:
    @pytest.mark.parametrize("target", ["", "deploy/web", "pod"])
    def test_is_the_subject_of_its_pods_failures(
        self, doctor: Doctor, api: AdminApi, namespace: str, target: str
    ) -> None:
        api.create(workload("Deployment", "web"), namespace)
        (pod,) = made_pods(api, namespace)
        fail_on_a_node(api, namespace, pod)
        (item,) = doctor(*filter(None, [f"pod/{pod}" if target == "pod" else target]))
        assert (item["reason"], subject(item)) == ("NoCredential", "Deployment/web")

    def test_with_many_replicas_is_one_finding(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        web = workload("Deployment", "web")
        web["spec"]["replicas"] = 5
        api.create(web, namespace)
        for pod in made_pods(api, namespace, 5):
            fail_on_a_node(api, namespace, pod)
        (item,) = doctor()
        assert item["pods"]["count"] == 5

    def test_that_was_rolled_out_again_is_judged_by_its_new_pod(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        """The old pod's events are still there; they are nobody's."""
        api.create(workload("Deployment", "web"), namespace)
        (old,) = made_pods(api, namespace)
        fail_on_a_node(api, namespace, old)
        template = {"metadata": {"annotations": {"again": "1"}}}
        where = path("Deployment", namespace, "web")
        strategy = {"type": "Recreate", "rollingUpdate": None}
        api.patch(where, {"spec": {"template": template, "strategy": strategy}})
        where = path("Pod", namespace, old)
        eventually(lambda: "deletionTimestamp" in api.get(where)["metadata"])
        api.delete(where)  # as its kubelet would confirm
        assert made_pods(api, namespace) != [old]
        assert doctor("deploy/web") == []


class TestAPodThatCouldNotBeMade:
    @pytest.mark.parametrize("args", [(), ("deploy/web",)], ids=["namespace", "target"])
    def test_for_want_of_its_account(
        self, doctor: Doctor, api: AdminApi, namespace: str, args: tuple[str, ...]
    ) -> None:
        api.create(workload("Deployment", "web", account="nosuch"), namespace)
        eventually(lambda: failed_to_create(api, namespace))
        item = next(one for one in doctor(*args) if one["severity"] == "error")
        assert (item["reason"], subject(item)) == ("PodNotCreated", "Deployment/web")
        assert any('serviceaccount "nosuch" not found' in it["text"] for it in item["evidence"])

    def test_for_want_of_quota(self, doctor: Doctor, api: AdminApi, namespace: str) -> None:
        quotas = f"/api/v1/namespaces/{namespace}/resourcequotas"
        hard = {"hard": {"pods": "0"}}
        quota = {"kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": hard}
        api.request("POST", quotas, quota)
        # as the controller of quotas would, which does not run
        api.patch(f"{quotas}/none/status", {"status": {**hard, "used": {"pods": "0"}}})
        api.create(workload("StatefulSet", "db"), namespace)
        eventually(lambda: failed_to_create(api, namespace))
        (item,) = doctor()
        assert (item["reason"], subject(item)) == ("PodNotCreated", "StatefulSet/db")
        assert any("exceeded quota: none" in it["text"] for it in item["evidence"])

    def test_is_no_finding_once_it_is_made(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        api.create(workload("Deployment", "web", account="late"), namespace)
        eventually(lambda: failed_to_create(api, namespace))
        api.create({"kind": "ServiceAccount", "metadata": {"name": "late"}}, namespace)
        made_pods(api, namespace)
        condition = path("Deployment", namespace, "web")
        eventually(lambda: "ReplicaFailure" not in json.dumps(api.get(condition)))
        assert doctor() == []


class TestACronJob:
    @pytest.fixture
    def pod(self, api: AdminApi, namespace: str) -> str:
        """The pod of one of its jobs."""
        spec = {"schedule": "@yearly", "jobTemplate": {"spec": job_spec("nightly")}}
        nightly = {"kind": "CronJob", "metadata": {"name": "nightly"}, "spec": spec}
        owned = {"name": "nightly-1", "ownerReferences": [owned_by(api.create(nightly, namespace))]}
        api.create({"kind": "Job", "metadata": owned, "spec": job_spec("nightly")}, namespace)
        (pod,) = made_pods(api, namespace)
        fail_on_a_node(api, namespace, pod)
        return pod

    @pytest.mark.parametrize("target", ["", "cronjob/nightly", "pod"])
    def test_is_the_subject_of_its_jobs_pods(self, doctor: Doctor, pod: str, target: str) -> None:
        (item,) = doctor(*filter(None, [f"pod/{pod}" if target == "pod" else target]))
        assert (item["reason"], subject(item)) == ("NoCredential", "CronJob/nightly")
        assert item["pods"]["names"] == [pod]


def test_a_statefulset_s_first_pod_stops_it(doctor: Doctor, api: AdminApi, namespace: str) -> None:
    db = workload("StatefulSet", "db", "nosuch")
    db["spec"]["replicas"] = 3
    api.create(db, namespace)
    (pod,) = made_pods(api, namespace)
    fail_on_a_node(api, namespace, pod)
    (item,) = doctor("sts/db")
    assert (item["reason"], subject(item)) == ("SecretNotFound", "StatefulSet/db")
    assert item["pods"]["names"] == ["db-0"]


def test_an_account_s_secrets_reach_the_template_s_new_pods(
    doctor: Doctor, api: AdminApi, namespace: str
) -> None:
    """The account was changed after the pod: the finding says so, and a new pod has it."""
    api.create(workload("Deployment", "web"), namespace)
    (pod,) = made_pods(api, namespace)
    api.create(pull_secret("pull", REGISTRY), namespace)
    listed = {"imagePullSecrets": [{"name": "pull"}]}
    api.patch(path("ServiceAccount", namespace, "default"), listed)
    fail_on_a_node(api, namespace, pod)
    (item,) = doctor("deploy/web")
    assert item["reason"] == "ServiceAccountChangedAfterPod"
    (fix,) = item["fixes"]
    assert fix["kind"].lower() == "restart"
