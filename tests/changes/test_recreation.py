"""What a pod's recreation asks and says; on a real API server: tests/api/test_recreation.py."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, cast

import pytest

from kubectl_pullsecret.changes import recreation
from kubectl_pullsecret.changes.holding import HeldSignals, interruptible
from kubectl_pullsecret.changes.new_pod import LostPodError
from kubectl_pullsecret.changes.plan import PodRecreation
from kubectl_pullsecret.changes.recreation import recreate
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.sources.transport import ApiError, Client

Json = dict[str, Any]
MANAGER = "kubectl-pullsecret"
QUERY = (("fieldManager", MANAGER),)
EXISTS = ApiError('pods "web" already exists', code=409, reason="AlreadyExists")
GONE = ApiError('pods "web" not found', code=404, reason="NotFound")
AWAY = ApiError('cannot get pods "web": the connection was refused')
FORBIDDEN = ApiError('cannot get pods "web": forbidden', code=403, reason="Forbidden")
OLD = "1"


def pod(uid: str, *names: str, manager: str = MANAGER, **spec: Any) -> Json:
    """A pod as the server has it."""
    listed = {"imagePullSecrets": [{"name": name} for name in names]} if names else {}
    containers = [{"name": "app", "image": "registry.test/app:1"}]
    fields = [{"manager": manager, "operation": "Update", "fieldsV1": {}}]
    metadata = {"name": "web", "namespace": "team", "uid": uid, "managedFields": fields}
    return {"metadata": metadata, "spec": {"containers": containers, **listed, **spec}}


class Server:
    """Answers from scripts: looks at the pod, and creations after the trial; the last one stays."""

    def __init__(self, *looks: Json | Exception, creations: tuple[Exception | None, ...]) -> None:
        self.looks, self.creations = list(looks), list(creations)
        self.asked: list[str] = []
        self.on: dict[str, Callable[[], object]] = {}  # what happens during such a request

    def get(self, *_: object) -> Json:
        self._note("get")
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    def delete(self, *_: object) -> None:
        self._note("delete")

    def post(self, *_: object, query: tuple[tuple[str, str], ...]) -> None:
        trial = ("dryRun", "All") in query
        self._note("try" if trial else "create")
        if trial:
            return
        answer = self.creations.pop(0) if self.creations else None
        if answer is not None:
            raise answer

    def _note(self, what: str) -> None:
        self.asked.append(what)
        self.on.get(what, lambda: None)()

    def recreate(self, **spec: Any) -> None:
        with HeldSignals() as signals:
            self.recreate_with(signals, **spec)

    def recreate_with(self, signals: HeldSignals, **spec: Any) -> None:
        ref = ObjectRef("Pod", "team", "web")
        step = PodRecreation(ref, OLD, "7", ("old",), ("old", "new"), pod(OLD, "old", **spec))
        recreate(step, cast("Client", self), QUERY, signals)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock of which each look takes a second, and nobody sleeps."""
    ticks = count()
    monkeypatch.setattr(recreation, "sleep", lambda _: None)
    monkeypatch.setattr(recreation, "monotonic", lambda: float(next(ticks)))


