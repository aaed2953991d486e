"""Which fix a finding proposes: where the credential comes from, and where it is attached."""

from __future__ import annotations

import base64
import json

import pytest

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import (
    Advice,
    Attach,
    Copy,
    Create,
    Fix,
    Reason,
    Restart,
    Rewrap,
)
from tests.diagnosis.cluster import (
    DOCKERCONFIGJSON,
    HUB,
    IMAGE,
    NAMESPACE,
    NOTHING_SENT,
    REJECTED,
    TOO_MANY,
    Cluster,
    entry,
    expired_ecr,
)

GOOD = {"registry.test:5000": entry()}
OTHER = {"other.test:5000": entry()}
ESO = {"reconcile.external-secrets.io/data-hash": "x"}


def ref(kind: str, name: str) -> ObjectRef:
    return ObjectRef(kind, NAMESPACE, name)


def shapes(fixes: tuple[Fix, ...]) -> list[Fix]:
    """The fixes without their notes."""
    return [fix if isinstance(fix, Advice) else fix._replace(note="") for fix in fixes]


WHERE = {
    "a workload without a list of its own": (
        Cluster().workload("Deployment", "web").pod(owner="Deployment/web", error=NOTHING_SENT),
        [Attach(ref("Deployment", "web"), ("pull",))],
    ),
    "the account, where several workloads fail alike": (
        Cluster()
        .workload("Deployment", "web")
        .workload("Deployment", "api")
        .pod("web-1", owner="Deployment/web", error=NOTHING_SENT)
        .pod("api-1", owner="Deployment/api", error=NOTHING_SENT),
        [Attach(ref("ServiceAccount", "default"), ("pull",), restart=True)],
    ),
    "the workload, where its template lists its own, even if others fail too": (
        Cluster()
        .secret("mine", OTHER)
        .workload("Deployment", "web", ("mine",))
        .workload("Deployment", "api", ("mine",))
        .pod("web-1", owner="Deployment/web", secrets=("mine",), error=NOTHING_SENT)
        .pod("api-1", owner="Deployment/api", secrets=("mine",), error=NOTHING_SENT),
        [Attach(ref("Deployment", "api"), ("pull",))],
    ),
    "the account of a Job, whose template cannot change": (
        Cluster().workload("Job", "once").pod(owner="Job/once", error=NOTHING_SENT),
        [Attach(ref("ServiceAccount", "default"), ("pull",), restart=True)],
    ),
    "the account of an owner that nobody knows": (
        Cluster().pod(owner="Widget/w", error=NOTHING_SENT),
        [Attach(ref("ServiceAccount", "default"), ("pull",), restart=True)],
    ),
    "the account, where Helm would undo the change": (
        Cluster()
        .workload("Deployment", "web", labels={"app.kubernetes.io/managed-by": "Helm"})
        .pod(owner="Deployment/web", error=NOTHING_SENT),
        [Attach(ref("ServiceAccount", "default"), ("pull",), restart=True)],
    ),
    "a ReplicaSet, whose pods keep their list": (
        Cluster()
        .workload("ReplicaSet", "web")
        .pod("web-x", owner="ReplicaSet/web", error=NOTHING_SENT),
        [Attach(ref("ReplicaSet", "web"), ("pull",)), Restart(ref("Pod", "web-x"))],
    ),
    "the template of an unseen owner, where the pod has a list of its own": (
        Cluster()
        .secret("mine", OTHER)
        .pod(owner="ReplicaSet/web-1", secrets=("mine",), error=NOTHING_SENT),
        [Attach(ref("Pod", "demo"), ("pull",))],
    ),
    "a Job that lists its own is created again": (
        Cluster()
        .secret("mine", OTHER)
        .workload("Job", "once", ("mine",))
        .pod(owner="Job/once", secrets=("mine",), error=NOTHING_SENT),
        [Advice("a Job's template cannot change: create job/once again with mine, pull")],
    ),
    "a template that lists it already: the pod is older": (
        Cluster()
        .workload("StatefulSet", "db", ("pull",))
        .pod("db-0", owner="StatefulSet/db", error=NOTHING_SENT),
        [Restart(ref("Pod", "db-0"))],
    ),
    "a bare pod is made anew": (
        Cluster().pod(error=NOTHING_SENT),
        [Attach(ref("Pod", "demo"), ("pull",), recreate=True)],
    ),
}


