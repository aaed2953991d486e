"""The server's own warnings, which kubectl prints too."""

from __future__ import annotations

import pytest
import urllib3

from kubectl_pullsecret.sources.transport.answers import Answer
from kubectl_pullsecret.sources.transport.server_warnings import ServerWarnings


def told(*headers: str) -> list[str]:
    found: list[str] = []
    warnings = ServerWarnings(found.append)
    answered = urllib3.HTTPHeaderDict()
    for header in headers:
        answered.add("Warning", header)
    for _ in range(2):
        warnings.tell(Answer(200, answered, b"{}"))
    return found


@pytest.mark.parametrize(
    ("headers", "texts"),
    [
        ((), []),
        (('299 - "be careful"',), ["be careful"]),
        (('299 - "a"', '299 - "b"', '299 - "a"'), ["a", "b"]),
        (('299 kube "a, b", 299 - "c"',), ["a, b", "c"]),
        (('299 - "say \\"no\\" to \\\\ it"',), ['say "no" to \\ it']),
        (("garbage",), []),
    ],
    ids=["none", "one", "several, each once", "in one header", "quoted", "no warning"],
)
def test_each_warning_is_told_once(headers: tuple[str, ...], texts: list[str]) -> None:
    assert told(*headers) == texts