class TestAPodOfTheNameThatExistsAlready:
    @pytest.mark.parametrize(
        "there",
        [
            pod("2", "old", "new"),
            pod("2", "old", "new", nodeName="node1", tolerations=[{"key": "a"}]),
        ],
        ids=["as posted", "with what admission adds"],
    )
    def test_is_ours_if_the_client_itself_had_sent_the_request_again(self, there: Json) -> None:
        server = Server(GONE, there, creations=(EXISTS,))
        server.recreate()
        assert server.asked == ["try", "delete", "get", "create", "get"]

    @pytest.mark.parametrize(
        "there",
        [
            pod("2", "old", "new", manager="kubectl-create"),
            pod("2", "old"),
            pod("2", "old", "new", "newer"),
            pod("2", "old", "new", hostname="theirs"),
            pod("2", "old", "new", containers=[{"name": "app", "image": "registry.test/app:2"}]),
        ],
        ids=["manager", "list", "longer list", "another field", "image"],
    )
    def test_is_another_s_by_any_difference(self, there: Json) -> None:
        server = Server(GONE, there, creations=(EXISTS, EXISTS))
        with pytest.raises(LostPodError, match="somebody else has created another since"):
            server.recreate(hostname="mine")

    def test_is_another_s_if_it_was_there_before_ours_was_asked_for(self) -> None:
        server = Server(pod("2", "old", "new"), creations=(EXISTS, EXISTS))
        with pytest.raises(LostPodError, match="somebody else has created another since"):
            server.recreate()

    def test_may_be_ours_if_nobody_can_look_at_it(self) -> None:
        server = Server(GONE, AWAY, creations=(EXISTS,))
        with pytest.raises(LostPodError) as lost:
            server.recreate()
        assert lost.value.message == (
            f"pod/web was deleted, and a pod of its name cannot be looked at: {AWAY.message}"
        )
        assert lost.value.remedy.startswith("is it the new one? if not, it is printed")


class TestWaitingForTheEnd:
    def test_blames_the_node_that_does_not_end_it(self) -> None:
        with pytest.raises(LostPodError, match="60 s: node node1 has not ended it; the new pod"):
            Server(pod(OLD), creations=()).recreate(nodeName="node1")

    @pytest.mark.parametrize("error", [AWAY, FORBIDDEN], ids=["nobody answers", "forbidden"])
    def test_blames_no_node_where_nobody_can_look(self, error: ApiError) -> None:
        with pytest.raises(LostPodError) as lost:
            Server(pod(OLD), error, creations=()).recreate(nodeName="node1")
        assert lost.value.message == (
            "pod/web is being deleted, and cannot be looked at: "
            f"{error.message}; the new pod is not created"
        )

    def test_forgets_an_error_that_is_over(self) -> None:
        with pytest.raises(LostPodError, match="node node1 has not ended it"):
            Server(AWAY, pod(OLD), creations=()).recreate(nodeName="node1")

    def test_of_an_answer_that_is_no_pod_keeps_the_manifest(self) -> None:
        with pytest.raises(LostPodError, match="metadata must be an object, not a list") as lost:
            Server({"metadata": []}, creations=()).recreate()
        assert lost.value.manifest["kind"] == "Pod"


@pytest.fixture
def handlers() -> Iterator[None]:
    """Whatever a test does, the runner's own come back."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.usefixtures("handlers")
class TestASignal:
    def test_while_it_is_only_tried_has_begun_nothing(self) -> None:
        server, signals = Server(GONE, creations=()), HeldSignals()
        server.on["try"] = interrupt
        with pytest.raises(KeyboardInterrupt), signals:
            server.recreate_with(signals)
        assert (server.asked, signals.begun) == (["try"], False)

    def test_from_the_deletion_on_has_begun_it(self) -> None:
        server, signals = Server(GONE, creations=()), HeldSignals()
        server.on["delete"] = interrupt
        with pytest.raises(KeyboardInterrupt), signals:
            server.recreate_with(signals)
        assert (server.asked[-1], signals.begun) == ("create", True)

    def test_while_it_waits_is_told_once_what_a_second_one_does(self) -> None:
        heard: list[str] = []
        server = Server(pod(OLD), pod(OLD), pod(OLD), GONE, creations=())
        server.on["delete"] = interrupt
        with pytest.raises(KeyboardInterrupt), interruptible(heard.append), HeldSignals() as held:
            server.recreate_with(held)
        assert heard == [
            "waiting for the end of pod/web, to create it again; a second Ctrl-C gives that up, "
            "and its manifest is printed"
        ]
        assert server.asked[-1] == "create"

    def test_that_is_the_second_gives_up_and_keeps_the_manifest(self) -> None:
        server = Server(pod(OLD), creations=())
        server.on["get"] = interrupt
        with pytest.raises(LostPodError, match="the wait for it was interrupted"):
            server.recreate()
        assert "create" not in server.asked
