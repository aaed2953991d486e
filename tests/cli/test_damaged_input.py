"""Every command on damaged dumps: an answer or one sentence, never a bug, never a raw control."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke
from tests.damage import DAMAGES, Damage, damaged

ROUNDS = 15
COMMANDS = {
    "doctor": ("doctor", "--healthy", "-f", "-"),
    "doctor wide": ("doctor", "-o", "wide", "-f", "-"),
    "doctor json": ("doctor", "-o", "json", "-f", "-"),
    "list": ("list", "-o", "wide", "-f", "-"),
    "inspect": ("inspect", "-f", "-"),
    "match": ("match", "registry.test:5000/team/app:v1", "-f", "-"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_damage_is_answered_or_refused(command: tuple[str, ...], damage: Damage) -> None:
    for raw in damaged(damage, ROUNDS):
        done = invoke(*command, stdin=raw)

        assert done.code in set(ExitCode)
        assert "this is a bug" not in done.err.lower()
        assert (done.out + done.err).replace("\n", "").isprintable()
