"""What the pods of one run tell of each other's images: a registry treats them alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kubectl_pullsecret.diagnosis.case import DENIALS, Case
from kubectl_pullsecret.durations import span
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Evidence


class Others(NamedTuple):
    """The pods that failed and those that run; images are known by their repository."""

    denied: Mapping[str, Case]  # a pod to which the registry gave nothing without a credential
    served: frozenset[str]  # a pod that runs lists a credential for it
    failing: frozenset[tuple[ObjectRef, str]]  # owner and image: an error says more than a warning

    @classmethod
    def of(cls, failed: Iterable[Case], running: Iterable[Case]) -> Others:
        """Look at both."""
        known = list(failed)
        bare = [case for case in known if _asked_without(case)]
        return cls(
            {case.reference.repository: case for case in bare if case.reference is not None},
            frozenset(
                case.reference.repository
                for case in running
                if case.reference is not None and case.offer.usable
            ),
            frozenset((case.subject, case.image) for case in known),
        )

    def denial(self, case: Case) -> Evidence | None:
        """The proof that the registry wants a credential for a case's image, if there is one."""
        denied = self.denied.get(case.reference.repository) if case.reference else None
        if denied is None or denied.pod is None or denied.attempt is None:
            return None
        last = denied.attempt.last
        when = f", {span(denied.now - last)} ago" if last is not None else ""
        where = f"{display(denied.pod.ref)} in {denied.namespace}"
        return Evidence("seen", (f"without a credential {where} was denied it{when}",))

    def have_credential(self, case: Case) -> bool:
        """Whether others list a credential for a case's image, and nothing that it lists serves.

        Those for Docker Hub are there for the rate limit of public images too, and tell nothing.
        """
        if case.reference is None or case.reference.on_hub or case.offer.tried or case.unseen:
            return False
        return case.reference.repository in self.served


def _asked_without(case: Case) -> bool:
    """Whether the registry denied an image, and no credential was sent to it."""
    attempt = case.attempt
    if attempt is None or attempt.error.cause not in DENIALS - {Cause.CREDENTIAL_REJECTED}:
        return False
    return attempt.error.credential_sent is False or not (case.offer.tried or case.unseen)
