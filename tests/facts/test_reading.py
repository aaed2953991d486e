from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials import Malformed
from kubectl_pullsecret.facts.objects import (
    ContainerRole,
    Event,
    ImageUse,
    Node,
    ObjectRef,
    OwnerRef,
    Pod,
    Secret,
    ServiceAccount,
    Workload,
)
from kubectl_pullsecret.facts.reading import UnreadableObjectError, read_object

Json = dict[str, Any]

NINE = datetime(2026, 1, 2, 9, 0, tzinfo=timezone.utc)
TEN = datetime(2026, 1, 2, 10, 0, tzinfo=timezone.utc)
CONFIG = '{"auths":{"registry.test":{"username":"u","password":"hunter2"}}}'


def manifest(kind: str, metadata: Json | None = None, **fields: Any) -> Json:
    named = {"name": "x", "namespace": "y", **(metadata or {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": named, **fields}


def pod(spec: Json | None = None, status: Json | None = None, **metadata: Any) -> Pod:
    read = read_object(manifest("Pod", metadata, spec=spec or {}, status=status or {}))
    assert isinstance(read, Pod)
    return read


def workload(kind: str, api_version: str = "apps/v1", **fields: Any) -> Workload | None:
    read = read_object(manifest(kind, **fields) | {"apiVersion": api_version})
    assert read is None or isinstance(read, Workload)
    return read


def secret(metadata: Json | None = None, **fields: Any) -> Secret:
    read = read_object(manifest("Secret", metadata, **fields))
    assert isinstance(read, Secret)
    return read


def event(**fields: Any) -> Event:
    read = read_object(manifest("Event", **fields))
    assert isinstance(read, Event)
    return read


class TestPod:
    def test_images_are_found_in_every_place_that_can_ask_for_one(self) -> None:
        spec = {
            "initContainers": [{"name": "init", "image": "i"}],
            "containers": [{"name": "app", "image": "a", "imagePullPolicy": "Always"}],
            "ephemeralContainers": [{"name": "debug", "image": "e"}],
            "volumes": [
                {"name": "data", "emptyDir": {}},
                {"name": "model", "image": {"reference": "m", "pullPolicy": "IfNotPresent"}},
            ],
        }
        assert pod(spec).spec.images == (
            ImageUse("init", "i", ContainerRole.INIT, ""),
            ImageUse("app", "a", ContainerRole.APP, "Always"),
            ImageUse("debug", "e", ContainerRole.EPHEMERAL, ""),
            ImageUse("model", "m", ContainerRole.VOLUME, "IfNotPresent"),
        )

    def test_a_container_without_an_image_asks_for_none(self) -> None:
        assert pod({"containers": [{"name": "sidecar"}]}).spec.images == ()

    def test_pull_secrets_keep_order_duplicates_and_empty_names(self) -> None:
        listed = [{"name": "b"}, {}, {"name": "a"}, None, {"name": "b"}]
        assert pod({"imagePullSecrets": listed}).spec.pull_secrets == ("b", "", "a", "", "b")

    def test_the_account_may_stand_in_the_deprecated_field(self) -> None:
        assert pod({"serviceAccount": "robot"}).spec.service_account == "robot"

    @pytest.mark.parametrize(
        ("status", "started"),
        [
            pytest.param({"state": {"waiting": {"reason": "r"}}}, False, id="waiting"),
            pytest.param({"state": {"running": {}}}, True, id="running"),
            pytest.param({"state": {"terminated": {}}}, True, id="terminated"),
            pytest.param({"lastState": {"terminated": {"exitCode": 1}}}, True, id="ran-before"),
            pytest.param({"restartCount": 2}, True, id="restarted"),
        ],
    )
    def test_a_container_that_ever_ran_had_its_image(self, status: Json, started: bool) -> None:
        read = pod(status={"containerStatuses": [{"name": "app", **status}]})
        assert [one.started_before for one in read.statuses] == [started]

    def test_statuses_of_all_three_lists_are_read_with_their_waiting_reason(self) -> None:
        waiting = {"state": {"waiting": {"reason": "ErrImagePull", "message": "m"}}}
        keys = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
        read = pod(status={key: [{"name": key, **waiting}] for key in keys})
        assert [one.container for one in read.statuses] == list(keys)
        assert {(one.waiting_reason, one.waiting_message) for one in read.statuses} == {
            ("ErrImagePull", "m")
        }

    def test_the_controller_is_the_owner_that_says_so(self) -> None:
        owners = [
            {"kind": "Node", "name": "n"},
            {"apiVersion": "apps/v1", "kind": "RS", "name": "r", "uid": "u", "controller": True},
        ]
        assert pod(ownerReferences=owners).owner == OwnerRef("apps/v1", "RS", "r", "u")

    def test_a_mirror_pod_knows_the_uid_that_events_of_its_static_pod_name(self) -> None:
        read = pod(annotations={"kubernetes.io/config.mirror": "hash"})
        assert (read.mirror, read.static_uid) == (True, "hash")
        assert not pod().mirror

    @pytest.mark.parametrize(
        ("metadata", "status", "live"),
        [
            pytest.param({}, {}, False, id="bare-manifest"),
            pytest.param({"uid": "u"}, {}, True, id="uid"),
            pytest.param({}, {"phase": "Pending"}, True, id="phase"),
        ],
    )
    def test_only_what_an_api_server_has_seen_is_live(
        self, metadata: Json, status: Json, live: bool
    ) -> None:
        assert pod(status=status, **metadata).live is live

    def test_the_scheduler_s_message_is_read_while_it_finds_no_node(self) -> None:
        failed = {"type": "PodScheduled", "status": "False", "message": "no node"}
        assert pod(status={"conditions": [failed]}).unscheduled == "no node"
        assert pod(status={"conditions": [failed | {"status": "True"}]}).unscheduled == ""

    def test_a_pod_that_is_being_deleted_says_so(self) -> None:
        assert pod(deletionTimestamp="2026-01-02T09:00:00Z").deleting


class TestNamespaceAndName:
    def test_a_manifest_without_a_namespace_is_in_the_given_one(self) -> None:
        raw = {"kind": "Secret", "metadata": {"name": "s"}}
        read = read_object(raw, "team")
        assert isinstance(read, Secret)
        assert read.ref == ObjectRef("Secret", "team", "s")

    def test_generate_name_stands_for_a_name_that_is_not_known_yet(self) -> None:
        assert pod(name="", generateName="job-").ref.name == "job-"


TEMPLATE: Json = {"spec": {"containers": [{"name": "c", "image": "i"}]}}


class TestWorkload:
    @pytest.mark.parametrize(
        ("kind", "api_version", "fields"),
        [
            pytest.param("Deployment", "apps/v1", {"spec": {"template": TEMPLATE}}, id="deploy"),
            pytest.param("Job", "batch/v1", {"spec": {"template": TEMPLATE}}, id="job"),
            pytest.param(
                "CronJob",
                "batch/v1",
                {"spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}},
                id="cronjob",
            ),
            pytest.param("PodTemplate", "v1", {"template": TEMPLATE}, id="podtemplate"),
            pytest.param(
                "Rollout", "argoproj.io/v1alpha1", {"spec": {"template": TEMPLATE}}, id="argo"
            ),
            pytest.param(
                "Service", "serving.knative.dev/v1", {"spec": {"template": TEMPLATE}}, id="knative"
            ),
            pytest.param(
                "Secret", "vault.example.com/v1", {"spec": {"template": TEMPLATE}}, id="namesake"
            ),
        ],
    )
    def test_a_pod_template_is_found(self, kind: str, api_version: str, fields: Json) -> None:
        read = workload(kind, api_version, **fields)
        assert read is not None
        assert read.template is not None
        assert [use.image for use in read.template.images] == ["i"]

    @pytest.mark.parametrize(
        ("kind", "api_version"),
        [
            pytest.param("ConfigMap", "v1", id="core"),
            pytest.param("Node", "longhorn.io/v1beta2", id="a-namesake-of-a-core-kind"),
            pytest.param("Job", "example.com/v1", id="a-namesake-of-a-workload"),
        ],
    )
    def test_a_kind_without_a_pod_template_does_not_matter(
        self, kind: str, api_version: str
    ) -> None:
        assert workload(kind, api_version, spec={"template": {"spec": {"secretName": "s"}}}) is None

    def test_a_known_workload_without_a_template_is_kept(self) -> None:
        read = workload("Deployment")
        assert read is not None
        assert read.template is None

    def test_replica_failure_is_quoted_while_it_holds(self) -> None:
        condition = {"type": "ReplicaFailure", "status": "True", "message": "quota"}
        read = workload("ReplicaSet", status={"conditions": [condition]})
        assert read is not None
        assert read.replica_failure == "quota"
        over = workload("ReplicaSet", status={"conditions": [condition | {"status": "False"}]})
        assert over is not None
        assert over.replica_failure == ""

    def test_conditions_of_another_shape_are_a_custom_resource_s_own_matter(self) -> None:
        read = workload("Rollout", spec={"template": TEMPLATE}, status={"conditions": "fine"})
        assert read is not None
        assert read.replica_failure == ""

    @pytest.mark.parametrize(
        ("metadata", "manager"),
        [
            ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, "Helm"),
            ({"annotations": {"meta.helm.sh/release-name": "r"}}, "Helm"),
            ({"labels": {"argocd.argoproj.io/instance": "a"}}, "Argo CD"),
            ({"annotations": {"argocd.argoproj.io/tracking-id": "a"}}, "Argo CD"),
            ({"labels": {"kustomize.toolkit.fluxcd.io/name": "k"}}, "Flux"),
            ({"labels": {"helm.toolkit.fluxcd.io/name": "h"}}, "Flux"),
            ({"labels": {"olm.owner": "o"}}, "OLM"),
            ({"labels": {"reconcile.external-secrets.io/created-by": "e"}}, "External Secrets"),
            ({"ownerReferences": [{"kind": "ExternalSecret"}]}, "External Secrets"),
            ({"ownerReferences": [{"kind": "SealedSecret"}]}, "Sealed Secrets"),
            ({"annotations": {"reflector.v1.k8s.emberstack.com/reflects": "a/b"}}, "Reflector"),
        ],
    )
    def test_marks_of_a_controller_above_are_recognised(self, metadata: Json, manager: str) -> None:
        assert secret(metadata).managed_by == (manager,)

    def test_each_manager_is_named_once_and_other_marks_name_none(self) -> None:
        labels = {"app.kubernetes.io/managed-by": "Helm"}
        annotations = {"meta.helm.sh/release-name": "r"}
        assert secret({"labels": labels, "annotations": annotations}).managed_by == ("Helm",)
        assert secret({"labels": {"app.kubernetes.io/managed-by": "me"}}).managed_by == ()


class TestServiceAccount:
    def test_it_is_as_old_as_its_newest_change(self) -> None:
        raw = manifest(
            "ServiceAccount",
            {
                "creationTimestamp": "2026-01-02T09:00:00Z",
                "managedFields": [{"time": "2026-01-02T10:00:00Z"}, {"manager": "timeless"}],
            },
            imagePullSecrets=[{"name": "p"}],
            secrets=[{"name": "not-for-pulling"}],
        )
        account = read_object(raw)
        assert isinstance(account, ServiceAccount)
        assert (account.pull_secrets, account.changed) == (("p",), TEN)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class TestSecret:
    def test_string_data_wins_over_data(self) -> None:
        read = secret(
            data={".dockerconfigjson": encoded("old")}, stringData={".dockerconfigjson": "new"}
        )
        assert read.data == {".dockerconfigjson": b"new"}

    def test_only_values_that_may_be_docker_configs_are_kept_but_all_key_names(self) -> None:
        data = {
            "config.json": encoded(CONFIG),
            "indented": encoded("{\n}"),
            "tls.key": encoded("-----BEGIN"),
            "token": encoded("eyJhbGciOi"),
            "huge": encoded("{" + " " * 2_000_000),
        }
        read = secret(data=data, type="Opaque")
        assert set(read.data) == {"config.json", "indented"}

    def test_null_is_an_empty_value(self) -> None:
        assert secret(data={".dockercfg": None}).data == {".dockercfg": b""}

    def test_data_that_is_not_base64_is_malformed_and_never_raises(self) -> None:
        read = secret(type="kubernetes.io/dockercfg", data={".dockercfg": "abc!"})
        assert read.data == {}
        assert isinstance(read.content, Malformed)
        assert read.content.where == 'data[".dockercfg"]'
        assert read.content.kubelet_text == "illegal base64 data at input byte 3"

    def test_a_lone_surrogate_in_string_data_becomes_the_replacement_character(self) -> None:
        assert secret(stringData={".dockercfg": "a\ud800b"}).data == {
            ".dockercfg": "a\ufffdb".encode()
        }

    def test_values_never_show_in_its_repr(self) -> None:
        read = secret(stringData={".dockerconfigjson": CONFIG})
        assert "hunter2" not in repr(read)
        assert encoded(CONFIG) not in repr(read)

    def test_metadata_is_kept_for_rules_about_change(self) -> None:
        read = secret(
            {
                "creationTimestamp": "2026-01-02T09:00:00Z",
                "labels": {"a": "b"},
                "resourceVersion": "7",
            },
            immutable=True,
        )
        assert (read.created, read.changed, read.immutable) == (NINE, NINE, True)
        assert (read.labels, read.type) == ((("a", "b"),), "Opaque")


class TestEvent:
    def test_the_kubelet_s_form(self) -> None:
        read = event(
            involvedObject={
                "kind": "Pod",
                "namespace": "y",
                "name": "p",
                "uid": "u",
                "fieldPath": "spec.containers{app}",
            },
            reason="Failed",
            message="m",
            type="Warning",
            count=3,
            firstTimestamp="2026-01-02T09:00:00Z",
            lastTimestamp="2026-01-02T10:00:00Z",
            eventTime=None,
        )
        assert read == Event(
            "y", "Pod", "p", "u", "spec.containers{app}", "Failed", "m", "Warning", 3, NINE, TEN
        )

    def test_the_scheduler_s_form_has_only_an_event_time(self) -> None:
        read = event(eventTime="2026-01-02T10:00:00.895623Z", lastTimestamp=None)
        assert read.last == read.first == TEN.replace(microsecond=895623)
        assert read.count == 1

    def test_the_newer_api_s_names(self) -> None:
        raw = manifest(
            "Event",
            regarding={"kind": "Pod", "name": "p", "namespace": "z"},
            note="n",
            deprecatedCount=4,
            deprecatedLastTimestamp="2026-01-02T09:00:00Z",
            series={"count": 9, "lastObservedTime": "2026-01-02T10:00:00.000000Z"},
        )
        read = read_object(raw | {"apiVersion": "events.k8s.io/v1"})
        assert isinstance(read, Event)
        assert (read.involved_name, read.namespace, read.message) == ("p", "z", "n")
        assert (read.count, read.last) == (9, TEN)

    def test_without_any_time_the_creation_counts(self) -> None:
        assert event(metadata={}).last is None
        read = read_object(
            {"kind": "Event", "metadata": {"creationTimestamp": "2026-01-02T09:00:00Z"}}
        )
        assert isinstance(read, Event)
        assert read.last == NINE


def test_a_node_says_its_images() -> None:
    status = {"images": [{"names": ["a:1", "a@sha256:1"]}, {"names": None}]}
    assert read_object(manifest("Node", status=status)) == Node(
        "x", frozenset(("a:1", "a@sha256:1"))
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-02T10:00:00Z", TEN),
        ("2026-01-02T12:00:00+02:00", TEN),
        ("2026-01-02T10:00:00.123456789Z", TEN.replace(microsecond=123456)),
        ("2026-01-02T10:00:00.5Z", TEN.replace(microsecond=500000)),
        (None, None),
        ("", None),
    ],
)
def test_times_of_the_api(written: str | None, read: datetime | None) -> None:
    assert pod(creationTimestamp=written).created == read


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        pytest.param("a", "a Kubernetes object must be an object, not a string", id="no-object"),
        pytest.param({}, "a Kubernetes object must have a kind", id="no-kind"),
        pytest.param({"kind": 5}, "kind must be a string, not a number", id="kind"),
        pytest.param(
            manifest("Pod", spec={"containers": "c"}),
            "pod/x in ns y: spec.containers must be a list, not a string",
            id="list",
        ),
        pytest.param(
            manifest("Pod", spec={"containers": [{"image": {}}]}),
            "pod/x in ns y: spec.containers[].image must be a string, not an object",
            id="field-of-a-container",
        ),
        pytest.param(
            manifest("Pod", spec={"containers": [{}, 3]}),
            "pod/x in ns y: spec.containers[1] must be an object, not a number",
            id="element",
        ),
        pytest.param(
            manifest("Pod", {"creationTimestamp": "yesterday"}),
            "pod/x in ns y: metadata.creationTimestamp must be a time such as 2026-01-31T12:00:00Z",
            id="time",
        ),
        pytest.param(
            manifest("Pod", {"creationTimestamp": "2026-01-02T10:00:00"}),
            "pod/x in ns y: metadata.creationTimestamp must be a time such as 2026-01-31T12:00:00Z",
            id="time-without-a-zone",
        ),
        pytest.param(
            manifest("Secret", data={"k": 1}),
            'secret/x in ns y: data["k"] must be a string, not a number',
            id="secret-value",
        ),
        pytest.param(
            manifest("Secret", data=["hunter2"]),
            "secret/x in ns y: data must be an object, not a list",
            id="secret-data",
        ),
        pytest.param(
            manifest("Event", count=1.5),
            "event/x in ns y: count must be a whole number, not a fraction",
            id="count",
        ),
        pytest.param(
            manifest("Event", count=True),
            "event/x in ns y: count must be a whole number, not a boolean",
            id="boolean-as-count",
        ),
        pytest.param(
            manifest("Secret", immutable="yes"),
            "secret/x in ns y: immutable must be a boolean, not a string",
            id="flag",
        ),
        pytest.param(
            {"kind": "Node", "metadata": {"name": "n"}, "status": {"images": [{"names": 1}]}},
            "node/n: status.images[].names must be a list, not a number",
            id="cluster-scoped",
        ),
        pytest.param(
            {"kind": "Pod", "metadata": []},
            "pod/? in ns default: metadata must be an object, not a list",
            id="metadata",
        ),
    ],
)
def test_the_sentence_about_a_wrong_field_names_object_and_field(
    raw: object, sentence: str
) -> None:
    with pytest.raises(UnreadableObjectError) as raised:
        read_object(raw)
    assert str(raised.value) == sentence


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = ("metadata", "spec", "status", "data", "stringData", "involvedObject", "series", "count")


