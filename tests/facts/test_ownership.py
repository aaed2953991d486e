"""The marks of controllers, and what their managers advise."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.facts.ownership import ADVICE, MARKS, managers

REFLECTOR = "reflector.v1.k8s.emberstack.com/"


def test_every_manager_has_its_advice_and_every_advice_a_manager() -> None:
    assert ADVICE.keys() == {mark.manager for mark in MARKS}


@pytest.mark.parametrize(
    ("annotations", "found"),
    [
        ({f"{REFLECTOR}reflects": "a/b", f"{REFLECTOR}reflected-version": "7"}, ("Reflector",)),
        ({f"{REFLECTOR}reflection-allowed": "true"}, ()),
        ({f"{REFLECTOR}reflection-auto-enabled": "true"}, ()),
    ],
    ids=["a mirror", "a source", "a source, automatic"],
)
def test_reflector_writes_its_mirrors_and_not_their_source(
    annotations: dict[str, object], found: tuple[str, ...]
) -> None:
    assert managers({"annotations": annotations}) == found
