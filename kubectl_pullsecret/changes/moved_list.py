"""The change of a list, made for the list as somebody else has left it meanwhile. Pure."""

from __future__ import annotations

from dataclasses import replace

from kubectl_pullsecret.changes.plan import ListChange
from kubectl_pullsecret.facts.pods import LIST, read_pull_secrets
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, sequence, text


def moved(step: ListChange, item: Json) -> ListChange | None:
    """The same edit of the object as it is now, `item`.

    None where that does not help: it is another object, or its list is as it was, so that it was
    something else that was refused.
    """
    try:
        if text(mapping(item, "metadata", ""), "uid", "metadata") != step.uid:
            return None
        holder = list_holder(item, step.place)
        now = read_pull_secrets(holder, step.place)
        written = list_in(holder) if step.written is not None else None
    except WrongShapeError:
        return None
    return None if now == step.before else replace(step, before=now, written=written)


def list_holder(item: Json, place: str) -> Json:
    """What has the list: the object, or the pod spec at the place. Raises WrongShapeError."""
    for key in filter(None, place.split(".")):
        item = mapping(item, key, place)
    return item


def list_in(holder: Json) -> tuple[Json, ...] | None:
    """The list as it is written; None where there is none. Raises WrongShapeError."""
    return None if holder.get(LIST) is None else tuple(sequence(holder, LIST, ""))
