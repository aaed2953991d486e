"""docs/security.md: every promise names the tests that hold it, and they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "security.md"
TEXT = PAGE.read_text(encoding="utf-8")
LINKS = re.findall(r"\[([^]]+)\]\(([^)]+)\)", TEXT)
ROWS = [
    line
    for line in TEXT.splitlines()
    if line.startswith("|") and not re.match(r"\|(?:-|.* held by \|$)", line)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_a_promise_names_its_tests(row: str) -> None:
    held_by = row.rstrip(" |").rpartition("| ")[2]
    assert re.fullmatch(r"\[test_\w+\]\(\S+\.py\)(?:, \[test_\w+\]\(\S+\.py\))*", held_by)


@pytest.mark.parametrize(("words", "where"), LINKS)
def test_what_is_linked_is_there(words: str, where: str) -> None:
    target = PAGE.parent / where
    assert target.is_file()
    if words.startswith("test_"):
        assert target.stem == words
        assert "def test_" in target.read_text(encoding="utf-8")
