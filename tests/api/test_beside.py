"""docs/beside.md: what it says of admission and of scanners, as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, RefusedError, path
from tests.api.attaching import Run, done, runner
from tests.api.control_plane import ControlPlane
from tests.api.control_plane import control_plane as a_control_plane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import REGISTRY, pod, pull_secret, pulled_nothing, run_it, workload
from tests.api.stage_of_roles import OtherRegistry, namespaces
from tests.api.test_owners import failed_to_create
from tests.cli.small_registry import PASSWORD, USERS, small_registry
from tests.programs.debian import need
from tests.programs.missing import MissingError
from tests.programs.real import Programs
from tests.waiting import eventually

PAGE = Path(__file__).parents[2] / "docs" / "beside.md"


def block(about: str) -> str:
    """The example of the page that a comment announces."""
    text = PAGE.read_text(encoding="utf-8")
    (found,) = re.findall(rf"<!-- {about} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert isinstance(found, str)
    return found


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


@pytest.fixture(scope="module")
def strict(programs: Programs) -> Iterator[ControlPlane]:
    """An API server of its own, with the admission plugin."""
    try:
        with a_control_plane(programs, "AlwaysPullImages") as plane:
            yield plane
    except MissingError as missing:
        pytest.skip(f"the API server's tests need {missing}")


class TestAlwaysPullImages:
    @pytest.fixture(autouse=True)
    def _team(self, strict: ControlPlane) -> Iterator[None]:
        with namespaces(strict.api, "team"):
            yield

    def test_new_pods_always_pull(self, strict: ControlPlane) -> None:
        made = pod("demo")
        made["spec"]["containers"][0]["imagePullPolicy"] = "IfNotPresent"
        stored = strict.api.create(made, "team")
        assert stored["spec"]["containers"][0]["imagePullPolicy"] == "Always"

    def test_then_the_doctor_names_who_would_not_pull_again(
        self, strict: ControlPlane, tmp_path: Path
    ) -> None:
        identity = strict.authority.client(ADMIN, ADMINS)
        run = runner(strict.kubeconfig(tmp_path / "kubeconfig", identity, "team"))
        assert foretold(strict.api, "team", run, "-A", "--probe") == {"by-luck", "gone"}


class TestBeforeAlwaysPullImages:
    @pytest.mark.parametrize(
        ("asking", "named"), [(["--probe"], {"by-luck", "gone"}), ([], {"gone"})]
    )
    def test_the_doctor_names_who_would_not_pull_again(
        self, api: AdminApi, namespace: str, run: Run, asking: list[str], named: set[str]
    ) -> None:
        assert foretold(api, namespace, run, *asking) == named

    def test_of_those_that_took_what_another_pod_brought(
        self, api: AdminApi, namespace: str, run: Run
    ) -> None:
        run_it(api, namespace, pod("bringing", "regcred"))
        run_it(api, namespace, pod("taking"))
        pulled_nothing(api, namespace, "taking")
        assert foretold(api, namespace, run) == {"taking", "gone"}


def foretold(api: AdminApi, namespace: str, run: Run, *args: str) -> set[str]:
    """The pods that `doctor --healthy` warns of: of three, one has a good credential."""
    with small_registry(USERS, "team/app:v1") as registry:
        api.create(pull_secret("regcred", registry.host, REGISTRY, password=PASSWORD), namespace)
        there = OtherRegistry(api, registry.host)
        for name, listed in (("fine", ["regcred"]), ("by-luck", []), ("gone", ["gone"])):
            run_it(there, namespace, pod(name, *listed))
        outcome = run("doctor", "--healthy", "-o", "json", *args)
    return {item["subject"]["name"] for item in json.loads(outcome.out)["items"]}


@pytest.fixture
def restricted(api: AdminApi, namespace: str) -> Iterator[None]:
    """The policy of the page is in force in the namespace."""
    made = [api.create(item) for item in yaml.safe_load_all(block("policy"))]
    api.patch(path("Namespace", "", namespace), {"metadata": {"labels": {"images": "restricted"}}})
    try:
        eventually(lambda: refusal(api, namespace, pod("other") | elsewhere()) != "")
        yield
    finally:
        for one in made:
            api.delete(path(one["kind"], "", one["metadata"]["name"]))


def elsewhere() -> Json:
    return {"spec": {"containers": [{"name": "app", "image": "nginx"}]}}


def refusal(api: AdminApi, namespace: str, made: Json) -> str:
    """Why a pod is not let in; "" if it is."""
    try:
        api.request("POST", f"{path('Pod', namespace)}?dryRun=All", made)
    except RefusedError as error:
        return str(error)
    return ""


@pytest.mark.usefixtures("controllers", "restricted")
class TestAPolicyThatRestrictsRegistries:
    @pytest.mark.parametrize(
        ("more", "named"),
        [
            ({}, ""),
            ({"initContainers": [{"name": "init", "image": "nginx:1"}]}, "nginx:1"),
            ({"volumes": [{"name": "v", "image": {"reference": "quay.io/a/b:1"}}]}, "quay.io/a/b"),
            ({"containers": [{"name": "app", "image": "gcr.io.evil.test/a"}]}, "gcr.io.evil.test"),
        ],
        ids=["allowed", "init container", "image volume", "a longer host"],
    )
    def test_sees_every_image(self, api: AdminApi, namespace: str, more: Json, named: str) -> None:
        made = pod("demo")
        made["spec"] |= more
        said = refusal(api, namespace, made)
        assert (f"not from an allowed registry: {named}" in said) if named else said == ""

    def test_the_doctor_quotes_it_for_a_deployment(
        self, api: AdminApi, namespace: str, run: Run
    ) -> None:
        made = workload("Deployment", "web")
        made["spec"]["template"]["spec"] |= elsewhere()["spec"]
        api.create(made, namespace)
        eventually(lambda: failed_to_create(api, namespace))
        outcome = run("doctor", "deploy/web")
        assert outcome.code is ExitCode.FINDINGS
        assert "PodNotCreated" in outcome.out
        assert "not from an allowed registry: nginx" in " ".join(outcome.out.split())

    def test_an_account_is_told_by_its_own_list(
        self, api: AdminApi, namespace: str, run: Run
    ) -> None:
        account = path("ServiceAccount", namespace, "default")
        api.create(pull_secret("regcred", REGISTRY), namespace)
        api.patch(account, {"imagePullSecrets": [{"name": "regcred"}]})
        out = " ".join(done(run("doctor", "sa/default")).split())
        assert "secret/regcred" in out
        assert "what admission makes of a new pod is not known" in out
        assert "not from an allowed registry: pullsecret.invalid/trial:1" in out


def test_a_policy_that_refuses_the_new_pod_deletes_nothing(
    api: AdminApi, namespace: str, run: Run, request: pytest.FixtureRequest
) -> None:
    api.create(pull_secret("regcred", "index.docker.io"), namespace)
    old = api.create(pod("demo") | elsewhere(), namespace)
    request.getfixturevalue("restricted")
    outcome = run("attach", "pod/demo", "regcred", "--recreate", "--force")
    assert outcome.code is ExitCode.FAILED
    assert "was left as it is; the new pod is refused" in outcome.out + outcome.err
    there = api.get(path("Pod", namespace, "demo"))["metadata"]
    assert there["uid"] == old["metadata"]["uid"]
    assert "deletionTimestamp" not in there


TRIVY = """#!/bin/sh
printf '%s\\n' "$*" >> "$HEARD"
case $1 in registry) cat >> "$HEARD"; echo >> "$HEARD"; : > "$DOCKER_CONFIG/config.json";; esac
"""


@pytest.fixture
def jq(pytestconfig: pytest.Config) -> None:
    need(pytestconfig, "jq")


@pytest.mark.usefixtures("jq")
def test_a_scanner_gets_the_credential_that_the_kubelet_would_try_first(
    api: AdminApi, namespace: str, kubeconfig: Path, kubectl: Path, tmp_path: Path
) -> None:
    secret = pull_secret("regcred", "other.test", REGISTRY, password=PASSWORD)
    api.create(secret, namespace)
    api.create(workload("Deployment", "web", "gone", "regcred"), namespace)
    program = f'#!/bin/sh\nexec "{sys.executable}" -m kubectl_pullsecret "$@"\n'
    for name, script in (("trivy", TRIVY), ("kubectl-pullsecret", program)):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    search = os.pathsep.join((str(tmp_path), str(kubectl.parent), os.environ["PATH"]))
    heard, left = tmp_path / "heard", tmp_path / "left"
    left.mkdir()
    given = {"PATH": search, "KUBECONFIG": str(kubeconfig), "HEARD": str(heard)}
    subprocess.run(
        ["sh", "-eu", "-c", block("scan").replace("-n team", f"-n {namespace}")],
        env={**os.environ, **given, "TMPDIR": str(left)},
        check=True,
        timeout=60,
    )
    assert heard.read_text().splitlines() == [
        f"registry login --username puller --password-stdin {REGISTRY}",
        PASSWORD,
        f"image {REGISTRY}/team/app:v1",
    ]
    assert list(left.iterdir()) == []
