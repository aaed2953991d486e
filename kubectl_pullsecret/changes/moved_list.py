"""The change of a list, made for the list as somebody else has left it meanwhile. Pure."""

from __future__ import annotations

from dataclasses import replace

from kubectl_pullsecret.changes.plan import ListChange
from kubectl_pullsecret.changes.requests import LIST
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, sequence, text


def moved(step: ListChange, item: Json) -> ListChange | None:
    """The same edit of the object as it is now, `item`.

    None where that does not help: it is another object, or its list is as it was, so that it was
    something else that was refused.
    """
    try:
        now = _names(step, item)
    except WrongShapeError:
        return None
    return None if now in (None, step.before) else replace(step, before=now)


def _names(step: ListChange, item: Json) -> tuple[str, ...] | None:
    if text(mapping(item, "metadata", ""), "uid", "metadata") != step.uid:
        return None
    for key in filter(None, step.place.split(".")):
        item = mapping(item, key, step.place)
    return tuple(text(one, "name", LIST) for one in sequence(item, LIST, step.place))
