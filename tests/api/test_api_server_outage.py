"""kube-apiserver is killed while somebody asks it or waits: no half answers, no hanging."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.sources.transport import retries
from tests.api.admin_api import AdminApi, Json, path
from tests.api.attaching import Run, admin_between, listed, runner_through
from tests.api.between import Errands, GoBetween
from tests.api.control_plane import ControlPlane
from tests.api.objects import REGISTRY, failing_pod, owned_by, pod, pull_secret, workload
from tests.api.one_sentence import is_one_sentence
from tests.cli.outside import Outcome, invoke
from tests.waiting import eventually

MANY = 1200  # pods: three pages
SECOND, THIRD = 2, 3  # page
ENOUGH = 30.0  # seconds for a command that gives up; its own pauses take eight


@pytest.fixture
def between(control_plane: ControlPlane) -> Iterator[GoBetween]:
    """What an admin asks goes through it."""
    with admin_between(control_plane) as running:
        yield running


@pytest.fixture
def through(between: GoBetween, kubeconfig: Path) -> Run:
    """Runs a command whose requests go through the go-between."""
    return runner_through(between, kubeconfig)


@pytest.fixture
def stopped(control_plane: ControlPlane) -> Iterator[Callable[[], None]]:
    """Kills the API server; it serves again after the test."""
    killed = []

    def stop() -> None:
        control_plane.stop_api_server()
        killed.append(True)

    yield stop
    if killed:
        control_plane.start_api_server()


def on_page(between: GoBetween, number: int, act: Callable[[], object]) -> None:
    """Act before the second page is asked for, or a later one."""
    later = partial(on_page, between, number - 1, act)
    between.before("continue=", act if number == SECOND else later)


class TestDoctor:
    @pytest.fixture(autouse=True)
    def pods(self, control_plane: ControlPlane, api: AdminApi, namespace: str) -> None:
        """Pods that run, on several pages, and the last one fails."""
        api.create(pod("one"), namespace)
        running = {"phase": "Running", "containerStatuses": []}
        made = api.patch(f"{path('Pod', namespace, 'one')}/status", {"status": running})
        control_plane.etcd.store(_copy(made, number) for number in range(MANY))
        failing_pod(api, namespace, "zz-last")

    @pytest.mark.parametrize("page", [SECOND, THIRD])
    def test_goes_on_where_the_server_is_back_in_time(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        namespace: str,
        page: int,
    ) -> None:
        def kill() -> None:
            control_plane.stop_api_server()
            between.errands.ask(control_plane.start_api_server)

        on_page(between, page, kill)
        outcome = through("doctor", "-A", "-o", "json")
        assert outcome.code is ExitCode.FINDINGS, outcome.err
        found: dict[str, Any] = json.loads(outcome.out)
        here = [one for one in found["items"] if one["subject"]["namespace"] == namespace]
        assert [one["subject"]["name"] for one in here] == ["zz-last"]
        assert found["summary"]["pods"] >= MANY + 2
        assert found["incomplete"] == []

    def test_is_one_sentence_and_nothing_half_shown_where_it_stays_away(
        self, between: GoBetween, through: Run, stopped: Callable[[], None]
    ) -> None:
        on_page(between, THIRD, stopped)
        began = time.monotonic()
        outcome = through("doctor", "-A", "-o", "json")
        assert is_one_sentence(outcome), outcome.err
        assert time.monotonic() - began < ENOUGH

    def test_keeps_to_the_request_timeout(
        self, between: GoBetween, through: Run, stopped: Callable[[], None]
    ) -> None:
        on_page(between, SECOND, stopped)
        began = time.monotonic()
        outcome = through("doctor", "-A", "--request-timeout=2s")
        assert is_one_sentence(outcome), outcome.err
        assert time.monotonic() - began < 6

    def test_waits_for_a_server_that_hangs_for_a_moment(
        self, control_plane: ControlPlane, between: GoBetween, through: Run
    ) -> None:
        with ExitStack() as silence:
            pause = control_plane.silent_api_server()

            def hang() -> None:
                silence.enter_context(pause)
                between.errands.ask(resume)

            def resume() -> None:
                time.sleep(1)
                silence.close()

            on_page(between, SECOND, hang)
            outcome = through("doctor", "-A", "-o", "json")
        assert outcome.code is ExitCode.FINDINGS, outcome.err
        assert json.loads(outcome.out)["summary"]["pods"] >= MANY + 2


def _copy(made: Json, number: int) -> Json:
    metadata = {**made["metadata"], "name": f"many-{number:04}", "uid": str(uuid4())}
    for key in ("resourceVersion", "managedFields"):
        metadata.pop(key, None)
    return {**made, "metadata": metadata}


class TestWaiting:
    """`attach deploy/web pull --wait`: the test is the controllers and the kubelet."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A look that nobody answers fails at once, not after eight seconds."""
        monkeypatch.setattr(retries, "_PAUSES", (0.01, 0.01, 0.01))

    @pytest.fixture(autouse=True)
    def web(self, api: AdminApi, namespace: str) -> Json:
        api.create(pull_secret("pull", REGISTRY), namespace)
        return api.create(workload("Deployment", "web"), namespace)

    @staticmethod
    def after_the_change(between: GoBetween, act: Callable[[], object]) -> None:
        """Act before the first look at what came of it."""
        look = "GET /apis/apps/v1/namespaces"
        between.before("PATCH", lambda: between.before(look, act))

    @staticmethod
    def run(api: AdminApi, namespace: str, web: Json) -> None:
        """A new pod comes, and its image is there."""
        made = pod("web-1", "pull", owner=owned_by(web))
        made["metadata"]["labels"] = {"app": "web"}
        api.create(made, namespace)
        state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
        container = {"name": "app", "image": "x", "imageID": "sha256:1", "ready": True}
        status = {"phase": "Running", "containerStatuses": [container | {"state": state}]}
        status["containerStatuses"][0]["restartCount"] = 0  # type: ignore[index]  # just above
        api.patch(f"{path('Pod', namespace, 'web-1')}/status", {"status": status})

    def test_goes_on_when_the_server_is_back(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        api: AdminApi,
        namespace: str,
        web: Json,
    ) -> None:
        def restart() -> None:
            control_plane.start_api_server()
            self.run(api, namespace, web)

        def kill() -> None:
            control_plane.stop_api_server()
            between.errands.ask(restart)

        self.after_the_change(between, kill)
        outcome = through("attach", "deploy/web", "pull", "--wait", "--timeout=60s")
        assert outcome.code is ExitCode.FINE, outcome.err
        assert "deployment.apps/web" in outcome.out  # the change
        assert outcome.out.endswith("the images are there: deploy/web (1 pod)\n")
        warning, again = outcome.err.splitlines()
        assert warning.startswith('warning: cannot get deployments "web" in namespace')
        assert warning.endswith("; the change is made, and the server is waited for")
        assert again == "the server answers again"

    def test_ends_with_its_timeout_and_what_was_done_where_it_stays_away(
        self,
        between: GoBetween,
        through: Run,
        stopped: Callable[[], None],
    ) -> None:
        self.after_the_change(between, stopped)
        began = time.monotonic()
        outcome = through("attach", "deploy/web", "pull", "--wait", "--timeout=4s")
        took = time.monotonic() - began
        assert outcome.code is ExitCode.FAILED
        assert "deployment.apps/web" in outcome.out
        _, error, remedy = outcome.err.splitlines()
        assert error.startswith('error: not settled within 4 s: cannot get deployments "web"')
        assert remedy == "the change itself is made"
        assert 4 <= took < 15

    def test_ends_with_its_timeout_where_it_is_silent(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
    ) -> None:
        with ExitStack() as silence:
            pause = control_plane.silent_api_server()
            self.after_the_change(between, lambda: silence.enter_context(pause))
            began = time.monotonic()
            outcome = through("attach", "deploy/web", "pull", "--wait", "--timeout=3s")
            took = time.monotonic() - began
        assert outcome.code is ExitCode.FAILED
        assert "no answer from" in outcome.err
        assert "deployment.apps/web" in outcome.out
        assert 3 <= took < 12

    def test_goes_on_when_a_port_that_refuses_takes_connections_again(
        self,
        control_plane: ControlPlane,
        kubeconfig: Path,
        api: AdminApi,
        namespace: str,
        web: Json,
    ) -> None:
        """Nobody is between: what a user sees whose server is made anew."""
        errands, args = Errands(), ("attach", "deploy/web", "pull", "--wait", "--timeout=60s")

        def watch() -> Outcome:
            now = datetime.now(timezone.utc)
            return invoke(*args, "--kubeconfig", str(kubeconfig), now=now)

        def kill_once_changed() -> None:
            eventually(lambda: listed(api, "Deployment", namespace, "web") == ["pull"])
            time.sleep(0.5)  # it is waiting
            control_plane.stop_api_server()
            time.sleep(3)  # longer than from one look to the next
            control_plane.start_api_server()
            self.run(api, namespace, web)

        errands.ask(kill_once_changed)
        outcome = errands.during(watch)
        assert outcome.code is ExitCode.FINE, outcome.err
        assert "the server answers again" in outcome.err
        assert outcome.out.endswith("the images are there: deploy/web (1 pod)\n")

    def test_a_document_stays_one_and_the_words_go_to_stderr(
        self,
        between: GoBetween,
        through: Run,
        stopped: Callable[[], None],
    ) -> None:
        self.after_the_change(between, stopped)
        outcome = through("attach", "deploy/web", "pull", "--wait", "--timeout=2s", "-o", "json")
        assert outcome.code is ExitCode.FAILED
        assert json.loads(outcome.out)["kind"] == "ChangeReport"
        assert outcome.err.startswith("warning: ")

    def test_a_server_that_goes_before_the_change_leaves_it_undone_and_says_so(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        api: AdminApi,
        namespace: str,
    ) -> None:
        between.before("PATCH", control_plane.stop_api_server)
        try:
            outcome = through("attach", "deploy/web", "pull", "--wait", "--timeout=5s")
        finally:
            control_plane.start_api_server()
        assert outcome.code is ExitCode.FAILED
        assert outcome.err.startswith("error: ")
        assert listed(api, "Deployment", namespace, "web") == []


def test_before_anything_it_is_told_at_once(kubeconfig: Path, stopped: Callable[[], None]) -> None:
    stopped()
    began = time.monotonic()
    now = datetime.now(timezone.utc)
    args = ("attach", "sa/default", "pull", "--wait", "--kubeconfig", str(kubeconfig))
    outcome = invoke(*args, now=now)
    assert is_one_sentence(outcome), outcome.err
    assert time.monotonic() - began < 10
