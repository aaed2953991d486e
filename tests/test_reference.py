"""docs/commands.md is what the commands' own --help says. UPDATE_GOLDEN=1 writes it anew."""

from __future__ import annotations

from pathlib import Path

from kubectl_pullsecret.cli.main import COMMANDS
from tests.cli.outside import invoke
from tests.golden import assert_golden

REFERENCE = Path(__file__).parent.parent / "docs" / "commands.md"

_HEAD = """\
# Commands

Made from `--help`. kubectl's connection flags (`kubectl options`) work with every command that asks
a cluster.
"""


def test_the_reference_is_what_help_says() -> None:
    pages = [
        f"\n## {name}\n\n```text\n{invoke(name, '--help').out.rstrip()}\n```\n" for name in COMMANDS
    ]
    assert_golden(REFERENCE, _HEAD + "".join(pages))
