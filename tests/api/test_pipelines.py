"""`-o name | xargs` and `-o json | jq` against the real API server, through the real kubectl."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi, path
from tests.api.objects import REGISTRY, failing_pod, pull_secret, workload
from tests.api.pipelines import shell
from tests.programs.debian import need

Run = Callable[[str], str]


@pytest.fixture
def run(kubectl: Path, kubeconfig: Path, tmp_path: Path) -> Run:
    """Runs a line that must succeed; what it printed."""

    def run(line: str) -> str:
        done = shell(line, kubectl, kubeconfig, tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    return run


@pytest.fixture
def jq(pytestconfig: pytest.Config) -> None:
    need(pytestconfig, "jq")


@pytest.fixture
def team(api: AdminApi, namespace: str) -> str:
    """A namespace with pods that fail, and a secret that would serve them."""
    api.create(pull_secret("regcred", REGISTRY), namespace)
    api.create(pull_secret("other", "other.test"), namespace)
    api.create(workload("Deployment", "web"), namespace)
    failing_pod(api, namespace, "one")
    failing_pod(api, namespace, "two")
    return namespace


@pytest.mark.usefixtures("team")
def test_names_of_ours_are_names_for_kubectl(run: Run) -> None:
    listed = run("kubectl pullsecret list -o name | xargs kubectl get -o name")
    assert listed == "secret/other\nsecret/regcred\n"
    failing = run("kubectl pullsecret doctor --fail-on never -o name | xargs kubectl get -o name")
    assert failing == "pod/one\npod/two\n"


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            "kubectl get pods -o name | xargs kubectl pullsecret doctor --fail-on never -o name",
            "pod/one\npod/two\n",
            id="pods to doctor",
        ),
        pytest.param(
            "kubectl get deploy -o name | xargs kubectl pullsecret doctor",
            "1 template",
            id="deployment.apps/web to doctor",
        ),
        pytest.param(
            "kubectl get secrets -o name | xargs -n1 kubectl pullsecret inspect",
            "secret/regcred in ",
            id="secrets to inspect, one by one",
        ),
        pytest.param(
            "kubectl get sa,deploy -o name | xargs -I% kubectl pullsecret attach % regcred -o name",
            "serviceaccount/default\ndeployment.apps/web\n",
            id="accounts and workloads to attach",
        ),
        pytest.param(
            "kubectl get pods,secrets,sa -o yaml"
            " | kubectl pullsecret doctor --fail-on never -o name -f -",
            "pod/one\npod/two\n",
            id="objects to doctor",
        ),
        pytest.param(
            "kubectl get deploy web -o yaml"
            " | kubectl pullsecret attach deploy/web regcred --local -o yaml -f -"
            " | kubectl apply --dry-run=server -o name -f - 2> /dev/null",
            "deployment.apps/web\n",
            id="a manifest through attach to apply",
        ),
    ],
)
def test_names_of_kubectl_are_names_for_us(run: Run, line: str, said: str) -> None:
    assert said in run(line)


@pytest.mark.usefixtures("team", "jq")
def test_secrets_are_chosen_by_what_is_in_them(run: Run) -> None:
    chosen = run(
        "kubectl pullsecret list -o json"
        f""" | jq -r '.items[] | select(.registries | index("{REGISTRY}")) | .name'"""
        " | xargs kubectl get secret -o name"
    )
    assert chosen == "secret/regcred\n"


@pytest.mark.usefixtures("team", "jq")
def test_findings_are_counted_by_reason(run: Run) -> None:
    counted = run(
        "kubectl pullsecret doctor --fail-on never -o json"
        """ | jq -c '[.items[] | select(.severity == "error")]"""
        """ | group_by(.reason) | map({(.[0].reason): length}) | add'"""
    )
    assert counted == '{"NoCredential":2}\n'


@pytest.mark.usefixtures("jq")
def test_a_fix_is_fit_for_a_shell(run: Run, api: AdminApi, team: str) -> None:
    api.create(workload("ReplicationController", "old"), team)
    owner = path("ReplicationController", team, "old")
    failing_pod(api, team, "old-1", owner=api.get(owner))
    done = run(
        "kubectl pullsecret doctor pod/old-1 --fail-on never -o json"
        " | jq -r '.items[0].fixes[0].argv | @sh' | sh"
    )
    assert done.startswith("replicationcontroller/old in ")
    assert api.get(owner)["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "regcred"}]


@pytest.mark.usefixtures("team")
def test_an_empty_answer_is_nothing_to_xargs(run: Run) -> None:
    assert run("kubectl pullsecret list -l none=such -o name | xargs -r kubectl delete") == ""
