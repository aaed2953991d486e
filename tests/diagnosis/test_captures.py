"""The recorded failures of a real kubelet: dumps in, the reason that each must give out."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.report import FailOn, Report, Severity
from kubectl_pullsecret.sources.files import read_files

CAPTURES = Path(__file__).parent.parent / "data" / "captures"
EXPECTED: dict[str, list[str]] = json.loads((CAPTURES / "expected.json").read_text())
NOW = datetime(2026, 11, 21, 6, 40, tzinfo=timezone.utc)


def examine(capture: str) -> Report:
    observed = read_files(
        [str(CAPTURES / capture)], stdin=None, recursive=False, default_namespace="default"
    )
    assert observed.problems == ()
    return diagnose(observed.snapshot, Selection(), now=NOW)


@pytest.mark.parametrize(
    ("capture", "reasons"), [pytest.param(c, r, id=c) for c, r in EXPECTED.items()]
)
def test_a_recorded_failure_gives_its_reason(capture: str, reasons: list[str]) -> None:
    report = examine(capture)
    errors = [f.reason.value for f in report.findings if f.severity is Severity.ERROR]

    if reasons:
        assert errors[0] in reasons
        assert report.exit_code(FailOn.ERROR) is ExitCode.FINDINGS
    else:
        assert errors == []
        assert report.exit_code(FailOn.ERROR) is ExitCode.FINE
