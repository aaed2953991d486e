"""docs/reasons has a page for each reason, made of the one table, recorded pods and real messages.

UPDATE_GOLDEN=1 writes them anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import pytest

from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.report import Reason
from tests.cli.outside import invoke
from tests.golden import assert_golden

PAGES = Path(__file__).parent.parent / "docs" / "reasons"
DATA = Path(__file__).parent / "data"
CAPTURES = DATA / "captures"
RECORDED = DATA / "recorded"  # by tests/node/recorder.py, of reasons that no capture has
IN_ORDER = list(REASONS)

_MESSAGES_SHOWN = 2
_LONGEST_MESSAGE = 300
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=Z)")

_INDEX_HEAD = """\
# Reasons

Why an image does not pull, in the order in which the doctor asks: the first that holds is the
verdict, the others that hold stand beside it (`also`). `kubectl pullsecret explain REASON` prints
the same words.

| reason | when |
|---|---|
"""


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.value)
def test_the_page_is_what_the_table_and_the_recordings_say(reason: Reason) -> None:
    assert_golden(PAGES / f"{reason.value}.md", page_of(reason))


def test_the_index_has_a_line_for_each() -> None:
    rows = [
        f"| [{reason.value}]({reason.value}.md) | {REASONS[reason].when} |" for reason in REASONS
    ]
    assert_golden(PAGES / "README.md", _INDEX_HEAD + "\n".join(rows) + "\n")


def test_there_is_no_page_of_a_reason_that_is_gone() -> None:
    names = {path.stem for path in PAGES.glob("*.md")}
    assert names == {"README", *(reason.value for reason in Reason)}


def page_of(reason: Reason) -> str:
    return "\n".join((*_words(reason), *_report(reason), *_messages(reason), *_neighbours(reason)))


def _words(reason: Reason) -> Iterator[str]:
    page = REASONS[reason]
    yield f"# {reason.value}\n"
    yield f"- **When**: {page.when}.\n- **Means**: {page.means}."
    yield f"- **Fix**: {page.fix}.\n- **Rule**: {page.rule}.\n"


def _report(reason: Reason) -> Iterator[str]:
    """What the doctor says of a pod that failed for this reason on a real node."""
    dump = _dumps().get(reason.value)
    if dump is None:
        return
    text = dump.read_text("utf-8")
    just_after = datetime.fromisoformat(max(_TIME.findall(text))) + timedelta(seconds=15)
    done = invoke("doctor", "-f", str(dump), now=just_after.replace(tzinfo=timezone.utc))
    report = done.out.partition("\nthese objects come from files")[0]
    assert reason.value in report.splitlines()[0], dump
    yield f"## A real one\n\n```text\n{report.rstrip()}\n```\n"


def _messages(reason: Reason) -> Iterator[str]:
    """Words of kubelets and runtimes that mean it, the shortest first."""
    said = sorted(_said().get(reason.value, ()), key=lambda text: (len(text), text))[
        :_MESSAGES_SHOWN
    ]
    if said:
        yield "## What nodes say\n\n```text\n" + "\n".join(said) + "\n```\n"


def _neighbours(reason: Reason) -> Iterator[str]:
    place = IN_ORDER.index(reason)
    near = [("asked before it", place - 1), ("asked after it", place + 1)]
    links = [
        f"{what}: [{IN_ORDER[at].value}]({IN_ORDER[at].value}.md)"
        for what, at in near
        if 0 <= at < len(IN_ORDER)
    ]
    yield f"{', '.join(('[all reasons](README.md)', *links))}\n"


@cache
def _dumps() -> dict[str, Path]:
    """A recording for each reason that has one: a capture of the newest runtime, or another."""
    expected: dict[str, list[str]] = json.loads((CAPTURES / "expected.json").read_text("utf-8"))
    captures = {reasons[0]: CAPTURES / it for it, reasons in reversed(expected.items()) if reasons}
    return {**{path.stem: path for path in RECORDED.glob("*.json")}, **captures}


@cache
def _said() -> dict[str, set[str]]:
    """The messages of the samples, by their cause."""
    said: dict[str, set[str]] = {}
    for name in ("pull-errors.jsonl", "pull-errors-extra.jsonl"):
        for line in (DATA / name).read_text("utf-8").splitlines():
            sample = json.loads(line)
            if len(sample["message"]) <= _LONGEST_MESSAGE and "\n" not in sample["message"]:
                said.setdefault(sample["cause"], set()).add(sample["message"])
    return said