@pytest.mark.parametrize(("cluster", "fixes"), WHERE.values(), ids=WHERE)
def test_a_secret_is_attached_where_it_lasts(cluster: Cluster, fixes: list[Fix]) -> None:
    finding = cluster.secret("pull", GOOD).account().doctor().findings[0]

    assert shapes(finding.fixes) == fixes


def test_a_template_gets_no_list_that_would_hide_what_the_pod_s_other_image_needs() -> None:
    cluster = Cluster().account(secrets=("other",)).secret("other", OTHER).secret("pull", GOOD)
    cluster.workload("Deployment", "web")
    cluster.pod(owner="Deployment/web", secrets=("other",), error=NOTHING_SENT)
    (pod,) = (one for one in cluster.objects if one["kind"] == "Pod")
    pod["spec"]["containers"].append({"name": "side", "image": "other.test:5000/team/side:v1"})
    (fix,) = cluster.finding().fixes
    assert fix == Attach(
        ref("ServiceAccount", "default"),
        ("pull",),
        restart=True,
        note="a list of its own would hide what sa/default gives for the pod's other images",
    )


def test_who_lists_secrets_of_its_own_does_not_make_the_account_the_place_to_fix() -> None:
    cluster = Cluster().account().secret("pull", GOOD).secret("mine", OTHER)
    cluster.workload("Deployment", "web").workload("Deployment", "zed", ("mine",))
    cluster.pod("web-1", owner="Deployment/web", error=NOTHING_SENT)
    cluster.pod("zed-1", owner="Deployment/zed", secrets=("mine",), error=NOTHING_SENT)

    fixes = [fix for one in cluster.doctor().findings for fix in shapes(one.fixes)]
    assert fixes == [Attach(ref("Deployment", name), ("pull",)) for name in ("zed", "web")]


WHENCE = {
    "another namespace has it: copy": (
        Cluster().secret("theirs", GOOD, namespace="other").account().pod(error=NOTHING_SENT),
        [
            Copy("theirs", "other", NAMESPACE),
            Attach(ref("Pod", "demo"), ("theirs",), recreate=True),
        ],
    ),
    "nobody has it: create": (
        Cluster().account().pod(error=NOTHING_SENT),
        [
            Create(NAMESPACE, "regcred", "registry.test:5000"),
            Attach(ref("Pod", "demo"), ("regcred",), recreate=True),
        ],
    ),
    "Docker Hub's key is kubectl's default": (
        Cluster().account().pod(image="team/app:v1", error=NOTHING_SENT),
        [
            Create(NAMESPACE, "regcred", HUB),
            Attach(ref("Pod", "demo"), ("regcred",), recreate=True),
        ],
    ),
    "a missing name that another namespace has: copy, and nothing to attach": (
        Cluster()
        .secret("pull", GOOD, namespace="other")
        .account()
        .pod(secrets=("pull",), error=NOTHING_SENT),
        [Copy("pull", "other", NAMESPACE)],
    ),
    "a missing name that nobody has: create under this name": (
        Cluster().account().pod(secrets=("pull",), error=NOTHING_SENT),
        [Create(NAMESPACE, "pull", "registry.test:5000")],
    ),
    "a key that nearly matches: the same credential under the right key": (
        Cluster()
        .secret("pull", {"registry.test": entry()})
        .pod(secrets=("pull",), error=NOTHING_SENT),
        [Rewrap(NAMESPACE, "pull", "pull", (("registry.test", "registry.test:5000"),))],
    ),
    "the wrong type: what it holds, under a new name": (
        Cluster().secret("pull", GOOD, type_="Opaque").pod(secrets=("pull",), error=NOTHING_SENT),
        [
            Rewrap(NAMESPACE, "pull-2", "pull"),
            Attach(ref("Pod", "demo"), ("pull-2",), recreate=True),
        ],
    ),
    "a rejected password: the same key and user, typed anew": (
        Cluster().secret("pull", GOOD).pod(secrets=("pull",), error=REJECTED),
        [Create(NAMESPACE, "pull", "registry.test:5000", username="puller", replace=True)],
    ),
    "a list that an account outgrew: a rollout": (
        Cluster()
        .secret("pull", GOOD)
        .account(secrets=("pull",))
        .workload("DaemonSet", "agent")
        .pod("agent-x", owner="DaemonSet/agent", error=NOTHING_SENT),
        [Restart(ref("DaemonSet", "agent"))],
    ),
    "the same where a stuck pod blocks its own rollout: delete the pod": (
        Cluster()
        .secret("pull", GOOD)
        .account(secrets=("pull",))
        .workload("StatefulSet", "db")
        .pod("db-0", owner="StatefulSet/db", error=NOTHING_SENT),
        [Restart(ref("Pod", "db-0"))],
    ),
    "the same for an owner without rollouts": (
        Cluster()
        .secret("pull", GOOD)
        .account(secrets=("pull",))
        .workload("Job", "once")
        .pod("once-x", owner="Job/once", error=NOTHING_SENT),
        [Restart(ref("Pod", "once-x"))],
    ),
}


