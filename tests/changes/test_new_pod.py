"""A pod's manifest, as it is posted again: what is kept, and what the server writes anew."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from kubectl_pullsecret.changes.new_pod import renewed
from kubectl_pullsecret.changes.quota import fits_once_gone
from kubectl_pullsecret.facts.shapes import WrongShapeError

Json = dict[str, Any]
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"


def pod(metadata: Json | None = None, **spec: Any) -> Json:
    """A pod as the server has it."""
    container = {"name": "app", "image": "registry.test/app:1"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "team", **(metadata or {})},
        "spec": {"containers": [container], **spec},
        "status": {"phase": "Pending"},
    }


def spec_of(raw: Json, *names: str) -> Json:
    made: Any = renewed(raw, names)["spec"]
    return made  # type: ignore[no-any-return]  # JSON


def metadata_of(raw: Json, name: str | None = None) -> Json:
    made: Any = renewed(raw, (), name)["metadata"]
    return made  # type: ignore[no-any-return]  # JSON


def with_token(volume: str = "kube-api-access-x7k2q", place: str = TOKEN, **spec: Any) -> Json:
    """A pod with a projected volume, mounted beside one of its own."""
    mounts = [{"name": "data", "mountPath": "/data"}, {"name": volume, "mountPath": place}]
    container = {"name": "app", "image": "registry.test/app:1", "volumeMounts": mounts}
    volumes = [{"name": "data", "emptyDir": {}}, {"name": volume, "projected": {"sources": []}}]
    return pod(containers=[container], initContainers=[container], volumes=volumes, **spec)


@pytest.mark.parametrize(
    "field",
    [
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "generation",
        "managedFields",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generateName",
    ],
)
def test_the_server_s_own_metadata_is_left_out(field: str) -> None:
    assert metadata_of(pod({field: []})) == {"name": "web", "namespace": "team"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("labels", {"app": "web"}),
        ("annotations", {"note": "x"}),
        ("finalizers", ["example.com/held"]),
        ("ownerReferences", [{"kind": "ConfigMap", "name": "x", "uid": "1"}]),
    ],
)
def test_what_a_person_wrote_into_the_metadata_is_kept(field: str, value: object) -> None:
    assert metadata_of(pod({field: value}))[field] == value


def test_the_addresses_of_the_old_pod_are_left_out() -> None:
    annotations = {"cni.projectcalico.org/podIP": "10.0.0.1/32"}
    assert "annotations" not in metadata_of(pod({"annotations": annotations}))
    both = {"annotations": annotations | {"note": "x"}}
    assert metadata_of(pod(both))["annotations"] == {"note": "x"}


def test_another_name_replaces_the_pod_s() -> None:
    assert metadata_of(pod(), "web-2") == {"name": "web-2", "namespace": "team"}


def test_a_name_that_ends_with_a_hyphen_is_completed_by_the_server() -> None:
    assert metadata_of(pod(), "web-") == {"generateName": "web-", "namespace": "team"}


def test_status_is_left_out() -> None:
    assert set(renewed(pod(), ())) == {"apiVersion", "kind", "metadata", "spec"}


@pytest.mark.parametrize(
    ("spec", "left_out"),
    [
        ({"nodeName": "node1"}, {"nodeName"}),
        ({"ephemeralContainers": [{"name": "debug"}]}, {"ephemeralContainers"}),
        (
            {"priority": 5, "preemptionPolicy": "Never", "priorityClassName": "low"},
            {"priority", "preemptionPolicy"},
        ),
        ({"runtimeClassName": "kata", "overhead": {"cpu": "1m"}}, {"overhead"}),
        ({"tolerations": [{"key": "a"}], "serviceAccount": "a", "hostname": "web"}, set()),
    ],
    ids=["node", "ephemeral containers", "priority", "overhead", "all else is kept"],
)
def test_what_is_written_anew_is_left_out(spec: Json, left_out: set[str]) -> None:
    kept = {key: value for key, value in spec.items() if key not in left_out}
    assert spec_of(pod(**spec)) == pod(**kept)["spec"]


@pytest.mark.parametrize(
    ("subresource", "kept"),
    [({}, True), ({"subresource": "status"}, False)],
    ids=["spec", "status"],
)
def test_a_node_that_the_pod_asked_for_itself_is_kept(subresource: Json, kept: bool) -> None:
    fields: Json = {"fieldsV1": {"f:spec": {"f:nodeName": {}}}} | subresource
    raw = pod({"managedFields": [fields]}, nodeName="node1")
    assert ("nodeName" in spec_of(raw)) is kept


def test_the_account_s_token_is_left_out_of_volumes_and_mounts() -> None:
    spec = spec_of(with_token())
    assert spec["volumes"] == [{"name": "data", "emptyDir": {}}]
    for key in ("containers", "initContainers"):
        assert spec[key][0]["volumeMounts"] == [{"name": "data", "mountPath": "/data"}]


@pytest.mark.parametrize(
    "raw",
    [
        with_token(volume="token"),
        with_token(place="/elsewhere"),
        with_token(automountServiceAccountToken=False),
    ],
    ids=["another name", "another place", "admission adds none"],
)
def test_a_token_volume_that_admission_did_not_add_is_kept(raw: Json) -> None:
    assert spec_of(raw) == raw["spec"]


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (("a", "b"), [{"name": "a"}, {"name": "b"}]),
        (("", "b"), [{}, {"name": "b"}]),
    ],
)
def test_the_list_is_the_new_one(names: tuple[str, ...], listed: list[Json]) -> None:
    assert spec_of(pod(imagePullSecrets=[{"name": "old"}]), *names)["imagePullSecrets"] == listed


def test_an_empty_list_is_none_at_all() -> None:
    assert "imagePullSecrets" not in spec_of(pod(imagePullSecrets=[{"name": "old"}]))


def test_the_manifest_itself_is_not_changed() -> None:
    raw = with_token(nodeName="node1", imagePullSecrets=[{"name": "old"}])
    before = deepcopy(raw)
    renewed(raw, ("new",), "other-")
    assert raw == before


def test_twice_is_as_once() -> None:
    once = renewed(with_token(nodeName="node1"), ("new",))
    assert json.dumps(renewed(once, ("new",))) == json.dumps(once)


def test_what_is_no_pod_is_said() -> None:
    with pytest.raises(WrongShapeError, match=r"metadata must be an object, not a list"):
        renewed({"metadata": []}, ())


@pytest.mark.parametrize(
    ("numbers", "fits"),
    [
        ("requested: pods=1, used: pods=3, limited: pods=3", True),
        ("requested: pods=1, used: pods=4, limited: pods=3", False),
        ("requested: pods=1, used: pods=0, limited: pods=0", False),
        ("requested: cpu=500m,pods=1, used: cpu=1500m,pods=1, limited: cpu=2,pods=1", True),
        ("requested: cpu=500m, used: cpu=2100m, limited: cpu=2", False),
        ("requested: memory=1Gi, used: memory=1024Mi, limited: memory=1Gi", True),
        ("requested: memory=1Gi, used: memory=2G, limited: memory=1Gi", False),
        ("requested: memory=500Mi, used: memory=1e9, limited: memory=1Gi", True),
        ("requested: pods=1, used: pods=many, limited: pods=3", False),
        ("requested: pods=1, used: pods=1, limited: cpu=3", False),
    ],
)
def test_a_quota_that_the_old_pod_fills_is_told_from_one_that_is_too_small(
    numbers: str, fits: bool
) -> None:
    words = f'pods "web-x" is forbidden: exceeded quota: small, {numbers} (403 Forbidden)'
    assert fits_once_gone(words) is fits


def test_another_refusal_is_no_quota_s() -> None:
    assert not fits_once_gone("violates PodSecurity")
