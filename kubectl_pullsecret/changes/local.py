"""A plan applied to manifests, nothing written: the answer for what Git or a chart holds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kubectl_pullsecret.changes.plan import ListChange, Plan, PodRecreation
from kubectl_pullsecret.changes.requests import rewritten
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.pods import LIST, read_pull_secrets
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, sequence, text

_Changes = Mapping[ObjectRef, ListChange | PodRecreation]


def applied(plan: Plan, manifests: Sequence[Json], default_namespace: str) -> tuple[Json, ...]:
    """The documents with the plan's lists; a List stays one, and what is not in the plan as it is.

    An object that is there twice is changed where it has the list that the plan was made for. A pod
    in a manifest is simply edited. The documents themselves are not changed.
    """
    steps = [step for step in plan.steps if isinstance(step, (ListChange, PodRecreation))]
    changes = {step.target: step for step in steps}
    return tuple(_document(raw, changes, default_namespace, "") for raw in manifests)


def _document(raw: Json, changes: _Changes, namespace: str, item_kind: str) -> Json:
    """One object, or a list with its items, which may leave their kind to it (PodList)."""
    items = raw.get("items")
    kind = raw.get("kind", item_kind)
    if not isinstance(items, list):
        return _object(raw, changes, namespace, kind if isinstance(kind, str) else "")
    of_items = kind.removesuffix("List") if isinstance(kind, str) else ""
    new = [
        _document(one, changes, namespace, of_items) if isinstance(one, dict) else one
        for one in items
    ]
    return raw if all(a is b for a, b in zip(items, new, strict=True)) else raw | {"items": new}


def _object(raw: Json, changes: _Changes, namespace: str, kind: str) -> Json:
    try:
        metadata = mapping(raw, "metadata", "")
        name = text(metadata, "name", "metadata") or text(metadata, "generateName", "metadata")
        home = text(metadata, "namespace", "metadata") or namespace
        step = changes.get(ObjectRef(kind, home, name))
        return raw if step is None else _changed(raw, step)
    except WrongShapeError:  # nobody could plan anything for it
        return raw


def _changed(raw: Json, step: ListChange | PodRecreation) -> Json:
    place = step.place if isinstance(step, ListChange) else "spec"

    def with_list(holder: Json) -> Json:
        if read_pull_secrets(holder, place) != step.before:
            return holder  # an older one of the same name
        return _with_list(holder, step.after)

    return _at(raw, [part for part in place.split(".") if part], with_list)


def _at(raw: Json, place: Sequence[str], change: Callable[[Json], Json]) -> Json:
    """The object with what is at the place changed; only the way there is copied."""
    if not place:
        return change(raw)
    inner = raw.get(place[0])
    if not isinstance(inner, dict):
        return raw
    new = _at(inner, place[1:], change)
    return raw if new is inner else raw | {place[0]: new}


def _with_list(holder: Json, names: tuple[str, ...]) -> Json:
    """The list where it stood, else at the end."""
    if not names:
        return {key: value for key, value in holder.items() if key != LIST}
    return holder | {LIST: rewritten(sequence(holder, LIST, ""), names)}
