"""docs/ci.md's commands that ask a cluster, against the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi
from tests.api.objects import pull_secret
from tests.api.pipelines import shell
from tests.release.ci_page import WORKLOAD, blocks

WITH_CLUSTER, AFTER = blocks("sh")[3:]


@pytest.mark.parametrize(
    ("registry", "code", "said"),
    [
        pytest.param("registry.test:5000", ExitCode.FINE, "no image pull problem", id="good"),
        pytest.param("registry.test", ExitCode.FINDINGS, "port 5000 is missing", id="broken"),
        pytest.param("", ExitCode.FINDINGS, "SecretNotFound", id="not there"),
    ],
)
def test_manifests_are_judged_by_the_secrets_that_the_cluster_has(
    api: AdminApi,
    namespace: str,
    kubectl: Path,
    kubeconfig: Path,
    tmp_path: Path,
    registry: str,
    code: ExitCode,
    said: str,
) -> None:
    name, of = ("regcred", registry) if registry else ("unrelated", "other.test")
    api.create(pull_secret(name, of), namespace)
    (tmp_path / "deploy").mkdir()
    manifest = WORKLOAD.replace("namespace: team", f"namespace: {namespace}")
    (tmp_path / "deploy" / "web.yaml").write_text(manifest)
    line = WITH_CLUSTER.replace("-n team", f"-n {namespace}")

    done = shell(line, kubectl, kubeconfig, tmp_path)

    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout


def test_after_the_deployment_the_cluster_is_asked(
    api: AdminApi, namespace: str, kubectl: Path, kubeconfig: Path, tmp_path: Path
) -> None:
    (tmp_path / "web.yaml").write_text(WORKLOAD.replace("namespace: team", ""))
    api.create(pull_secret("regcred", "registry.test:5000"), namespace)
    line = AFTER.replace("-n team", f"-n {namespace}")

    done = shell(f"kubectl apply -f web.yaml && {line}", kubectl, kubeconfig, tmp_path)

    assert (done.returncode, done.stderr) == (ExitCode.FINE, "")
