"""Thirty people at once give one object a pull secret each: nobody's is lost.

`kubectl patch` as the documentation of Kubernetes has it, beside it, loses all but one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi
from tests.api.attaching import list_of, listed
from tests.api.objects import REGISTRY, pull_secret, workload

PEOPLE = 30
BEFORE = ("before-1", "", "before-2")  # a reference without a name, too, is not ours to take
NEW = [f"pull-{number:02}" for number in range(PEOPLE)]


@pytest.fixture
def secrets(api: AdminApi, namespace: str) -> None:
    for name in NEW:
        api.create(pull_secret(name, REGISTRY), namespace)


def at_once(commands: Sequence[Sequence[str]]) -> list[subprocess.CompletedProcess[str]]:
    """Runs processes beside one another."""

    def run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(run, commands))


def attach(target: str, kubeconfig: Path) -> list[subprocess.CompletedProcess[str]]:
    program = (sys.executable, "-m", "kubectl_pullsecret", "attach", target)
    return at_once([(*program, name, "--kubeconfig", str(kubeconfig)) for name in NEW])


@pytest.mark.usefixtures("secrets")
class TestThirtyAttach:
    def test_to_one_account(self, api: AdminApi, namespace: str, kubeconfig: Path) -> None:
        list_of(api, namespace, *BEFORE)
        ran = attach("sa/default", kubeconfig)
        assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * PEOPLE
        found = listed(api, "ServiceAccount", namespace, "default")
        assert tuple(found[: len(BEFORE)]) == BEFORE
        assert sorted(found[len(BEFORE) :]) == NEW

    def test_to_one_deployment(self, api: AdminApi, namespace: str, kubeconfig: Path) -> None:
        api.create(workload("Deployment", "web", "before-1", "before-2"), namespace)
        ran = attach("deploy/web", kubeconfig)
        assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * PEOPLE
        found = listed(api, "Deployment", namespace, "web")
        assert found[:2] == ["before-1", "before-2"]
        assert sorted(found[2:]) == NEW

    def test_the_same_one_and_it_is_there_once(
        self, api: AdminApi, namespace: str, kubeconfig: Path
    ) -> None:
        program = (sys.executable, "-m", "kubectl_pullsecret", "attach", "sa/default", NEW[0])
        ran = at_once([(*program, "--kubeconfig", str(kubeconfig))] * PEOPLE)
        assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * PEOPLE
        assert listed(api, "ServiceAccount", namespace, "default") == [NEW[0]]


def test_kubectl_patch_keeps_the_last_one_alone(
    api: AdminApi, namespace: str, kubeconfig: Path, kubectl: Path
) -> None:
    list_of(api, namespace, *BEFORE)
    patch = (str(kubectl), "--kubeconfig", str(kubeconfig), "patch", "serviceaccount", "default")
    bodies = [json.dumps({"imagePullSecrets": [{"name": name}]}) for name in NEW]
    ran = at_once([(*patch, "-p", body) for body in bodies])
    assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * PEOPLE
    (left,) = listed(api, "ServiceAccount", namespace, "default")
    assert left in NEW
