"""Whether a pull secret is worth copying: what helps no pod here helps none elsewhere. Pure."""

from __future__ import annotations

from datetime import datetime

from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.payload import AuthEntry, Malformed, NotAPullSecret, Payload
from kubectl_pullsecret.diagnosis.offer import is_openshift_internal
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.report import Create, Fix, Rewrap

_FORCE = "--force copies it nevertheless"


def pull_content(origin: Secret) -> Payload | Malformed:
    """What the kubelet finds in a secret; of one that it does not read there is nothing to copy.

    Raises:
        RefusedPlanError: it is no pull secret.
    """
    if isinstance(origin.content, NotAPullSecret):
        raise _no_pull_secret(origin, origin.content)
    return origin.content


def check_origin(origin: Secret, now: datetime) -> None:
    """Refuse a secret that would help no pod.

    Raises:
        RefusedPlanError: with the reason.
    """
    content = pull_content(origin)
    if is_openshift_internal(origin.ref.name):
        raise _refusal(origin, "is OpenShift's own, for its internal registry alone")
    if isinstance(content, Malformed):
        why = f"is unreadable to the kubelet, and would stop every pull: {content.why}"
        raise _refusal(origin, why, content.remedy)
    usable = [entry for entry in content.entries if entry.usable]
    if not usable:
        fault = content.layout_fault or "no entry of it has a user and a password"
        raise _refusal(origin, f"has no credential for the kubelet: {fault}")
    ends = [told.expires for told in map(about, usable) if told.expires and told.over(now)]
    if len(ends) == len(usable):
        why = f"has expired at {max(ends):%Y-%m-%d %H:%M} UTC"
        raise _refusal(origin, why, "or write a new password first:", _renewed(origin, usable[0]))


def _refusal(origin: Secret, why: str, remedy: str = "", *fixes: Fix) -> RefusedPlanError:
    remedies = (_FORCE, remedy) if fixes else (remedy, _FORCE)  # a command stands last
    return RefusedPlanError(
        f"secret/{origin.ref.name} {why}", remedy="; ".join(filter(None, remedies)), fixes=fixes
    )


def _renewed(origin: Secret, entry: AuthEntry) -> Create:
    ref = origin.ref
    return Create(ref.namespace, ref.name, entry.key, entry.username, replace=True)


def _no_pull_secret(origin: Secret, content: NotAPullSecret) -> RefusedPlanError:
    name = origin.ref.name
    message = f"secret/{name} is no pull secret to the kubelet: {content.why}"
    if not isinstance(content.holds, Payload):
        return RefusedPlanError(message)
    new = f"{name}-pull"
    return RefusedPlanError(
        message,
        remedy="write what it holds into one, and copy that:",
        fixes=[Rewrap(origin.ref.namespace, new, name)],
    )
