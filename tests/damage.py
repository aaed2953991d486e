"""Ways to damage a dump: bytes flipped, cut, repeated, recoded; odd values at any depth."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

CAPTURES = sorted((Path(__file__).parent / "data" / "captures").glob("*/*.json"))
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


Damage = Callable[[bytes, random.Random], bytes]
DAMAGES: tuple[Damage, ...] = (
    flip_bytes,
    cut,
    repeat_a_part,
    recode,
    odd_values,
    odd_values_in_yaml,
)


def damaged(damage: Damage, rounds: int) -> list[bytes]:
    """Damaged captures, the same each time."""
    chance = random.Random(20261121)  # noqa: S311  # the same damage each time
    return [damage(chance.choice(CAPTURES).read_bytes(), chance) for _ in range(rounds)]
