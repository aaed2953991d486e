"""A namespace with objects to be named, and the program on PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi, path
from tests.api.objects import job_spec, pod, pull_secret, workload
from tests.completion.shells import launcher

OLD_FORMAT = {"kind": "Secret", "type": "kubernetes.io/dockercfg", "data": {".dockercfg": "e30="}}


@pytest.fixture
def objects(api: AdminApi, namespace: str) -> None:
    """One object of every kind, with one pull secret of each type and one of none."""
    made = [
        pull_secret("regcred", "registry.test"),
        {**OLD_FORMAT, "metadata": {"name": "ancient"}},
        {"kind": "Secret", "type": "Opaque", "metadata": {"name": "regular"}},
        pod("web-0", "regcred"),
        {"kind": "ServiceAccount", "metadata": {"name": "robot"}},
        workload("Deployment", "shop", "regcred", "gone"),
        workload("StatefulSet", "store"),
        workload("DaemonSet", "agent"),
        workload("ReplicaSet", "copies"),
        workload("ReplicationController", "elder"),
        {"kind": "Job", "metadata": {"name": "once"}, "spec": job_spec("once")},
        {
            "kind": "CronJob",
            "metadata": {"name": "nightly"},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": job_spec("n", "regcred")}},
        },
    ]
    for one in made:
        api.create(one, namespace)
    listed = {"imagePullSecrets": [{"name": "regcred"}]}
    api.patch(path("ServiceAccount", namespace, "default"), listed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the program under both of its names, for PATH."""
    program = launcher(tmp_path / "bin")
    program.with_name("kubectl_complete-pullsecret").symlink_to(program.name)
    return program.parent
