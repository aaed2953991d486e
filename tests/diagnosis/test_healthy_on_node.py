"""Images that are only where they lie: luck, and policy Never."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_pullsecret.report import Confidence, Reason, Severity
from tests.diagnosis.cluster import (
    DENIED,
    IMAGE,
    NO_SUCH_HOST,
    NOTHING_SENT,
    REJECTED,
    Cluster,
)
from tests.diagnosis.healthy import (
    GOOD,
    HUB,
    WEB,
    account,
    one,
    owned,
    warned,
)


class TestTheImageIsOnlyOnTheNode:
    ON_NODE = f'Container image "{IMAGE}" already present on machine'
    PULLED = f'Successfully pulled image "{IMAGE}" in 1.2s (1.2s including waiting)'

    @pytest.mark.parametrize("error", [NOTHING_SENT, DENIED])
    def test_another_pod_that_was_denied_it_without_a_credential_is_the_proof(
        self, error: str
    ) -> None:
        found = one(Cluster().pod().pod("other", error=error))
        assert (found.reason, found.confidence) == (Reason.NO_CREDENTIAL, Confidence.LIKELY)
        assert "the image is public" not in found.message
        assert any("pod/other in team was denied" in line.text for line in found.evidence)

    def test_the_proof_counts_for_every_tag(self) -> None:
        cluster = Cluster().pod(image=f"{IMAGE}-2").pod("other", error=NOTHING_SENT)
        assert one(cluster).image == f"{IMAGE}-2"

    def test_the_proof_makes_a_missing_secret_likely_to_matter(self) -> None:
        found = one(Cluster().pod(secrets=("gone",)).pod("other", error=NOTHING_SENT))
        assert (found.reason, found.confidence) == (Reason.SECRET_NOT_FOUND, Confidence.LIKELY)

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(
                Cluster().secret("bad", GOOD).pod("other", secrets=("bad",), error=REJECTED),
                id="a stale credential: the image may be public",
            ),
            pytest.param(Cluster().pod("other", error=NO_SUCH_HOST), id="nobody was asked"),
        ],
    )
    def test_a_failure_of_another_kind_is_no_proof(self, other: Cluster) -> None:
        found = other.pod().doctor(healthy=True).findings
        assert [one.severity for one in found] == [Severity.ERROR]

    def test_an_owner_that_fails_already_needs_no_warning(self) -> None:
        cluster = owned(account()).pod(
            "web-5b8c7d9f6-y", owner="ReplicaSet/web-5b8c7d9f6", error=NOTHING_SENT
        )
        found = cluster.doctor(healthy=True).findings
        assert [(one.severity, one.subject) for one in found] == [(Severity.ERROR, WEB)]

    def lucky(self, *said: str, image: str = IMAGE, auths: dict[str, Any] = GOOD) -> Cluster:
        """A pod without a list beside one with a credential for the image."""
        cluster = Cluster().secret("pull", auths).pod("other", secrets=("pull",), image=image)
        cluster.pod(image=image, policy="IfNotPresent")
        for words in said:
            cluster.event("Pulled", words.replace(IMAGE, image))
        return cluster

    def test_a_pod_that_took_what_lay_there_is_warned_where_others_have_a_credential(self) -> None:
        found = one(self.lucky(self.ON_NODE))
        assert (found.reason, found.confidence) == (Reason.NO_CREDENTIAL, Confidence.OPEN)
        assert "the image lay on the node" in found.evidence[0].text

    @pytest.mark.parametrize(
        "said",
        [
            pytest.param((), id="no events are left"),
            pytest.param((PULLED,), id="it was pulled"),
            pytest.param((PULLED, ON_NODE), id="it was pulled, and then lay there"),
            pytest.param(
                (f"{ON_NODE} and can be accessed by the pod",), id="the kubelet has checked it"
            ),
        ],
    )
    def test_and_not_where(self, said: tuple[str, ...]) -> None:
        assert warned(self.lucky(*said)) == []

    def test_credentials_for_docker_hub_tell_nothing_of_its_images(self) -> None:
        assert warned(self.lucky(self.ON_NODE, image="grafana/grafana:12", auths=HUB)) == []


class TestPolicyNever:
    @staticmethod
    def with_nodes(cluster: Cluster, **images: list[str]) -> Cluster:
        for name, names in images.items():
            status = {"images": [{"names": [name]} for name in names]}
            cluster.add("Node", name, namespace="", status=status)
        return cluster

    def test_is_warned_of_where_another_node_lacks_the_image(self) -> None:
        cluster = owned(account(), policy="Never")
        found = one(self.with_nodes(cluster, node1=[IMAGE], node2=["docker.io/library/nginx:1"]))
        assert (found.reason, found.confidence) == (Reason.NEVER_PULL, Confidence.OPEN)
        assert "a new pod may not start on every node" in found.message
        assert "node2 lacks it" in found.evidence[0].text

    MANY: tuple[str, ...] = tuple(f"registry.test:5000/team/a{number}:v1" for number in range(50))

    @pytest.mark.parametrize(
        "images",
        [
            pytest.param({}, id="no node was seen"),
            pytest.param({"node1": [IMAGE]}, id="there is no other node"),
            pytest.param({"node1": [IMAGE], "node2": [IMAGE]}, id="the other node has it"),
            pytest.param(
                {"node1": [IMAGE], "node2": list(MANY)}, id="the other node does not name all"
            ),
        ],
    )
    def test_is_no_matter_where(self, images: dict[str, list[str]]) -> None:
        assert warned(self.with_nodes(owned(account(), policy="Never"), **images)) == []

    def test_makes_secrets_no_matter(self) -> None:
        assert warned(owned(account(), "gone", policy="Never")) == []

    def test_is_no_matter_for_a_bare_pod_which_stays(self) -> None:
        cluster = Cluster().pod(policy="Never")
        assert warned(self.with_nodes(cluster, node1=[IMAGE], node2=[])) == []
