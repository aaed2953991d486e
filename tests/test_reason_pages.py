"""docs/reasons has a page for each reason, made of the one table, recorded pods and real messages.

UPDATE_GOLDEN=1 writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
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
JUST_AFTER = datetime(2026, 11, 21, 6, 28, 30, tzinfo=timezone.utc)
IN_ORDER = list(REASONS)

_MESSAGES_SHOWN = 2
_LONGEST_MESSAGE = 300

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
    capture = _captures().get(reason.value)
    if capture is None:
        return
    done = invoke("doctor", "-f", str(CAPTURES / capture), now=JUST_AFTER)
    assert reason.value in done.out.splitlines()[0], capture
    yield f"## A real one\n\n```text\n{done.out.rstrip()}\n```\n"


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
def _captures() -> dict[str, str]:
    """A recording for each reason that has one: of the newest runtime, with this one finding."""
    expected: dict[str, list[str]] = json.loads((CAPTURES / "expected.json").read_text("utf-8"))
    return {reasons[0]: capture for capture, reasons in reversed(expected.items()) if reasons}


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
