"""README's story from ImagePullBackOff to Running, told to a real API server with controllers.

The test is the kubelet: it takes pods on, and pulls what the pod's pull secrets serve.
"""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, path
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import fail_to_pull, workload
from tests.cli.outside import Outcome, invoke
from tests.waiting import eventually

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TEAM = "team"  # as in the README

pytestmark = pytest.mark.usefixtures("controllers")


def story() -> list[list[str]]:
    """The commands of the story, without `kubectl pullsecret`."""
    (block,) = re.findall(r"<!-- story -->\n```sh\n(.*?)```", README, re.DOTALL)
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert all(words[:2] == ["kubectl", "pullsecret"] for words in commands)
    return [words[2:] for words in commands]


@pytest.fixture
def team(control_plane: ControlPlane) -> Iterator[AdminApi]:
    """The namespace with a Deployment whose image nobody may pull."""
    api = control_plane.api
    api.create({"kind": "Namespace", "metadata": {"name": TEAM}})
    eventually(lambda: api.answers(path("ServiceAccount", TEAM, "default")))
    api.create(workload("Deployment", "web"), TEAM)
    yield api
    api.remove_namespace(TEAM)


@pytest.fixture
def admin(control_plane: ControlPlane, tmp_path: Path) -> str:
    identity = control_plane.authority.client(ADMIN, ADMINS)
    return str(control_plane.kubeconfig(tmp_path / "kubeconfig", identity, "default"))


def pods(api: AdminApi) -> list[Json]:
    items: list[Json] = api.get(path("Pod", TEAM))["items"]
    return items


def take_on(api: AdminApi, pod: Json) -> None:
    """Bind the pod to a node, and pull its image or fail, by what it lists."""
    name = pod["metadata"]["name"]
    target = {"apiVersion": "v1", "kind": "Node", "name": "node1"}
    binding = {"kind": "Binding", "metadata": {"name": name}, "target": target}
    api.request("POST", path("Pod", TEAM, name, "binding"), binding)
    if not pod["spec"].get("imagePullSecrets"):
        fail_to_pull(api, TEAM, name)
        return
    container = {"name": "app", "image": "x", "imageID": "sha256:1", "ready": True}
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    status = {**container, "restartCount": 0, "started": True, "state": state}
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    change = {"phase": "Running", "containerStatuses": [status], "conditions": [ready]}
    api.patch(path("Pod", TEAM, name, "status"), {"status": change})


def stop_what_must_end(api: AdminApi) -> bool:
    """End the pods that their controller takes away; whether one is left that runs."""
    for pod in pods(api):
        if pod["metadata"].get("deletionTimestamp"):
            api.delete(path("Pod", TEAM, pod["metadata"]["name"]))
    return [pod["status"]["phase"] for pod in pods(api)] == ["Running"]


def run(admin: str, words: list[str]) -> Outcome:
    asks = ["--docker-password-stdin"] if words[0] == "create" else []
    now = datetime.now(timezone.utc)
    return invoke(*words, *asks, "--kubeconfig", admin, stdin=b"secret\n", now=now)


def while_a_kubelet_works(api: AdminApi, admin: str, words: list[str]) -> Outcome:
    """The command's outcome; meanwhile new pods are taken on."""
    known = {pod["metadata"]["uid"] for pod in pods(api)}
    deadline = time.monotonic() + 60
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(run, admin, words)
        while not outcome.done():
            assert time.monotonic() < deadline
            for pod in pods(api):
                if pod["metadata"]["uid"] not in known:
                    known.add(pod["metadata"]["uid"])
                    take_on(api, pod)
            time.sleep(0.05)
        return outcome.result()


def test_the_four_commands_end_in_a_pod_that_runs(team: AdminApi, admin: str) -> None:
    why, create, attach, after = story()
    eventually(lambda: len(pods(team)) == 1)
    take_on(team, pods(team)[0])

    told = run(admin, why)
    assert (told.code, "NoCredential" in told.out) == (ExitCode.FINDINGS, True)
    for command in (create, attach[:-1]):  # --wait is the reader's
        assert f"kubectl pullsecret {' '.join(command[:4])}" in told.out

    assert run(admin, create).out.startswith("secret/regcred in team: created\n")

    attached = while_a_kubelet_works(team, admin, attach)
    assert (attached.code, attached.err) == (ExitCode.FINE, "")
    assert "deployment.apps/web in team: attached regcred\n" in attached.out
    assert attached.out.endswith("the images are there: deploy/web (1 pod)\n")

    eventually(lambda: stop_what_must_end(team))
    healthy = run(admin, after)
    assert (healthy.code, healthy.out) == (ExitCode.FINE, "1 pod, no image pull problem\n")
