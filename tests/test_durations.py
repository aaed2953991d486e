"""Spans of time read as kubectl's do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from kubectl_pullsecret.durations import age, expiry, span

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=-5), "0s"),
        (timedelta(seconds=119), "119s"),
        (timedelta(minutes=2), "2m"),
        (timedelta(minutes=119), "119m"),
        (timedelta(hours=2), "2h"),
        (timedelta(hours=47), "47h"),
        (timedelta(days=2), "2d"),
        (timedelta(days=400), "400d"),
    ],
)
def test_the_largest_unit_that_says_at_least_two(length: timedelta, shown: str) -> None:
    assert span(length) == shown


def test_an_age_that_nobody_knows_is_empty() -> None:
    assert (age(NOW - timedelta(hours=3), NOW), age(None, NOW)) == ("3h", "")


def test_an_expiry_is_told_from_now() -> None:
    assert expiry(NOW + timedelta(hours=3), NOW) == "expires in 3h"
    assert expiry(NOW - timedelta(days=3), NOW) == "expired 3d ago"
