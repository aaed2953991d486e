"""The loop behind --wait: how often it looks, what it says, and when it ends."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import click
import pytest
from click.testing import CliRunner

from kubectl_pullsecret.changes.awaited import Awaited
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.waiting import Verdict, Waiting, wait_for, waiting
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.sources.transport import ApiError, Client
from kubectl_pullsecret.views.terminal import PIPE
from tests.diagnosis.cluster import NAMESPACE, NOTHING_SENT, NOW, Cluster, ago
from tests.sources.recorded_server import RecordedServer

NEW = ago(seconds=1)


class Server(RecordedServer):
    """One whose pods get on while somebody waits."""

    fails: int = 0  # so many of the next requests
    until: float | None = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.bounds: list[float] = []

    def get(self, path: str, action: Any) -> dict[str, Any]:
        assert self.until is not None
        self.bounds.append(self.until)
        if self.fails:
            self.fails -= 1
            raise ApiError("cannot reach the server", code=0)
        return super().get(path, action)


class World:
    """A server, and a clock that goes on only while somebody sleeps."""

    def __init__(self, *forbidden: tuple[str, str]) -> None:
        self.server = Server([], forbidden)
        self.time = 0.0
        self.stderr = io.StringIO()
        self.slept: list[float] = []
        self.later: dict[int, Callable[[], object]] = {}  # by the number of the sleep before it

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.later.get(len(self.slept), lambda: None)()

    def becomes(self, cluster: Cluster) -> None:
        self.server.objects = cluster.objects

    def told(self) -> list[str]:
        return self.stderr.getvalue().splitlines()

    def wait(self, timeout: float = 300.0) -> Verdict:
        console = Console(io.BytesIO(), io.StringIO(), self.stderr, NOW, PIPE, began=0.0)
        awaited = Awaited((ObjectRef("Pod", NAMESPACE, "demo"),), NOW - timedelta(seconds=10))
        client = cast("Client", self.server)
        clock = lambda: self.time  # noqa: E731 - a clock of one line
        return wait_for(console, client, awaited, timeout, sleep=self.sleep, clock=clock)


def pod(**fields: Any) -> Cluster:
    return Cluster().account().pod(creationTimestamp=NEW, **fields)


def test_a_pod_whose_images_are_there_is_not_waited_for() -> None:
    world = World()
    world.becomes(pod())
    assert world.wait() == Verdict(ExitCode.FINE, "the images are there: pod/demo (1 pod)")
    assert world.slept == []


def test_a_pod_that_comes_later_is_looked_for_every_two_seconds() -> None:
    world = World()
    world.later[1] = lambda: world.becomes(pod(error="", reason="ContainerCreating", count=0))
    world.later[2] = lambda: world.becomes(pod())
    assert world.wait().code is ExitCode.FINE
    assert world.slept == [2.0, 2.0]


def test_a_pod_that_cannot_pull_ends_it_with_the_report() -> None:
    world = World()
    world.later[1] = lambda: world.becomes(pod(error=NOTHING_SENT))
    verdict = world.wait()
    assert verdict.code is ExitCode.FINDINGS
    assert verdict.report is not None
    assert verdict.report.failing == 1


def test_after_the_timeout_it_is_said_what_is_waited_for_still() -> None:
    world = World()
    world.becomes(pod(error="", reason="ContainerCreating", count=0))
    verdict = world.wait(timeout=5.0)
    assert verdict == Verdict(
        ExitCode.FAILED,
        "not settled within 5 s: pod/demo: still starting; no image pull has failed",
    )
    assert world.slept == [2.0, 2.0, 1.0]


def test_a_server_that_is_away_for_a_while_is_asked_again() -> None:
    world = World()
    world.becomes(pod())
    world.server.fails = 1
    assert world.wait().code is ExitCode.FINE
    assert world.slept == [2.0]


def test_a_server_that_stays_away_is_what_is_said_at_the_end() -> None:
    world = World()
    world.server.fails = 1000
    verdict = world.wait(timeout=3.0)
    assert verdict == Verdict(ExitCode.FAILED, "not settled within 3 s: cannot reach the server")


def test_an_outage_is_told_once_and_its_end_too() -> None:
    world = World()
    world.becomes(pod())
    world.server.fails = 5
    world.wait()
    assert world.told() == [
        "warning: cannot reach the server; the change is made, and the server is waited for",
        "the server answers again",
    ]


def test_a_server_that_starts_may_refuse_what_it_allows_later() -> None:
    world = World(("get", "pods"))
    world.becomes(pod())
    world.server.fails = 1
    world.later[2] = world.server.forbidden.clear
    assert world.wait().code is ExitCode.FINE
    assert world.slept == [2.0, 2.0]


def test_no_request_goes_on_far_past_the_timeout() -> None:
    world = World()
    world.server.fails = 1000
    began = time.monotonic()
    world.wait(timeout=3.0)
    assert world.server.bounds
    assert all(0 < until - began <= 6 for until in world.server.bounds)
    assert world.server.until is None


def test_pods_that_nobody_may_see_end_it_at_once() -> None:
    world = World(("get", "pods"))
    world.becomes(pod())
    with pytest.raises(PullSecretError):
        world.wait()
    assert world.slept == []


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], (False, 300.0)),
        (["--wait"], (True, 300.0)),
        (["--wait", "--timeout", "1m30s"], (True, 90.0)),
        (["--wait", "--timeout=45"], (True, 45.0)),
        (["--wait", "--timeout=0"], (True, 0.0)),
    ],
)
def test_the_flags(args: list[str], expected: tuple[bool, float]) -> None:
    given: list[Waiting] = []

    @click.command()
    @waiting
    def command(waiting: Waiting) -> None:
        given.append(waiting)

    result = CliRunner().invoke(command, args)
    assert result.exit_code == 0, result.output
    assert given == [expected]


def test_a_timeout_that_is_no_length_is_wrong_usage() -> None:
    @click.command()
    @waiting
    def command(waiting: Waiting) -> None:
        raise AssertionError(waiting)

    result = CliRunner().invoke(command, ["--timeout", "soon"])
    assert result.exit_code == 2
    assert "30s, 5m or 1m30s" in result.output
