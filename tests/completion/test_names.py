"""Names that no server is asked for, and how failures end; in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_pullsecret.completion import names, table
from kubectl_pullsecret.completion.command_line import read
from kubectl_pullsecret.completion.kubeconfigs import overrides
from kubectl_pullsecret.completion.program import answer
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.kubeconfig import Overrides
from tests.completion.asking import NOTHING
from tests.kubeconfig import exec_plugin, kubeconfig


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine needs longer than a person waits."""
    monkeypatch.setattr(names, "PATIENCE", 60.0)


@pytest.mark.parametrize(
    ("flag", "name"), [("--context", "here"), ("--cluster", "c"), ("--user", "u")]
)
def test_names_of_a_kubeconfig(tmp_path: Path, flag: str, name: str) -> None:
    config = kubeconfig(tmp_path / "config")
    assert answer(["doctor", "--kubeconfig", config, flag, ""]) == f"{name}\n:4\n"


@pytest.mark.parametrize(
    "name",
    [
        *("$(touch x)", "`x`", "a;b", "a b", "a\tb", "a\nb", "a\x1b[31m", "'", '"', "\\", "a|b"),
        *("a&b", "-x", "--help", "~", "=ls", "{a,b}", "*", "a<b", "a>b", "!x", "\u202eb", ""),
    ],
)
def test_what_means_more_to_a_shell_than_itself_is_no_name(tmp_path: Path, name: str) -> None:
    contexts = [{"name": one, "context": {}} for one in (name, "harmless")]
    config = kubeconfig(tmp_path / "config", contexts=contexts)
    assert answer(["doctor", "--kubeconfig", config, "--context", ""]) == "harmless\n:4\n"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("doctor -n team --context a --context b", Overrides(context="b", namespace="team")),
        ("doctor --token t --password=p", Overrides(token=Masked("t"), password=Masked("p"))),
        ("doctor --as a --as-group b --as-group c", Overrides(as_user="a", as_groups=("b", "c"))),
        ("doctor -s https://x", Overrides(server="https://x")),
        ("doctor --insecure-skip-tls-verify", Overrides(insecure_skip_tls_verify=True)),
        ("doctor --insecure-skip-tls-verify=false", Overrides()),
        ("doctor --request-timeout 5s", Overrides(request_timeout="5s")),
        ("copy x --to-context b --context a", Overrides(context="a")),
    ],
)
def test_the_connection_flags_that_are_typed_count(typed: str, expected: Overrides) -> None:
    assert overrides(read([*typed.split(" "), ""])) == expected


def test_where_a_copy_goes_only_those_count_that_say_how_to_connect() -> None:
    typed = "copy x --to-context b --context a -s https://x --token t --as me --kubeconfig f"
    found = overrides(read([*typed.split(" "), ""]), destination=True)
    assert found == Overrides(context="b", as_user="me", kubeconfig="f")


def test_an_exec_plugin_that_fails_gives_no_names(tmp_path: Path) -> None:
    script = tmp_path / "plugin"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    user = {"name": "u", "user": {"exec": exec_plugin(script)}}
    config = kubeconfig(tmp_path / "config", users=[user])
    assert answer(["doctor", "--kubeconfig", config, "pod/"]) == NOTHING


def test_a_bug_of_ours_spoils_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "COMMANDS", None)
    assert answer([""]) == NOTHING
