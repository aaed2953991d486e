"""From a workload's JSON to how a changed template reaches its pods."""

from __future__ import annotations

from kubectl_pullsecret.facts.objects import Rollout
from kubectl_pullsecret.facts.shapes import Json, count, flag, mapping, text


def read_rollout(raw: Json, kind: str) -> Rollout:
    """Return what a built-in workload says of it. Raises WrongShapeError.

    The strategy has two names: a Deployment's, and a StatefulSet's or a DaemonSet's.
    """
    spec = mapping(raw, "spec", "")
    strategy = mapping(spec, "strategy", "spec") or mapping(spec, "updateStrategy", "spec")
    rolling = mapping(strategy, "rollingUpdate", "spec.updateStrategy")
    return Rollout(
        strategy=text(strategy, "type", "spec.strategy"),
        replicas=count(spec, "replicas", "spec") if spec.get("replicas") is not None else None,
        paused=flag(spec, "paused", "spec") or flag(spec, "suspend", "spec"),
        ordered=text(spec, "podManagementPolicy", "spec") == "OrderedReady",
        partition=count(rolling, "partition", "spec.updateStrategy.rollingUpdate"),
        failures_left=_failures_left(spec, mapping(raw, "status", "")) if kind == "Job" else None,
    )


def _failures_left(spec: Json, status: Json) -> int:
    """How many pods of a Job may still fail (batch/v1: backoffLimit, by default 6)."""
    limit = count(spec, "backoffLimit", "spec") if spec.get("backoffLimit") is not None else 6
    return limit - count(status, "failed", "status")
