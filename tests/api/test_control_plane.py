"""The real API server of the tests does what the tests of the live commands rely on."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.api.access import may
from tests.api.admin_api import AdminApi, Json, RefusedError, names, path
from tests.api.audit import AuditedRequest
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane

PULL = {".dockerconfigjson": "e30="}


def run(kubectl: Path, kubeconfig: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [kubectl, f"--kubeconfig={kubeconfig}", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def secret(name: str) -> Json:
    return {
        "kind": "Secret",
        "metadata": {"name": name},
        "type": "kubernetes.io/dockerconfigjson",
        "data": PULL,
    }


def pod(name: str) -> Json:
    container = {"name": "app", "image": "registry.test:5000/team/app:v1"}
    return {"kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [container]}}


def test_kubectl_and_the_server_have_the_version_that_the_tests_are_about(
    kubectl: Path, kubeconfig: Path
) -> None:
    told = json.loads(run(kubectl, kubeconfig, "version", "-o", "json").stdout)
    versions = {told[side]["gitVersion"] for side in ("clientVersion", "serverVersion")}
    assert versions == {"v1.34.4"}


def test_the_admin_kubeconfig_names_the_fresh_namespace(
    kubectl: Path, kubeconfig: Path, api: AdminApi, namespace: str
) -> None:
    api.create(secret("pull"), namespace)
    assert run(kubectl, kubeconfig, "get", "secrets", "-o", "name").stdout == "secret/pull\n"


def test_a_pod_gets_the_pull_secrets_of_its_account(api: AdminApi, namespace: str) -> None:
    account = path("ServiceAccount", namespace, "default")
    api.patch(account, {"imagePullSecrets": [{"name": "pull"}]})
    assert api.create(pod("demo"), namespace)["spec"]["imagePullSecrets"] == [{"name": "pull"}]


def test_a_user_may_do_what_was_granted_and_nothing_else(
    kubectl: Path, as_user: AsUser, api: AdminApi, namespace: str
) -> None:
    api.create(secret("pull"), namespace)
    api.create(secret("other"), namespace)
    dev = as_user("dev", [may("get", "secrets", "pull")], cluster=[may("list", "deployments.apps")])

    assert run(kubectl, dev, "get", "secret", "pull", "-o", "name").stdout == "secret/pull\n"
    assert run(kubectl, dev, "get", "deployments", "-A").returncode == 0
    assert 'User "dev" cannot get' in run(kubectl, dev, "get", "secret", "other").stderr
    assert 'User "dev" cannot list' in run(kubectl, dev, "get", "secrets").stderr


def test_the_requests_that_arrived_can_be_counted(
    control_plane: ControlPlane, kubectl: Path, as_user: AsUser, api: AdminApi, namespace: str
) -> None:
    dev = as_user("dev", [may("list", "pods")])
    mark = control_plane.mark()
    run(kubectl, dev, "get", "--raw", f"/api/v1/namespaces/{namespace}/pods?limit=5")
    run(kubectl, dev, "get", "--raw", f"/api/v1/namespaces/{namespace}/secrets", "--as=boss")
    api.get(path("Pod", namespace))  # the test's own

    pods, secrets = control_plane.requests_since(mark)
    where = f"/api/v1/namespaces/{namespace}"
    assert pods == AuditedRequest("list", f"{where}/pods?limit=5", "dev", 200, "", pods.agent)
    assert pods.agent.startswith("kubectl/v1.34.4 ")
    assert (secrets.verb, secrets.user, secrets.code) == ("list", "dev", 403)
    assert control_plane.requests_since(control_plane.mark()) == []


def test_namespaces_are_gone_with_what_was_in_them(api: AdminApi) -> None:
    api.create({"kind": "Namespace", "metadata": {"name": "short"}})
    api.create({"kind": "ServiceAccount", "metadata": {"name": "default"}}, "short")
    bound = pod("demo")
    bound["spec"]["nodeName"] = "node1"
    api.create(bound, "short")
    api.create(secret("pull"), "short")
    api.remove_namespace("short")

    assert "short" not in names(api.get(path("Namespace"))["items"])
    assert api.get(path("Pod", "short"))["items"] == []
    assert api.get(path("Secret", "short"))["items"] == []


def test_a_killed_server_refuses_connections_and_comes_back_with_its_data(
    control_plane: ControlPlane, kubectl: Path, kubeconfig: Path, api: AdminApi, namespace: str
) -> None:
    api.create(secret("pull"), namespace)
    control_plane.stop_api_server()
    try:
        refused = run(kubectl, kubeconfig, "get", "secrets")
    finally:
        control_plane.start_api_server()

    assert "was refused" in refused.stderr
    assert run(kubectl, kubeconfig, "get", "secrets", "-o", "name").stdout == "secret/pull\n"


def test_a_silent_server_takes_a_request_and_does_not_answer(
    control_plane: ControlPlane, kubectl: Path, kubeconfig: Path
) -> None:
    with control_plane.silent_api_server():
        started = time.monotonic()
        run_out = run(kubectl, kubeconfig, "get", "--raw", "/version", "--request-timeout=1s")
        waited = time.monotonic() - started
    assert run_out.returncode == 1
    assert waited >= 1
    assert run(kubectl, kubeconfig, "get", "--raw", "/version").returncode == 0


def test_continue_tokens_expire_when_etcd_forgets(
    control_plane: ControlPlane, api: AdminApi, namespace: str
) -> None:
    for name in ("a", "b", "c"):
        api.create(secret(name), namespace)
    secrets = path("Secret", namespace)
    token = api.get(f"{secrets}?limit=1")["metadata"]["continue"]
    following = f"{secrets}?limit=1&continue={token}"
    assert names(api.get(following)["items"]) == ["b"]

    api.create(secret("d"), namespace)
    control_plane.compact_etcd()
    with pytest.raises(RefusedError) as refused:
        api.get(following)
    assert (refused.value.code, refused.value.reason) == (410, "Expired")


def test_objects_stored_below_the_server_are_read_through_it(
    control_plane: ControlPlane, api: AdminApi, namespace: str
) -> None:
    own = {"namespace": namespace, "creationTimestamp": "2026-11-21T06:00:00Z"}
    control_plane.etcd.store(
        {**secret(f"s{number}"), "apiVersion": "v1", "metadata": {"name": f"s{number}", **own}}
        for number in range(200)
    )
    stored = api.get(path("Secret", namespace))["items"]
    assert sorted(names(stored)) == sorted(f"s{number}" for number in range(200))
    assert {item["metadata"]["creationTimestamp"] for item in stored} == {own["creationTimestamp"]}
