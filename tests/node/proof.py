"""The proof: scenarios are played on a real node, 28 at a time, and judged by live `doctor`.

While a scenario's pod fails, doctor must say why; then what it prints is run, and the pod, or its
owner's next one, must run. A scenario without a reason must run, and doctor must be silent.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from subprocess import SubprocessError

from kubectl_pullsecret.report import Reason
from tests.api.admin_api import AdminApi, Json, path
from tests.node.cluster import NodeCluster
from tests.node.person import CommandError, Person
from tests.node.scenario import NotYetError, Scenario, fails, runs
from tests.node.setting import set_up

AT_A_TIME = 28
PACE = 1.0  # seconds from one look to the next
PATIENCE = 100.0  # seconds for each act of a scenario
HANDS = 2  # commands that are run beside one another
SECOND_NAMESPACE = "-b"
# What owns pods, and what it makes to own them.
OWNED: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("Job",),
    "DaemonSet": (),
    "Deployment": ("ReplicaSet",),
    "Job": (),
    "ReplicaSet": (),
    "StatefulSet": (),
}


class Act(Enum):
    """Where a scenario stands."""

    WAITING = "until it is ready for its next step"
    JUDGING = "until doctor says why"
    MENDING = "while the printed commands run"
    RUNNING = "until the pod runs and doctor is silent"
    OVER = "over"


@dataclass(slots=True)
class Performance:
    """One scenario on its stage, and what became of it."""

    scenario: Scenario
    node: NodeCluster
    namespace: str
    act: Act = Act.WAITING
    since: float = field(default_factory=time.monotonic)
    failed: str = ""  # why the proof failed; "" while it did not
    verdicts: list[str] = field(default_factory=list)  # each other one that was seen
    dump: Json | None = None  # the namespace when the verdict was right
    wrong: Json | None = None  # and when another one was seen
    found: Json | None = None  # the finding with the right reason
    ran: list[list[str]] = field(default_factory=list)
    mended: bool = False
    judged_after: float = 0.0  # seconds
    work: Future[None] | None = None

    @property
    def api(self) -> AdminApi:
        return self.node.api

    def kubectl(self, *words: str) -> None:
        said = self.node.run(("kubectl", *words, "-n", self.namespace))
        assert said.returncode == 0, said.stderr

    def go_on(self, act: Act) -> None:
        self.act, self.since = act, time.monotonic()

    def fail(self, why: str) -> None:
        self.failed = why
        self.go_on(Act.OVER)


class Proof:
    """All scenarios on one node."""

    def __init__(
        self,
        node: NodeCluster,
        scenarios: Sequence[Scenario],
        record: Callable[[AdminApi, str], Json],
    ) -> None:
        self._node, self._record = node, record
        self._person = Person(node)
        self._waiting = deque(Performance(one, node, f"s-{one.name}") for one in scenarios)
        self._hands = ThreadPoolExecutor(HANDS)

    def perform(self) -> dict[str, Performance]:
        """Plays all; returns them by the scenario's name."""
        done: dict[str, Performance] = {}
        playing: list[Performance] = []
        with self._hands:
            while playing or self._waiting:
                while self._waiting and len(playing) < AT_A_TIME:
                    playing.append(self._begin(self._waiting.popleft()))
                started = time.monotonic()
                self._look_at(playing)
                for one in [one for one in playing if one.act is Act.OVER]:
                    playing.remove(one)
                    done[one.scenario.name] = one
                    self._clear(one)
                time.sleep(max(0.0, started + PACE - time.monotonic()))
        return done

    def _begin(self, one: Performance) -> Performance:
        set_up(self._node.api, one.namespace, one.scenario.objects)
        one.go_on(Act.WAITING if one.scenario.before else _first_act(one.scenario))
        return one

    def _look_at(self, playing: Sequence[Performance]) -> None:
        """One look of doctor at the whole cluster, then one at the pods themselves.

        In this order: a pod that fails in the second look failed while doctor looked.
        """
        findings: dict[str, list[Json]] = defaultdict(list)
        for item in self._person.doctor("-A"):
            findings[item["subject"]["namespace"]].append(item)
        pods: dict[str, list[Json]] = defaultdict(list)
        for pod in self._node.api.get("/api/v1/pods")["items"]:
            pods[pod["metadata"]["namespace"]].append(pod)
        for one in playing:
            self._play(one, findings[one.namespace], pods[one.namespace])

    def _play(self, one: Performance, findings: list[Json], pods: list[Json]) -> None:
        try:
            self._next_step(one, findings, pods)
        except (AssertionError, SubprocessError) as error:
            one.fail(str(error))

    def _next_step(self, one: Performance, findings: list[Json], pods: list[Json]) -> None:
        if time.monotonic() - one.since > PATIENCE:
            said = [item["reason"] for item in findings]
            why = [status for pod in pods for status in _states(pod)]
            one.wrong = self._record(self._node.api, one.namespace)
            one.fail(f"too long {one.act.value}: doctor says {said}, the pods {why}")
        elif one.act is Act.WAITING:
            self._wait(one, pods)
        elif one.act is Act.JUDGING:
            self._judge(one, findings, pods)
        elif one.act is Act.MENDING:
            self._mend(one)
        elif one.act is Act.RUNNING and runs(pods) and not _errors(findings):
            self._end_well(one)
        elif findings and one.scenario.reason is None:
            self._note(one, findings)

    def _end_well(self, one: Performance) -> None:
        one.mended = one.scenario.mended
        one.dump = one.dump or self._record(self._node.api, one.namespace)
        one.go_on(Act.OVER)

    def _wait(self, one: Performance, pods: list[Json]) -> None:
        if (one.scenario.ready_for_it or fails)(pods):
            assert one.scenario.before is not None
            with suppress(NotYetError):
                one.scenario.before(one)
                one.go_on(_first_act(one.scenario))

    def _judge(self, one: Performance, findings: list[Json], pods: list[Json]) -> None:
        """The first finding is the one that a person reads; a prediction is none yet."""
        reason = one.scenario.reason
        assert reason is not None
        if not findings:
            return
        if findings[0]["reason"] != reason.value:
            self._note(one, findings)
            return
        if pods and runs(pods):
            one.fail(f"{reason.value} was said of a pod that runs")
            return
        if pods and not fails(pods):
            return
        if others := sorted(set(_errors(findings)) - {reason.value}):
            one.fail(f"besides {reason.value} it says {others}")
            return
        one.found, one.judged_after = findings[0], time.monotonic() - one.since
        one.dump = self._record(self._node.api, one.namespace)
        one.go_on(Act.MENDING if one.scenario.mended else Act.OVER)

    def _note(self, one: Performance, findings: list[Json]) -> None:
        """A verdict that is not the scenario's.

        A kubelet whose cache is slow tries first without a Secret that is there; that it will try
        again with it, is then true.
        """
        first = Reason(findings[0]["reason"])
        true = {*one.scenario.first, Reason.CHANGED_SINCE_LAST_ATTEMPT}
        if first not in true and first.value not in one.verdicts:
            one.verdicts.append(first.value)
            one.wrong = self._record(self._node.api, one.namespace)

    def _mend(self, one: Performance) -> None:
        if one.work is None:
            one.work = self._hands.submit(self._run_what_is_printed, one)
        elif one.work.done():
            one.work.result()
            one.go_on(Act.RUNNING)

    def _run_what_is_printed(self, one: Performance) -> None:
        """As kubectl's plugin, which is what people run."""
        if one.scenario.pasted:
            one.ran = [[line] for line in self._person.paste(one.namespace)]
        else:
            plugin = ("kubectl", "pullsecret")
            for item in self._person.doctor("-n", one.namespace, program=plugin):
                for fix in item["fixes"]:
                    if fix["argv"] and fix["argv"] not in one.ran:
                        one.ran.append(fix["argv"])
                        self._person.run(fix)
        if not one.ran:
            raise CommandError("doctor prints no command")
        if one.scenario.after is not None:
            one.scenario.after(one)

    def _clear(self, one: Performance) -> None:
        """Ends what makes pods, then the pods; the namespace's controller does the rest."""
        owners = {item["kind"] for item in one.scenario.objects} & OWNED.keys()
        also = {kind for owner in owners for kind in OWNED[owner]}
        for kind in (*owners, *also, "Pod"):
            self._node.api.delete(path(kind, one.namespace))
        for namespace in (one.namespace, one.namespace + SECOND_NAMESPACE):
            if self._node.api.answers(path("Namespace", "", namespace)):
                self._node.api.delete(path("Namespace", "", namespace))


def _first_act(scenario: Scenario) -> Act:
    return Act.RUNNING if scenario.reason is None else Act.JUDGING


def _errors(findings: Sequence[Json]) -> list[str]:
    return [item["reason"] for item in findings if item["severity"] == "error"]


def _states(pod: Json) -> list[object]:
    statuses = pod["status"].get("containerStatuses", [])
    return [status["state"] for status in statuses] or [pod["status"].get("phase")]
