"""What every test has in common: one outside world, repeatable examples, no skips in CI."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import settings

# The same examples on every machine, so that a fresh clone passes where the last one did.
# New examples are looked for by hand: python -m pytest --hypothesis-profile=explore
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("steady")

SETTINGS_FROM_OUTSIDE = (
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "DOCKER_CONFIG",
    "FORCE_COLOR",
    "KUBECONFIG",
    "LINES",
    "NO_COLOR",
    "TERM",
)

AnyReport = TypeVar("AnyReport", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(autouse=True, scope="session")
def _nothing_from_outside() -> Iterator[None]:
    """The developer's terminal and cluster do not change what a test sees."""
    with pytest.MonkeyPatch.context() as environment:
        for name in SETTINGS_FROM_OUTSIDE:
            environment.delenv(name, raising=False)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself."""
    return _failed_if_skipped_in_ci((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that skips itself while it is imported."""
    return _failed_if_skipped_in_ci((yield))


def _failed_if_skipped_in_ci(report: AnyReport) -> AnyReport:
    """The report; in CI a skip is a failure, because what did not run was not shown to work."""
    expected_to_fail = hasattr(report, "wasxfail")
    if report.skipped and not expected_to_fail and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not allow: {report.longreprtext}"
    return report
