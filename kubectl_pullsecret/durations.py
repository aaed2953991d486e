"""Spans of time as kubectl prints them: 45s, 2m, 3h, 5d."""

from __future__ import annotations

from datetime import datetime, timedelta


def span(length: timedelta) -> str:
    """The length in its largest unit that says at least two of it; "0s" for a negative one."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, as in kubectl's AGE; "" where nobody knows."""
    return span(now - then) if then else ""


def expiry(ends: datetime, now: datetime) -> str:
    """`expires in 3h` or `expired 2d ago`."""
    return f"expires in {span(ends - now)}" if ends > now else f"expired {span(now - ends)} ago"
