"""Scenarios in which somebody owns the pod, or the image is not that of its one container."""

from __future__ import annotations

from kubectl_pullsecret.report import Reason
from tests.api.admin_api import Json
from tests.node.scenario import (
    APP,
    ONCE,
    PUBLIC,
    REGISTRY,
    Scenario,
    Stage,
    container,
    cron_job,
    job,
    pod,
    pull_secret,
    runs,
    workload,
)

HELM = {"app.kubernetes.io/managed-by": "Helm"}


def run_it_now(stage: Stage) -> None:
    stage.kubectl("create", "job", "--from=cronjob/nightly", "first")


def run_it_again(stage: Stage) -> None:
    """What the report advises for a CronJob: its next run; the failing Job goes."""
    stage.kubectl("delete", "job", "first")
    stage.kubectl("create", "job", "--from=cronjob/nightly", "second")


def _owned(name: str, *objects: Json, pasted: bool = False) -> Scenario:
    reason = Reason.NO_CREDENTIAL
    return Scenario(name, objects, reason, mended=True, pasted=pasted, runtimes=ONCE)


OWNERS = (
    _owned("deployment", workload("Deployment"), pasted=True),
    _owned("statefulset", workload("StatefulSet")),
    _owned("daemonset", workload("DaemonSet")),
    _owned("replicaset", workload("ReplicaSet")),
    _owned("job", job()),
    Scenario(
        "cronjob",
        (cron_job(),),
        Reason.NO_CREDENTIAL,
        mended=True,
        before=run_it_now,
        ready_for_it=lambda pods: not pods,
        after=run_it_again,
        runtimes=ONCE,
    ),
    _owned("helm-s-deployment", workload("Deployment", labels=HELM)),
    _owned(
        "two-deployments-of-one-account",
        workload("Deployment"),
        workload("Deployment", name="worker"),
    ),
    Scenario(
        "deployment-with-wrong-password",
        (pull_secret("pull", password="wrong"), workload("Deployment", "pull")),
        Reason.CREDENTIAL_REJECTED,
        mended=True,
        runtimes=ONCE,
    ),
    Scenario(
        "statefulset-with-wrong-key",
        (pull_secret("pull", "other.test:5000"), workload("StatefulSet", "pull")),
        Reason.NO_MATCHING_CREDENTIAL,
        mended=True,
        runtimes=ONCE,
    ),
)


def _with_account(item: Json, name: str) -> Json:
    item["spec"]["template"]["spec"]["serviceAccountName"] = name
    return item


NOT_CREATED = tuple(
    Scenario(
        f"{kind.lower()}-without-its-account",
        (_with_account(workload(kind), "absent"),),
        Reason.POD_NOT_CREATED,
        runtimes=ONCE,
    )
    for kind in ("Deployment", "StatefulSet")
)


def _add_init_container(item: Json) -> Json:
    item["spec"]["initContainers"] = [container(f"{REGISTRY}/team/done:v1", "before")]
    return item


def _add_container(item: Json) -> Json:
    item["spec"]["containers"].append(container(APP, "second"))
    return item


def _image_volume() -> Json:
    """The container's image is public; what it mounts is not."""
    item = pod(image=PUBLIC)
    image = {"reference": APP, "pullPolicy": "Always"}
    item["spec"]["volumes"] = [{"name": "data", "image": image}]
    item["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    return item


def debug(stage: Stage) -> None:
    """What the report advises, too, once the pod may pull."""
    stage.kubectl("debug", "demo", f"--image={APP}", "--image-pull-policy=Always")


PARTS = (
    _owned("init-container", _add_init_container(pod())),
    Scenario(
        "init-container-with-wrong-password",
        (pull_secret("pull", password="wrong"), _add_init_container(pod("pull", image=PUBLIC))),
        Reason.CREDENTIAL_REJECTED,
        mended=True,
        runtimes=ONCE,
    ),
    _owned("second-container", _add_container(pod(image=PUBLIC))),
    Scenario(
        "ephemeral-container",
        (pod(image=PUBLIC),),
        Reason.NO_CREDENTIAL,
        mended=True,
        before=debug,
        ready_for_it=runs,
        after=debug,
        runtimes=ONCE,
    ),
    Scenario(
        "image-volume",
        (_image_volume(),),
        Reason.NO_CREDENTIAL,
        mended=True,
        runtimes=ONCE,
    ),
)
