"""The API server fails in the middle: each time the right answer, or one sentence and exit 3."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.sources.transport import retries
from tests.api.admin_api import AdminApi, Json, path
from tests.api.between import Errands, GoBetween, go_between, relay
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import REGISTRY, failing_pod, pod, pull_secret, workload
from tests.api.one_sentence import is_one_sentence
from tests.cli.outside import Outcome, invoke

MANY = 600  # of what comes in pages of 500
MIDDLE = 12_000  # bytes, with the handshake's; such a page has more than 20,000, compressed


@pytest.fixture
def between(control_plane: ControlPlane) -> Iterator[GoBetween]:
    """What an admin asks goes through it."""
    authority = control_plane.authority
    tls = authority.tls(authority.client(ADMIN, ADMINS))
    with go_between(control_plane.server, tls) as running:
        yield running


Run = Callable[..., Outcome]


@pytest.fixture
def through(between: GoBetween, kubeconfig: Path) -> Run:
    """Runs a command whose requests go through the go-between."""

    def through(*args: str) -> Outcome:
        flags = ("-s", between.url, "--kubeconfig", str(kubeconfig))
        now = datetime.now(timezone.utc)
        return between.errands.during(lambda: invoke(*args, *flags, now=now))

    return through


def answer(outcome: Outcome) -> dict[str, Any]:
    """The JSON of a command that had an answer."""
    assert outcome.code in (ExitCode.FINE, ExitCode.FINDINGS), outcome.err
    document: dict[str, Any] = json.loads(outcome.out)
    return document


def multiplied(made: Json, number: int) -> Json:
    """A copy of an object of the server, as another one in its store."""
    metadata = {**made["metadata"], "name": f"many-{number:04}", "uid": str(uuid4())}
    metadata.pop("resourceVersion", None)
    metadata.pop("managedFields", None)
    return {**made, "metadata": metadata}


@pytest.fixture
def many_secrets(control_plane: ControlPlane, api: AdminApi, namespace: str) -> list[str]:
    made = api.create(pull_secret("one", REGISTRY), namespace)
    control_plane.etcd.store(multiplied(made, number) for number in range(MANY))
    return ["one", *(f"many-{number:04}" for number in range(MANY))]


@pytest.fixture
def many_pods(control_plane: ControlPlane, api: AdminApi, namespace: str) -> int:
    """Pods that run, and one that fails."""
    api.create(pod("one"), namespace)
    running = {"phase": "Running", "containerStatuses": []}
    made = api.patch(f"{path('Pod', namespace, 'one')}/status", {"status": running})
    control_plane.etcd.store(multiplied(made, number) for number in range(MANY))
    failing_pod(api, namespace, "zz-last")
    return MANY + 2


def verdicts(document: dict[str, Any], namespace: str) -> list[tuple[str, str]]:
    return [
        (item["reason"], item["subject"]["name"])
        for item in document["items"]
        if item["subject"]["namespace"] == namespace
    ]


class TestCut:
    def test_a_page_that_breaks_off_is_read_again(
        self, control_plane: ControlPlane, kubeconfig: Path, many_secrets: list[str]
    ) -> None:
        flags = ("--kubeconfig", str(kubeconfig))
        with relay(control_plane.server, cut_after=MIDDLE, times=1) as line:
            found = answer(invoke("list", "-o", "json", "-s", line.url, *flags))
        assert line.cuts == 1
        assert sorted(item["name"] for item in found["items"]) == sorted(many_secrets)

    @pytest.mark.usefixtures("many_secrets")
    def test_a_line_that_always_breaks_is_one_sentence(
        self,
        control_plane: ControlPlane,
        kubeconfig: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(retries, "_PAUSES", (0.01, 0.01, 0.01))
        flags = ("--kubeconfig", str(kubeconfig))
        with relay(control_plane.server, cut_after=MIDDLE, times=99) as line:
            outcome = invoke("list", "-s", line.url, *flags)
        assert is_one_sentence(outcome), outcome.err
        assert "was cut before the answer was complete" in outcome.err
        assert 2 <= line.cuts <= 8


class TestKilled:
    def test_and_restarted_it_is_asked_again(
        self,
        control_plane: ControlPlane,
        kubeconfig: Path,
        namespace: str,
        many_pods: int,
    ) -> None:
        errands = Errands()

        def kill() -> None:
            control_plane.stop_api_server()
            errands.ask(control_plane.start_api_server)

        with relay(control_plane.server, cut_after=MIDDLE, times=1, on_cut=kill) as line:
            flags = ("-s", line.url, "--kubeconfig", str(kubeconfig))
            found = answer(errands.during(lambda: invoke("doctor", "-A", "-o", "json", *flags)))
        assert line.cuts == 1
        assert verdicts(found, namespace) == [("NoCredential", "zz-last")]
        assert found["summary"]["pods"] >= many_pods

    @pytest.mark.usefixtures("many_pods")
    def test_and_gone_it_is_one_sentence_within_bounds(
        self,
        control_plane: ControlPlane,
        kubeconfig: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(retries, "_PAUSES", (0.01, 0.01, 0.01))
        flags = ("--kubeconfig", str(kubeconfig))
        try:
            with relay(
                control_plane.server,
                cut_after=MIDDLE,
                times=1,
                on_cut=control_plane.stop_api_server,
            ) as line:
                outcome = invoke("doctor", "-A", "-s", line.url, *flags)
        finally:
            control_plane.start_api_server()
        assert line.cuts == 1
        assert is_one_sentence(outcome), outcome.err

    def test_and_gone_in_a_later_round_it_is_one_sentence_too(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        api: AdminApi,
        namespace: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Not a report in which everything else was not seen."""
        monkeypatch.setattr(retries, "_PAUSES", (0.01, 0.01, 0.01))
        failing_pod(api, namespace, "demo", *(f"s{number}" for number in range(30)))
        between.before("/secrets/", control_plane.stop_api_server)
        try:
            outcome = through("doctor", "pod/demo")
        finally:
            control_plane.start_api_server()
        assert is_one_sentence(outcome), outcome.err

    def test_before_the_first_request_it_is_told_at_once(
        self, control_plane: ControlPlane, kubeconfig: Path
    ) -> None:
        control_plane.stop_api_server()
        started = time.monotonic()
        try:
            outcome = invoke("doctor", "-A", "--kubeconfig", str(kubeconfig))
            took = time.monotonic() - started
        finally:
            control_plane.start_api_server()
        assert is_one_sentence(outcome), outcome.err
        assert "refused" in outcome.err
        assert took < 10


