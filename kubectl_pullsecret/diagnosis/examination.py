"""A pod with what surrounds it, and the cases that it makes: one for each of its images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubectl_pullsecret.diagnosis.attempt import Attempt, attempts_of
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.known import Known
from kubectl_pullsecret.diagnosis.selection import Owners
from kubectl_pullsecret.facts.objects import Event, OwnerRef, Pod, Workload
from kubectl_pullsecret.facts.pods import may_wait
from kubectl_pullsecret.facts.snapshot import Snapshot


class ExaminedPod(NamedTuple):
    """A pod with its failed attempts, its events (newest first) and its owners."""

    pod: Pod
    events: tuple[Event, ...]
    attempts: tuple[Attempt, ...]
    root: Workload | None
    owner: OwnerRef | None


def examine(snapshot: Snapshot, owners: Owners, pod: Pod) -> ExaminedPod:
    """Join a pod with its failed attempts and its owners."""
    born = pod.created
    events = tuple(
        event
        for event in snapshot.events_of(pod.ref, pod.uid)
        if event.involved_uid or not (born and event.last and event.last < born)
    )  # without a uid, an event may be about an earlier pod of this name
    return ExaminedPod(pod, events, attempts_of(pod, events), *owners.top(pod))


class Cases:
    """Makes the cases of one run, with what all of them share."""

    def __init__(self, known: Known, crowded: frozenset[tuple[str, str]]) -> None:
        self._known = known
        self._crowded = crowded

    def of_attempts(self, examined: ExaminedPod) -> list[Case]:
        """A case for each image that failed."""
        return [self.of_pod(examined, one.image, one) for one in examined.attempts]

    def of_pod(self, examined: ExaminedPod, image: str, attempt: Attempt | None = None) -> Case:
        """One image of a pod."""
        pod = examined.pod
        return Case(
            known=self._known,
            namespace=pod.ref.namespace,
            spec=pod.spec,
            image=image,
            pod=pod,
            root=examined.root,
            owner=examined.owner,
            attempt=attempt,
            events=examined.events,
            shared_account=(pod.ref.namespace, pod.spec.account_name) in self._crowded,
        )

    def of_running(self, examined: ExaminedPod) -> list[Case]:
        """A case for each image of a pod that runs; none for other pods."""
        pod = examined.pod
        if examined.attempts or pod.ended or pod.deleting or may_wait(pod):
            return []
        images = dict.fromkeys(use.image for use in pod.spec.images)
        return [self.of_pod(examined, image) for image in images]

    def of_template(self, workload: Workload) -> Iterator[Case]:
        """Each image of a workload's template."""
        spec = workload.template
        for image in dict.fromkeys(use.image for use in spec.images) if spec else ():
            assert spec is not None
            yield Case(
                known=self._known,
                namespace=workload.ref.namespace,
                spec=spec,
                image=image,
                pod=None,
                root=workload,
                owner=None,
                attempt=None,
            )
