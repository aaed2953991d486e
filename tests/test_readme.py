"""README.md says what the program does: its examples are run, its tables are the code's."""

from __future__ import annotations

import io
import re
import shlex
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.main import COMMANDS, run
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.kinds import KINDS
from kubectl_pullsecret.views.terminal import PIPE
from tests.cli.outside import invoke

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CAPTURES = ROOT / "tests" / "data" / "captures" / "containerd-2.2"
JUST_AFTER = datetime(2026, 11, 21, 6, 28, 30, tzinfo=timezone.utc)

SESSIONS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("session", SESSIONS)
def test_a_session_prints_what_it_shows(session: str) -> None:
    line, _, shown = session.partition("\n")
    words = shlex.split(line.removeprefix("$ "))

    assert words[:2] == ["kubectl", "pullsecret"]
    assert invoke(*words[2:]).out == shown


def test_the_first_picture_is_a_real_report() -> None:
    (picture,) = re.findall(r"\n\n((?:    pod/.*\n)(?:    .*\n)+)", README)
    out = io.StringIO()
    console = Console(io.BytesIO(), out, io.StringIO(), JUST_AFTER, PIPE)
    run(("doctor", "-f", str(CAPTURES / "pod-shadows-sa.json")), console)
    real = out.getvalue().splitlines()

    assert len(real) >= len(picture.splitlines()) > 5
    for shown, line in zip(picture.splitlines(), real, strict=False):
        assert line.startswith(shown.removeprefix("    ").removesuffix("…"))


def test_the_table_of_commands_names_each_of_them() -> None:
    named = set(re.findall(r"^\| `(\w+)[ `]", README, re.MULTILINE))

    assert named == set(COMMANDS)


def test_the_table_of_exit_codes_has_each_of_them() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}

    assert codes == {int(code) for code in ExitCode}


def test_the_dump_command_names_every_kind_that_a_namespaced_verdict_reads() -> None:
    (written,) = re.findall(r"^kubectl get (\S+) .*> dump.json$", README, re.MULTILINE)
    rare = {"namespaces", "nodes", "replicationcontrollers"}

    assert set(written.split(",")) == {info.plural for info in KINDS} - rare