@given(
    kind=st.sampled_from(["Pod", "Secret", "Event", "Node", "ServiceAccount", "Deployment"]),
    fields=st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES, max_size=4),
)
def test_any_json_is_read_or_refused_in_one_sentence(kind: str, fields: Json) -> None:
    sentence = ""
    try:
        read_object({"kind": kind, **fields})
    except UnreadableObjectError as error:
        sentence = str(error)
    assert not sentence or " must be " in sentence


@pytest.mark.parametrize(
    ("kind", "selector", "written"),
    [
        ("Deployment", {"matchLabels": {"app": "web", "tier": "a"}}, "app=web,tier=a"),
        (
            "ReplicaSet",
            {
                "matchLabels": {"app": "web"},
                "matchExpressions": [
                    {"key": "zone", "operator": "In", "values": ["a", "b"]},
                    {"key": "old", "operator": "NotIn", "values": ["yes"]},
                    {"key": "track", "operator": "Exists"},
                    {"key": "canary", "operator": "DoesNotExist"},
                ],
            },
            "app=web,zone in (a,b),old notin (yes),track,!canary",
        ),
        ("ReplicationController", {"app": "web"}, "app=web"),
        ("CronJob", None, ""),
    ],
)
def test_a_selector_is_written_as_a_query_of_the_api(
    kind: str, selector: dict[str, Any] | None, written: str
) -> None:
    raw = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "web"}, "spec": {}}
    if selector is not None:
        raw["spec"] = {"selector": selector}
    found = read_object(raw)
    assert isinstance(found, Workload)
    assert found.selector == written


def test_a_selector_of_a_wrong_shape_names_its_field() -> None:
    expression = {"key": "zone", "operator": "In", "values": "a"}
    spec = {"selector": {"matchExpressions": [expression]}}
    with pytest.raises(UnreadableObjectError, match=r"matchExpressions\[\]\.values must be a list"):
        read_object({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}, "spec": spec})
