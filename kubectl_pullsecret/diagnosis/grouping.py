"""Many findings made few: one for each (owner, image, reason), worst first, and outages on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from kubectl_pullsecret.diagnosis.reasons import UNREACHED
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import (
    Attach,
    Evidence,
    Finding,
    Fix,
    PodGroup,
    Reason,
    Restart,
    Severity,
)

_Item = TypeVar("_Item")

NAMES_SHOWN = 10
OUTAGE_OWNERS = 3  # from so many owners on, one cause is one line above them

# The causes that a registry, its network or one credential has for many at once.
_OF_REGISTRY = UNREACHED | {
    Reason.RATE_LIMITED,
    Reason.REGISTRY_ERROR,
    Reason.CREDENTIAL_REJECTED,
    Reason.CREDENTIAL_EXPIRED,
}
_PRECEDENCE = {reason: number for number, reason in enumerate(Reason)}


def group(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each owner, image, reason and severity, ordered worst first."""
    groups: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        key = (finding.subject, finding.image, finding.reason, finding.severity)
        groups[key].append(finding)
    return tuple(sorted((_merge(members) for members in groups.values()), key=_rank))


def _rank(finding: Finding) -> tuple[object, ...]:
    subject = finding.subject
    return (
        finding.severity is not Severity.ERROR,
        -finding.pods.count,
        _PRECEDENCE[finding.reason],
        subject.namespace,
        subject.kind,
        subject.name,
        finding.image or "",
    )


def _merge(members: Sequence[Finding]) -> Finding:
    """The newest member speaks for all."""
    newest = max(members, key=lambda f: f.last_attempt.timestamp() if f.last_attempt else 0.0)
    if len(members) == 1:
        return newest
    names = dict.fromkeys(name for member in members for name in member.pods.names)
    nodes = dict.fromkeys(node for member in members for node in member.pods.nodes)
    pods = PodGroup(len(names), tuple(names)[:NAMES_SHOWN], tuple(nodes)[:NAMES_SHOWN])
    return newest._replace(
        pods=pods,
        message=_counted(newest, len(names)),
        containers=_union(member.containers for member in members),
        also=_union(member.also for member in members),
        evidence=_with_all_images(newest, members),
        fixes=_merge_fixes(members),
    )


def _with_all_images(newest: Finding, members: Sequence[Finding]) -> tuple[Evidence, ...]:
    """The newest member's evidence, and the `image` lines of all: a pod may stop at several."""
    images = _union([e for e in m.evidence if e.about == "image"] for m in members)
    return (*images, *(e for e in newest.evidence if e.about != "image"))


def _counted(finding: Finding, pods: int) -> str:
    return f"{finding.message}: {pods} pods" if pods > 1 else finding.message


def _union(lists: Iterable[Sequence[_Item]]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _merge_fixes(members: Sequence[Finding]) -> tuple[Fix, ...]:
    """The fixes of all, once each; many pods to delete become one command."""
    fixes = _once_for_the_owner(_union(member.fixes for member in members))
    pods = [fix for fix in fixes if isinstance(fix, Restart) and fix.target.kind == "Pod"]
    if len(pods) < 2:
        return fixes
    more = tuple(fix.target.name for fix in pods[1:])
    others = tuple(fix for fix in fixes if fix not in pods)
    return (*others, pods[0]._replace(more=more))


def _once_for_the_owner(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """What goes through a pod to its owner's template goes there once."""
    through = [f for f in fixes if isinstance(f, Attach) and f.target.kind == "Pod"]
    repeated = [fix for fix in through if not fix.recreate][1:]
    return tuple(fix for fix in fixes if fix not in repeated)


def outages(findings: Sequence[Finding]) -> tuple[str, ...]:
    """A line for each registry of which many owners fail for one reason."""
    hit: dict[tuple[Reason, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        registry = _registry(finding.image)
        if finding.severity is Severity.ERROR and registry and finding.reason in _OF_REGISTRY:
            hit[(finding.reason, registry)].append(finding)
    lines = []
    for (reason, registry), members in hit.items():
        owners: set[ObjectRef] = {member.subject for member in members}
        if len(owners) >= OUTAGE_OWNERS:
            namespaces = len({owner.namespace for owner in owners})
            where = "1 namespace" if namespaces == 1 else f"{namespaces} namespaces"
            lines.append(f"{registry}: {reason.value} hits {len(owners)} owners in {where}")
    return tuple(lines)


def _registry(image: str | None) -> str:
    reference = Reference.parse_or_none(image) if image is not None else None
    return reference.registry if reference is not None else ""
