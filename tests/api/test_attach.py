"""`attach` against the real API server: lists get what they lack, each once, and back again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, path
from tests.api.attaching import (
    Run,
    document,
    done,
    list_of,
    listed,
    of_a_new_pod,
    runner,
    written_by_people,
)
from tests.api.objects import (
    REGISTRY,
    job_spec,
    pull_secret,
    workload,
)


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


@pytest.fixture(autouse=True)
def secrets(api: AdminApi, namespace: str) -> None:
    """Two that serve the image of everything here."""
    for name in ("pull", "more"):
        api.create(pull_secret(name, REGISTRY), namespace)


def cronjob(name: str, *secrets: str) -> Json:
    spec = {"schedule": "@yearly", "jobTemplate": {"spec": job_spec(name, *secrets)}}
    return {"kind": "CronJob", "metadata": {"name": name}, "spec": spec}


HOLDERS = {
    "sa": {
        "kind": "ServiceAccount",
        "metadata": {"name": "web"},
        "imagePullSecrets": [{"name": "old"}],
    },
    "deploy": workload("Deployment", "web", "old"),
    "sts": workload("StatefulSet", "web", "old"),
    "ds": workload("DaemonSet", "web", "old"),
    "rs": workload("ReplicaSet", "web", "old"),
    "rc": workload("ReplicationController", "web", "old"),
    "cronjob": cronjob("web", "old"),
}


@pytest.fixture(params=HOLDERS)
def target(api: AdminApi, namespace: str, request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """A target that lists secret/old, as it is written; its kind, and its name."""
    word: str = request.param
    made = api.create(HOLDERS[word], namespace)
    return f"{word}/web", made["kind"], "web"


Target = tuple[str, str, str]


class TestATarget:
    def test_gets_new_secrets_last(
        self, run: Run, api: AdminApi, namespace: str, target: Target
    ) -> None:
        word, kind, name = target
        out = done(run("attach", word, "pull", "more"))
        assert f"in {namespace}: attached pull, more\n" in out
        assert listed(api, kind, namespace, name) == ["old", "pull", "more"]

    def test_or_first_where_asked(
        self, run: Run, api: AdminApi, namespace: str, target: Target
    ) -> None:
        word, kind, name = target
        done(run("attach", word, "pull", "secret/more", "--first"))
        assert listed(api, kind, namespace, name) == ["pull", "more", "old"]

    def test_that_has_them_is_not_written_again(
        self, run: Run, api: AdminApi, namespace: str, target: Target
    ) -> None:
        word, kind, name = target
        done(run("attach", word, "pull"))
        before = api.get(path(kind, namespace, name))["metadata"]["resourceVersion"]
        again = done(run("attach", word, "pull"))
        assert again.splitlines()[0].endswith(f"in {namespace}: unchanged")
        after = api.get(path(kind, namespace, name))["metadata"]["resourceVersion"]
        assert after == before

    def test_is_as_it_was_when_they_are_detached(
        self, run: Run, api: AdminApi, namespace: str, target: Target
    ) -> None:
        word, kind, name = target
        before = api.get(path(kind, namespace, name))
        done(run("attach", word, "pull", "more"))
        done(run("detach", word, "more", "pull"))
        after = api.get(path(kind, namespace, name))
        assert written_by_people(after) == written_by_people(before)

    def test_without_a_list_has_none_again_either(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        api.create(workload("Deployment", "bare"), namespace)
        where = [
            path("Deployment", namespace, "bare"),
            path("ServiceAccount", namespace, "default"),
        ]
        before = [api.get(one) for one in where]
        for word in ("deploy/bare", "sa/default"):
            done(run("attach", word, "pull"))
            done(run("detach", word, "pull"))
        after = [api.get(one) for one in where]
        assert list(map(written_by_people, after)) == list(map(written_by_people, before))

    @pytest.mark.parametrize("how", ["client", "server"])
    def test_is_only_shown_in_a_dry_run(
        self, run: Run, api: AdminApi, namespace: str, target: Target, how: str
    ) -> None:
        word, kind, name = target
        before = api.get(path(kind, namespace, name))
        out = done(run("attach", word, "pull", f"--dry-run={how}"))
        assert api.get(path(kind, namespace, name)) == before
        assert out.splitlines()[1:4] == [
            "    imagePullSecrets:",
            "    - name: old",
            "  + - name: pull",
        ]

    def test_and_both_dry_runs_are_one_diff(self, run: Run, target: Target) -> None:
        client, server = (
            done(run("attach", target[0], "pull", f"--dry-run={how}", *shape))
            for how in ("client", "server")
            for shape in [("-o", "json")]
        )
        assert json.loads(client)["items"][0]["after"] == json.loads(server)["items"][0]["after"]
        assert json.loads(client)["items"][0]["outcome"] == "planned"
        assert json.loads(server)["items"] == json.loads(client)["items"]

    def test_names_its_manager(
        self, run: Run, api: AdminApi, namespace: str, target: Target
    ) -> None:
        word, kind, name = target
        done(run("attach", word, "pull", "--field-manager=night-shift"))
        fields = api.get(path(kind, namespace, name))["metadata"]["managedFields"]
        (ours,) = [one for one in fields if one["manager"] == "night-shift"]
        assert "imagePullSecrets" in json.dumps(ours["fieldsV1"])

    def test_is_named_for_scripts(self, run: Run, target: Target) -> None:
        out = done(run("attach", target[0], "pull", "-o", "name"))
        assert len(out.splitlines()) == 1
        assert out.endswith(f"/{target[2]}\n")


class TestAnAccount:
    def test_gives_its_secrets_to_the_next_pod(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        assert of_a_new_pod(api, namespace) == []
        done(run("attach", "sa/default", "pull", "more"))
        assert of_a_new_pod(api, namespace) == ["pull", "more"]
        done(run("detach", "sa/default", "pull"))
        assert of_a_new_pod(api, namespace) == ["more"]

    def test_keeps_what_is_odd_in_its_list(self, run: Run, api: AdminApi, namespace: str) -> None:
        odd = ("twice", "", "Bad_Name/x", "twice")
        list_of(api, namespace, *odd)
        done(run("attach", "sa/default", "pull"))
        assert listed(api, "ServiceAccount", namespace, "default") == [*odd, "pull"]
        done(run("detach", "sa/default", "twice"))
        assert listed(api, "ServiceAccount", namespace, "default") == ["", "Bad_Name/x", "pull"]

    def test_that_is_not_there_is_not_made(self, run: Run, api: AdminApi, namespace: str) -> None:
        outcome = run("attach", "sa/robot", "pull")
        assert outcome.code is ExitCode.FAILED
        assert outcome.err.startswith(
            f'error: serviceaccounts "robot" not found in namespace "{namespace}"'
        )
        assert not api.answers(path("ServiceAccount", namespace, "robot"))


def test_a_template_that_hides_its_account_is_warned_of(
    run: Run, api: AdminApi, namespace: str
) -> None:
    api.create(pull_secret("other", "other.test"), namespace)
    list_of(api, namespace, "other")
    api.create(workload("Deployment", "web"), namespace)
    outcome = run("attach", "deploy/web", "pull")
    assert outcome.code is ExitCode.FINE
    assert outcome.err == (
        "warning: deploy/web has a list of its own now: pods no longer get other from sa/default\n"
    )


def test_a_report_is_for_programs(run: Run, api: AdminApi, namespace: str) -> None:
    list_of(api, namespace, "old")
    found = document(run("attach", "sa/default", "pull", "-o", "json"))
    assert found["kind"] == "ChangeReport"
    (item,) = found["items"]
    assert item == {
        "object": {"kind": "ServiceAccount", "namespace": namespace, "name": "default"},
        "action": "changeList",
        "outcome": "done",
        "before": ["imagePullSecrets:", "- name: old"],
        "after": ["imagePullSecrets:", "- name: old", "- name: pull"],
        "why": "",
        "remedy": "",
        "manifest": None,
    }
