"""Whether a pull secret can help any pod at all, wherever it is attached or copied. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.payload import Malformed, NotAPullSecret, Payload, PullSecret
from kubectl_pullsecret.report import Create, Fix, Rewrap


class Fault(NamedTuple):
    """Why a secret helps no pod, and what helps."""

    message: str
    remedy: str = ""
    fixes: tuple[Fix, ...] = ()


def fault_of(secret: PullSecret, now: datetime) -> Fault | None:
    """The first fault of a secret by which the kubelet can pull nothing; None: there is none."""
    content = secret.content
    if isinstance(content, NotAPullSecret):
        return type_fault(secret)
    if isinstance(content, Malformed):
        why = f"is unreadable to the kubelet, and would stop every pull: {content.why}"
        return _fault(secret, why, content.remedy)
    usable = [entry for entry in content.entries if entry.usable]
    if not usable:
        why = content.layout_fault or "no entry of it has a user and a password"
        return _fault(secret, f"has no credential for the kubelet: {why}")
    ends = [told.expires for told in map(about, usable) if told.expires and told.over(now)]
    if len(ends) < len(usable):
        return None
    old = usable[0]
    renewed = Create(secret.namespace, secret.name, old.key, old.username, replace=True)
    return _fault(secret, f"has expired at {max(ends):%Y-%m-%d %H:%M} UTC", "", renewed)


def type_fault(secret: PullSecret) -> Fault | None:
    """Why the kubelet passes a secret over, if it does; what it holds may fit into another."""
    content = secret.content
    if not isinstance(content, NotAPullSecret):
        return None
    why = f"is no pull secret to the kubelet: {content.why}"
    if not isinstance(content.holds, Payload):
        return _fault(secret, why)
    return _fault(secret, why, "", Rewrap(secret.namespace, f"{secret.name}-pull", secret.name))


def _fault(secret: PullSecret, why: str, remedy: str = "", *fixes: Fix) -> Fault:
    return Fault(f"secret/{secret.name} {why}", remedy, fixes)
