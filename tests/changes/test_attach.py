"""Which list `attach` changes, to what, and what it says of it."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.changes.plan import PodRecreation
from kubectl_pullsecret.report import Attach, Create
from tests.changes.planning import attach, change_of, ref, refused
from tests.diagnosis.cluster import IMAGE, NAMESPACE, NOTHING_SENT, Cluster, entry, expired_ecr

REGISTRY = IMAGE.partition("/")[0]
SERVES = {REGISTRY: entry()}


@pytest.fixture
def cluster() -> Cluster:
    """An account, and a secret that serves the image of everything here."""
    return Cluster().account().secret("pull", SERVES)


class TestAnAccount:
    def test_gets_new_secrets_last(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "old"}]
        change = change_of(attach(cluster, "sa/default", "pull"))
        assert (change.place, change.before, change.after) == ("", ("old",), ("old", "pull"))

    def test_gets_them_first_where_asked(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "old"}]
        cluster.secret("more", SERVES)
        change = change_of(attach(cluster, "sa/default", "pull", "more", first=True))
        assert change.after == ("pull", "more", "old")

    def test_that_lists_the_secret_is_unchanged(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "pull"}]
        plan = attach(cluster, "sa/default", "pull")
        assert (plan.steps, plan.unchanged) == ((), (ref("sa/default"),))

    def test_keeps_what_is_odd_in_its_list(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{}, {"name": "d"}, {"name": "d"}]
        change = change_of(attach(cluster, "sa/default", "pull"))
        assert change.after == ("", "d", "d", "pull")

    def test_under_a_manager_is_warned_of(self, cluster: Cluster) -> None:
        cluster.objects[0]["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
        (warning,) = attach(cluster, "sa/default", "pull").warnings
        assert warning.startswith("Helm manages sa/default and may undo this: set it in the chart")


class TestAWorkload:
    @pytest.mark.parametrize("kind", ["deploy", "sts", "ds", "rs", "rc"])
    def test_gets_them_in_its_template(self, cluster: Cluster, kind: str) -> None:
        cluster.workload(ref(f"{kind}/web").kind, "web")
        change = change_of(attach(cluster, f"{kind}/web", "pull"))
        assert (change.target, change.place) == (ref(f"{kind}/web"), "spec.template.spec")

    def test_a_cronjob_s_template_lies_deeper(self, cluster: Cluster) -> None:
        spec = {"containers": [{"name": "app", "image": IMAGE}]}
        cluster.add("CronJob", "c", spec={"jobTemplate": {"spec": {"template": {"spec": spec}}}})
        change = change_of(attach(cluster, "cronjob/c", "pull"))
        assert change.place == "spec.jobTemplate.spec.template.spec"

    def test_with_an_owner_leads_to_the_owner(self, cluster: Cluster) -> None:
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
        owner["uid"] = f"Deployment-{NAMESPACE}-web"
        cluster.workload("Deployment", "web")
        cluster.workload("ReplicaSet", "web-1", ownerReferences=[owner])
        plan = attach(cluster, "rs/web-1", "pull")
        assert change_of(plan).target == ref("deploy/web")
        assert plan.follows[0] == "rs/web-1 is made by deploy/web, so that one is changed"

    def test_with_a_controller_of_a_kind_without_template_is_left_to_it(
        self, cluster: Cluster
    ) -> None:
        owner = {"apiVersion": "x.io/v1", "kind": "Shop", "name": "s", "controller": True}
        cluster.workload("Deployment", "web", ownerReferences=[{**owner, "uid": "1"}])
        error = refused(cluster, "deploy/web", "pull")
        assert error.message == "shop/s controls deploy/web and would undo a change there"
        assert error.fixes == (Attach(ref("sa/default"), ("pull",), restart=True),)
        change = change_of(attach(cluster, "deploy/web", "pull", force=True))
        assert change.target == ref("deploy/web")

    def test_that_would_hide_what_its_images_need_is_refused(self) -> None:
        cluster = Cluster().account(secrets=("old",)).secret("old", SERVES)
        cluster.secret("other", {"other.test": entry()}).workload("Deployment", "web")
        template = cluster.objects[-1]["spec"]["template"]["spec"]
        template["initContainers"] = [{"name": "init", "image": "other.test/init:1"}]
        error = refused(cluster, "deploy/web", "other")
        assert error.message == (
            "deploy/web would hide old of sa/default, which serves registry.test:5000/team/app"
        )
        assert error.fixes == (Attach(ref("deploy/web"), ("old", "other")),)

    def test_with_a_reference_without_a_name_has_a_list_already(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "old"}]
        cluster.secret("old", SERVES).workload("Deployment", "web", ("",))
        assert attach(cluster, "deploy/web", "pull").warnings == ()
        assert change_of(attach(cluster, "deploy/web", preferred=("pull",))).after == ("", "pull")

    def test_of_an_account_that_cannot_be_read_may_hide_its_list(self, cluster: Cluster) -> None:
        cluster.workload("Deployment", "web")
        forbidden = (("get", "serviceaccounts"),)
        (warning,) = attach(cluster, "deploy/web", "pull", forbidden=forbidden).warnings
        assert warning == (
            "sa/default could not be read: what it lists, if anything, pods of deploy/web no "
            "longer get"
        )

    def test_that_hides_the_account_s_list_is_warned_of(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "old"}]
        cluster.workload("Deployment", "web").secret("old", {"other.test": entry()})
        (warning,) = attach(cluster, "deploy/web", "pull").warnings
        assert warning == (
            "deploy/web has a list of its own now: pods no longer get old from sa/default"
        )

    def test_that_lists_secrets_already_hides_nothing_new(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "old"}]
        cluster.workload("Deployment", "web", ("mine",))
        assert attach(cluster, "deploy/web", "pull").warnings == ()

    def test_that_is_managed_is_changed_where_it_is_named(self, cluster: Cluster) -> None:
        labels = {"app.kubernetes.io/managed-by": "Helm"}
        cluster.workload("Deployment", "web", labels=labels)
        plan = attach(cluster, "deploy/web", "pull")
        assert change_of(plan).target == ref("deploy/web")
        assert plan.warnings[0].startswith("Helm manages deploy/web and may undo this")


class TestAPod:
    def test_leads_to_the_owner_with_a_template(self, cluster: Cluster) -> None:
        cluster.workload("Deployment", "web").pod(error=NOTHING_SENT, owner="Deployment/web")
        plan = attach(cluster, "pod/demo", "pull")
        assert change_of(plan).target == ref("deploy/web")
        assert plan.follows[0] == "pod/demo cannot be changed itself: deploy/web makes its pods"

    def test_of_a_managed_owner_is_proposed_to_the_account(self, cluster: Cluster) -> None:
        labels = {"argocd.argoproj.io/instance": "shop"}
        cluster.workload("Deployment", "web", labels=labels)
        cluster.pod(error=NOTHING_SENT, owner="Deployment/web")
        error = refused(cluster, "pod/demo", "pull")
        assert error.message.startswith("Argo CD manages deploy/web and would undo a change there")
        assert error.fixes == (Attach(ref("sa/default"), ("pull",), restart=True),)

    def test_of_a_managed_owner_with_a_list_is_not_helped_by_the_account(
        self, cluster: Cluster
    ) -> None:
        labels = {"argocd.argoproj.io/instance": "shop"}
        cluster.workload("Deployment", "web", ("mine",), labels=labels)
        cluster.pod(error=NOTHING_SENT, owner="Deployment/web", secrets=("mine",))
        plan = attach(cluster, "pod/demo", "pull")
        assert change_of(plan).after == ("mine", "pull")
        assert plan.warnings

    def test_of_an_owner_that_nobody_knows_is_proposed_to_the_account(
        self, cluster: Cluster
    ) -> None:
        cluster.pod(error=NOTHING_SENT, owner="StatefulSet/gone")
        error = refused(cluster, "pod/demo", "pull")
        assert "sts/gone, which made pod/demo" in error.message
        assert error.fixes == (Attach(ref("sa/default"), ("pull",), restart=True),)

    def test_without_owner_needs_a_recreation(self, cluster: Cluster) -> None:
        cluster.pod(error=NOTHING_SENT, secrets=("mine",))
        error = refused(cluster, "pod/demo", "pull")
        assert error.fixes == (Attach(ref("pod/demo"), ("pull",), recreate=True),)

    def test_without_owner_is_recreated_with_both(self, cluster: Cluster) -> None:
        cluster.pod(error=NOTHING_SENT, secrets=("mine",), resourceVersion="7")
        (step,) = attach(cluster, "pod/demo", "pull", recreate=True).steps
        assert isinstance(step, PodRecreation)
        assert (step.resource_version, step.after) == ("7", ("mine", "pull"))
        assert step.manifest["metadata"] == cluster.objects[2]["metadata"]

    @pytest.mark.parametrize(
        ("state", "says"),
        [
            ({"deletionTimestamp": "2026-11-21T11:59:00Z"}, "pod/demo is being deleted already"),
            ({"phase": "Succeeded"}, "pod/demo has ended (Succeeded)"),
        ],
    )
    def test_that_has_ended_is_not_made_anew(
        self, cluster: Cluster, state: dict[str, str], says: str
    ) -> None:
        cluster.pod()
        held = cluster.objects[-1]
        (held["status"] if "phase" in state else held["metadata"]).update(state)
        assert refused(cluster, "pod/demo", "pull", recreate=True).message.startswith(says)

    def test_of_its_node_cannot_use_secrets(self, cluster: Cluster) -> None:
        cluster.pod(annotations={"kubernetes.io/config.mirror": "1"})
        assert "static pod" in refused(cluster, "pod/demo", "pull", recreate=True).message


class TestAJob:
    def test_is_refused_with_the_manifest_to_create_again(self, cluster: Cluster) -> None:
        labels = {"controller-uid": "1", "batch.kubernetes.io/job-name": "j", "app": "x"}
        template = {
            "metadata": {"labels": labels, "creationTimestamp": None},
            "spec": {"containers": [{"name": "app", "image": IMAGE}]},
        }
        selector = {"matchLabels": {"controller-uid": "1"}}
        cluster.add("Job", "j", spec={"template": template, "selector": selector}, status={})
        error = refused(cluster, "job/j", "pull")
        assert error.message == "job/j: a Job's template cannot be changed"
        assert error.manifest == {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "j", "namespace": NAMESPACE},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "x"}},
                    "spec": {
                        "containers": [{"name": "app", "image": IMAGE}],
                        "imagePullSecrets": [{"name": "pull"}],
                    },
                }
            },
        }


class TestASecretThatWouldNotHelp:
    @pytest.mark.parametrize(
        ("secret", "says"),
        [
            ("gone", "secret/gone is not in namespace team"),
            ("opaque", "secret/opaque is no pull secret to the kubelet: type Opaque"),
            ("broken", "secret/broken is unreadable to the kubelet, and would stop every pull"),
            ("empty", "secret/empty has no credential for the kubelet"),
            ("other", "secret/other serves none of the images (registry.test:5000/team/app)"),
            ("Bad_Name", "Bad_Name: no Secret can have this name"),
        ],
    )
    def test_is_refused_with_the_reason(self, cluster: Cluster, secret: str, says: str) -> None:
        cluster.workload("Deployment", "web").secret("opaque", SERVES, type_="Opaque")
        cluster.secret("broken", {REGISTRY: {"auth": "%"}}).secret("empty", {REGISTRY: {}})
        cluster.secret("other", {"other.test": entry()})
        assert refused(cluster, "deploy/web", secret).message.startswith(says)

    @pytest.mark.parametrize("secret", ["gone", "opaque", "broken", "other"])
    def test_is_attached_by_force(self, cluster: Cluster, secret: str) -> None:
        cluster.workload("Deployment", "web").secret("opaque", SERVES, type_="Opaque")
        cluster.secret("broken", {REGISTRY: {"auth": "%"}})
        cluster.secret("other", {"other.test": entry()})
        assert change_of(attach(cluster, "deploy/web", secret, force=True)).after == (secret,)

    def test_because_it_is_over_is_told_with_the_way_to_renew_it(self, cluster: Cluster) -> None:
        cluster.secret("old", {"1.dkr.ecr.eu-west-1.amazonaws.com": expired_ecr()})
        error = refused(cluster, "sa/default", "old")
        assert error.message.startswith("secret/old has expired at 1970-01-01")
        (fix,) = error.fixes
        assert isinstance(fix, Create)
        assert (fix.server, fix.username, fix.replace) == (
            "1.dkr.ecr.eu-west-1.amazonaws.com",
            "AWS",
            True,
        )

    def test_but_could_not_be_read_is_attached_with_a_warning(self, cluster: Cluster) -> None:
        forbidden = (("get", "secrets"), ("list", "secrets"))
        plan = attach(cluster, "sa/default", "pull", forbidden=forbidden)
        assert change_of(plan).after == ("pull",)
        assert plan.warnings[0].startswith("secret/pull could not be read, so it is not checked")

    def test_because_of_a_typo_is_named_right(self, cluster: Cluster) -> None:
        assert refused(cluster, "sa/default", "pul").remedy == "did you mean pull?"


class TestWithoutASecret:
    def test_the_one_that_the_images_need_is_taken(self, cluster: Cluster) -> None:
        cluster.secret("other", {"other.test": entry()}).workload("Deployment", "web")
        assert change_of(attach(cluster, "deploy/web")).after == ("pull",)

    def test_what_is_served_already_needs_none(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "pull"}]
        cluster.workload("Deployment", "web")
        plan = attach(cluster, "deploy/web")
        assert plan.steps == ()
        assert plan.follows == (
            "what pull secrets can serve of its images is served already, by pull of sa/default",
        )

    def test_a_public_image_that_a_pod_has_needs_none(self, cluster: Cluster) -> None:
        cluster.objects[0]["imagePullSecrets"] = [{"name": "pull"}]
        cluster.pod(secrets=("pull",)).pod("other", image="nginx")
        assert attach(cluster, "sa/default").steps == ()

    def test_a_job_s_manifest_has_what_was_chosen(self, cluster: Cluster) -> None:
        cluster.workload("Job", "j")
        error = refused(cluster, "job/j")
        assert error.manifest is not None
        assert "'imagePullSecrets': [{'name': 'pull'}]" in str(error.manifest)

    def test_several_are_refused_with_their_names(self, cluster: Cluster) -> None:
        cluster.secret("twin", SERVES).workload("Deployment", "web")
        assert refused(cluster, "deploy/web").candidates == ("pull", "twin")

    def test_of_several_the_preferred_one_is_taken(self, cluster: Cluster) -> None:
        cluster.secret("twin", SERVES).workload("Deployment", "web")
        assert change_of(attach(cluster, "deploy/web", preferred=("twin",))).after == ("twin",)

    def test_none_is_what_the_doctor_says(self, cluster: Cluster) -> None:
        cluster.workload("Deployment", "web", image="other.test/app:1")
        cluster.pod(error=NOTHING_SENT, owner="Deployment/web", image="other.test/app:1")
        error = refused(cluster, "pod/demo")
        assert error.message == "no pull secret of namespace team serves other.test/app"
        assert error.report is not None
        assert [finding.subject for finding in error.report.findings] == [ref("deploy/web")]

    def test_an_account_without_pods_takes_the_only_one(self, cluster: Cluster) -> None:
        cluster.secret("broken", {REGISTRY: {"auth": "%"}})
        assert change_of(attach(cluster, "sa/default")).after == ("pull",)

    def test_an_account_gets_what_its_pods_need(self, cluster: Cluster) -> None:
        cluster.secret("other", {"other.test": entry()}).pod(error=NOTHING_SENT)
        assert change_of(attach(cluster, "sa/default")).after == ("pull",)

    def test_what_openshift_keeps_for_itself_is_never_chosen(self, cluster: Cluster) -> None:
        cluster.secret("default-dockercfg-x1y2z", SERVES).workload("Deployment", "web")
        assert change_of(attach(cluster, "deploy/web")).after == ("pull",)
