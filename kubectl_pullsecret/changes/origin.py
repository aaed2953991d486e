"""Whether a pull secret is worth copying: what helps no pod here helps none elsewhere. Pure."""

from __future__ import annotations

from datetime import datetime

from kubectl_pullsecret.changes.fitness import Fault, fault_of, type_fault
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.diagnosis.offer import is_openshift_internal
from kubectl_pullsecret.facts.objects import Secret

_FORCE = "--force copies it nevertheless"


def check_type(origin: Secret) -> None:
    """Refuse a secret that the kubelet does not read: there is nothing to copy.

    Raises:
        RefusedPlanError: it is no pull secret.
    """
    fault = type_fault(origin.pull_secret)
    if fault is not None:
        remedy = "write what it holds into one, and copy that:" if fault.fixes else ""
        raise RefusedPlanError(fault.message, remedy=remedy, fixes=fault.fixes)


def check_origin(origin: Secret, now: datetime) -> None:
    """Refuse a secret that would help no pod.

    Raises:
        RefusedPlanError: with the reason.
    """
    check_type(origin)
    name = origin.ref.name
    if is_openshift_internal(name):
        raise _refusal(Fault(f"secret/{name} is OpenShift's own, for its internal registry alone"))
    fault = fault_of(origin.pull_secret, now)
    if fault is not None:
        raise _refusal(fault)


def _refusal(fault: Fault) -> RefusedPlanError:
    remedies = (fault.remedy, _FORCE)
    if fault.fixes:  # a command stands last
        remedies = (_FORCE, "or write a new password first:")
    return RefusedPlanError(
        fault.message, remedy="; ".join(filter(None, remedies)), fixes=fault.fixes
    )
