"""Plans of `create`: what is written where, what stays, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.changes.create import CreateRequest, plan_create, wanted_for_create
from kubectl_pullsecret.changes.entries import Choice
from kubectl_pullsecret.changes.plan import NewSecret, Plan, SecretChange
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.credentials import AuthEntry, Masked, Payload, read_docker_config
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reads import Get, Need
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Attach, Create, Detach, Rewrap
from tests.diagnosis.cluster import HUB, NAMESPACE, NOW, Cluster, entry, expired_ecr

PULL = ObjectRef("Secret", NAMESPACE, "pull")
IDENTITY = {"identitytoken": "x"}


def typed(key: str = "r.test", user: str = "new", password: str = "pass") -> AuthEntry:
    return AuthEntry(key, user, Masked(password))


def plan(cluster: Cluster, *entries: AuthEntry, **wish: Any) -> Plan:
    choice = Choice(wish.pop("registries", ()), wish.pop("renames", ()))
    request = CreateRequest(PULL, entries, choice=choice, **wish)
    return plan_create(request, cluster.snapshot(), now=NOW)


def refused(cluster: Cluster, *entries: AuthEntry, **wish: Any) -> PullSecretError:
    with pytest.raises(PullSecretError) as caught:
        plan(cluster, *entries, **wish)
    return caught.value


def written(made: Plan) -> dict[str, str]:
    """User by key, as the kubelet reads what the one step writes."""
    (step,) = made.steps
    assert isinstance(step, NewSecret | SecretChange)
    content = read_docker_config(step.draft.config.reveal().encode())
    assert isinstance(content, Payload)
    return {one.key: one.username for one in content.entries}


def test_a_plan_is_made_without_a_look_at_the_cluster() -> None:
    made = plan_create(CreateRequest(PULL, (typed(),)), Snapshot(), now=NOW)
    assert written(made) == {"r.test": "new"}


def test_a_change_is_of_the_version_that_was_read() -> None:
    cluster = Cluster().secret("pull", {"r.test": entry()}, resourceVersion="7")
    (step,) = plan(cluster, typed(), replace=True).steps
    assert isinstance(step, SecretChange)
    assert (step.uid, step.resource_version) == (f"Secret-{NAMESPACE}-pull", "7")


keys = st.lists(
    st.sampled_from(["r.test", "https://R.test/", "a.test", "b.test/x", "docker.io", HUB, "%"]),
    unique=True,
)
values = st.sampled_from([entry(), entry("other"), IDENTITY, {}, {"auth": "%"}, None])


@given(st.data(), keys, st.booleans(), st.sampled_from(["r.test", "registry-1.docker.io"]))
@settings(max_examples=80)
def test_what_is_written_is_readable_and_keeps_the_others_and_is_done_once(
    data: st.DataObject, there: list[str], only: bool, server: str
) -> None:
    auths = {key: data.draw(values) for key in there}
    wish: dict[str, Any] = {"replace": True, "only": only}
    made = plan(Cluster().secret("pull", auths), typed(server), **wish)
    if not made.steps:
        return
    (step,) = made.steps
    assert isinstance(step, SecretChange)
    found = json.loads(step.draft.config.reveal())["auths"]
    key = HUB if "docker" in server else server
    assert written(made)[key] == "new"
    means = {HUB: ["docker.io", HUB], "r.test": ["r.test", "https://R.test/"]}[key]
    readable = [one for one in there if auths[one] != {"auth": "%"} and one not in means]
    assert {one for one in found if one != key} == (set() if only else set(readable))
    assert all(found[one] == auths[one] for one in found if one != key)
    again = plan(Cluster().secret("pull", found), typed(server), **wish)
    assert (again.steps, again.unchanged) == ((), (PULL,))


def test_what_stays_and_what_goes_is_told() -> None:
    cluster = Cluster().secret("pull", {"a.test": entry(), "R.test": entry()})
    assert plan(cluster, typed(), replace=True).follows[0] == (
        "the entries of a.test stay as they are"
    )
    assert plan(cluster, typed(), replace=True, only=True).follows[0] == (
        "the entries of a.test are gone"
    )


def test_the_difference_has_a_line_for_each_entry_and_no_password() -> None:
    auths = {"a.test": IDENTITY, "r.test": entry("new"), "bad.test": {"auth": "%"}}
    (step,) = plan(Cluster().secret("pull", auths), typed(), replace=True).steps
    assert isinstance(step, SecretChange)
    assert step.before == (
        "a.test: identity token only",
        "r.test: user new, password •••",
        "bad.test: unreadable, auth is not base64 (byte 0)",
    )
    assert step.lines == (
        "a.test: identity token only",
        "r.test: user new, password ••• (new)",
    )


def test_a_text_of_which_nothing_can_be_kept_is_written_anew() -> None:
    made = plan(Cluster().secret("pull", raw='{"auths": {'), typed(), replace=True)
    assert written(made) == {"r.test": "new"}
    assert "secret/pull is written anew, nothing of it could be kept" in made.warnings[0]


@pytest.mark.parametrize(
    ("rename", "keys"),
    [
        ("a.test=b.test", ["b.test", "x=y.test"]),
        ("x=y.test=z.test", ["a.test", "z.test"]),
        ("https://a.test/=b.test", ["b.test", "x=y.test"]),
    ],
    ids=["plain", "a key that holds a =", "another spelling"],
)
def test_a_rename_names_a_key_that_is_there(rename: str, keys: list[str]) -> None:
    old = Cluster().secret("old", {"a.test": entry(), "x=y.test": entry()})
    made = plan(old, from_secret="old", renames=(rename,))
    assert [key for key in written(made) if key != "x=y.test"] == [
        key for key in keys if key != "x=y.test"
    ]


def test_a_rename_of_no_key_lists_those_that_are_there() -> None:
    error = refused(
        Cluster().secret("old", {"a.test": entry()}), from_secret="old", renames=("b.test=c.test",)
    )
    assert error.message == "--rename: secret/old has no entry for b.test"
    assert error.remedy == "its keys: a.test"


def test_of_two_credentials_for_one_registry_one_must_be_chosen() -> None:
    auths = {"r.test": entry("a"), "https://r.test": entry("b")}
    cluster = Cluster().secret("old", auths)
    assert "mean one registry" in refused(cluster, from_secret="old").message
    made = plan(cluster, from_secret="old", registries=("https://r.test",))
    assert written(made) == {"r.test": "b"}


def test_what_cannot_be_used_is_left_out_with_a_warning() -> None:
    cluster = Cluster().secret("old", {"a.test": entry(), "b.test": IDENTITY, "c d": entry()})
    made = plan(cluster, from_secret="old")
    assert written(made) == {"a.test": "puller"}
    assert "b.test: an identity token alone" in made.warnings[0]
    assert "c d: a blank in the key" in made.warnings[1]


def test_an_expired_token_is_written_with_a_warning() -> None:
    ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    made = plan(Cluster().secret("old", {ecr: expired_ecr()}), from_secret="old")
    assert any("expired at 1970-01-01" in warning for warning in made.warnings)


def test_an_immutable_secret_gets_a_successor() -> None:
    cluster = Cluster().secret("pull", {"r.test": entry()}).account(secrets=("pull",))
    cluster.workload("Deployment", "web", ("pull",))
    cluster.objects[0]["immutable"] = True
    error = refused(cluster, typed(), replace=True)
    assert isinstance(error, RefusedPlanError)
    account, web = (
        ObjectRef(kind, NAMESPACE, name)
        for kind, name in (("ServiceAccount", "default"), ("Deployment", "web"))
    )
    assert error.fixes == (
        Create(NAMESPACE, "pull-2", "r.test", "new"),
        *(Attach(account, ("pull-2",)), Detach(account, ("pull",))),
        *(Attach(web, ("pull-2",)), Detach(web, ("pull",))),
    )


def test_the_successor_of_a_wrong_type_reuses_its_credential() -> None:
    cluster = Cluster().secret("pull", {"r.test": entry()}, type_="Opaque")
    renames = ("r.test=s.test",)
    error = refused(cluster, from_secret="pull", renames=renames, replace=True)
    assert isinstance(error, RefusedPlanError)
    expected = (("r.test", "s.test"),)
    assert error.fixes == (Rewrap(NAMESPACE, "pull-2", "pull", expected),)


@pytest.mark.parametrize(
    ("metadata", "fine"),
    [
        ({"annotations": {"reconcile.external-secrets.io/x": "y"}}, False),
        ({"annotations": {"sealedsecrets.bitnami.com/managed": "true"}}, False),
        ({"annotations": {"reflector.v1.k8s.emberstack.com/reflects": "a/b"}}, False),
        ({"labels": {"argocd.argoproj.io/instance": "x"}}, True),
        ({"annotations": {"meta.helm.sh/release-name": "x"}}, True),
        ({"annotations": {"kubectl-pullsecret/copied-from": "a/pull"}}, True),
    ],
)
def test_who_writes_it_too_is_named(metadata: dict[str, Any], fine: bool) -> None:
    cluster = Cluster().secret("pull", {"r.test": entry()}, **metadata)
    if fine:
        assert "secret/pull" in plan(cluster, typed(), replace=True).warnings[-1]
    else:
        assert "would undo the change" in refused(cluster, typed(), replace=True).message
        assert plan(cluster, typed(), replace=True, force=True).steps


def test_an_immutable_secret_that_holds_it_already_is_unchanged() -> None:
    cluster = Cluster().secret("pull", {"r.test": entry("new", "pass")})
    cluster.objects[0]["immutable"] = True
    assert plan(cluster, typed(), replace=True).unchanged == (PULL,)


def test_only_what_is_needed_is_read() -> None:
    reads = [*wanted_for_create(CreateRequest(PULL, from_secret="old"), NOW, Snapshot())]
    assert reads == [
        Get("Secret", NAMESPACE, "pull"),
        Get("Secret", NAMESPACE, "old", Need.REQUIRED),
    ]
    own = CreateRequest(PULL, from_secret="pull", replace=True)
    assert [*wanted_for_create(own, NOW, Snapshot())] == [
        Get("Secret", NAMESPACE, "pull", Need.REQUIRED)
    ]


def test_a_server_that_nobody_named_is_no_new_registry_of_a_secret() -> None:
    cluster = Cluster().secret("pull", {"ghcr.io": entry()})
    error = refused(cluster, typed(HUB), replace=True, by_default=True)
    assert error.message == (
        f"secret/pull has no entry for {HUB}, which is meant without --docker-server; "
        "it has ghcr.io"
    )
    assert written(plan(cluster, typed(HUB), replace=True)) == {"ghcr.io": "puller", HUB: "new"}


def test_a_server_that_nobody_named_may_be_exchanged() -> None:
    cluster = Cluster().secret("pull", {"docker.io": entry()})
    assert written(plan(cluster, typed(HUB), replace=True, by_default=True)) == {HUB: "new"}
