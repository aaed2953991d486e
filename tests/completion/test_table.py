"""What the table of words offers is taken by click, word for word."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.cli.main import COMMANDS
from kubectl_pullsecret.completion import table
from kubectl_pullsecret.completion.flag import Flag
from tests.completion.parsing import parsed

OFFERED = [
    (name, flag)
    for name in COMMANDS
    for flag in (
        *table.FLAGS[name],
        *table.HELP,
        *(table.CONNECTION if name in table.CONNECTED else ()),
    )
]


@pytest.mark.parametrize(
    ("name", "flag"), OFFERED, ids=[f"{name} {flag.name}" for name, flag in OFFERED]
)
def test_click_takes_every_name_of_a_flag_with_as_many_values(name: str, flag: Flag) -> None:
    values = ["1"] if flag.value else []
    for word in flag.names:
        options, left = parsed(name, word, *values)
        assert left == []
        assert [value for value in options.values() if value] != []


def test_a_password_s_flag_is_never_offered() -> None:
    assert not [name for name, flag in OFFERED if "--docker-password" in flag.names]
