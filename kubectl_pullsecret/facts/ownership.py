"""Who manages an object, and would undo a change: the marks that controllers leave.

One table of `MARKS`, and for each manager its advice. Sources: the labels and annotations that each
project documents as its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.facts.shapes import Json, sequence, text


class Place(Enum):
    """Where in the metadata a mark stands."""

    LABEL = "labels"
    ANNOTATION = "annotations"
    OWNER = "ownerReferences"  # of any kind, not only the controller


class Mark(NamedTuple):
    """One mark. `key` is a label, an annotation or an owner's kind; ending in `/`, a prefix."""

    manager: str
    place: Place
    key: str
    value: str = ""  # only this value counts; "" any


MARKS: tuple[Mark, ...] = (
    Mark("Helm", Place.LABEL, "app.kubernetes.io/managed-by", "Helm"),
    Mark("Helm", Place.ANNOTATION, "meta.helm.sh/release-name"),
    Mark("Argo CD", Place.LABEL, "argocd.argoproj.io/instance"),
    Mark("Argo CD", Place.ANNOTATION, "argocd.argoproj.io/tracking-id"),
    Mark("Flux", Place.LABEL, "kustomize.toolkit.fluxcd.io/"),
    Mark("Flux", Place.LABEL, "helm.toolkit.fluxcd.io/"),
    Mark("OLM", Place.LABEL, "olm.owner"),
    Mark("External Secrets", Place.LABEL, "reconcile.external-secrets.io/"),
    Mark("External Secrets", Place.ANNOTATION, "reconcile.external-secrets.io/"),
    Mark("External Secrets", Place.OWNER, "ExternalSecret"),
    Mark("External Secrets", Place.OWNER, "ClusterExternalSecret"),
    Mark("Sealed Secrets", Place.ANNOTATION, "sealedsecrets.bitnami.com/"),
    Mark("Sealed Secrets", Place.ANNOTATION, "bitnami.com/sealed-secrets"),
    Mark("Sealed Secrets", Place.OWNER, "SealedSecret"),
    Mark("Reflector", Place.ANNOTATION, "reflector.v1.k8s.emberstack.com/reflects"),
)


# Where a change lasts that the manager would undo.
ADVICE: Mapping[str, str] = {
    "Helm": "set it in the chart's values; the next helm upgrade undoes it otherwise",
    "Argo CD": "change it in the Git repository that Argo CD syncs",
    "Flux": "change it in the Git repository that Flux syncs",
    "OLM": "set it in the operator's Subscription or ClusterServiceVersion",
    "External Secrets": "change the ExternalSecret, or the store behind it",
    "Sealed Secrets": "seal the new content with kubeseal",
    "Reflector": "change the secret that Reflector copies it from",
}


def managers(metadata: Json) -> tuple[str, ...]:
    """Names of the controllers whose marks the metadata bear, in the table's order, each once."""
    if metadata.keys().isdisjoint(_PLACES):
        return ()
    found = (mark.manager for mark in MARKS if _bears(metadata, mark))
    return tuple(dict.fromkeys(found))


_PLACES = frozenset(place.value for place in Place)


def _bears(metadata: Json, mark: Mark) -> bool:
    if mark.place is Place.OWNER:
        owners = sequence(metadata, "ownerReferences", "metadata")
        return any(text(owner, "kind", "") == mark.key for owner in owners)
    marked = metadata.get(mark.place.value)
    if not isinstance(marked, dict):
        return False
    if mark.key.endswith("/"):
        return any(isinstance(key, str) and key.startswith(mark.key) for key in marked)
    return mark.key in marked and mark.value in ("", marked[mark.key])
