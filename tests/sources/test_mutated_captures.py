"""Real dumps, damaged in many ways: whatever comes in, only a PullSecretError may come out."""

from __future__ import annotations

import io

import pytest

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.sources.files import read_files
from tests.damage import DAMAGES, Damage, damaged

ROUNDS = 50


def read(raw: bytes) -> Snapshot | PullSecretError:
    try:
        return read_files(["-"], stdin=io.BytesIO(raw)).snapshot
    except PullSecretError as error:
        return error


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_dump_is_read_or_refused(damage: Damage) -> None:
    refused = 0
    for raw in damaged(damage, ROUNDS):
        answer = read(raw)
        if isinstance(answer, PullSecretError):
            refused += 1
            assert answer.message
            continue
        for secret in answer.secrets.values():
            assert isinstance(secret.data, dict)
        for pod in answer.pods:
            answer.events_of(pod.ref, pod.uid)
    assert refused < ROUNDS  # damage that nothing survives would test nothing
