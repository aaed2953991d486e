"""What `detach` takes away, and what it says of it."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.changes.refusal import RefusedPlanError
from tests.changes.planning import attach, change_of, detach, ref
from tests.diagnosis.cluster import IMAGE, NOTHING_SENT, Cluster, entry

SERVES = {IMAGE.partition("/")[0]: entry()}


@pytest.fixture
def cluster() -> Cluster:
    """An account that lists a secret, one that is gone, and nothing twice."""
    return (
        Cluster().account(secrets=("pull", "gone", "other")).secret("pull", SERVES).secret("other")
    )


def test_takes_the_named_secrets_and_keeps_the_order_of_the_others(cluster: Cluster) -> None:
    change = change_of(detach(cluster, "sa/default", "gone"))
    assert (change.before, change.after) == (("pull", "gone", "other"), ("pull", "other"))


def test_takes_every_mention_of_a_secret(cluster: Cluster) -> None:
    cluster.objects[0]["imagePullSecrets"] = [{"name": name} for name in ("d", "pull", "d")]
    assert change_of(detach(cluster, "sa/default", "d")).after == ("pull",)


def test_what_is_not_listed_is_no_change(cluster: Cluster) -> None:
    plan = detach(cluster, "sa/default", "nosuch")
    assert (plan.steps, plan.unchanged) == ((), (ref("sa/default"),))


def test_all_missing_takes_the_references_to_secrets_that_are_gone(cluster: Cluster) -> None:
    cluster.objects[0]["imagePullSecrets"] += [{"name": "Bad_Name"}, {}]
    assert change_of(detach(cluster, "sa/default", all_missing=True)).after == ("pull", "other")


def test_all_missing_takes_nothing_that_was_not_seen(cluster: Cluster) -> None:
    with pytest.raises(RefusedPlanError, match="whether secret/pull is missing is not known"):
        detach(cluster, "sa/default", all_missing=True, forbidden=(("get", "secrets"),))


def test_warns_of_an_image_that_only_this_secret_serves(cluster: Cluster) -> None:
    cluster.pod(error=NOTHING_SENT)
    (warning,) = detach(cluster, "sa/default", "pull").warnings
    assert warning == "registry.test:5000/team/app is still needed, and only secret/pull serves it"


def test_does_not_warn_where_another_one_serves_it(cluster: Cluster) -> None:
    cluster.secret("gone", SERVES).pod(error=NOTHING_SENT)
    assert detach(cluster, "sa/default", "pull").warnings == ()


def test_does_not_warn_where_the_account_s_list_serves_it_then(cluster: Cluster) -> None:
    cluster.secret("mine", SERVES).workload("Deployment", "web", ("mine",))
    assert detach(cluster, "deploy/web", "mine").warnings == ()


def test_a_managed_owner_is_not_told_to_detach_nothing_from_the_account(cluster: Cluster) -> None:
    labels = {"argocd.argoproj.io/instance": "shop"}
    cluster.workload("Deployment", "web", labels=labels)
    cluster.pod(error=NOTHING_SENT, owner="Deployment/web")
    with pytest.raises(RefusedPlanError) as caught:
        detach(cluster, "pod/demo", all_missing=True)
    assert caught.value.fixes == ()


def test_a_template_without_a_list_gets_the_account_s_again(cluster: Cluster) -> None:
    cluster.workload("Deployment", "web", ("mine",))
    plan = detach(cluster, "deploy/web", "mine")
    assert plan.follows[0] == "without a list of its own it gets that of sa/default"


def test_from_a_pod_leads_to_its_owner(cluster: Cluster) -> None:
    cluster.workload("Deployment", "web", ("mine",))
    cluster.pod(error=NOTHING_SENT, owner="Deployment/web", secrets=("mine",))
    assert change_of(detach(cluster, "pod/demo", "mine")).target == ref("deploy/web")


def test_after_attach_leaves_the_list_as_it_was(cluster: Cluster) -> None:
    cluster.secret("new", SERVES)
    attached = change_of(attach(cluster, "sa/default", "new"))
    cluster.objects[0]["imagePullSecrets"] = [{"name": name} for name in attached.after]
    assert change_of(detach(cluster, "sa/default", "new")).after == attached.before
