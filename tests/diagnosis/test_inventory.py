"""What is said of each pull secret, and who uses it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import pytest

from kubectl_pullsecret.credentials import read_docker_config
from kubectl_pullsecret.diagnosis.inventory import (
    PullSecretRecord,
    State,
    decode,
    find_secret,
    inventory,
)
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reading import read_object
from kubectl_pullsecret.facts.snapshot import COMPLETE, Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
CONFIG_TYPE = "kubernetes.io/dockerconfigjson"

Manifest = Mapping[str, object]


def jwt(expires: datetime) -> str:
    """A token that says when it ends."""
    parts: tuple[Mapping[str, object], ...] = (
        {"alg": "none"},
        {"exp": int(expires.timestamp())},
        {},
    )
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


def login(password: str = "s3cret", user: str = "puller") -> Mapping[str, str]:
    return {"username": user, "password": password}


def secret(
    name: str,
    payload: object,
    *,
    namespace: str = "team",
    type_: str = CONFIG_TYPE,
    key: str = ".dockerconfigjson",
    labels: Mapping[str, str] | None = None,
) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
        "type": type_,
        "data": {key: base64.b64encode(json.dumps(payload).encode()).decode()},
    }


def using(kind: str, name: str, *secrets: str, namespace: str = "team") -> Manifest:
    """An object that lists pull secrets."""
    listed = [{"name": one} for one in secrets]
    spec = {"containers": [{"name": "app", "image": "nginx"}], "imagePullSecrets": listed}
    bodies: Mapping[str, Mapping[str, object]] = {
        "Pod": {"spec": spec},
        "ServiceAccount": {"imagePullSecrets": listed},
        "Deployment": {"spec": {"template": {"spec": spec}}},
    }
    version = "apps/v1" if kind == "Deployment" else "v1"
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **bodies[kind]}


def seen(*manifests: Manifest, whole: tuple[str, ...] = ()) -> Snapshot:
    objects = [read_object(manifest, "default") for manifest in manifests]
    sights = {(kind, "team"): COMPLETE for kind in whole}
    return Snapshot.of([one for one in objects if one is not None], sights)


def only(*manifests: Manifest, whole: tuple[str, ...] = ()) -> PullSecretRecord:
    (record,) = inventory(seen(*manifests, whole=whole), None, now=NOW)
    return record


@pytest.mark.parametrize(
    ("auths", "state"),
    [
        pytest.param({"a.test": login()}, State.OK, id="a user and a password"),
        pytest.param({}, State.NO_ENTRIES, id="no entries"),
        pytest.param({"a.test": {}}, State.UNUSABLE, id="an empty entry"),
        pytest.param({"a b.test": login()}, State.UNUSABLE, id="a key that the kubelet ignores"),
        pytest.param(
            {"registry-1.docker.io": login()}, State.DOUBTFUL, id="a key that serves nothing"
        ),
        pytest.param({"a.test": login("x\n")}, State.DOUBTFUL, id="a password with a newline"),
        pytest.param([1], State.MALFORMED, id="auths is no object"),
        pytest.param({"a.test": {"auth": "!"}}, State.MALFORMED, id="auth is not base64"),
        pytest.param(
            {"a.test": login(jwt(NOW - timedelta(hours=1)))}, State.EXPIRED, id="a token that ended"
        ),
        pytest.param(
            {"a.test": login(jwt(NOW + timedelta(hours=3)))},
            State.EXPIRING,
            id="one that ends today",
        ),
        pytest.param(
            {"a.test": login(jwt(NOW + timedelta(days=3)))}, State.OK, id="one that ends later"
        ),
        pytest.param(
            {"a.test": login(), "b.test": login(jwt(NOW - timedelta(days=1)))},
            State.EXPIRED,
            id="the worst entry decides",
        ),
    ],
)
def test_the_state_is_the_worst_that_can_be_said(auths: object, state: State) -> None:
    assert only(secret("pull", {"auths": auths})).decoded.state is state


def test_a_config_under_another_type_is_the_wrong_type_and_still_decoded() -> None:
    record = only(secret("pull", {"auths": {"a.test": login()}}, type_="Opaque"))
    assert record.decoded.state is State.WRONG_TYPE
    assert [it.entry.key for it in record.decoded.entries] == ["a.test"]


def test_the_right_type_with_nothing_under_its_key_is_the_wrong_data_key() -> None:
    record = only(secret("pull", {"auths": {"a.test": login()}}, key="config.json"))
    assert record.decoded.state is State.WRONG_KEY


def test_secrets_that_were_never_meant_as_pull_secrets_are_left_out() -> None:
    snapshot = seen(secret("db", {"password": "x"}, type_="Opaque", key="config"))
    assert inventory(snapshot, None, now=NOW) == ()


def test_the_list_is_in_order_of_namespace_and_name() -> None:
    names = [("b", "x"), ("a", "z"), ("a", "y")]
    snapshot = seen(*(secret(name, {}, namespace=home) for home, name in names))
    found = [one.secret.ref for one in inventory(snapshot, None, now=NOW)]
    assert found == [ObjectRef("Secret", home, name) for home, name in sorted(names)]
    assert [one.secret.ref.name for one in inventory(snapshot, "b", now=NOW)] == ["x"]


def test_the_first_end_of_several_credentials_counts() -> None:
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    record = only(secret("p", {"auths": {"a": login(jwt(later)), "b": login(jwt(soon))}}))
    assert record.decoded.expires == soon


def test_a_docker_config_is_decoded_like_a_secret() -> None:
    decoded = decode(read_docker_config(b'{"credsStore": "desktop", "auths": {}}'), None, now=NOW)
    assert decoded.state is State.NO_ENTRIES
    assert decoded.payload is not None
    assert decoded.payload.ignored == ("credsStore",)


class TestUsers:
    def test_accounts_workloads_and_pods_that_name_it_use_it(self) -> None:
        record = only(
            secret("pull", {}),
            using("Pod", "demo", "pull", "pull"),
            using("ServiceAccount", "default", "pull"),
            using("Deployment", "web", "pull"),
            using("Deployment", "other", "another"),
        )
        assert [ref.name for ref in record.users.accounts] == ["default"]
        assert [ref.name for ref in record.users.workloads] == ["web"]
        assert [ref.name for ref in record.users.pods] == ["demo"]

    def test_a_replica_set_says_nothing_that_its_deployment_does_not(self) -> None:
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "u"}
        replica_set = {
            **using("Deployment", "web-1", "pull"),
            "kind": "ReplicaSet",
            "metadata": {
                "name": "web-1",
                "namespace": "team",
                "ownerReferences": [{**owner, "controller": True}],
            },
        }
        record = only(secret("pull", {}), using("Deployment", "web", "pull"), replica_set)
        assert [ref.name for ref in record.users.workloads] == ["web"]

    def test_a_secret_of_another_namespace_is_another_secret(self) -> None:
        record = only(secret("pull", {}), using("Pod", "demo", "pull", namespace="other"))
        assert record.users.nobody

    def test_nobody_is_only_certain_where_pods_and_accounts_were_seen(self) -> None:
        assert only(secret("pull", {})).users.unseen == ("ServiceAccount", "Pod")
        assert only(secret("pull", {}), whole=("Pod", "ServiceAccount")).users.unseen == ()


class TestFindSecret:
    def test_by_name_of_whatever_type(self) -> None:
        snapshot = seen(secret("pull", {}), secret("db", {}, type_="Opaque", key="x"))
        assert find_secret(snapshot, "db", None, now=NOW).secret.ref.name == "db"

    def test_without_a_name_the_only_pull_secret(self) -> None:
        snapshot = seen(secret("pull", {}), secret("db", {}, type_="Opaque", key="x"))
        assert find_secret(snapshot, None, None, now=NOW).secret.ref.name == "pull"

    def test_without_a_name_several_are_named(self) -> None:
        with pytest.raises(PullSecretError, match="2 pull secrets: team/a, team/b") as error:
            find_secret(seen(secret("a", {}), secret("b", {})), None, None, now=NOW)
        assert error.value.exit_code is ExitCode.USAGE

    def test_one_name_in_several_namespaces_wants_one_to_be_named(self) -> None:
        snapshot = seen(secret("a", {}, namespace="x"), secret("a", {}, namespace="y"))
        with pytest.raises(PullSecretError, match="several namespaces of the input: x/a, y/a"):
            find_secret(snapshot, "a", None, now=NOW)
        assert find_secret(snapshot, "a", "y", now=NOW).secret.ref.namespace == "y"

    def test_an_input_without_pull_secrets_says_so(self) -> None:
        with pytest.raises(PullSecretError, match="no pull secret is in the input"):
            find_secret(seen(using("Pod", "demo")), None, None, now=NOW)

    def test_few_names_are_all_told_where_none_is_near(self) -> None:
        with pytest.raises(PullSecretError) as error:
            find_secret(seen(secret("a", {}), secret("b", {})), "regcred", None, now=NOW)
        assert error.value.remedy == "secrets there: a, b"

    def test_a_name_that_is_not_there_proposes_near_ones(self) -> None:
        with pytest.raises(PullSecretError, match="secret/regcerd is not in the input") as error:
            find_secret(seen(secret("regcred", {})), "regcerd", None, now=NOW)
        assert error.value.exit_code is ExitCode.FAILED
        assert error.value.remedy == "did you mean regcred?"
