"""What is asked of a cluster, in how many rounds, and what becomes of the answers."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from kubectl_pullsecret.diagnosis.wanted import for_inspect, for_list, for_match
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reads import Get
from kubectl_pullsecret.report import Copy, FailOn, Reason, Rewrap
from kubectl_pullsecret.sources.live import observe
from kubectl_pullsecret.sources.transport import Client
from tests.diagnosis.cluster import (
    HUB,
    IMAGE,
    NAMESPACE,
    NO_SUCH_HOST,
    NOTHING_SENT,
    Cluster,
    entry,
)
from tests.sources.live_runs import asked, doctor
from tests.sources.recorded_server import RecordedServer

CAPTURES = Path(__file__).parent.parent / "data" / "captures"
EXPECTED: dict[str, list[str]] = json.loads((CAPTURES / "expected.json").read_text())
LATER = datetime(2026, 11, 21, 6, 40, tzinfo=timezone.utc)
POD = ObjectRef("Pod", NAMESPACE, "demo")
SECRETS = [("get", "secrets"), ("list", "secrets")]


def failing(**kwargs: Any) -> Cluster:
    return Cluster().account().pod(error=NOTHING_SENT, **kwargs)


@pytest.mark.parametrize("near", [True, False])
@pytest.mark.parametrize("capture", EXPECTED)
def test_a_pod_takes_three_rounds_at_most(capture: str, near: bool) -> None:
    objects = json.loads((CAPTURES / capture).read_text())["items"]
    pods = [one["metadata"] for one in objects if one["kind"] == "Pod"]
    for pod in pods:
        target = ObjectRef("Pod", pod["namespace"], pod["name"])
        run = doctor(objects, target, namespace=pod["namespace"], now=LATER, near=near)
        assert run.rounds <= 3
        assert len(run.server.asked) == len(set(run.server.asked)) <= 12


def test_a_pod_that_runs_costs_no_search() -> None:
    run = doctor(Cluster().account().pod().objects, POD)
    assert not asked(run, "/events")
    assert not asked(run, "secrets?")


def test_what_does_not_want_a_credential_searches_for_none() -> None:
    run = doctor(Cluster().account().pod(error=NO_SUCH_HOST).objects, POD)
    assert run.report.findings[0].reason is Reason.NAME_RESOLUTION
    assert not asked(run, "secrets?")


def test_the_pull_secrets_of_a_namespace_are_asked_for_by_type_never_all() -> None:
    run = doctor(failing().secret("spare", {"registry.test:5000": entry()}).objects, POD)
    lists = asked(run, f"/namespaces/{NAMESPACE}/secrets?")
    assert len(lists) == 2
    assert all("fieldSelector=type=kubernetes.io/docker" in path for path in lists)
    assert "attach" in str(run.report.findings[0].fixes[0]).lower()


def test_a_missing_secret_is_looked_for_elsewhere_by_its_name_alone() -> None:
    cluster = failing(secrets=("pull",)).secret("pull", {HUB: entry()}, namespace="prod")
    run = doctor(cluster.objects, POD)
    (finding,) = run.report.findings
    assert finding.reason is Reason.SECRET_NOT_FOUND
    assert asked(run, "/api/v1/secrets?fieldSelector=metadata.name=pull")
    assert [fix.from_namespace for fix in finding.fixes if isinstance(fix, Copy)] == ["prod"]
    assert ("prod", "pull") not in run.snapshot.secrets
    assert any("its content was not read" in line.text for line in finding.evidence)


def test_another_pod_of_the_namespace_keeps_its_key_when_one_is_renamed() -> None:
    """A rename in place would break the other pod: it is seen although it runs."""
    near = {"registry.test:5001": entry()}
    cluster = failing(secrets=("pull",)).secret("pull", near)
    alone = doctor(cluster.objects, POD)
    cluster.pod("other", secrets=("pull",), image="registry.test:5001/team/other:v1")
    beside = doctor(cluster.objects, POD)
    names = [
        fix.name
        for run in (alone, beside)
        for fix in run.report.findings[0].fixes
        if isinstance(fix, Rewrap)
    ]
    assert names == ["pull", "pull-2"]


@pytest.mark.parametrize("many", [3, 4])
def test_the_events_of_few_pods_are_asked_for_one_by_one(many: int) -> None:
    cluster = Cluster().account()
    for number in range(many):
        cluster.pod(f"demo-{number}", error=NOTHING_SENT)
    run = doctor(cluster.objects)
    assert run.report.failing == many
    by_pod = asked(run, "/events", "involvedObject.name")
    assert len(by_pod) == (many if many <= 3 else 0)


def test_pods_that_run_are_counted_and_not_kept() -> None:
    cluster = failing()
    for number in range(50):
        cluster.pod(f"web-{number}", secrets=("pull",))
    run = doctor(cluster.objects)
    assert (run.report.pods, run.report.failing) == (51, 1)
    assert [pod.ref.name for pod in run.snapshot.pods] == ["demo"]
    assert run.snapshot.quiet(NAMESPACE).uses == {("pull", IMAGE)}


def test_an_owner_is_followed_to_the_top() -> None:
    cluster = Cluster().account().workload("Deployment", "web").workload("ReplicaSet", "web-1")
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    cluster.objects[-1]["metadata"]["ownerReferences"] = [owner]
    cluster.pod(error=NOTHING_SENT, owner="ReplicaSet/web-1")
    run = doctor(cluster.objects, POD)
    assert run.report.findings[0].subject == ObjectRef("Deployment", NAMESPACE, "web")
    assert run.rounds == 3


def test_a_pod_that_could_not_be_made_is_found_by_its_owner_s_event() -> None:
    cluster = Cluster().workload("ReplicaSet", "web-1")
    said = 'pods "web-1-" is forbidden: error looking up service account team/app: not found'
    cluster.event("FailedCreate", said, pod="web-1", kind="ReplicaSet", container=None)
    (finding,) = doctor(cluster.objects).report.findings
    assert finding.reason is Reason.POD_NOT_CREATED


def test_an_owner_whose_pods_run_has_made_them_since() -> None:
    cluster = Cluster().account().workload("ReplicaSet", "web-1").pod(owner="ReplicaSet/web-1")
    cluster.event("FailedCreate", "quota", pod="web-1", kind="ReplicaSet", container=None)
    assert doctor(cluster.objects).report.findings == ()


class TestWithoutPermission:
    def test_for_secrets_it_answers_from_names_and_events(self) -> None:
        cluster = failing(secrets=("pull",)).secret("pull", {HUB: entry()})
        run = doctor(cluster.objects, POD, forbidden=SECRETS)
        (finding,) = run.report.findings
        assert finding.reason is Reason.NO_MATCHING_CREDENTIAL
        assert "not seen: secret/pull" in finding.evidence[0].text
        needed = {(one.verb, one.resource): one.why for one in run.report.incomplete}
        assert 'cannot get resource "secrets"' in needed["get", "secrets/pull"]
        assert run.report.exit_code(FailOn.NEVER) is ExitCode.INCOMPLETE

    def test_for_events_the_status_is_enough(self) -> None:
        run = doctor(failing().objects, POD, forbidden=[("list", "events")])
        assert run.report.findings[0].reason is Reason.NO_CREDENTIAL
        assert ("list", "events") in {(one.verb, one.resource) for one in run.report.incomplete}

    def test_for_other_namespaces_the_answer_is_as_good(self) -> None:
        cluster = failing(secrets=("pull",))
        run = doctor(cluster.objects, POD, forbidden=[("list", "secrets")])
        resources = {one.resource for one in run.report.incomplete if not one.namespace}
        assert resources == set()

    def test_for_all_namespaces_it_proposes_one(self) -> None:
        with pytest.raises(PullSecretError) as raised:
            doctor(failing().objects, namespace=None, forbidden=[("list", "pods")])
        assert "-n NAMESPACE" in raised.value.remedy

    def test_for_the_pods_there_is_no_answer(self) -> None:
        with pytest.raises(PullSecretError) as raised:
            doctor(failing().objects, forbidden=[("list", "pods")])
        assert raised.value.exit_code is ExitCode.FAILED


def test_what_was_deleted_between_two_requests_is_not_there() -> None:
    cluster = failing(secrets=("pull",), owner="ReplicaSet/gone")
    (finding,) = doctor(cluster.objects, POD).report.findings
    assert finding.reason is Reason.SECRET_NOT_FOUND
    assert finding.subject == ObjectRef("ReplicaSet", NAMESPACE, "gone")


def test_an_account_is_judged_by_what_admission_makes_of_it() -> None:
    account = ObjectRef("ServiceAccount", NAMESPACE, "default")
    cluster = Cluster().account(secrets=("pull",)).secret("pull", {HUB: entry()})
    run = doctor(cluster.objects, account)
    assert run.snapshot.injected(account) == ("pull",)
    assert [line.columns[0] for line in run.report.notes[0].evidence] == ["secret/pull"]


def planned(wanted: Any) -> list[str]:
    cluster = Cluster().account(secrets=("pull",)).secret("pull", {HUB: entry()})
    server = RecordedServer(cluster.workload("Deployment", "web").objects)
    observe(cast("Client", server), wanted)
    return server.asked


def test_list_takes_two_requests() -> None:
    assert len(planned(partial(for_list, NAMESPACE, "", False))) == 2


def test_inspect_asks_for_one_secret_and_for_whoever_may_name_it() -> None:
    paths = planned(partial(for_inspect, "pull", NAMESPACE))
    assert [path for path in paths if "secrets" in path] == [
        f"/api/v1/namespaces/{NAMESPACE}/secrets/pull"
    ]


def test_match_for_a_workload_follows_it_to_its_account_s_secrets() -> None:
    target = ObjectRef("Deployment", NAMESPACE, "web")
    paths = planned(partial(for_match, target, NAMESPACE))
    assert f"/api/v1/namespaces/{NAMESPACE}/secrets/pull" in paths


def test_a_planner_that_never_ends_is_a_bug_and_no_endless_loop() -> None:
    names = (f"n{number}" for number in range(1000))
    with pytest.raises(AssertionError):
        planned(lambda _: [Get("Secret", NAMESPACE, next(names))])
