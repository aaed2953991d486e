"""Real owners, made by kube-controller-manager."""

from __future__ import annotations

import pytest

from tests.api.admin_api import AdminApi, Json, path
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("controllers")


def template(labels: Json) -> Json:
    container = {"name": "app", "image": "registry.test:5000/team/app:v1"}
    return {"metadata": {"labels": labels}, "spec": {"containers": [container]}}


def deployment(name: str) -> Json:
    labels = {"app": name}
    spec = {"selector": {"matchLabels": labels}, "template": template(labels)}
    return {"kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def test_a_deployment_gets_a_pod_with_its_owners(api: AdminApi, namespace: str) -> None:
    api.create(deployment("demo"), namespace)
    pods = path("Pod", namespace)
    eventually(lambda: bool(api.get(pods)["items"]))

    (pod,) = api.get(pods)["items"]
    (owner,) = pod["metadata"]["ownerReferences"]
    replica_set = api.get(path("ReplicaSet", namespace, owner["name"]))
    assert owner["uid"] == replica_set["metadata"]["uid"]
    assert replica_set["metadata"]["ownerReferences"][0]["name"] == "demo"


def test_a_deleted_pod_is_made_again(api: AdminApi, namespace: str) -> None:
    api.create(deployment("demo"), namespace)
    pods = path("Pod", namespace)
    eventually(lambda: bool(api.get(pods)["items"]))
    (old,) = api.get(pods)["items"]
    api.delete(path("Pod", namespace, old["metadata"]["name"]))
    eventually(
        lambda: any(
            pod["metadata"]["name"] != old["metadata"]["name"] for pod in api.get(pods)["items"]
        )
    )


def test_a_template_that_names_no_account_uses_the_one_of_its_namespace(
    api: AdminApi, namespace: str
) -> None:
    account = path("ServiceAccount", namespace, "default")
    api.patch(account, {"imagePullSecrets": [{"name": "pull"}]})
    api.create(deployment("demo"), namespace)
    pods = path("Pod", namespace)
    eventually(lambda: bool(api.get(pods)["items"]))
    (pod,) = api.get(pods)["items"]
    assert pod["spec"]["imagePullSecrets"] == [{"name": "pull"}]