class TestContinueTokensExpire:
    """Between two pages everything changes, and etcd forgets what was before."""

    def test_and_the_list_is_complete_with_each_object_once(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        api: AdminApi,
        namespace: str,
        many_secrets: list[str],
    ) -> None:
        def forget() -> None:
            api.create(pull_secret("new", REGISTRY), namespace)
            control_plane.compact_etcd()

        between.before("continue=", forget)
        mark = control_plane.mark()
        found = answer(through("list", "-o", "json"))
        listed = [item["name"] for item in found["items"]]
        assert sorted(listed) == sorted([*many_secrets, "new"])
        codes = [one.code for one in control_plane.requests_since(mark) if "continue" in one.uri]
        assert codes == [410, 200]

    def test_and_the_pods_are_counted_once(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        api: AdminApi,
        namespace: str,
        many_pods: int,
    ) -> None:
        def forget() -> None:
            api.delete(path("Pod", namespace, "one"))
            control_plane.compact_etcd()

        between.before("continue=", forget)
        found = answer(through("doctor", "-o", "json"))
        assert verdicts(found, namespace) == [("NoCredential", "zz-last")]
        assert found["summary"]["pods"] == many_pods - 1


class TestDeletedBetweenTwoRequests:
    def test_a_secret_is_missing(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        failing_pod(api, namespace, "demo", "pull")
        secret = path("Secret", namespace, "pull")
        between.before("/secrets/pull", lambda: api.delete(secret))
        found = answer(through("doctor", "pod/demo", "-o", "json"))
        assert verdicts(found, namespace) == [("SecretNotFound", "demo")]

    def test_an_owner_is_known_by_its_name(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        owner = api.create(workload("ReplicaSet", "web-1"), namespace)
        failing_pod(api, namespace, "demo", owner=owner)
        replica_set = path("ReplicaSet", namespace, "web-1")
        between.before("/replicasets/web-1", lambda: api.delete(replica_set))
        found = answer(through("doctor", "-o", "json"))
        assert verdicts(found, namespace) == [("NoCredential", "web-1")]
        assert found["incomplete"] == []

    def test_an_account_is_not_there(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        failing_pod(api, namespace, "demo")
        account = path("ServiceAccount", namespace, "default")
        between.before("/serviceaccounts/default", lambda: api.delete(account))
        found = answer(through("doctor", "pod/demo", "-o", "json"))
        assert verdicts(found, namespace) == [("NoCredential", "demo")]

    def test_a_pod_is_judged_as_it_was(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        failing_pod(api, namespace, "demo")
        where = path("Pod", namespace, "demo")
        between.before("/serviceaccounts/default", lambda: api.delete(where))
        found = answer(through("doctor", "pod/demo", "-o", "json"))
        assert verdicts(found, namespace) == [("NoCredential", "demo")]

    def test_a_workload_s_pods_are_gone(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        owner = api.create(workload("ReplicaSet", "web-1"), namespace)
        failing_pod(api, namespace, "demo", owner=owner)
        between.before("/pods?labelSelector", lambda: api.delete(path("Pod", namespace)))
        found = answer(through("doctor", "rs/web-1", "-o", "json"))
        assert found["summary"]["failing"] == 0

    def test_a_namespace_is_not_found(
        self, between: GoBetween, through: Run, api: AdminApi
    ) -> None:
        api.create({"kind": "Namespace", "metadata": {"name": "brief"}})
        between.before("/api/v1/namespaces/brief/pods", lambda: api.remove_namespace("brief"))
        outcome = through("doctor", "-n", "brief")
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        assert outcome.err.splitlines()[0] == 'error: namespaces "brief" not found'


def test_silence_in_the_middle_is_one_sentence_too(
    control_plane: ControlPlane,
    between: GoBetween,
    through: Run,
    api: AdminApi,
    namespace: str,
) -> None:
    failing_pod(api, namespace, "demo", "pull")
    with ExitStack() as silence:
        pause = control_plane.silent_api_server()
        between.before("/secrets/pull", lambda: silence.enter_context(pause))
        started = time.monotonic()
        outcome = through("doctor", "pod/demo", "--request-timeout=1s")
        took = time.monotonic() - started
    assert is_one_sentence(outcome), outcome.err
    assert took < 10
