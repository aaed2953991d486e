"""The recorded cluster that ships with the project, as its readers see it; and all captures."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from kubectl_pullsecret.cli.main import commands
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.views.terminal import Terminal
from tests.cli.outside import invoke
from tests.golden import assert_golden

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = str(ROOT / "examples" / "recorded-cluster.json")
CAPTURES = ROOT / "tests" / "data" / "captures"
GOLDEN = Path(__file__).parent / "golden"

KUBECTL = (("kubectl", "rollout", "restart"), ("kubectl", "delete", "pod"))


@pytest.mark.parametrize(
    ("name", "args", "terminal"),
    [
        ("doctor-recorded-cluster", (), Terminal(None, colour=False)),
        ("doctor-recorded-cluster.80", (), Terminal(80, colour=False)),
        ("doctor-recorded-cluster.wide", ("-o", "wide"), Terminal(None, colour=False)),
    ],
)
def test_the_recorded_cluster_is_explained(
    name: str, args: tuple[str, ...], terminal: Terminal
) -> None:
    done = invoke("doctor", "-f", EXAMPLE, *args, terminal=terminal)

    assert (done.code, done.err) == (ExitCode.FINDINGS, "")
    assert_golden(GOLDEN / f"{name}.txt", done.out)


def printed_fixes() -> list[tuple[str, list[str]]]:
    """Every command that the doctor prints for the captures, with the capture's name."""
    found = []
    for path in sorted(CAPTURES.glob("*/*.json")):
        report = json.loads(invoke("doctor", "-f", str(path), "-o", "json").out)
        fixes = [fix for item in report["items"] for fix in item["fixes"]]
        found += [(f"{path.parent.name}/{path.stem}", fix["argv"]) for fix in fixes if fix["argv"]]
    return found


def parse(argv: list[str]) -> None:
    """Let our own command line take it; click raises what it does not take."""
    name, *rest = argv
    context = click.Context(commands, info_name="kubectl pullsecret")
    command = commands.get_command(context, name)
    assert command is not None, name
    command.make_context(name, rest, parent=context)


def test_every_printed_command_exists() -> None:
    fixes = printed_fixes()
    ours = [argv[2:] for _, argv in fixes if argv[:2] == ["kubectl", "pullsecret"]]
    kubectls = [argv for _, argv in fixes if argv[:2] != ["kubectl", "pullsecret"]]

    assert len(ours) > 20
    for argv in ours:
        parse(argv)
    assert all(tuple(argv[:3]) in KUBECTL for argv in kubectls)


def test_every_printed_command_names_its_namespace() -> None:
    assert [name for name, argv in printed_fixes() if "-n" not in argv] == []


def test_no_password_of_the_captures_is_ever_shown() -> None:
    captures = sorted(CAPTURES.glob("*/*.json"))

    assert len(captures) > 50
    for path in captures:
        for form in ("", "wide", "json", "yaml"):
            done = invoke("doctor", "-f", str(path), "--healthy", *(("-o", form) if form else ()))
            assert "s3cret" not in done.out + done.err
