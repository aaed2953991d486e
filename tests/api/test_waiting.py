"""--wait on the real API server, its pods' states written by hand as a kubelet writes them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_pullsecret.changes.awaited import Awaited
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.waiting import Verdict, wait_for
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.sources.kubeconfig import Overrides, resolve
from kubectl_pullsecret.sources.transport import Action, Client
from kubectl_pullsecret.views.terminal import PIPE
from tests.api.admin_api import AdminApi, Json, path
from tests.api.objects import REGISTRY, fail_to_pull, pod, pull_secret, workload
from tests.cli.outside import invoke
from tests.waiting import eventually


@pytest.fixture
def client(kubeconfig: Path) -> Iterator[Client]:
    overrides = Overrides(kubeconfig=str(kubeconfig))
    with Client(resolve(overrides, {}, now=datetime.now(timezone.utc))) as found:
        yield found


def server_time(client: Client, namespace: str) -> datetime:
    action = Action("list", "pods", namespace)
    client.get(f"/api/v1/namespaces/{namespace}/pods", action)
    assert client.server_time is not None
    return client.server_time


def run(api: AdminApi, namespace: str, name: str) -> None:
    """Lets a pod look as one whose image is there."""
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    image = "registry.test:5000/team/app:v1"
    container = {"name": "app", "image": image, "imageID": "sha256:1", "ready": True}
    container |= {"restartCount": 0, "state": state}
    status: Json = {"phase": "Running", "containerStatuses": [container]}
    api.patch(f"{path('Pod', namespace, name)}/status", {"status": status})


def wait(client: Client, awaited: Awaited, act: list[object]) -> Verdict:
    """Waits; before each further look, the next act is done."""
    acts = iter(act)

    def sleep(_seconds: float) -> None:
        todo = next(acts, None)
        assert callable(todo), "nothing is left to be done"
        todo()

    now = datetime.now(timezone.utc)
    console = Console(io.BytesIO(), io.StringIO(), io.StringIO(), now, PIPE)
    return wait_for(console, client, awaited, 60.0, sleep=sleep)


def test_a_bare_pod_that_comes_fails_and_runs(
    api: AdminApi, namespace: str, client: Client
) -> None:
    target = ObjectRef("Pod", namespace, "web")
    awaited = Awaited((target,), server_time(client, namespace))
    verdict = wait(
        client,
        awaited,
        [
            lambda: api.create(pod("web"), namespace),
            lambda: fail_to_pull(api, namespace, "web"),
        ],
    )
    assert verdict.code is ExitCode.FINDINGS
    assert verdict.report is not None
    (finding,) = verdict.report.findings
    assert finding.reason.value == "NoCredential"

    run(api, namespace, "web")
    assert wait(client, awaited, []).code is ExitCode.FINE


@pytest.mark.usefixtures("controllers")
def test_a_deployment_s_new_pod_counts_and_its_old_one_does_not(
    api: AdminApi, namespace: str, client: Client
) -> None:
    made = api.create(workload("Deployment", "web"), namespace)
    target = ObjectRef("Deployment", namespace, "web")
    pods = path("Pod", namespace)
    eventually(lambda: len(api.get(pods)["items"]) == 1)
    (old,) = api.get(pods)["items"]
    fail_to_pull(api, namespace, old["metadata"]["name"])
    since = server_time(client, namespace)
    awaited = Awaited((target,), since, frozenset({old["metadata"]["uid"]}))

    def change() -> None:
        spec = {"template": {"spec": {"imagePullSecrets": [{"name": "pull"}]}}}
        api.patch(path("Deployment", namespace, made["metadata"]["name"]), {"spec": spec})
        eventually(lambda: len(new_pods()) == 1)

    def new_pods() -> list[str]:
        uid = old["metadata"]["uid"]
        items = api.get(pods)["items"]
        return [one["metadata"]["name"] for one in items if one["metadata"]["uid"] != uid]

    verdict = wait(
        client, awaited, [lambda: None, change, lambda: run(api, namespace, new_pods()[0])]
    )
    assert verdict == Verdict(ExitCode.FINE, "the images are there: deploy/web (1 pod)")


def test_the_server_s_clock_is_told_by_each_answer(client: Client, namespace: str) -> None:
    told = server_time(client, namespace)
    assert abs((datetime.now(timezone.utc) - told).total_seconds()) < 5


def test_the_command_says_after_its_timeout_what_it_waited_for(
    api: AdminApi, namespace: str, kubeconfig: Path
) -> None:
    bare = pod("web")
    del bare["spec"]["nodeName"]  # the server itself ends it then
    api.create(bare, namespace)
    api.create(pull_secret("pull", REGISTRY), namespace)
    args = ("attach", "pod/web", "pull", "--recreate", "--wait", "--timeout=1s")
    now = datetime.now(timezone.utc)
    outcome = invoke(*args, "--kubeconfig", str(kubeconfig), now=now)
    assert outcome.code is ExitCode.FAILED, outcome.err
    assert "pod/web" in outcome.out  # what was done
    assert outcome.err.startswith("error: not settled within 1 s: pod/web: still starting;")