@pytest.mark.parametrize(("cluster", "fixes"), WHENCE.values(), ids=WHENCE)
def test_a_credential_comes_from_the_nearest_place(cluster: Cluster, fixes: list[Fix]) -> None:
    assert shapes(cluster.finding().fixes) == fixes


def test_a_secret_that_somebody_else_writes_gets_advice() -> None:
    cluster = Cluster().secret("pull", GOOD, annotations=ESO).pod(secrets=("pull",), error=REJECTED)
    (fix,) = cluster.finding().fixes

    assert fix == Advice("External Secrets writes secret/pull: change it there")


def test_a_static_pod_gets_advice_about_its_node() -> None:
    mirror = {"kubernetes.io/config.mirror": "x"}
    (fix,) = Cluster().pod(annotations=mirror, error=NOTHING_SENT).finding().fixes

    assert isinstance(fix, Advice)
    assert "static pod" in fix.note


def test_openshifts_own_secrets_are_never_handed_around() -> None:
    cluster = Cluster().secret("builder-dockercfg-x1", GOOD, namespace="other")
    fixes = cluster.account().pod(error=NOTHING_SENT).finding().fixes

    assert isinstance(fixes[0], Create)


def test_a_new_name_is_never_one_that_is_taken() -> None:
    cluster = Cluster().secret("regcred", OTHER).account().pod(error=NOTHING_SENT)
    create = cluster.finding().fixes[0]

    assert isinstance(create, Create)
    assert create.name == "regcred-2"


def test_an_immutable_secret_gets_advice_and_the_key_to_write() -> None:
    cluster = Cluster().secret("pull", {"registry.test": entry()})
    cluster.objects[0]["immutable"] = True
    (fix,) = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding().fixes

    assert isinstance(fix, Advice)
    assert "immutable" in fix.note
    assert "write registry.test:5000" in fix.note


def test_a_malformed_secret_that_somebody_else_writes_gets_advice() -> None:
    text = "illegal base64 data at input byte 0"
    cluster = Cluster().secret("pull", {"registry.test:5000": {"auth": "%"}}, annotations=ESO)
    (fix,) = cluster.pod(secrets=("pull",), error=text, reason=text).finding().fixes

    assert isinstance(fix, Advice)
    assert "External Secrets writes secret/pull" in fix.note


