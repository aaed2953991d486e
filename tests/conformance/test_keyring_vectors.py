"""Our keyring against answers of the real one: kubelet 1.34.4, built with Go 1.24.12.

`keyring-vectors.jsonl` was written by hand, `keyring-vectors-extra.jsonl` found by a differential
fuzzer: the smallest set of its cases that takes every way through our code and Go's.
"""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROGRAM = HERE / "keyring.py"
DATA = HERE.parent / "data"
Vector = dict[str, Any]


def vectors(name: str) -> list[Vector]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


VECTORS = vectors("keyring-vectors.jsonl") + vectors("keyring-vectors-extra.jsonl")
answer = runpy.run_path(str(PROGRAM))["answer"]


def comparable(creds: list[Vector], expected: Vector) -> list[tuple[str, str, str, str]]:
    """The credentials in order; what the kubelet has in random order is sorted."""
    rows = [
        (
            one_replacement(cred["username"]),
            one_replacement(cred["password"]),
            cred["registry"],
            cred["source"]["name"],
        )
        for cred in creds
    ]
    for start, end in expected.get("unordered", []):
        rows[start:end] = sorted(rows[start:end])
    return rows


def one_replacement(text: str) -> str:
    """Go and Python disagree only on how many U+FFFD stand for bytes that are not UTF-8."""
    return re.sub("\ufffd+", "\ufffd", text)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']}")
def test_the_kubelet_tries_the_same_credentials(vector: Vector) -> None:
    expected = vector["expect"]

    found = answer(vector["image"], vector["secrets"])

    assert found["errorStage"] == expected["errorStage"]
    assert comparable(found["creds"], expected) == comparable(expected["creds"], expected)


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if vector["expect"]["error"]],
    ids=lambda vector: f"{vector['id']}",
)
def test_the_kubelet_says_the_same(vector: Vector) -> None:
    found = answer(vector["image"], vector["secrets"])["error"]

    image = json.dumps(vector["image"], ensure_ascii=False)
    assert vector["expect"]["error"] in (found, f"couldn't parse image name {image}: {found}")


def test_the_program_answers_line_by_line() -> None:
    asked = [{key: one[key] for key in ("id", "image", "secrets")} for one in VECTORS[:20]]
    lines = "".join(json.dumps(case) + "\n" for case in asked)

    ran = subprocess.run(
        [sys.executable, str(PROGRAM)], input=lines, capture_output=True, text=True, check=True
    )

    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert answers == [
        {"id": case["id"], **answer(case["image"], case["secrets"])} for case in asked
    ]
