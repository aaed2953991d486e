from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from kubectl_pullsecret.facts.objects import (
    Event,
    Node,
    ObjectRef,
    Pod,
    PodSpec,
    Secret,
    ServiceAccount,
    Workload,
)
from kubectl_pullsecret.facts.snapshot import (
    COMPLETE,
    UNREAD,
    AnyObject,
    Completeness,
    Sight,
    Snapshot,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
DEMO = ObjectRef("Pod", "ns", "demo")


def event(message: str, *, uid: str = "", minute: int | None = 0, kind: str = "Pod") -> Event:
    last = None if minute is None else NOON + timedelta(minutes=minute)
    return Event("ns", kind, "demo", uid, "", "Failed", message, "Warning", 1, None, last)


def pod(*, uid: str = "u", static_uid: str = "", node: str = "") -> Pod:
    return Pod(
        DEMO,
        uid,
        None,
        None,
        bool(static_uid),
        False,
        PodSpec((), (), ""),
        node,
        "",
        "",
        (),
        "",
        True,
        static_uid,
    )


def messages(snapshot: Snapshot, uid: str, ref: ObjectRef = DEMO) -> list[str]:
    return [one.message for one in snapshot.events_of(ref, uid)]


class TestEvents:
    def test_they_come_newest_first_and_those_without_a_time_last(self) -> None:
        told = [
            event("timeless", uid="u", minute=None),
            event("old", uid="u", minute=1),
            event("new", uid="u", minute=9),
        ]
        assert messages(Snapshot.of(told, {}), "u") == ["new", "old", "timeless"]

    def test_of_one_moment_the_later_in_the_input_comes_first(self) -> None:
        assert messages(Snapshot.of([event("a", uid="u"), event("b", uid="u")], {}), "u") == [
            "b",
            "a",
        ]

    def test_a_uid_keeps_the_events_of_a_namesake_apart(self) -> None:
        told = [event("mine", uid="u"), event("of the pod before", uid="other")]
        assert messages(Snapshot.of(told, {}), "u") == ["mine"]

    def test_an_event_without_a_uid_is_found_by_kind_and_name(self) -> None:
        told = [
            event("by uid", uid="u", minute=1),
            event("by name", minute=2),
            event("other kind", kind="Job"),
        ]
        assert messages(Snapshot.of(told, {}), "u") == ["by name", "by uid"]
        assert messages(Snapshot.of(told, {}), "") == ["by name"]

    def test_an_object_nobody_spoke_of_has_none(self) -> None:
        assert messages(Snapshot(), "u") == []

    def test_a_mirror_pod_has_the_events_that_name_its_static_pod(self) -> None:
        told = [event("by hash", uid="hash", minute=1), event("by uid", uid="u", minute=2)]
        snapshot = Snapshot.of([pod(static_uid="hash"), *told], {})
        assert messages(snapshot, "u") == ["by uid", "by hash"]


def test_of_two_objects_with_one_name_the_later_counts() -> None:
    ref = ObjectRef("Secret", "ns", "s")
    objects: list[AnyObject] = [
        pod(node="first"),
        pod(node="second"),
        Secret(ref, "Opaque", (), None, None),
        Secret(ref, "kubernetes.io/dockercfg", (), None, None),
    ]
    snapshot = Snapshot.of(objects, {})
    assert [one.node for one in snapshot.pods] == ["second"]
    assert snapshot.secrets["ns", "s"].type == "kubernetes.io/dockercfg"


def test_every_kind_is_found_by_its_name() -> None:
    deployment = Workload(ObjectRef("Deployment", "ns", "d"), "apps/v1", "", None, None, (), "")
    account = ServiceAccount(ObjectRef("ServiceAccount", "ns", "a"), (), None)
    node = Node("n", frozenset())
    objects: list[AnyObject] = [deployment, account, node]
    snapshot = Snapshot.of(objects, {})
    assert snapshot.workloads == {deployment.ref: deployment}
    assert snapshot.accounts == {("ns", "a"): account}
    assert snapshot.nodes == {"n": node}


class TestSight:
    def test_what_no_source_spoke_of_is_unread(self) -> None:
        assert Snapshot().sight("Secret", "ns") is UNREAD

    def test_a_source_s_sight_is_kept(self) -> None:
        snapshot = Snapshot.of([], {("Secret", "ns"): COMPLETE})
        assert snapshot.sight("Secret", "ns") is COMPLETE

    @pytest.mark.parametrize(
        ("sight", "settles"),
        [
            pytest.param(COMPLETE, True, id="complete"),
            pytest.param(UNREAD, False, id="unread"),
            pytest.param(Sight(Completeness.PARTIAL, frozenset(("s",))), True, id="asked-for"),
            pytest.param(Sight(Completeness.PARTIAL, frozenset(("t",))), False, id="not-asked-for"),
        ],
    )
    def test_absence_is_proof_only_where_one_looked(self, sight: Sight, settles: bool) -> None:
        assert sight.settles("s") is settles