def test_an_ecr_password_is_what_its_command_prints() -> None:
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    image = f"{registry}/team/app:v1"
    cluster = Cluster().secret("ecr", {registry: entry("AWS", "eyJwYXlsb2FkIjoieCJ9")})
    (fix,) = cluster.pod(secrets=("ecr",), image=image, error=REJECTED).finding().fixes

    assert isinstance(fix, Create)
    assert "aws ecr get-login-password" in fix.note


def test_a_wrong_type_that_holds_nothing_is_no_source() -> None:
    cluster = Cluster().secret("pull", raw="no docker config", type_="Opaque")
    fixes = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding().fixes

    assert isinstance(fixes[0], Create)


def test_a_rate_limit_without_a_credential_offers_one() -> None:
    cluster = Cluster().secret("hub", GOOD).account().pod(error=TOO_MANY)

    assert shapes(cluster.finding().fixes) == [
        Attach(ref("Pod", "demo"), ("hub",), recreate=True),
    ]


def test_a_rate_limit_with_a_credential_is_the_registrys_matter() -> None:
    cluster = Cluster().secret("hub", GOOD).pod(secrets=("hub",), error=TOO_MANY)
    (fix,) = cluster.finding().fixes

    assert isinstance(fix, Advice)


def test_an_unknown_message_brings_the_fixes_of_what_is_wrong_for_sure() -> None:
    cluster = Cluster().account().pod(secrets=("pull",), error="flux capacitor overheated")

    assert shapes(cluster.finding().fixes) == [Create(NAMESPACE, "pull", "registry.test:5000")]


def test_a_missing_name_beside_a_secret_that_serves_is_written_from_that_one() -> None:
    cluster = Cluster().secret("pull", GOOD).account().pod(secrets=("pul",), error=NOTHING_SENT)

    assert shapes(cluster.finding().fixes) == [Rewrap(NAMESPACE, "pul", "pull")]


def test_a_missing_name_that_only_another_name_serves_elsewhere_is_copied_and_attached() -> None:
    cluster = Cluster().secret("theirs", GOOD, namespace="other").account()
    fixes = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding().fixes

    assert shapes(fixes) == [
        Copy("theirs", "other", NAMESPACE),
        Attach(ref("Pod", "demo"), ("theirs",), recreate=True),
    ]


def test_an_unreadable_secret_of_the_account_is_mended_before_pods_are_made_anew() -> None:
    cluster = Cluster().secret("bad", {"x.test": {"auth": "%"}}).secret("pull", GOOD)
    cluster.account(secrets=("bad", "pull")).workload("Deployment", "web")
    finding = cluster.pod(owner="Deployment/web", error=NOTHING_SENT).finding()

    assert shapes(finding.fixes) == [
        Create(NAMESPACE, "bad", "x.test", replace=True),
        Restart(ref("Deployment", "web")),
    ]
    assert finding.also == (Reason.SECRET_MALFORMED,)


def test_every_unreadable_secret_is_mended() -> None:
    text = "illegal base64 data at input byte 0"
    cluster = Cluster()
    for name in ("one", "two"):
        cluster.secret(name, {f"{name}.test": {"auth": "%"}})
    fixes = cluster.pod(secrets=("one", "two"), error=text, reason=text).finding().fixes

    assert [fix.name for fix in fixes if isinstance(fix, Create)] == ["one", "two"]


def test_a_copy_never_meets_a_secret_that_is_there() -> None:
    cluster = Cluster().secret("pull", OTHER).secret("pull", GOOD, namespace="other").account()
    fixes = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding().fixes

    assert isinstance(fixes[0], Create)
    assert fixes[0].name == "regcred"


def test_an_expired_credential_is_no_candidate() -> None:
    cluster = Cluster().secret("old", {"registry.test:5000": expired_ecr()}).account()
    fixes = cluster.pod(error=NOTHING_SENT).finding().fixes

    assert isinstance(fixes[0], Create)


