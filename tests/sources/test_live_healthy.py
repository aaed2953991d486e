"""What --healthy reads beyond the failing pods' own: what a warning hangs on, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import pytest

from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.diagnosis.wanted_by_doctor import for_doctor
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Report
from kubectl_pullsecret.sources.live import observe
from kubectl_pullsecret.sources.transport import Action, Client
from tests.diagnosis.cluster import IMAGE, NAMESPACE, NOTHING_SENT, NOW, Cluster
from tests.diagnosis.healthy import BROKEN, GOOD, LATER, OTHER, account, owned
from tests.sources.recorded_server import Json, RecordedServer

ON_NODE = f'Container image "{IMAGE}" already present on machine'


class Server(RecordedServer):
    """One whose webhook, if it has one, gives a new pod its list."""

    def __init__(
        self,
        objects: list[Json],
        forbidden: tuple[tuple[str, str], ...] = (),
        injects: tuple[str, ...] = (),
    ) -> None:
        super().__init__(objects, forbidden)
        self.injects = injects
        self.trials = 0

    def post(
        self, path: str, body: Json, action: Action, *, query: Sequence[tuple[str, str]] = ()
    ) -> Json:
        self.trials += 1
        made = super().post(path, body, action, query=query)
        if self.injects:
            made["spec"]["imagePullSecrets"] = [{"name": name} for name in self.injects]
        return made


class Asked:
    """A live run: what was read, and what the doctor said."""

    def __init__(
        self, cluster: Cluster, *targets: ObjectRef, healthy: bool = True, **server: Any
    ) -> None:
        self.server = Server(cluster.objects, **server)
        selection = Selection(targets, NAMESPACE, healthy)
        wanted = partial(for_doctor, selection, NOW)
        self.snapshot = observe(cast("Client", self.server), wanted)
        self.report: Report = diagnose(self.snapshot, selection, now=NOW)

    def reads(self, words: str) -> int:
        return sum(words in line for line in self.server.asked)

    @property
    def reasons(self) -> list[str]:
        return [one.reason.value for one in self.report.findings]


def lucky() -> Cluster:
    """A pod that took what lay on the node, beside one with a credential for it."""
    cluster = account().secret("pull", GOOD).pod("other", secrets=("pull",)).pod()
    return cluster.event("Pulled", ON_NODE)


def never() -> Cluster:
    cluster = owned(account(), policy="Never")
    for name, images in (("node1", [IMAGE]), ("node2", [])):
        status = {"images": [{"names": images}] if images else []}
        cluster.add("Node", name, namespace="", status=status)
    return cluster


def other_template() -> Cluster:
    cluster = account().secret("mine", OTHER).secret("pull", GOOD)
    return owned(cluster, "pull", lists=("mine",))


def other_account() -> Cluster:
    return owned(account("mine", changed=LATER).secret("mine", OTHER).secret("pull", GOOD), "pull")


STORIES = {
    "the image lay on the node": (lucky(), "NoCredential"),
    "policy Never": (never(), "NeverPull"),
    "the template lists something else": (other_template(), "NoMatchingCredential"),
    "the account lists something else": (other_account(), "NoMatchingCredential"),
    "the account's secret is malformed": (
        owned(account("pull", changed=LATER).secret("pull", BROKEN)),
        "SecretMalformed",
    ),
    "a missing secret that another may stand for": (
        account().secret("there", GOOD).pod(secrets=("gone",)),
        "SecretNotFound",
    ),
    "denied elsewhere": (account().pod().pod("other", error=NOTHING_SENT), "NoCredential"),
}


@pytest.mark.parametrize(("cluster", "reason"), STORIES.values(), ids=STORIES)
def test_live_and_offline_agree(cluster: Cluster, reason: str) -> None:
    live = Asked(cluster)
    assert reason in live.reasons
    assert live.report.findings == cluster.doctor(healthy=True).findings


@pytest.mark.parametrize("cluster", [lucky(), never(), other_account()])
def test_without_it_none_of_that_is_read(cluster: Cluster) -> None:
    live = Asked(cluster, healthy=False)
    assert live.reads("reason=Pulled") == live.reads("/nodes") == live.reads("/secrets") == 0
    assert live.reasons == []


def test_a_named_pod_shows_the_same() -> None:
    pod = ObjectRef("Pod", NAMESPACE, "web-5b8c7d9f6-x")
    assert Asked(other_account(), pod, healthy=False).reasons == ["NoMatchingCredential"]
    assert Asked(never(), pod, healthy=False).reasons == ["NeverPull"]


def test_a_thousand_pods_of_public_images_cost_no_request_each() -> None:
    cluster = account()
    for number in range(1000):
        cluster.pod(f"p{number}", image=f"ghcr.io/team{number % 40}/app:v{number % 7}")
    live = Asked(cluster)
    assert live.reasons == []
    assert len(live.server.asked) < 20
    assert live.reads("reason=Pulled") == live.reads("/nodes") == 0


class TestAWebhook:
    """Whether one gives the pods their list, a trial pod shows: the account's list does not."""

    def test_that_gives_the_list_again_is_no_matter(self) -> None:
        cluster = owned(account().secret("pull", GOOD), "pull")
        assert Asked(cluster, injects=("pull",)).reasons == []

    def test_that_is_not_there_is_known_by_the_trial(self) -> None:
        live = Asked(owned(account().secret("pull", GOOD), "pull"))
        assert live.reasons == ["NoCredential"]
        assert live.server.trials == 1

    def test_needs_no_trial_where_the_account_has_the_pod_s_list(self) -> None:
        live = Asked(owned(account("pull").secret("pull", GOOD), "pull"))
        assert live.server.trials == 0


def test_nodes_that_nobody_may_see_are_no_matter() -> None:
    live = Asked(never(), forbidden=(("list", "nodes"),))
    assert (live.reasons, live.report.incomplete) == ([], ())


def test_a_trial_that_nobody_may_make_is_no_matter() -> None:
    live = Asked(other_account(), forbidden=(("create", "pods"),))
    assert (live.reasons, live.report.incomplete) == (["NoMatchingCredential"], ())
