"""kubectl's -l, on labels of a file."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.diagnosis.label_selector import parse_selector, selects
from kubectl_pullsecret.errors import ExitCode, PullSecretError

LABELS = {"app": "web", "tier": "front", "example.com/team": "a", "empty": ""}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app = web", True),
        ("app=api", False),
        ("app!=api", True),
        ("app!=web", False),
        ("missing!=anything", True),
        ("example.com/team=a", True),
        ("empty=", True),
        ("app=", False),
        ("app", True),
        ("missing", False),
        ("!app", False),
        ("!missing", True),
        ("app in (web, api)", True),
        ("app in (api)", False),
        ("app notin (api)", True),
        ("app notin (api, web)", False),
        ("missing notin (a)", True),
        ("missing in (a)", False),
        ("app=web,tier in (front,back),!legacy", True),
        ("app=web,tier=back", False),
    ],
)
def test_a_selector_selects_as_in_kubernetes(selector: str, selected: bool) -> None:
    assert selects(parse_selector(selector), LABELS) is selected


@pytest.mark.parametrize(
    "selector", ["=web", "app=web,", ",app", "app in web", "app=a=b", "app web", "-app", "app~web"]
)
def test_what_is_no_selector_is_refused_with_what_to_write(selector: str) -> None:
    with pytest.raises(PullSecretError, match="is no label selector") as refused:
        parse_selector(selector)
    assert refused.value.exit_code is ExitCode.USAGE
    assert "key in (a,b)" in refused.value.remedy
