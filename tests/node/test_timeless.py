"""What is made alike before a run is compared with a page or a picture, and what is not."""

from __future__ import annotations

import pytest

from tests.node.timeless import timeless

ALIKE = {
    "how often, and when": (
        "  seen    once, last 4s ago: denied",
        "  seen    12 times, last 2m30s ago: denied",
    ),
    "how old a thing is": ("  type    Opaque, created 0s ago", "  type    Opaque, created 3m ago"),
    "a row of a table": (
        "web-58f995d8b8-2tcmt   1/1     Running   0          4s",
        "web-f7598f976-dmq56   1/1     Running   0          62s",
    ),
    "its headline": ("NAME                   READY", "NAME                  READY"),
    "a pod in a sentence": ("stuck: pod/web-58f995d8b8-2tcmt;", "stuck: pod/web-f7598f976-dmq56;"),
}
DIFFERENT = {
    "the message": ("seen    once, last 4s ago: denied", "seen    once, last 4s ago: not found"),
    "another workload": ("web-58f995d8b8-2tcmt   1/1", "api-58f995d8b8-2tcmt   1/1"),
    "a state": ("web-58f995d8b8-2tcmt   0/1     Running", "web-58f995d8b8-2tcmt   1/1     Running"),
    "a time that is promised": ("within 5 minutes", "within 10 minutes"),
    "how far a line is set in": ("  why     no", "  why    no"),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_is_alike(one: str, other: str) -> None:
    assert timeless(one) == timeless(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_is_not_alike(one: str, other: str) -> None:
    assert timeless(one) != timeless(other)
