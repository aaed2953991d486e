"""A Job's manifest as it can be created again: what the API server wrote into it is left out."""

from __future__ import annotations

from kubectl_pullsecret.changes.requests import references
from kubectl_pullsecret.facts.pods import LIST
from kubectl_pullsecret.facts.shapes import Json, mapping

_LABELS = (  # batch/v1, job/strategy.go, generateSelector
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "job-name",
    "batch.kubernetes.io/job-name",
)
_REPLACED = ("labels", "creationTimestamp")
_KEPT = ("name", "namespace", "labels", "annotations")


def made_anew(raw: Json, names: tuple[str, ...]) -> Json:
    """The Job with this list of pull secrets in its template; `raw` as the server has it."""
    spec = dict(mapping(raw, "spec", ""))
    template = dict(mapping(spec, "template", "spec"))
    pod = {**mapping(template, "spec", "spec.template"), LIST: references(names)}
    template["metadata"] = _without_generated(mapping(template, "metadata", "spec.template"))
    template["spec"] = pod
    spec["template"] = template
    if not spec.get("manualSelector"):
        spec.pop("selector", None)
    metadata = mapping(raw, "metadata", "")
    kept = _without_generated({key: metadata[key] for key in _KEPT if key in metadata})
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": kept, "spec": spec}


def _without_generated(metadata: Json) -> Json:
    labels = {
        key: value
        for key, value in mapping(metadata, "labels", "metadata").items()
        if key not in _LABELS
    }
    rest = {key: value for key, value in metadata.items() if key not in _REPLACED}
    return {**rest, "labels": labels} if labels else rest
