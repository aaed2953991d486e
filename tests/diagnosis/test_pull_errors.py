"""Real messages of kubelets, runtimes and registries, each with the cause that its text tells.

`pull-errors.jsonl` are the messages that the rules were made from, `pull-errors-extra.jsonl` those
that were judged by hand before the parser saw them; `accept` are causes that are not wrong either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_pullsecret.diagnosis.pull_errors import Cause, parse

TESTS = Path(__file__).parents[1]


def _samples(name: str) -> list[object]:
    lines = (TESTS / "data" / name).read_text(encoding="utf-8").splitlines()
    return [pytest.param(sample, id=sample["id"]) for sample in map(json.loads, lines)]


Sample = dict[str, object]


def _check(sample: Sample) -> None:
    image, accepted = sample["image"], sample["accept"]
    assert isinstance(accepted, list)
    error = parse(str(sample["message"]), str(image) if image else None, str(sample["where"]))
    assert error.cause.value in {sample["cause"], *accepted}, error


@pytest.mark.parametrize("sample", _samples("pull-errors.jsonl"))
def test_sample_gets_its_cause(sample: Sample) -> None:
    _check(sample)


@pytest.mark.parametrize("sample", _samples("pull-errors-extra.jsonl"))
def test_further_message_gets_its_cause(sample: Sample) -> None:
    _check(sample)


def test_every_cause_with_a_text_of_its_own_has_a_sample() -> None:
    lines = [
        line
        for name in ("pull-errors.jsonl", "pull-errors-extra.jsonl")
        for line in (TESTS / "data" / name).read_text(encoding="utf-8").splitlines()
    ]
    assert {json.loads(line)["cause"] for line in lines} == {
        cause.value for cause in Cause if cause is not Cause.CREDENTIAL_RECHECK
    }


def test_conformance_script_answers_every_line_in_order() -> None:
    asked = [{"message": "pull QPS exceeded"}, {"message": "", "image": None, "where": "event"}]
    told = subprocess.run(
        [sys.executable, str(TESTS / "conformance" / "pull_errors.py")],
        input="".join(json.dumps(line) + "\n" for line in asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == [
        '{"cause": "PullQPSExceeded"}',
        '{"cause": "Uninformative"}',
    ]
