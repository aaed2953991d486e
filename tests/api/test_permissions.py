"""What each command still answers for a user who may not read everything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import may
from tests.api.admin_api import AdminApi, Json, path
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane
from tests.api.objects import REGISTRY, failing_pod, pod, pull_secret, workload
from tests.cli.outside import Outcome, invoke

LOOK = [
    may("get list", "pods secrets serviceaccounts events"),
    may("get list", "deployments.apps replicasets.apps"),
]
NO_SECRETS = [may("get list", "pods serviceaccounts events")]


def report(outcome: Outcome) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(outcome.out)
    return document


def lacking(outcome: Outcome) -> dict[str, str]:
    """Why each part of a report was not seen, by what would show it."""
    return {f"{one['verb']} {one['resource']}": one["why"] for one in report(outcome)["incomplete"]}


def reasons(outcome: Outcome) -> list[str]:
    return [item["reason"] for item in report(outcome)["items"]]


Doctor = Callable[..., Outcome]


@pytest.fixture
def doctor(as_user: AsUser) -> Doctor:
    """Runs `doctor -o json` as a user who may do just this in the namespace."""

    def doctor(rules: list[Json], *args: str) -> Outcome:
        kubeconfig = str(as_user("dev", rules))
        return invoke("doctor", *args, "-o", "json", "--kubeconfig", kubeconfig)

    return doctor


class TestSecretsAreForbidden:
    def test_names_account_and_events_give_the_answer(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", "elsewhere.test"), namespace)
        failing_pod(api, namespace, "demo", "pull")
        outcome = doctor(NO_SECRETS, "pod/demo")
        assert outcome.code is ExitCode.FINDINGS
        (item,) = report(outcome)["items"]
        assert item["reason"] == "NoMatchingCredential"
        assert any("not seen: secret/pull" in line["text"] for line in item["evidence"])

    def test_the_report_names_the_right_that_would_help(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        failing_pod(api, namespace, "demo", "pull")
        why = lacking(doctor(NO_SECRETS, "pod/demo"))
        assert 'User "dev" cannot get resource "secrets"' in why["get secrets/pull"]

    def test_the_text_names_it_too(self, as_user: AsUser, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "demo", "pull")
        outcome = invoke("doctor", "pod/demo", "--kubeconfig", str(as_user("dev", NO_SECRETS)))
        assert 'cannot get resource "secrets"' in outcome.out
        assert f'in the namespace "{namespace}"' in outcome.out

    def test_without_findings_the_exit_code_says_incomplete(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        failing_pod(api, namespace, "demo", "pull")
        assert doctor(NO_SECRETS, "--fail-on=never").code is ExitCode.INCOMPLETE

    def test_a_missing_secret_is_not_called_missing(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        failing_pod(api, namespace, "demo", "nosuch")
        assert "SecretNotFound" not in reasons(doctor(NO_SECRETS, "pod/demo"))

    def test_a_pod_that_needs_none_is_judged_whole(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        api.create(pod("fine"), namespace)
        outcome = doctor(NO_SECRETS)
        assert (outcome.code, report(outcome)["incomplete"]) == (ExitCode.FINE, [])

    @pytest.mark.parametrize(
        "command",
        [("list",), ("inspect",), ("inspect", "pull")],
        ids=["list", "inspect", "inspect of one"],
    )
    def test_who_asks_for_secrets_gets_one_sentence(
        self, as_user: AsUser, namespace: str, command: tuple[str, ...]
    ) -> None:
        outcome = invoke(*command, "--kubeconfig", str(as_user("dev", NO_SECRETS)))
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        message, remedy = outcome.err.splitlines()
        assert message.startswith("error: secrets ")
        assert f'resource "secrets" in API group "" in the namespace "{namespace}"' in message
        assert remedy.startswith("ask for the right to ")


class TestOneSecretMayBeRead:
    """Rights by resourceNames: that secret may be got, and no list is allowed."""

    RULES = (*NO_SECRETS, may("get", "secrets", "pull"))

    def test_it_is_judged_by_its_content(
        self, doctor: Doctor, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", "elsewhere.test"), namespace)
        failing_pod(api, namespace, "demo", "pull")
        outcome = doctor([*self.RULES], "pod/demo")
        (item,) = report(outcome)["items"]
        assert item["reason"] == "NoMatchingCredential"
        assert any("elsewhere.test" in line["text"] for line in item["evidence"])

    def test_it_is_missing_for_sure(self, doctor: Doctor, api: AdminApi, namespace: str) -> None:
        failing_pod(api, namespace, "demo", "pull")
        (item,) = report(doctor([*self.RULES], "pod/demo"))["items"]
        assert (item["reason"], item["confidence"]) == ("SecretNotFound", "settled")

    def test_the_others_stay_unknown(self, doctor: Doctor, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("pull", "elsewhere.test"), namespace)
        failing_pod(api, namespace, "demo", "pull", "other")
        outcome = doctor([*self.RULES], "pod/demo")
        assert reasons(outcome) == ["NoMatchingCredential"]
        assert set(lacking(outcome)) == {"get secrets/other", "list secrets"}

    def test_inspect_shows_it_and_no_other(
        self, as_user: AsUser, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        kubeconfig = str(as_user("dev", [may("get", "secrets", "pull")]))
        assert invoke("inspect", "pull", "--kubeconfig", kubeconfig).code is ExitCode.FINE
        other = invoke("inspect", "other", "--kubeconfig", kubeconfig)
        assert (other.code, other.out) == (ExitCode.FAILED, "")
        assert other.err.startswith('error: secrets "other" is forbidden: User "dev" cannot get')

    def test_match_tries_it(self, as_user: AsUser, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        api.create(pod("demo", "pull"), namespace)
        kubeconfig = str(as_user("dev", [*self.RULES]))
        image = f"{REGISTRY}/team/app:v1"
        outcome = invoke("match", image, "--for", "pod/demo", "--kubeconfig", kubeconfig)
        assert outcome.code is ExitCode.FINE, outcome.out + outcome.err


@pytest.mark.parametrize(
    ("rights", "reason", "needed"),
    [
        pytest.param(
            [may("get list", "pods secrets serviceaccounts")],
            "NoCredential",
            "list events",
            id="events",
        ),
        pytest.param(
            [may("get list", "pods secrets events")],
            "NoCredential",
            "get serviceaccounts/default",
            id="accounts",
        ),
        pytest.param([may("get", "pods")], "NoCredential", "list events", id="all but the pod"),
    ],
)
def test_a_pod_is_judged_without(
    doctor: Doctor, api: AdminApi, namespace: str, rights: list[Json], reason: str, needed: str
) -> None:
    failing_pod(api, namespace, "demo")
    outcome = doctor(rights, "pod/demo")
    assert reasons(outcome) == [reason]
    assert needed in lacking(outcome)
    assert outcome.code is ExitCode.FINDINGS


def test_a_pod_is_judged_without_its_owner(doctor: Doctor, api: AdminApi, namespace: str) -> None:
    owner = api.create(workload("ReplicaSet", "web-1"), namespace)
    failing_pod(api, namespace, "web-1-x", owner=owner)
    outcome = doctor([may("get list", "pods secrets serviceaccounts events")], "pod/web-1-x")
    (item,) = report(outcome)["items"]
    assert (item["reason"], item["subject"]["name"]) == ("NoCredential", "web-1")
    assert 'cannot get resource "replicasets"' in lacking(outcome)["get replicasets/web-1"]


def test_other_namespaces_may_stay_closed(doctor: Doctor, api: AdminApi, namespace: str) -> None:
    """A missing secret is looked for in them; not to find it there takes nothing away."""
    failing_pod(api, namespace, "demo", "nosuch")
    outcome = doctor(LOOK, "pod/demo")
    assert reasons(outcome) == ["SecretNotFound"]
    assert report(outcome)["incomplete"] == []


def test_nobody_is_asked_what_he_may(
    doctor: Doctor, control_plane: ControlPlane, api: AdminApi, namespace: str
) -> None:
    """So it does not matter where SelfSubjectAccessReviews are denied."""
    failing_pod(api, namespace, "demo", "pull")
    mark = control_plane.mark()
    doctor(NO_SECRETS, "pod/demo")
    asked = [one for one in control_plane.requests_since(mark) if one.user == "dev"]
    assert asked
    assert not any("authorization.k8s.io" in one.uri for one in asked)


def test_in_all_namespaces_those_that_are_closed_are_told(
    as_user: AsUser, api: AdminApi, namespace: str
) -> None:
    closed = f"{namespace}-closed"
    api.create({"kind": "Namespace", "metadata": {"name": closed}})
    api.create({"kind": "ServiceAccount", "metadata": {"name": "default"}}, closed)
    for place in (namespace, closed):
        api.create(pull_secret("pull", "elsewhere.test"), place)
        failing_pod(api, place, "demo", "pull")
    kubeconfig = as_user("dev", LOOK, cluster=[may("get list", "pods events")])
    outcome = invoke("doctor", "-A", "-o", "json", "--kubeconfig", str(kubeconfig))
    api.remove_namespace(closed)
    unseen = [(one["resource"], one["namespace"]) for one in report(outcome)["incomplete"]]
    assert ("secrets/pull", closed) in unseen
    assert namespace not in [place for _, place in unseen]
    judged = [item["subject"]["namespace"] for item in report(outcome)["items"]]
    assert {namespace, closed} <= set(judged)


PODS = 'User "dev" cannot list resource "pods"'


@pytest.mark.parametrize(
    ("args", "message", "remedy"),
    [
        pytest.param(
            ("-A",), f'{PODS} in API group "" at the cluster scope', "-n NAMESPACE", id="-A"
        ),
        pytest.param((), f'{PODS} in API group "" in the', "the right to list pods", id="none"),
        pytest.param(
            ("pod/demo",), 'cannot get resource "pods"', 'the right to get pods "demo"', id="a pod"
        ),
        pytest.param(
            ("deploy/web",),
            'cannot get resource "deployments" in API group "apps"',
            'the right to get deployments "web"',
            id="a workload",
        ),
        pytest.param(
            ("sa/default",),
            'cannot get resource "serviceaccounts"',
            'the right to get serviceaccounts "default"',
            id="an account",
        ),
    ],
)
def test_without_the_target_there_is_no_answer(
    as_user: AsUser, args: tuple[str, ...], message: str, remedy: str
) -> None:
    kubeconfig = str(as_user("dev", [may("get", "configmaps")]))
    outcome = invoke("doctor", *args, "--kubeconfig", kubeconfig)
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
    said, help_ = outcome.err.splitlines()
    assert message in said
    assert remedy in help_


def test_a_namespace_without_pods_needs_no_right_to_namespaces(doctor: Doctor) -> None:
    outcome = doctor(LOOK)
    assert (outcome.code, report(outcome)["incomplete"]) == (ExitCode.FINE, [])


class TestAnAccountWithoutTheRightToCreatePods:
    def test_its_own_list_is_shown(self, as_user: AsUser, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        account = path("ServiceAccount", namespace, "default")
        api.patch(account, {"imagePullSecrets": [{"name": "pull"}]})
        outcome = invoke("doctor", "sa/default", "--kubeconfig", str(as_user("dev", LOOK)))
        assert outcome.code is ExitCode.FINE
        assert "secret/pull" in outcome.out

    def test_no_pod_is_made_with_the_right(
        self, doctor: Doctor, control_plane: ControlPlane, api: AdminApi, namespace: str
    ) -> None:
        mark = control_plane.mark()
        outcome = doctor([*LOOK, may("create", "pods")], "sa/default")
        assert outcome.code is ExitCode.FINE, outcome.out
        (tried,) = [one for one in control_plane.requests_since(mark) if one.verb == "create"]
        assert (tried.uri.rpartition("?")[2], tried.code) == ("dryRun=All", 201)
        assert api.get(path("Pod", namespace))["items"] == []


def test_match_says_what_it_did_not_see(as_user: AsUser, api: AdminApi, namespace: str) -> None:
    api.create(pod("demo", "pull"), namespace)
    kubeconfig = str(as_user("dev", NO_SECRETS))
    outcome = invoke("match", "nginx", "--for", "pod/demo", "--kubeconfig", kubeconfig)
    assert outcome.code is ExitCode.INCOMPLETE
    assert "secret/pull  not seen" in outcome.out
    assert 'User "dev" cannot get resource "secrets"' in outcome.err


def test_match_says_why_a_namespace_s_secrets_were_not_seen(
    as_user: AsUser, namespace: str
) -> None:
    kubeconfig = str(as_user("dev", NO_SECRETS))
    outcome = invoke("match", "nginx", "-n", namespace, "--kubeconfig", kubeconfig)
    assert outcome.code is ExitCode.INCOMPLETE
    assert 'User "dev" cannot list resource "secrets"' in outcome.out


def test_match_needs_no_right_beyond_the_secrets_that_are_listed(
    as_user: AsUser, api: AdminApi, namespace: str
) -> None:
    """The namespace's others would only be shown beside."""
    api.create(pull_secret("pull", "elsewhere.test"), namespace)
    api.create(pod("demo", "pull"), namespace)
    kubeconfig = str(as_user("dev", [may("get", "pods"), may("get", "secrets", "pull")]))
    outcome = invoke("match", "nginx", "--for", "pod/demo", "--kubeconfig", kubeconfig)
    assert (outcome.code, outcome.err) == (ExitCode.FINDINGS, "")


def test_whom_nobody_knows_gets_one_sentence(kubeconfig: Path) -> None:
    content = json.loads(kubeconfig.read_text())
    content["users"] = [{"name": "test", "user": {"token": "nobodys"}}]
    kubeconfig.write_text(json.dumps(content))
    outcome = invoke("doctor", "--kubeconfig", str(kubeconfig))
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
    message, remedy = outcome.err.splitlines()
    assert "does not accept who you are: cannot list pods" in message
    assert "(401 Unauthorized)" in message
    assert "log in again" in remedy


def test_who_may_not_act_as_another_is_told_so(as_user: AsUser) -> None:
    kubeconfig = str(as_user("dev", LOOK))
    outcome = invoke("doctor", "--as", "boss", "--kubeconfig", kubeconfig)
    assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
    assert 'User "dev" cannot impersonate resource "users"' in outcome.err
    assert "--as" in outcome.err.splitlines()[1]