def test_an_expired_credential_of_the_account_is_renewed_before_pods_are_made_anew() -> None:
    cluster = Cluster().secret("ecr", {"registry.test:5000": expired_ecr()})
    cluster.account(secrets=("ecr",)).workload("Deployment", "web")
    fixes = cluster.pod(owner="Deployment/web", error=NOTHING_SENT).finding().fixes

    assert [type(fix) for fix in fixes] == [Create, Restart]


def test_a_key_that_serves_another_image_is_kept() -> None:
    cluster = Cluster().secret("pull", {"registry.test:5001": entry()})
    cluster.pod("works", secrets=("pull",), image="registry.test:5001/team/app:v1")
    fixes = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding().fixes

    assert shapes(fixes) == [
        Rewrap(NAMESPACE, "pull-2", "pull", (("registry.test:5001", "registry.test:5000"),)),
        Attach(ref("Pod", "demo"), ("pull-2",), recreate=True),
    ]


def test_an_ephemeral_container_is_started_again_by_hand() -> None:
    cluster = Cluster().secret("pull", GOOD).account().workload("Deployment", "web")
    cluster.pod(owner="Deployment/web")
    pod = cluster.objects[-1]
    image = "registry.test:5000/team/debug:v1"
    waiting = {"reason": "ErrImagePull", "message": NOTHING_SENT.replace(IMAGE, image)}
    pod["spec"]["ephemeralContainers"] = [{"name": "dbg", "image": image}]
    status = {"name": "dbg", "image": image, "state": {"waiting": waiting}}
    pod["status"]["ephemeralContainerStatuses"] = [status]
    attach, advice = cluster.finding().fixes

    assert isinstance(attach, Attach)
    assert isinstance(advice, Advice)
    assert "kubectl debug" in advice.note


@pytest.mark.parametrize(
    ("raw", "type_", "words"),
    [
        (json.dumps(GOOD), DOCKERCONFIGJSON, "beside auths"),
        (json.dumps({"auths": GOOD}), "kubernetes.io/dockercfg", "under auths"),
    ],
    ids=["no auths around the registries", "auths around those of a dockercfg"],
)
def test_entries_in_the_layout_of_the_other_type_are_rearranged(
    raw: str, type_: str, words: str
) -> None:
    cluster = Cluster().secret("pull", raw=raw, type_=type_)
    if type_ != DOCKERCONFIGJSON:
        cluster.objects[0]["data"] = {".dockercfg": base64.b64encode(raw.encode()).decode()}
    finding = cluster.pod(secrets=("pull",), error=NOTHING_SENT).finding()
    listed = next(line for line in finding.evidence if line.about == "listed")

    assert finding.reason is Reason.NO_MATCHING_CREDENTIAL
    assert words in listed.text
    assert shapes(finding.fixes) == [Rewrap(NAMESPACE, "pull", "pull")]


def test_a_paused_deployment_is_said_to_make_no_pod() -> None:
    cluster = Cluster().workload("Deployment", "web").secret("good", GOOD)
    cluster.objects[0]["spec"]["paused"] = True
    finding = cluster.pod(owner="Deployment/web", error=NOTHING_SENT).finding()
    note = "deploy/web is paused: no pod gets it before it is resumed"
    assert finding.fixes == (Attach(ref("Deployment", "web"), ("good",), note=note),)
    assert finding.then == ""


def test_a_paused_deployment_is_not_restarted_for_what_its_account_lists_now() -> None:
    cluster = (
        Cluster().workload("Deployment", "web").secret("good", GOOD).account(secrets=("good",))
    )
    cluster.objects[0]["spec"]["paused"] = True
    finding = cluster.pod(owner="Deployment/web", error=NOTHING_SENT).finding()
    (fix,) = finding.fixes
    assert isinstance(fix, Restart)
    assert fix.target.kind == "Pod"
