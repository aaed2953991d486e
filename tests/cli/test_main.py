"""The command group: its overview, its usage errors, and what a bug looks like."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import click
import pytest

import kubectl_pullsecret
from kubectl_pullsecret.__main__ import main
from kubectl_pullsecret.cli.main import COMMANDS, PROGRAM, Entry, commands
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from tests.cli.outside import invoke


def command(name: str) -> click.Command:
    found = commands.get_command(click.Context(commands), name)
    assert found is not None
    return found


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Add a command `broken` that raises."""

    def add(error: BaseException) -> None:
        def fail() -> None:
            raise error

        module = ModuleType("kubectl_pullsecret.cli.broken")
        module.__dict__["command"] = click.Command("broken", callback=fail)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(COMMANDS, "broken", Entry("broken", "Fail"))

    return add


def test_the_process_gives_its_arguments_and_takes_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["kubectl-pullsecret", "frob"])
    assert main() == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("error: unknown command 'frob'")


def test_an_interrupt_before_the_command_is_silent_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kubectl_pullsecret.cli.console.Console.of_process", interrupted)
    assert main() == ExitCode.INTERRUPTED


def test_the_tree_knows_its_commands_and_no_others() -> None:
    context = click.Context(commands)
    assert commands.list_commands(context) == list(COMMANDS)
    assert commands.get_command(context, "frob") is None


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    assert command(name).short_help == COMMANDS[name].short_help
    assert command(name).name == name


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help(name: str, flag: str) -> None:
    outcome = invoke(name, flag)
    assert outcome.code is ExitCode.FINE
    assert outcome.out.startswith(f"Usage: kubectl pullsecret {name} ")


@pytest.mark.parametrize("args", [(), ("-h",), ("--help",)], ids=str)
def test_the_overview_lists_the_commands_in_the_order_of_the_table(args: tuple[str, ...]) -> None:
    outcome = invoke(*args)
    listed = outcome.out.partition("Commands:\n")[2].splitlines()
    assert outcome.code is ExitCode.FINE
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert outcome.out.startswith("Usage: kubectl pullsecret [OPTIONS] COMMAND")


def test_version_names_the_program_and_its_version() -> None:
    assert invoke("--version").out == f"{PROGRAM} {kubectl_pullsecret.__version__}\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(("docto",), "unknown command 'docto'; did you mean 'doctor'?", id="near miss"),
        pytest.param(("xyz",), "unknown command 'xyz'\n", id="unknown command"),
        pytest.param(("--frob",), "no such option", id="unknown flag"),
        pytest.param(("doctor", "--helthy"), "--healthy", id="near miss of a flag"),
        pytest.param(("doctor", "-o", "xml"), "'xml'", id="unknown value"),
        pytest.param(("doctor", "-f"), "'-f' requires an argument", id="value missing"),
        pytest.param(("explain", "A", "B"), "unexpected extra argument", id="too many words"),
        pytest.param(("doc\x1b[2J",), r"doc\x1b[2J", id="hostile word"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(args: tuple[str, ...], said: str) -> None:
    outcome = invoke(*args)
    assert outcome.code is ExitCode.USAGE
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert said in outcome.err
    assert outcome.err.endswith(" --help'\n")


def test_an_error_is_plain_on_stderr_with_its_remedy_and_its_code(
    broken: Callable[[BaseException], None],
) -> None:
    broken(PullSecretError("no \x1bway", remedy="try another", exit_code=ExitCode.INCOMPLETE))
    outcome = invoke("broken")
    assert outcome.code is ExitCode.INCOMPLETE
    assert outcome.err == "error: no \\x1bway\ntry another\n"


def test_a_bug_asks_for_a_report_and_keeps_the_message_to_itself(
    broken: Callable[[BaseException], None],
) -> None:
    broken(KeyError("hunter2"))
    outcome = invoke("broken")
    assert outcome.code is ExitCode.FAILED
    assert "this is a bug" in outcome.err
    assert "KeyError" in outcome.err
    assert "hunter2" not in outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) == 2


def test_a_bug_says_where_in_our_own_code_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: dict[str, str] = {}
    monkeypatch.setattr("kubectl_pullsecret.views.reasons.block", lambda *_: nothing["hunter2"])
    outcome = invoke("explain")
    assert "KeyError at cli.explain:" in outcome.err
    assert " > views.reasons:" in outcome.err


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError()], ids=["deep", "memory"])
def test_running_out_of_stack_or_memory_is_no_traceback(
    broken: Callable[[BaseException], None], error: Exception
) -> None:
    broken(error)
    assert invoke("broken").code is ExitCode.FAILED


def test_help_that_nobody_reads_any_more_is_fine(
    broken: Callable[[BaseException], None],
) -> None:
    broken(BrokenPipeError())
    assert invoke("broken").code is ExitCode.FINE


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()], ids=["ctrl-c", "prompt"])
def test_an_interrupt_is_silent(
    broken: Callable[[BaseException], None], error: BaseException
) -> None:
    broken(error)
    outcome = invoke("broken")
    assert outcome.code is ExitCode.INTERRUPTED
    assert outcome.out == outcome.err == ""
