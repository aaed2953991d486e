"""A bare pod, deleted and created again on the real API server, whatever comes in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.changes import recreation
from kubectl_pullsecret.changes.execution import Writer, carry_out
from kubectl_pullsecret.changes.new_pod import renewed
from kubectl_pullsecret.changes.plan import (
    Changes,
    Deed,
    Deletion,
    DryRun,
    Outcome,
    Plan,
    PodRecreation,
)
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.pods import read_pull_secrets
from kubectl_pullsecret.sources.kubeconfig import Overrides, resolve
from kubectl_pullsecret.sources.transport import Client
from tests.api.admin_api import AdminApi, Json, RefusedError, path
from tests.api.between import GoBetween, go_between, status
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import REGISTRY, pull_secret
from tests.waiting import eventually

NAME = "web"
POLICY = "ValidatingAdmissionPolicy"
QUOTAS = "/api/v1/namespaces/{}/resourcequotas"


def bare_pod(**spec: Any) -> Json:
    """Without owner and without node: the server itself ends such a pod."""
    container = {"name": "app", "image": f"{REGISTRY}/team/app:v1"}
    return {"kind": "Pod", "metadata": {"name": NAME}, "spec": {"containers": [container], **spec}}


@pytest.fixture
def between(control_plane: ControlPlane) -> Iterator[GoBetween]:
    authority = control_plane.authority
    tls = authority.tls(authority.client(ADMIN, ADMINS))
    with go_between(control_plane.server, tls) as running:
        yield running


@dataclass(frozen=True)
class World:
    """A namespace, the way to its server, and what the tests ask of both."""

    api: AdminApi
    namespace: str
    between: GoBetween
    kubeconfig: Path

    @property
    def pod(self) -> Json:
        return self.api.get(path("Pod", self.namespace, NAME))

    @property
    def is_there(self) -> bool:
        return self.api.answers(path("Pod", self.namespace, NAME))

    @property
    def listed(self) -> list[str]:
        return [one.get("name", "") for one in self.pod["spec"].get("imagePullSecrets", [])]

    def plan(self, *names: str) -> Plan:
        """Another list for the pod as it is now; nothing to do if it has it."""
        raw = self.pod
        before = read_pull_secrets(raw["spec"], "spec")
        ref = ObjectRef("Pod", self.namespace, NAME)
        if before == names:
            return Plan((), unchanged=(ref,))
        uid, version = raw["metadata"]["uid"], raw["metadata"]["resourceVersion"]
        return Plan((PodRecreation(ref, uid, version, before, names, raw),))

    def recreate(self, *names: str, dry_run: DryRun = DryRun.NONE) -> Changes:
        """Through the go-between, whose acts are done meanwhile; planned anew after a conflict."""
        plans = iter([self.plan(*names)])

        def plan() -> Plan:
            first = next(plans, None)
            return first or self._in_own_thread(lambda: self.plan(*names))

        return self.carry_out(plan, dry_run)

    def carry_out(self, plan: Callable[[], Plan], dry_run: DryRun) -> Changes:
        overrides = Overrides(kubeconfig=str(self.kubeconfig), server=self.between.url)
        connection = resolve(overrides, {}, now=datetime.now(timezone.utc))
        with Client(connection) as client:
            writer = Writer(client, dry_run)
            return self.between.errands.during(lambda: carry_out(plan, writer, lambda _: None))

    def _in_own_thread(self, make: Callable[[], Plan]) -> Plan:
        """The tests' connection is for one thread."""
        made: list[Plan] = []
        assert self.between.errands.ask(lambda: made.append(make())).wait(20)
        return made[0]

    def before(self, request: str, act: Callable[[], object]) -> None:
        self.between.before(request, act)


@pytest.fixture
def world(api: AdminApi, namespace: str, between: GoBetween, kubeconfig: Path) -> World:
    return World(api, namespace, between, kubeconfig)


def only(changes: Changes) -> Outcome:
    (one,) = changes.outcomes
    return one


def creation(world: World) -> str:
    return f"POST /api/v1/namespaces/{world.namespace}/pods?fieldManager=kubectl-pullsecret"


def allow_pods(world: World, count: int) -> None:
    """A ResourceQuota, counted by ourselves: its controller does not run."""
    quota = {"metadata": {"name": "small"}, "spec": {"hard": {"pods": str(count)}}}
    where = QUOTAS.format(world.namespace)
    world.api.request("POST", where, quota)
    made = world.api.get(f"{where}/small")
    used = {"pods": str(len(world.api.get(path("Pod", world.namespace))["items"]))}
    made["status"] = {"hard": {"pods": str(count)}, "used": used}
    world.api.replace(f"{where}/small/status", made)


