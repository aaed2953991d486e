"""`explain`: the page of a reason."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.report import Reason
from tests.cli.outside import invoke


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_every_reason_has_a_page(reason: Reason) -> None:
    outcome = invoke("explain", reason.value)
    labels = [line[:8].strip() for line in outcome.out.splitlines()[1:]]
    assert outcome.code is ExitCode.FINE
    assert outcome.out.startswith(f"{reason.value}\n")
    assert labels == ["when", "means", "fix", "rule"]


def test_a_reason_may_be_written_in_any_case() -> None:
    assert invoke("explain", "secretmalformed").out == invoke("explain", "SecretMalformed").out


def test_without_a_reason_all_are_listed_in_one_line_each() -> None:
    lines = invoke("explain").out.splitlines()
    assert [line.split()[0] for line in lines] == [reason.value for reason in REASONS]


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        pytest.param("SecretNotFond", "SecretNotFound", id="near miss"),
        pytest.param("ImagePullBackOff", "all are listed", id="no reason of ours"),
        pytest.param("\x1b[2J", "all are listed", id="hostile"),
    ],
)
def test_an_unknown_reason_is_wrong_usage(word: str, remedy: str) -> None:
    outcome = invoke("explain", word)
    assert outcome.code is ExitCode.USAGE
    assert remedy in outcome.err
    assert outcome.err.replace("\n", "").isprintable()
