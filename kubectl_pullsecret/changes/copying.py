"""The plan of `copy`: what is written to bring every destination to its origin's state.

A copy has the type and the one data key that pulling needs, and the mark; nothing else of the
origin: labels could make controllers adopt it. Pure.
"""

from __future__ import annotations

from datetime import datetime

from kubectl_pullsecret.changes.content import config_text, lines
from kubectl_pullsecret.changes.copies import (
    Copied,
    CopyRequest,
    CopyState,
    config_of,
    copies,
    origin_of,
    unseen_warning,
)
from kubectl_pullsecret.changes.origin import check_origin
from kubectl_pullsecret.changes.plan import (
    NewSecret,
    Plan,
    Refused,
    SecretChange,
    SecretDraft,
    Step,
)
from kubectl_pullsecret.changes.unwritable import would_not_last
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.facts.reading import COPIED_FROM
from kubectl_pullsecret.facts.snapshot import Snapshot


def plan_copy(request: CopyRequest, source: Snapshot, there: Snapshot, *, now: datetime) -> Plan:
    """What is written to bring every destination to its origin's state, as far as it is wanted.

    Raises:
        PullSecretError: the origin is not worth copying, or nobody knows where to look.
    """
    origin = origin_of(request, source)
    if not request.force:
        check_origin(origin, now)
    steps: list[Step] = []
    undone: list[str] = []
    unchanged, refused = [], []
    for one in copies(request, source, there):
        if one.state is CopyState.CURRENT:
            unchanged.append(one.ref)
        elif (refusal := _refusal(request, one)) is not None:
            refused.append(refusal)
        else:
            steps.append(_step(request, one, origin))
            undone += would_not_last(one.found) if one.found else ()
    return Plan(
        steps=tuple(steps),
        unchanged=tuple(unchanged),
        refused=(*_onto_itself(request, source, there), *refused),
        warnings=(*unseen_warning(request, there), *undone),
        follows=_follows(steps),
        independent=True,
    )


def _onto_itself(request: CopyRequest, source: Snapshot, there: Snapshot) -> list[Refused]:
    """Destinations that were named and are the origin."""
    origin = origin_of(request, source)
    places = [request.source._replace(namespace=place) for place in request.namespaces]
    return [
        Refused(ref, f"secret/{ref.name} in {ref.namespace} is what is to be copied")
        for ref in places
        if (found := there.secrets.get((ref.namespace, ref.name))) and found.uid == origin.uid
    ]


def _refusal(request: CopyRequest, one: Copied) -> Refused | None:
    if one.obstacle:
        return Refused(one.ref, one.obstacle, one.remedy)
    if one.state is CopyState.FOREIGN and not request.force:
        return Refused(one.ref, one.why, one.remedy)
    if one.state is CopyState.DRIFTED and not request.update:
        why = f"{one.ref.namespace} has a copy that is no longer as secret/{one.ref.name}"
        return Refused(one.ref, f"{why} in {request.source.namespace}", one.remedy)
    return None


def _step(request: CopyRequest, one: Copied, origin: Secret) -> Step:
    config = Masked(config_of(origin).decode("utf-8", "surrogateescape"))
    mark = ((COPIED_FROM, request.origin),)
    draft = SecretDraft(one.ref, config, origin.type, annotations=mark)
    if one.found is None:
        return NewSecret(draft, _lines(request.origin, origin))
    return SecretChange(
        draft,
        one.found.uid,
        one.found.resource_version,
        before=_lines(one.found.copied_from, one.found),
        lines=_lines(request.origin, origin, one.found),
    )


def _follows(steps: list[Step]) -> tuple[str, ...]:
    if not any(isinstance(step, NewSecret) for step in steps):
        return ()
    return ("pods use a copy once they, or their account, list it: kubectl pullsecret attach",)


def _lines(mark: str, secret: Secret, before: Secret | None = None) -> tuple[str, ...]:
    """The mark of a secret and its content, a line each; nothing secret."""
    marked = (f"{COPIED_FROM}: {mark}",) if mark else ()
    return (*marked, *lines(config_text(secret), config_text(before) if before else None))