@pytest.fixture
def refuse(world: World) -> Iterator[Callable[..., None]]:
    """Makes the server refuse pods by a ValidatingAdmissionPolicy, as soon as that is in force."""
    made: list[str] = []

    def refuse(expression: str) -> None:
        name = f"no-{world.namespace}"
        made.append(name)
        rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"]}
        rules = [rule | {"resources": ["pods"]}]
        wrong = {"expression": expression, "message": "not on a Saturday"}
        labels = {"kubernetes.io/metadata.name": world.namespace}
        spec = {
            "matchConstraints": {
                "resourceRules": rules,
                "namespaceSelector": {"matchLabels": labels},
            },
            "validations": [wrong],
        }
        metadata = {"name": name}
        world.api.create({"kind": POLICY, "metadata": metadata, "spec": spec})
        bound = {"policyName": name, "validationActions": ["Deny"]}
        world.api.create({"kind": f"{POLICY}Binding", "metadata": metadata, "spec": bound})
        trial = bare_pod(imagePullSecrets=[{"name": "new"}])
        trial["metadata"] = {"name": "trial"}
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                world.api.request("POST", path("Pod", world.namespace) + "?dryRun=All", trial)
            except RefusedError:
                return
            time.sleep(0.1)
        raise AssertionError("the policy never came into force")

    yield refuse
    for name in made:
        for kind in (f"{POLICY}Binding", POLICY):
            world.api.delete(path(kind, "", name))


class TestThePodThatIsCreated:
    def test_has_the_new_list_and_is_another_pod(self, world: World) -> None:
        old = world.api.create(bare_pod(), world.namespace)
        changes = world.recreate("new")
        assert only(changes).deed is Deed.DONE, only(changes).why
        assert world.listed == ["new"]
        assert world.pod["metadata"]["uid"] != old["metadata"]["uid"]

    def test_is_else_equal_to_the_old_one(self, world: World) -> None:
        world.api.create(full_pod(), world.namespace)
        old = world.pod
        changes = world.recreate("old", "new")
        assert only(changes).deed is Deed.DONE, only(changes).why
        new = world.pod
        assert world.listed == ["old", "new"]
        for pod in (old, new):
            assert pod["spec"].pop("imagePullSecrets")
        assert without_token_name(new) == without_token_name(old)
        for key in ("labels", "annotations", "finalizers", "ownerReferences"):
            assert new["metadata"].get(key) == old["metadata"].get(key)

    def test_leaves_its_node_to_the_scheduler(self, world: World) -> None:
        world.api.create(bare_pod(), world.namespace)
        where = path("Pod", world.namespace, NAME)
        target = {"kind": "Node", "name": "node1"}
        binding = {"kind": "Binding", "metadata": {"name": NAME}, "target": target}
        world.api.request("POST", f"{where}/binding", binding)
        bound = world.pod
        assert bound["spec"]["nodeName"] == "node1"
        assert "nodeName" not in spec_of(renewed(bound, ()))

    def test_keeps_the_node_that_it_asked_for(self, world: World) -> None:
        world.api.create(bare_pod(nodeName="node1"), world.namespace)
        assert spec_of(renewed(world.pod, ()))["nodeName"] == "node1"


def spec_of(manifest: Json) -> Json:
    found: Json = manifest["spec"]
    return found


