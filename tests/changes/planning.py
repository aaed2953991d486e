"""A plan for a cluster that is told in one breath: observed as live, planned, nothing written."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import pytest

from kubectl_pullsecret.changes.attach import AttachRequest, plan_attach, wanted_for_attach
from kubectl_pullsecret.changes.detach import DetachRequest, plan_detach, wanted_for_detach
from kubectl_pullsecret.changes.plan import ListChange, Plan
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.facts.kinds import find_kind
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.sources.live import observe
from kubectl_pullsecret.sources.transport import Client
from tests.diagnosis.cluster import NAMESPACE, NOW, Cluster
from tests.sources.recorded_server import RecordedServer


def ref(word: str) -> ObjectRef:
    """`sa/default` in the cluster's namespace."""
    kind, _, name = word.partition("/")
    info = find_kind(kind)
    return ObjectRef(info.kind if info else kind, NAMESPACE, name)


def server(cluster: Cluster, *forbidden: tuple[str, str]) -> Client:
    return cast("Client", RecordedServer(cluster.objects, forbidden))


def attach(
    cluster: Cluster,
    target: str,
    *secrets: str,
    forbidden: tuple[tuple[str, str], ...] = (),
    **options: Any,
) -> Plan:
    request = AttachRequest(ref(target), secrets, **options)
    seen = observe(server(cluster, *forbidden), partial(wanted_for_attach, request, NOW))
    return plan_attach(request, seen, now=NOW)


def detach(
    cluster: Cluster,
    target: str,
    *secrets: str,
    forbidden: tuple[tuple[str, str], ...] = (),
    **options: Any,
) -> Plan:
    request = DetachRequest(ref(target), secrets, **options)
    seen = observe(server(cluster, *forbidden), partial(wanted_for_detach, request))
    return plan_detach(request, seen, now=NOW)


def refused(cluster: Cluster, target: str, *secrets: str, **options: Any) -> RefusedPlanError:
    """Why it is not attached."""
    with pytest.raises(RefusedPlanError) as caught:
        attach(cluster, target, *secrets, **options)
    return caught.value


def change_of(plan: Plan) -> ListChange:
    """The one change of a list in a plan."""
    (found,) = [step for step in plan.steps if isinstance(step, ListChange)]
    return found
