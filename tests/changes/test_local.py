"""A plan applied to manifests: only the planned lists change, and everything else stays."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.changes.attach import AttachRequest, plan_attach
from kubectl_pullsecret.changes.local import applied
from kubectl_pullsecret.changes.plan import Edit, ListChange, Plan, PodRecreation
from kubectl_pullsecret.facts.kinds import KindInfo
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reading import read_object
from kubectl_pullsecret.facts.snapshot import Snapshot
from tests.diagnosis.cluster import NOW

Json = dict[str, Any]
HOME = "team"
PLACES = {
    "ServiceAccount": "",
    "Pod": "spec",
    "Deployment": "spec.template.spec",
    "CronJob": "spec.jobTemplate.spec.template.spec",
    "PodTemplate": "template.spec",
}


def listed(*names: str) -> Json:
    return {"imagePullSecrets": [{"name": name} for name in names]} if names else {}


def manifest(kind: str, name: str = "web", *names: str, namespace: str = "") -> Json:
    """An object of a kind, whose list is at the kind's place."""
    spec: Json = {"containers": [{"name": "app", "image": "registry.test/app:1"}]} | listed(*names)
    place = PLACES[kind]
    body = reduce(lambda inner, key: {key: inner}, reversed(place.split(".")), spec)
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"kind": kind, "metadata": metadata, **(body if place else listed(*names))}


def change(
    kind: str,
    before: tuple[str, ...],
    edit: Edit,
    *,
    name: str = "web",
    namespace: str = HOME,
) -> ListChange:
    info = KindInfo(kind, "x", "", "x")
    return ListChange(ObjectRef(kind, namespace, name), info, "", PLACES[kind], before, edit)


def after(step: ListChange | PodRecreation, *manifests: Json) -> list[Json]:
    return list(applied(Plan((step,)), manifests, HOME))


@pytest.mark.parametrize("kind", PLACES)
def test_the_list_is_changed_where_the_kind_has_it(kind: str) -> None:
    changed = after(change(kind, (), Edit(("new",))), manifest(kind))
    assert changed == [manifest(kind, "web", "new")]


def test_a_pod_that_would_be_made_anew_is_simply_edited() -> None:
    step = PodRecreation(ObjectRef("Pod", HOME, "web"), "", "", ("a",), ("a", "b"), {})
    assert after(step, manifest("Pod", "web", "a")) == [manifest("Pod", "web", "a", "b")]


@pytest.mark.parametrize(
    "other",
    [
        manifest("Deployment", "other", "old"),
        manifest("Deployment", "web", "old", namespace="elsewhere"),
        manifest("Pod", "web", "old"),
        manifest("Deployment", "web", "another list"),
        {"kind": "Deployment", "metadata": {"name": "web"}, "spec": "?"},
        {"kind": "Deployment", "metadata": [], "spec": {}},
        {"kind": ["Deployment"]},
        {},
    ],
    ids=[
        "name",
        "namespace",
        "kind",
        "older",
        "wrong spec",
        "wrong metadata",
        "wrong kind",
        "none",
    ],
)
def test_other_objects_stay_as_they_are(other: Json) -> None:
    (same,) = after(change("Deployment", ("old",), Edit(("new",))), other)
    assert same is other


def test_an_object_s_own_namespace_counts() -> None:
    mine = manifest("Deployment", namespace="elsewhere")
    step = change("Deployment", (), Edit(("new",)), namespace="elsewhere")
    assert after(step, mine) == [manifest("Deployment", "web", "new", namespace="elsewhere")]


@pytest.mark.parametrize(
    ("kind", "of_item"),
    [("List", {"kind": "Pod"}), ("PodList", {})],
    ids=["a List", "a PodList, whose items have no kind"],
)
def test_a_list_stays_one_with_its_item_changed(kind: str, of_item: Json) -> None:
    def items(*names: str) -> Json:
        raw = manifest("Pod", "web", *names)
        del raw["kind"]
        other = {"kind": "ConfigMap", "metadata": {"name": "web"}}
        return {"apiVersion": "v1", "kind": kind, "items": [other, of_item | raw], "metadata": {}}

    (changed,) = after(change("Pod", (), Edit(("new",))), items())
    assert json.dumps(changed) == json.dumps(items("new"))


def test_a_list_in_a_list_too() -> None:
    def nested(*names: str) -> Json:
        inner = {"kind": "List", "items": [manifest("Pod", "web", *names)]}
        return {"kind": "List", "items": [inner]}

    assert after(change("Pod", (), Edit(("new",))), nested()) == [nested("new")]


def test_entries_that_stay_are_kept_as_they_were_written() -> None:
    odd = manifest("Pod")
    edit = Edit(("new",), frozenset(("b",)), first=True)
    odd["spec"]["imagePullSecrets"] = [{"x": 1, "name": "a"}, {}, {"name": "b"}]
    (changed,) = after(change("Pod", ("a", "", "b"), edit), odd)
    assert changed["spec"]["imagePullSecrets"] == [{"name": "new"}, {"x": 1, "name": "a"}, {}]


def test_the_list_keeps_its_place_among_the_keys() -> None:
    raw = {"kind": "ServiceAccount", "imagePullSecrets": [{"name": "a"}], "metadata": {}}
    raw["metadata"] = {"name": "web"}
    (changed,) = after(change("ServiceAccount", ("a",), Edit(("b",))), raw)
    assert list(changed) == ["kind", "imagePullSecrets", "metadata"]


def test_the_input_is_not_changed_and_aliases_are_not_either() -> None:
    shared = {"containers": [{"name": "app"}]}
    raw = {"kind": "Pod", "metadata": {"name": "web"}, "spec": shared}
    other = {"kind": "Pod", "metadata": {"name": "other"}, "spec": shared}
    before = deepcopy([raw, other])
    changed = after(change("Pod", (), Edit(("new",))), raw, other)
    assert [raw, other] == before
    assert changed[1] is other


def test_a_plan_from_manifests_is_applied_to_them() -> None:
    raw = manifest("Deployment") | {"apiVersion": "apps/v1"}
    found = read_object(raw, HOME)
    assert found is not None
    request = AttachRequest(ObjectRef("Deployment", HOME, "web"), ("pull",), force=True)
    plan = plan_attach(request, Snapshot.of([found], {}), now=NOW)
    (changed,) = applied(plan, [raw], HOME)
    assert changed["spec"] == manifest("Deployment", "web", "pull")["spec"]


names = st.sampled_from(["", "a", "b", "c"])
lists = st.lists(names, max_size=4).map(tuple)
others = st.sampled_from(
    [
        manifest("Deployment", "other", "a"),
        {"kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"x": "y"}},
        {"kind": "List", "items": [manifest("Pod", "other")]},
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(PLACES)),
    lists,
    st.lists(st.sampled_from(["new", "newer"]), min_size=1, unique=True),
    st.lists(others, max_size=3),
    st.booleans(),
)
def test_attach_then_detach_gives_the_same_documents(
    kind: str, old: tuple[str, ...], new: list[str], around: list[Json], in_list: bool
) -> None:
    mine = manifest(kind, "web", *old)
    documents: list[Json] = [*around, {"kind": "List", "items": [mine]} if in_list else mine]
    step = change(kind, old, Edit(tuple(new)))
    attached = applied(Plan((step,)), documents, HOME)
    assert attached != tuple(documents)
    back = change(kind, step.after, Edit(gone=frozenset(new)))
    detached = applied(Plan((back,)), attached, HOME)
    assert json.dumps(detached) == json.dumps(documents)