def full_pod() -> Json:
    """Many fields, some of which admission fills in or checks."""
    pod = bare_pod(
        imagePullSecrets=[{"name": "old"}],
        initContainers=[{"name": "first", "image": f"{REGISTRY}/team/init:v1"}],
        volumes=[{"name": "data", "emptyDir": {}}],
        tolerations=[{"key": "spot", "operator": "Exists"}],
        nodeSelector={"disk": "ssd"},
        priorityClassName="system-node-critical",
        hostname="web",
        subdomain="webs",
        terminationGracePeriodSeconds=5,
        securityContext={"runAsNonRoot": True},
        dnsConfig={"nameservers": ["192.0.2.1"]},
        affinity={
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}
                ]
            }
        },
    )
    app = pod["spec"]["containers"][0]
    app["env"] = [{"name": "HOME", "value": "/data"}, {"name": "EMPTY"}]
    app["ports"] = [{"containerPort": 80}]
    app["resources"] = {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}}
    app["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    app["readinessProbe"] = {"httpGet": {"path": "/", "port": 80}}
    pod["metadata"] |= {"labels": {"app": "web"}, "annotations": {"note": "x"}}
    return pod


def without_token_name(pod: Json) -> Json:
    """The spec, with the random part of the token volume's name cut off."""
    spec: Json = pod["spec"]
    containers = [*spec["initContainers"], *spec["containers"]]
    mounts = [mount for one in containers for mount in one["volumeMounts"]]
    cut = 0
    for one in (*spec["volumes"], *mounts):
        if one["name"].startswith("kube-api-access-"):
            one["name"] = "kube-api-access"
            cut += 1
    assert cut == 3  # the volume, and a mount in each container
    return spec


class TestADryRunOfTheServer:
    def test_changes_nothing(self, world: World) -> None:
        old = world.api.create(bare_pod(), world.namespace)
        changes = world.recreate("new", dry_run=DryRun.SERVER)
        assert only(changes).deed is Deed.PLANNED
        assert world.pod["metadata"]["uid"] == old["metadata"]["uid"]
        assert world.listed == []

    def test_tells_what_would_be_refused(self, world: World, refuse: Callable[..., None]) -> None:
        world.api.create(bare_pod(), world.namespace)
        refuse("!has(object.spec.imagePullSecrets)")
        changes = world.recreate("new", dry_run=DryRun.SERVER)
        assert "not on a Saturday" in only(changes).why


def test_a_dry_run_of_the_server_deletes_nothing_by_a_deletion_either(world: World) -> None:
    raw = world.api.create(bare_pod(), world.namespace)
    info = kind_info("Pod")
    assert info is not None
    step = Deletion(ObjectRef("Pod", world.namespace, NAME), info, raw["metadata"]["uid"])
    changes = world.carry_out(lambda: Plan((step,)), DryRun.SERVER)
    assert only(changes).deed is Deed.PLANNED
    assert world.is_there


class TestWhatIsRefusedBeforehand:
    def test_deletes_nothing(self, world: World, refuse: Callable[..., None]) -> None:
        old = world.api.create(bare_pod(), world.namespace)
        refuse("!has(object.spec.imagePullSecrets)")
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.FAILED
        assert outcome.why.startswith("pod/web was left as it is; the new pod is refused: ")
        assert "not on a Saturday" in outcome.why
        assert world.pod["metadata"]["uid"] == old["metadata"]["uid"]

    def test_is_no_quota_that_the_old_pod_fills(self, world: World) -> None:
        world.api.create(bare_pod(), world.namespace)
        allow_pods(world, 1)
        second = bare_pod() | {"metadata": {"name": "second", "namespace": world.namespace}}
        assert not created(world, second)
        # no quota controller runs: it counts a while after the deletion, as here
        world.before(creation(world), lambda: world.before("POST ", lambda: count_pods(world)))
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.DONE, outcome.why
        assert world.listed == ["new"]


def count_pods(world: World) -> None:
    where = QUOTAS.format(world.namespace) + "/small"
    quota = world.api.get(where)
    quota["status"]["used"] = {
        "pods": str(len(world.api.get(path("Pod", world.namespace))["items"]))
    }
    world.api.replace(f"{where}/status", quota)


class TestSomebodyElse:
    def test_who_changes_the_pod_in_between_makes_it_planned_anew(self, world: World) -> None:
        world.api.create(bare_pod(), world.namespace)
        label = {"metadata": {"labels": {"changed": "meanwhile"}}}
        where = path("Pod", world.namespace, NAME)
        world.before("DELETE ", lambda: world.api.patch(where, label))
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.DONE, outcome.why
        assert world.listed == ["new"]
        assert world.pod["metadata"]["labels"] == {"changed": "meanwhile"}

    def test_who_replaces_the_pod_in_between_keeps_his(self, world: World) -> None:
        world.api.create(bare_pod(), world.namespace)

        def replace() -> None:
            world.api.delete(path("Pod", world.namespace, NAME))
            world.api.create(bare_pod(imagePullSecrets=[{"name": "new"}]), world.namespace)

        world.before("DELETE ", replace)
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.DONE  # by somebody else
        assert world.listed == ["new"]

    def test_who_takes_the_name_is_left_alone_and_the_manifest_told(self, world: World) -> None:
        world.api.create(bare_pod(hostname="mine"), world.namespace)
        theirs = bare_pod(hostname="theirs")
        world.before(creation(world), lambda: world.api.create(theirs, world.namespace))
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.FAILED
        assert outcome.why == "pod/web was deleted, and somebody else has created another since"
        assert "printed" in outcome.remedy
        assert world.pod["spec"]["hostname"] == "theirs"
        assert outcome.manifest is not None
        kept: Any = outcome.manifest["spec"]
        assert kept["hostname"] == "mine"
        assert kept["imagePullSecrets"] == [{"name": "new"}]


class TestTheNewPodIsRefusedAfterTheDeletion:
    def test_and_the_old_one_is_created_again(
        self, world: World, refuse: Callable[..., None]
    ) -> None:
        world.api.create(bare_pod(hostname="mine"), world.namespace)
        world.before(creation(world), lambda: refuse("!has(object.spec.imagePullSecrets)"))
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.FAILED
        assert "the new one refused, and the old one created again: " in outcome.why
        assert "not on a Saturday" in outcome.why
        assert outcome.manifest is None
        assert world.listed == []
        assert world.pod["spec"]["hostname"] == "mine"

    def test_and_the_old_one_too_so_that_the_manifest_is_told(self, world: World) -> None:
        world.api.create(bare_pod(hostname="mine"), world.namespace)
        world.before(creation(world), lambda: allow_pods(world, 0))
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.FAILED
        assert outcome.why.startswith("pod/web is deleted, and could not be created again: ")
        assert "exceeded quota" in outcome.why
        assert not world.is_there
        assert outcome.manifest is not None
        world.api.delete(QUOTAS.format(world.namespace) + "/small")
        printed = outcome.manifest
        eventually(lambda: created(world, printed))  # the server takes it as it is printed
        assert world.listed == ["new"]


def created(world: World, manifest: Json) -> bool:
    """Whether the server takes it; it forgets a quota only after a while."""
    try:
        world.api.create(manifest)
    except RefusedError:
        return False
    return True


class TestAnAnswerThatIsLost:
    @pytest.mark.parametrize("method", ["DELETE ", "POST "], ids=["deletion", "creation"])
    def test_is_no_pod_that_is_lost(self, world: World, method: str) -> None:
        world.api.create(bare_pod(), world.namespace)
        lost = method if method == "DELETE " else creation(world)
        world.between.lose_answer(lost)
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.DONE, outcome.why
        assert world.listed == ["new"]

    def test_because_the_server_is_busy_is_sent_again_by_the_client_itself(
        self, world: World
    ) -> None:
        world.api.create(full_pod(), world.namespace)
        busy = status(503, "ServiceUnavailable", "too busy", retry_after="1")
        world.between.answer_wrongly(creation(world), busy)
        outcome = only(world.recreate("old", "new"))
        assert outcome.deed is Deed.DONE, outcome.why
        assert world.listed == ["old", "new"]
        assert sum(creation(world) in line for line in world.between.lines) == 2


class TestANodeThatDoesNotConfirm:
    def test_is_waited_for_and_then_the_manifest_is_told(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recreation, "_BEYOND_GRACE", 1.0)
        pod = bare_pod(nodeName="node1", terminationGracePeriodSeconds=1)
        world.api.create(pod, world.namespace)
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.FAILED
        assert outcome.why == (
            "pod/web is being deleted, not confirmed within 2 s: node node1 has not ended it; "
            "the new pod is not created"
        )
        assert outcome.remedy.startswith("once the old one is gone: it is printed: create it with")
        assert outcome.manifest is not None
        assert world.pod["metadata"]["deletionTimestamp"]

    def test_that_confirms_late_is_waited_for(self, world: World) -> None:
        pod = bare_pod(nodeName="node1", terminationGracePeriodSeconds=1)
        world.api.create(pod, world.namespace)
        where = path("Pod", world.namespace, NAME)
        world.before(f"GET {where}", lambda: None)
        world.before(
            "DELETE ", lambda: world.before(f"GET {where}", lambda: world.api.delete(where))
        )
        outcome = only(world.recreate("new"))
        assert outcome.deed is Deed.DONE, outcome.why
        assert world.listed == ["new"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_after_the_deletion_waits_until_the_pod_is_there_again(
    world: World, number: signal.Signals
) -> None:
    world.api.create(bare_pod(), world.namespace)
    world.api.create(pull_secret("new", REGISTRY), world.namespace)
    argv = [sys.executable, "-m", "kubectl_pullsecret", "attach", f"pod/{NAME}", "new"]
    argv += ["--recreate", "-s", world.between.url, "--kubeconfig", str(world.kubeconfig)]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            world.before(creation(world), lambda: process.send_signal(number))
            out, err = world.between.errands.during(lambda: process.communicate(timeout=30))
        finally:
            process.kill()
    assert process.returncode == 130, err
    assert world.listed == ["new"]
    assert "pod/web" in out
