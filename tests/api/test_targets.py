"""What can be looked at, as kubectl's users write it, and what is said where nothing is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, path
from tests.api.objects import (
    REGISTRY,
    fail_to_pull,
    failing_pod,
    job_spec,
    pod,
    pull_secret,
    workload,
)
from tests.cli.outside import Outcome, invoke

Run = Callable[..., Outcome]


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin whose current namespace is the fresh one."""

    def run(*args: str) -> Outcome:
        now = datetime.now(timezone.utc)
        return invoke(*args, "--kubeconfig", str(kubeconfig), now=now)

    return run


def document(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code in (ExitCode.FINE, ExitCode.FINDINGS), outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def found(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [
        (item["severity"], item["reason"], f"{item['subject']['kind']}/{item['subject']['name']}")
        for item in document(outcome)["items"]
    ]


def cron_job(name: str, *secrets: str) -> Json:
    spec = {"schedule": "@yearly", "jobTemplate": {"spec": job_spec(name, *secrets)}}
    return {"kind": "CronJob", "metadata": {"name": name}, "spec": spec}


def job(name: str, *secrets: str) -> Json:
    return {"kind": "Job", "metadata": {"name": name}, "spec": job_spec(name, *secrets)}


WORKLOADS = {
    "deploy": workload("Deployment", "web", "pull"),
    "sts": workload("StatefulSet", "web", "pull"),
    "ds": workload("DaemonSet", "web", "pull"),
    "rs": workload("ReplicaSet", "web", "pull"),
    "rc": workload("ReplicationController", "web", "pull"),
    "job": job("web", "pull"),
    "cronjob": cron_job("web", "pull"),
}


class TestPods:
    @pytest.mark.parametrize(
        "words",
        [
            ("pod/demo",),
            ("po/demo",),
            ("pods/demo",),
            ("pod", "demo"),
            ("po", "demo"),
            (),
        ],
        ids=" ".join,
    )
    def test_a_failing_pod_is_found(
        self, run: Run, api: AdminApi, namespace: str, words: tuple[str, ...]
    ) -> None:
        failing_pod(api, namespace, "demo")
        assert found(run("doctor", *words, "-o", "json")) == [("error", "NoCredential", "Pod/demo")]

    def test_several_are_judged_together(self, run: Run, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "a")
        failing_pod(api, namespace, "b", "nosuch")
        failing_pod(api, namespace, "c")
        outcome = run("doctor", "pod", "a", "b", "-o", "json")
        assert sorted(found(outcome)) == [
            ("error", "NoCredential", "Pod/a"),
            ("error", "SecretNotFound", "Pod/b"),
        ]

    def test_a_namespace_is_a_target(self, run: Run, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "demo")
        outcome = run("doctor", f"ns/{namespace}", "-n", "kube-system", "-o", "json")
        assert found(outcome) == [("error", "NoCredential", "Pod/demo")]

    def test_all_namespaces_have_it_too(self, run: Run, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "demo")
        outcome = run("doctor", "-A", "-n", "ignored", "-o", "json")
        ours = [
            item["subject"]["name"]
            for item in document(outcome)["items"]
            if item["subject"]["namespace"] == namespace
        ]
        assert ours == ["demo"]

    def test_another_namespace_s_are_not_looked_at(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        failing_pod(api, namespace, "demo")
        outcome = run("doctor", "-n", "kube-public", "-o", "json")
        assert found(outcome) == []

    def test_pods_that_run_are_counted(self, run: Run, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "demo")
        api.create(pod("fine"), namespace)
        status = {"phase": "Running", "containerStatuses": []}
        api.patch(path("Pod", namespace, "fine", "status"), {"status": status})
        summary = document(run("doctor", "-o", "json"))["summary"]
        assert (summary["pods"], summary["failing"]) == (2, 1)

    def test_a_static_pod_s_mirror_is_its_own_owner(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        """Its events carry the uid of the manifest; it has neither secrets nor an account."""
        node = {"apiVersion": "v1", "kind": "Node", "name": "node1", "uid": "1", "controller": True}
        mirror = pod("proxy-node1", owner=node)
        mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "0a1b"}
        mirror["spec"].pop("serviceAccountName")
        api.create(mirror, namespace)
        fail_to_pull(api, namespace, "proxy-node1", uid="0a1b")
        assert found(run("doctor", "-o", "json")) == [("error", "NoCredential", "Pod/proxy-node1")]

    def test_what_no_secret_can_be_called_is_missing_for_sure(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        """The server takes any text in a list of pull secrets, and refuses to be asked for it."""
        failing_pod(api, namespace, "demo", "Bad_Name/../x")
        outcome = run("doctor", "pod/demo", "-o", "json")
        assert found(outcome) == [("error", "SecretNotFound", "Pod/demo")]
        assert document(outcome)["incomplete"] == []

    def test_a_secret_that_is_listed_twice_is_told_once(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", "elsewhere.test"), namespace)
        failing_pod(api, namespace, "demo", "pull", "pull")
        (item,) = document(run("doctor", "pod/demo", "-o", "json"))["items"]
        assert len([line for line in item["evidence"] if line["about"] == "listed"]) == 1

    def test_an_owner_of_an_unknown_kind_is_the_subject(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        """No request can ask for it: nobody knows the plural of its kind."""
        rollout = {"kind": "Rollout", "apiVersion": "argoproj.io/v1alpha1"}
        failing_pod(api, namespace, "x", owner={**rollout, "metadata": {"name": "w", "uid": "1"}})
        outcome = run("doctor", "pod/x", "-o", "json")
        assert found(outcome) == [("error", "NoCredential", "Rollout/w")]
        assert document(outcome)["incomplete"] == []


class TestWorkloads:
    @pytest.mark.parametrize("short", WORKLOADS)
    def test_one_that_has_no_pod_is_judged_by_its_template(
        self, run: Run, api: AdminApi, namespace: str, short: str
    ) -> None:
        made = api.create(WORKLOADS[short], namespace)
        outcome = run("doctor", f"{short}/web", "-o", "json")
        assert found(outcome) == [("warning", "SecretNotFound", f"{made['kind']}/web")]

    @pytest.mark.parametrize("short", ["sts", "ds", "rs", "rc", "job"])
    def test_its_pods_are_found_by_its_selector(
        self, run: Run, api: AdminApi, namespace: str, short: str
    ) -> None:
        made = api.create(WORKLOADS[short], namespace)
        labels = made["spec"]["template"]["metadata"]["labels"]
        failing_pod(api, namespace, "web-0", "pull", owner=made, labels=labels)
        failing_pod(api, namespace, "stranger", "pull", labels=labels)
        outcome = run("doctor", f"{short}/web", "-o", "json")
        assert found(outcome) == [("error", "SecretNotFound", f"{made['kind']}/web")]
        (item,) = document(outcome)["items"]
        assert item["pods"]["names"] == ["web-0"]

    def test_healthy_shows_what_may_fail_in_a_namespace(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        for made in WORKLOADS.values():
            api.create(made, namespace)
        assert found(run("doctor", "-o", "json")) == []
        outcome = run("doctor", "--healthy", "-o", "json")
        assert {kind.partition("/")[0] for _, _, kind in found(outcome)} == {
            made["kind"] for made in WORKLOADS.values()
        }


class TestAccounts:
    def test_the_list_of_a_new_pod_in_its_order(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        for name in ("b", "a"):
            api.create(pull_secret(name, REGISTRY), namespace)
        listed = [{"name": "b"}, {"name": "a"}]
        api.patch(path("ServiceAccount", namespace, "default"), {"imagePullSecrets": listed})
        out = run("doctor", "sa/default").out
        assert out.index("secret/b") < out.index("secret/a")

    def test_a_listed_secret_that_is_not_there(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        listed = [{"name": "nosuch"}]
        api.patch(path("ServiceAccount", namespace, "default"), {"imagePullSecrets": listed})
        outcome = run("doctor", "sa/default", "-o", "json")
        assert found(outcome) == [("warning", "SecretNotFound", "ServiceAccount/default")]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("pod/nosuch",), 'pods "nosuch" not found in namespace "{}"', id="pod"),
        pytest.param(
            ("deploy/nosuch",), 'deployments.apps "nosuch" not found in namespace "{}"', id="deploy"
        ),
        pytest.param(
            ("sa/nosuch",), 'serviceaccounts "nosuch" not found in namespace "{}"', id="sa"
        ),
        pytest.param(("ns/nosuch",), 'namespaces "nosuch" not found', id="ns"),
        pytest.param(("-n", "nosuch"), 'namespaces "nosuch" not found', id="-n"),
        pytest.param(
            ("pod/x", "-n", "nosuch"), 'pods "x" not found in namespace "nosuch"', id="pod in -n"
        ),
        pytest.param(("pod/a", "pod/b"), "pod/a was not found in namespace {}", id="both of two"),
    ],
)
def test_what_is_not_there_is_one_sentence(
    run: Run, namespace: str, args: tuple[str, ...], message: str
) -> None:
    outcome = run("doctor", *args)
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert message.format(namespace) in line


def test_the_context_s_namespace_is_named_in_the_fix(
    run: Run, api: AdminApi, namespace: str
) -> None:
    """The command must not depend on a context that may change."""
    failing_pod(api, namespace, "demo")
    assert f" -n {namespace} " in run("doctor", "pod/demo").out


class TestAnEmptyNamespace:
    def test_has_no_findings(self, run: Run) -> None:
        outcome = run("doctor", "-o", "json")
        assert (outcome.code, document(outcome)["items"]) == (ExitCode.FINE, [])

    def test_lists_nothing_and_says_so(self, run: Run, namespace: str) -> None:
        outcome = run("list")
        assert (outcome.code, outcome.out) == (ExitCode.FINE, "")
        assert outcome.err == f"warning: no pull secret in namespace {namespace}\n"

    def test_has_nothing_to_inspect(self, run: Run, namespace: str) -> None:
        outcome = run("inspect")
        assert outcome.code is ExitCode.FAILED
        assert outcome.err == f"error: no pull secret in namespace {namespace}\n"

    def test_has_no_secret_with_a_slash_in_its_name(self, run: Run) -> None:
        """Behind the slash would stand another resource."""
        assert run("inspect", "pull/status").code is ExitCode.USAGE

    def test_has_no_credential_for_an_image(self, run: Run, namespace: str) -> None:
        """It was seen whole: this is an answer, and nothing is incomplete."""
        outcome = run("match", f"{REGISTRY}/team/app:v1", "-n", namespace)
        assert (outcome.code, outcome.err) == (ExitCode.FINDINGS, "")
        assert "among what was seen" not in outcome.out


def test_a_namespace_that_is_being_deleted_is_judged_as_long_as_it_is_there(
    run: Run, api: AdminApi, namespace: str
) -> None:
    failing_pod(api, namespace, "demo")
    api.delete(path("Namespace", "", namespace))  # its controller does not run: nothing is removed
    assert found(run("doctor", "-o", "json")) == [("error", "NoCredential", "Pod/demo")]
    assert run("doctor", "sa/default").code is ExitCode.FINE


def test_a_pod_that_is_being_deleted_is_no_finding_of_its_namespace(
    run: Run, api: AdminApi, namespace: str
) -> None:
    failing_pod(api, namespace, "demo")
    where = path("Pod", namespace, "demo")
    api.patch(where, {"metadata": {"finalizers": ["pullsecret.test/held"]}})
    api.delete(where)
    try:
        outcome = run("doctor", "pod/demo")
        assert "the pod is being deleted" in outcome.out
    finally:
        api.patch(where, {"metadata": {"finalizers": None}})
