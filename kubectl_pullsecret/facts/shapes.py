"""Reading fields of untrusted JSON: the value, or zero where there is none, or WrongShapeError.

What belongs here: shapes that any Kubernetes object can have. Which fields matter is `reading`.
Null counts as absent, as in the API's own decoder.
"""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache
from typing import cast

Json = dict[str, object]

_EMPTY: Json = {}
_UTC = "+00:00"
_SHAPES = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a fraction",
    list: "a list",
    dict: "an object",
}


class WrongShapeError(ValueError):
    """A field holds what the API does not allow. Says the field and the shapes, never a value."""

    def __init__(self, field: str, expected: str, found: object) -> None:
        super().__init__(f"{field} must be {expected}, not {shape_of(found)}")


class NotATimeError(WrongShapeError):
    """A string where a time is expected."""

    def __init__(self, field: str) -> None:
        ValueError.__init__(self, f"{field} must be a time such as 2026-01-31T12:00:00Z")


def shape_of(value: object) -> str:
    """Return a JSON value's shape in words: "a list", "a string", ..."""
    return _SHAPES.get(type(value), "null")


def text(holder: Json, key: str, where: str) -> str:
    """Return a string field; "" where it is absent or null. `where` is the holder's path."""
    value = holder.get(key)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise WrongShapeError(_path(where, key), "a string", value)


def mapping(holder: Json, key: str, where: str) -> Json:
    """Return an object field; empty where it is absent or null. Do not change what it returns."""
    value = holder.get(key)
    if isinstance(value, dict):
        return value
    if value is None:
        return _EMPTY
    raise WrongShapeError(_path(where, key), "an object", value)


def sequence(holder: Json, key: str, where: str) -> list[Json]:
    """Return a field that is a list of objects; a null among them counts as an empty object."""
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongShapeError(_path(where, key), "a list", value)
    for item in value:
        if not isinstance(item, dict):
            return [_object(one, f"{_path(where, key)}[{at}]") for at, one in enumerate(value)]
    return value


def texts(holder: Json, key: str, where: str) -> dict[str, str]:
    """Return a field that maps names to strings, such as labels; a null value counts as ""."""
    found = mapping(holder, key, where)
    for value in found.values():
        if not isinstance(value, str):
            return {name: _text(found, name, _path(where, key)) for name in found}
    return cast("dict[str, str]", found)


def words(holder: Json, key: str, where: str) -> list[str]:
    """Return a field that is a list of strings."""
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongShapeError(_path(where, key), "a list", value)
    return [_text({key: one}, key, where) for one in value]


def count(holder: Json, key: str, where: str) -> int:
    """Return a whole number; 0 where it is absent or null."""
    value = holder.get(key)
    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise WrongShapeError(_path(where, key), "a whole number", value)


def flag(holder: Json, key: str, where: str) -> bool:
    """Return a boolean; false where it is absent or null."""
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise WrongShapeError(_path(where, key), "a boolean", value)


def time(holder: Json, key: str, where: str) -> datetime | None:
    """Return an RFC 3339 time, in UTC; None where it is absent, null or empty."""
    written = text(holder, key, where)
    if not written:
        return None
    try:
        return _instant(written)
    except (ValueError, OverflowError):
        raise NotATimeError(_path(where, key)) from None


@lru_cache(maxsize=1024)
def _instant(written: str) -> datetime:
    if written[10:11] not in ("T", "t"):
        raise ValueError("no time of day")
    moment = datetime.fromisoformat(_for_fromisoformat(written))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(timezone.utc)


def _for_fromisoformat(written: str) -> str:
    """Python 3.10 reads neither `Z` nor fractions of other than three or six digits."""
    plain = written[:-1] + _UTC if written[-1] in "Zz" else written
    if plain[19:20] != ".":
        return plain
    digits = len(plain) - 20 - len(plain[20:].lstrip("0123456789"))
    return plain[:20] + plain[20 : 20 + digits][:6].ljust(6, "0") + plain[20 + digits :]


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _object(value: object, path: str) -> Json:
    if isinstance(value, dict):
        return value
    if value is None:
        return _EMPTY
    raise WrongShapeError(path, "an object", value)


def _text(holder: Json, key: str, where: str) -> str:
    value = holder[key]
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise WrongShapeError(f'{where}["{key}"]', "a string", value)
