"""The names that Kubernetes and Docker give: each is written once in the package."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from kubectl_pullsecret.credentials.hosts import HUB_KEY
from kubectl_pullsecret.credentials.payload import CONFIG_KEY, CONFIG_TYPE, LEGACY_KEY, LEGACY_TYPE

ROOT = Path(__file__).parents[2] / "kubectl_pullsecret"


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Every text constant of the package, after the file that it is in."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), node.value)
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize(
    ("text", "home"),
    [
        (HUB_KEY, "credentials/hosts.py"),
        (CONFIG_TYPE, "credentials/payload.py"),
        (LEGACY_TYPE, "credentials/payload.py"),
        (CONFIG_KEY, "credentials/payload.py"),
        (LEGACY_KEY, "credentials/payload.py"),
    ],
)
def test_a_name_has_one_home(text: str, home: str) -> None:
    assert [path for path, written in texts() if written == text] == [home]
