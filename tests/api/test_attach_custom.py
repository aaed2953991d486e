"""`attach` where the owner of pods is a custom resource, with a pod template and without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi, Json, path
from tests.api.attaching import Run, done, listed, names_in, runner
from tests.api.control_plane import ControlPlane
from tests.api.objects import REGISTRY, failing_pod, pull_secret, template
from tests.api.one_sentence import is_one_sentence
from tests.waiting import eventually

GROUP = "example.test"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def definition(kind: str, plural: str, short: str) -> Json:
    """Any object of the kind is taken."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1alpha1", "served": True, "storage": True}
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind,
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": [short],
            },
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }


@pytest.fixture(scope="module")
def kinds(control_plane: ControlPlane) -> Iterator[None]:
    """Rollouts have a pod template; Shops do not."""
    api = control_plane.api
    made = (definition("Rollout", "rollouts", "ro"), definition("Shop", "shops", "sh"))
    for one in made:
        api.request("POST", DEFINITIONS, one)
    discovery = f"/apis/{GROUP}/v1alpha1"
    eventually(
        lambda: (
            api.answers(discovery)
            and {one["name"] for one in api.get(discovery)["resources"]} >= {"rollouts", "shops"}
        )
    )
    yield
    for one in made:
        api.delete(f"{DEFINITIONS}/{one['metadata']['name']}")


pytestmark = pytest.mark.usefixtures("kinds")


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


def place(namespace: str, plural: str, name: str = "") -> str:
    return "/".join(filter(None, (f"/apis/{GROUP}/v1alpha1/namespaces", namespace, plural, name)))


def created(api: AdminApi, namespace: str, kind: str, plural: str, spec: Json) -> Json:
    made = {"apiVersion": f"{GROUP}/v1alpha1", "kind": kind, "metadata": {"name": "web"}}
    return api.request("POST", place(namespace, plural), {**made, "spec": spec})


@pytest.fixture
def rollout(api: AdminApi, namespace: str) -> Json:
    """One that lists secret/old, and a stuck pod of it."""
    spec = {"steps": [{"setWeight": 20}], "template": template("web", "old")}
    made = created(api, namespace, "Rollout", "rollouts", spec)
    failing_pod(api, namespace, "web-1", "old", owner=made)
    return made


@pytest.fixture(autouse=True)
def secret(api: AdminApi, namespace: str) -> None:
    api.create(pull_secret("pull", REGISTRY), namespace)


class TestWithATemplate:
    @pytest.mark.parametrize(
        "target",
        [
            "rollouts.example.test/web",
            "rollout/web",
            "Rollout/web",
            "ro/web",
            "ro.example.test/web",
            "pod/web-1",
        ],
    )
    def test_its_template_changes(
        self, run: Run, api: AdminApi, namespace: str, rollout: Json, target: str
    ) -> None:
        out = " ".join(done(run("attach", target, "pull")).split())
        assert "attached pull" in out
        after = api.get(place(namespace, "rollouts", "web"))
        assert names_in(after) == ["old", "pull"]
        assert after["spec"]["steps"] == rollout["spec"]["steps"]
        assert ("pod/web-1 cannot be changed itself" in out) == (target == "pod/web-1")

    @pytest.mark.parametrize(
        "written", [[], [{"name": ""}, {"name": "old", "note": "ours"}]], ids=["empty", "odd"]
    )
    def test_keeps_a_list_as_it_is_written(
        self, run: Run, api: AdminApi, namespace: str, written: list[Json]
    ) -> None:
        made = template("web")
        made["spec"]["imagePullSecrets"] = written
        created(api, namespace, "Rollout", "rollouts", {"template": made})
        done(run("attach", "ro/web", "pull"))
        after = api.get(place(namespace, "rollouts", "web"))["spec"]["template"]["spec"]
        assert after["imagePullSecrets"] == [*written, {"name": "pull"}]

    def test_and_is_as_it_was_when_detached(
        self, run: Run, api: AdminApi, namespace: str, rollout: Json
    ) -> None:
        done(run("attach", "ro/web", "pull"))
        done(run("detach", "ro/web", "pull"))
        assert api.get(place(namespace, "rollouts", "web"))["spec"] == rollout["spec"]

    @pytest.mark.usefixtures("rollout")
    def test_what_its_images_need_is_found(self, run: Run, api: AdminApi, namespace: str) -> None:
        done(run("attach", "ro/web"))
        assert names_in(api.get(place(namespace, "rollouts", "web"))) == ["old", "pull"]


class TestWithoutATemplate:
    @pytest.fixture(autouse=True)
    def shop(self, api: AdminApi, namespace: str) -> None:
        made = created(api, namespace, "Shop", "shops", {"size": 3})
        failing_pod(api, namespace, "web-1", owner=made)

    def test_the_account_is_proposed_for_its_pod(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        outcome = run("attach", "pod/web-1", "pull")
        assert is_one_sentence(outcome), outcome.err
        assert "shop/web, which made pod/web-1, has no pod template" in outcome.err
        _, _, proposed = outcome.err.partition("kubectl pullsecret ")
        out = done(run(*proposed.split()))
        assert "attached pull" in out
        assert listed(api, "ServiceAccount", namespace, "default") == ["pull"]
        (pod,) = api.get(path("Pod", namespace))["items"]
        assert "deletionTimestamp" not in pod["metadata"]  # who knows whether another one comes
        assert f"next kubectl delete pod web-1 -n {namespace} " in " ".join(out.split())
        assert "(if shop/web makes a new one)" in out

    def test_it_is_no_target_itself(self, run: Run) -> None:
        outcome = run("attach", "shop/web", "pull")
        assert is_one_sentence(outcome), outcome.err
        assert outcome.err.startswith("error: shop/web has no pod template that this tool knows")

    def test_one_that_is_not_there_is_not_found(self, run: Run) -> None:
        outcome = run("attach", "shop/none", "pull")
        assert is_one_sentence(outcome), outcome.err
        assert 'shops.example.test "none" not found' in outcome.err
