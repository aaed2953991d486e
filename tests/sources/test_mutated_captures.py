"""Real dumps, damaged in many ways: whatever comes in, only a PullSecretError may come out."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.sources.files import read_files

CAPTURES = sorted((Path(__file__).parent.parent / "data" / "captures").glob("*/*.json"))
ROUNDS = 300
ODD_VALUES: tuple[Any, ...] = (None, True, -1, 1.5, "", "x", "\ud800", "\x1b[31m", [], {}, [{}])


def flip_bytes(raw: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def repeat_a_part(raw: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.sample(range(len(raw)), 2))
    return raw[:end] + raw[start:]


def recode(raw: bytes, chance: random.Random) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "utf-7"))
    return flip_bytes(raw.decode().encode(encoding), chance)


def odd_values(raw: bytes, chance: random.Random) -> bytes:
    return json.dumps(with_odd_values(json.loads(raw), chance)).encode()


def odd_values_in_yaml(raw: bytes, chance: random.Random) -> bytes:
    items = json.loads(raw)["items"]
    one = with_odd_values(chance.choice(items), chance)
    return flip_bytes(yaml.safe_dump_all([one, items[0]]).encode("utf-8", "replace"), chance)


def with_odd_values(root: Any, chance: random.Random) -> Any:
    """Put odd values at a few random places, at any depth."""
    for _ in range(chance.randint(1, 6)):
        holder = root
        while True:
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            key = chance.choice(keys)
            if isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.8:
                holder = holder[key]
                continue
            holder[key] = chance.choice(ODD_VALUES)
            break
        if not root:
            break
    return root


def read(raw: bytes) -> Snapshot | PullSecretError:
    try:
        return read_files(["-"], stdin=io.BytesIO(raw)).snapshot
    except PullSecretError as error:
        return error


@pytest.mark.parametrize(
    "damage", [flip_bytes, cut, repeat_a_part, recode, odd_values, odd_values_in_yaml]
)
def test_a_damaged_dump_is_read_or_refused(
    damage: Callable[[bytes, random.Random], bytes],
) -> None:
    chance = random.Random(20261121)  # noqa: S311  # the same damage each time
    refused = 0
    for _ in range(ROUNDS // 6):
        answer = read(damage(chance.choice(CAPTURES).read_bytes(), chance))
        if isinstance(answer, PullSecretError):
            refused += 1
            assert answer.message
            continue
        for secret in answer.secrets.values():
            assert isinstance(secret.data, dict)
        for pod in answer.pods:
            answer.events_of(pod.ref, pod.uid)
    assert refused < ROUNDS // 6  # damage that nothing survives would test nothing
