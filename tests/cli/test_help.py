"""Help that people read: usage lines as kubectl shows them, examples on lines of their own."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.cli.main import COMMANDS
from tests.cli.outside import invoke


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_for_kubectl_users(name: str) -> None:
    done = invoke(name, "--help")

    assert done.out.startswith(f"Usage: kubectl pullsecret {name} ")
    assert "\\b" not in done.out


def test_examples_stand_on_lines_of_their_own() -> None:
    assert "\n    kubectl pullsecret match nginx\n" in invoke("match", "--help").out
