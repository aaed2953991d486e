"""What `attach` refuses on a real API server, and what it says instead; `--force` does it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json
from tests.api.attaching import Run, done, listed, runner
from tests.api.objects import REGISTRY, failing_pod, malformed_secret, pull_secret, workload
from tests.api.one_sentence import is_one_sentence
from tests.credentials.test_kinds import ECR_HOST, ecr, jwt
from tests.terminal import on_terminal


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


@pytest.fixture
def elsewhere(api: AdminApi, namespace: str) -> Iterator[str]:
    """Another namespace, with secret/pull."""
    name = f"{namespace}-b"
    api.create({"kind": "Namespace", "metadata": {"name": name}})
    api.create(pull_secret("shared", REGISTRY), name)
    yield name
    api.remove_namespace(name)


AN_HOUR_AGO = 1_600_000_000
BAD: dict[str, Json] = {
    "opaque": {**pull_secret("opaque", REGISTRY), "type": "Opaque"},
    "broken": malformed_secret("broken"),
    "jwt": pull_secret("jwt", REGISTRY, password=jwt({"exp": AN_HOUR_AGO})),
    "ecr": pull_secret("ecr", ECR_HOST, user="AWS", password=ecr(AN_HOUR_AGO)),
    "other": pull_secret("other", "other.test"),
    "port": pull_secret("port", REGISTRY.partition(":")[0]),
    "empty": pull_secret("empty"),
}
# What is said, and the command that is proposed.
REFUSALS = [
    (
        "opaque",
        "is no pull secret to the kubelet: type Opaque",
        "create opaque-pull -n NS --from-secret opaque",
    ),
    ("broken", "is unreadable to the kubelet, and would stop every pull", ""),
    ("jwt", "has expired at 2020-09-13 12:26 UTC", ""),
    ("ecr", "has expired at 2020-09-13 12:26 UTC", ""),
    ("other", f"serves none of the images ({REGISTRY}/team/app); its key other.test: ", ""),
    (
        "port",
        f"serves none of the images ({REGISTRY}/team/app); its key registry.test: ",
        "create port -n NS --replace --from-secret port --rename registry.test=",
    ),
    ("empty", "has no credential for the kubelet", ""),
    ("gone", "is not in namespace NS", ""),
]


class TestASecret:
    @pytest.fixture(autouse=True)
    def target(self, api: AdminApi, namespace: str) -> None:
        api.create(workload("Deployment", "web"), namespace)

    @pytest.mark.parametrize(("name", "says", "command"), REFUSALS)
    def test_that_would_not_help_is_refused(
        self, run: Run, api: AdminApi, namespace: str, name: str, says: str, command: str
    ) -> None:
        if name in BAD:
            api.create(BAD[name], namespace)
        outcome = run("attach", "deploy/web", name)
        assert is_one_sentence(outcome), outcome.err
        message, *remedy = outcome.err.replace(namespace, "NS").splitlines()
        assert message.startswith(f"error: secret/{name} {says}")
        assert command in "".join(remedy)
        assert listed(api, "Deployment", namespace, "web") == []

    @pytest.mark.parametrize("name", [name for name, *_ in REFUSALS])
    def test_is_attached_by_force(self, run: Run, api: AdminApi, namespace: str, name: str) -> None:
        if name in BAD:
            api.create(BAD[name], namespace)
        done(run("attach", "deploy/web", name, "--force"))
        assert listed(api, "Deployment", namespace, "web") == [name]

    def test_of_another_namespace_has_to_be_copied(
        self, run: Run, namespace: str, elsewhere: str
    ) -> None:
        outcome = run("attach", "deploy/web", "shared")
        assert is_one_sentence(outcome), outcome.err
        assert f"kubectl pullsecret copy shared -n {elsewhere} --to-namespace {namespace}" in (
            outcome.err
        )

    def test_with_a_typo_is_named_right(self, run: Run, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("registry-pull", REGISTRY), namespace)
        outcome = run("attach", "deploy/web", "registry-pul")
        assert outcome.err.splitlines()[1] == "did you mean registry-pull?"

    def test_that_is_not_there_is_told_from_those_that_are(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        for name in ("alpha", "beta"):
            api.create(pull_secret(name, REGISTRY), namespace)
        outcome = run("attach", "deploy/web", "zzz")
        assert outcome.err.splitlines()[1] == "pull secrets there: alpha, beta"

    def test_that_no_secret_can_be_named_is_refused_before_it_is_asked_for(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        outcome = run("attach", "deploy/web", "Bad_Name")
        assert is_one_sentence(outcome), outcome.err
        assert "Bad_Name: no Secret can have this name" in outcome.err
        assert listed(api, "Deployment", namespace, "web") == []


class TestWithoutASecret:
    def test_the_one_that_the_images_need_is_taken(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        for secret in (pull_secret("pull", REGISTRY), *BAD.values()):
            api.create(secret, namespace)
        api.create(workload("Deployment", "web"), namespace)
        done(run("attach", "deploy/web"))
        assert listed(api, "Deployment", namespace, "web") == ["pull"]

    def test_an_account_gets_what_its_pods_need(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        for secret in (pull_secret("pull", REGISTRY), BAD["other"]):
            api.create(secret, namespace)
        failing_pod(api, namespace, "demo")
        done(run("attach", "sa/default"))
        assert listed(api, "ServiceAccount", namespace, "default") == ["pull"]

    def test_again_it_needs_none(self, run: Run, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        api.create(workload("Deployment", "web"), namespace)
        done(run("attach", "deploy/web"))
        out = done(run("attach", "deploy/web"))
        assert "unchanged" in out
        assert "what pull secrets can serve of its images is served already, by pull" in out

    def test_several_are_refused_with_their_names(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        for name in ("one", "two"):
            api.create(pull_secret(name, REGISTRY), namespace)
        api.create(workload("Deployment", "web"), namespace)
        outcome = run("attach", "deploy/web")
        assert is_one_sentence(outcome), outcome.err
        assert outcome.err.splitlines()[0].endswith(": one, two")
        assert listed(api, "Deployment", namespace, "web") == []

    @pytest.mark.parametrize(
        ("target", "says"),
        [("pod/demo", "NoCredential"), ("sa/default", "lists no pull secret")],
    )
    def test_none_is_what_the_doctor_says(
        self, run: Run, api: AdminApi, namespace: str, target: str, says: str
    ) -> None:
        api.create(BAD["other"], namespace)
        failing_pod(api, namespace, "demo")
        outcome = run("attach", target)
        assert outcome.code is ExitCode.FAILED
        assert says in outcome.out
        assert outcome.out.splitlines()[0] == run("doctor", target).out.splitlines()[0]
        assert outcome.err.startswith(
            f"error: no pull secret of namespace {namespace} serves {REGISTRY}/team/app"
        )

    @pytest.mark.parametrize(
        ("typed", "chosen"), [("2", "two"), ("one", "one"), ("9\nx\n1", "one")]
    )
    def test_several_are_asked_for_at_a_terminal(
        self,
        api: AdminApi,
        namespace: str,
        kubeconfig: Path,
        typed: str,
        chosen: str,
    ) -> None:
        for name in ("one", "two"):
            api.create(pull_secret(name, REGISTRY), namespace)
        code, shown = at_terminal(typed, "attach", "sa/default", "--kubeconfig", str(kubeconfig))
        assert code == 0, shown
        assert "several pull secrets could be attached to sa/default" in shown
        assert "which one, 1 to 2? " in shown
        assert listed(api, "ServiceAccount", namespace, "default") == [chosen]


def at_terminal(typed: str, *args: str) -> tuple[int, str]:
    """The exit code of a process at a terminal of its own, and all that is shown there."""
    command = (sys.executable, "-m", "kubectl_pullsecret", *args)
    with on_terminal(command, environment={**os.environ, "TERM": "xterm"}) as terminal:
        terminal.write(f"{typed}\n")
        return terminal.end(), terminal.shown
