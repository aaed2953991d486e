"""The program as a process: what shells, terminals, pipes and signals do to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.dumps import FAILING
from tests.cli.process import ENTRY, MODULE, WITHIN, at_terminal, environment, imported

DOCTOR = (*MODULE, "doctor", "-f")


@pytest.fixture
def failing(tmp_path: Path) -> str:
    path = tmp_path / "dump.json"
    path.write_bytes(FAILING)
    return str(path)


@pytest.mark.parametrize("program", [ENTRY, MODULE], ids=["entry point", "python -m"])
def test_usage_reads_as_kubectl_calls_it(program: tuple[str, ...]) -> None:
    ran = subprocess.run(
        (*program, "doctor", "-h"), capture_output=True, check=True, timeout=WITHIN
    )
    assert ran.stdout.startswith(b"Usage: kubectl pullsecret doctor ")


def test_the_exit_code_reaches_the_shell(failing: str) -> None:
    assert subprocess.run((*DOCTOR, failing), capture_output=True, timeout=WITHIN).returncode == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [
        pytest.param(("doctor", "-f", "-"), 1, id="a report, whose verdict stays"),
        pytest.param(("--help",), 0, id="help"),
        pytest.param(("explain",), 0, id="a list"),
    ],
)
def test_a_closed_pipe_is_silent(args: tuple[str, ...], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        (*MODULE, *args), input=FAILING, stdout=writing, stderr=subprocess.PIPE, timeout=WITHIN
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (code, b"")


def test_a_closed_stderr_is_silent(failing: str) -> None:
    command = f"{' '.join(DOCTOR)} {failing} nonsense 2>&-"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, timeout=WITHIN)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", b"")


@pytest.mark.parametrize("command", [("doctor", "-f"), ("--help",), ("--version",)], ids=" ".join)
def test_a_full_disk_is_one_sentence(failing: str, command: tuple[str, ...]) -> None:
    argv = (*MODULE, *command, failing) if command[-1] == "-f" else (*MODULE, *command)
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, timeout=WITHIN)
    assert ran.returncode == 3
    assert ran.stderr == b"error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("changes", "colour"),
    [
        pytest.param({}, True, id="a terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param({"NO_COLOR": ""}, True, id="NO_COLOR empty"),
        pytest.param({"TERM": "dumb"}, False, id="TERM=dumb"),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    failing: str, changes: dict[str, str], colour: bool
) -> None:
    written = at_terminal((*DOCTOR, failing), changes=changes)
    assert ("\x1b[" in written) is colour


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_lines_fit_the_terminal(failing: str, columns: int) -> None:
    written = at_terminal((*DOCTOR, failing), columns=columns, changes={"NO_COLOR": "1"})
    assert "cannot pull" in written
    assert max(map(len, written.splitlines())) <= columns


def test_columns_of_the_environment_win(failing: str) -> None:
    plain = {"NO_COLOR": "1", "COLUMNS": "60"}
    written = at_terminal((*DOCTOR, failing), columns=200, changes=plain)
    assert max(map(len, written.splitlines())) <= 60


def test_a_pipe_gets_neither_colour_nor_wrapping(failing: str) -> None:
    ran = subprocess.run(
        (*DOCTOR, failing), capture_output=True, timeout=WITHIN, env=environment(COLUMNS="40")
    )
    assert b"\x1b" not in ran.stdout
    assert b" \\\n" not in ran.stdout


def test_ctrl_c_is_silent_with_exit_code_130() -> None:
    argv = (*MODULE, "doctor", "-f", "-")
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b" " * (1 << 20))  # more than a pipe holds: it reads when this returns
        process.stdin.flush()
        time.sleep(0.3)  # a signal between two reads would only be seen after the next one
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=WITHIN)
        assert process.stdout is not None
        assert process.stderr is not None
        assert (code, process.stdout.read(), process.stderr.read()) == (130, b"", b"")


_TORN_DOWN = """
import time, weakref
from kubectl_pullsecret import __main__ as program
from kubectl_pullsecret.cli import main

class Pool: pass

def ctrl_c():
    raise KeyboardInterrupt

def run(args, console):
    pool = Pool()
    weakref.finalize(pool, ctrl_c)
    del pool
    time.sleep(1)
    return 3

main.run = run
program.program()
"""


def test_ctrl_c_while_something_is_torn_down_is_neither_printed_nor_lost() -> None:
    argv = (sys.executable, "-c", _TORN_DOWN)
    ran = subprocess.run(argv, capture_output=True, timeout=WITHIN, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, b"", b"")


def test_a_small_file_needs_little_memory() -> None:
    limited = f"ulimit -v 600000 && exec {sys.executable} -m kubectl_pullsecret doctor -f -"
    ran = subprocess.run(
        ["/bin/sh", "-c", limited], input=b"{}", capture_output=True, timeout=WITHIN, check=False
    )
    assert b"this is a bug" not in ran.stderr
    assert b"memory" not in ran.stderr


HEAVY = {"kubernetes", "urllib3", "yaml", "shtab"}


def test_the_overview_imports_no_command_and_nothing_heavy() -> None:
    modules = imported("--help")
    ours = {name.partition(".")[2] for name in modules if name.startswith("kubectl_pullsecret")}
    assert not modules & HEAVY
    assert ours == {
        *("", "__main__", "completion", "errors"),
        *("cli", "cli.main", "cli.console", "views", "views.terminal"),
    }


def test_help_of_a_command_imports_no_core() -> None:
    modules = imported("doctor", "--help")
    assert not modules & (HEAVY | {"kubectl_pullsecret.diagnosis", "kubectl_pullsecret.sources"})


def test_a_json_dump_needs_nothing_heavy(failing: str) -> None:
    assert not imported("doctor", "-f", failing) & HEAVY
