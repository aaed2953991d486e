"""The change of a list, made for the list as somebody else has left it meanwhile. Pure."""

from __future__ import annotations

from dataclasses import replace

from kubectl_pullsecret.changes.plan import ListChange
from kubectl_pullsecret.changes.requests import LIST
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, sequence, text


def moved(step: ListChange, item: Json) -> ListChange | None:
    """The same change of the object as it is now, `item`: what comes still comes, and what goes.

    None where that cannot be told from the object alone: it is another one, its list is as it was,
    or nothing that stays says whether the new names belong before or behind it.
    """
    try:
        now = _names(step, item)
    except WrongShapeError:
        return None
    if now is None or now == step.before:
        return None
    if not set(step.before) & set(step.after) or _changed(step, step.before) != step.after:
        return None
    return replace(step, before=now, after=_changed(step, now))


def _names(step: ListChange, item: Json) -> tuple[str, ...] | None:
    if text(mapping(item, "metadata", ""), "uid", "metadata") != step.uid:
        return None
    for key in filter(None, step.place.split(".")):
        item = mapping(item, key, step.place)
    return tuple(text(one, "name", LIST) for one in sequence(item, LIST, step.place))


def _changed(step: ListChange, names: tuple[str, ...]) -> tuple[str, ...]:
    gone = {name for name in step.before if name not in step.after}
    come = tuple(name for name in step.after if name not in step.before)
    stays = tuple(name for name in names if name not in gone)
    new = tuple(name for name in come if name not in names)
    first = bool(come) and step.after[: len(come)] == come
    return (*new, *stays) if first else (*stays, *new)
