"""The program as a process: what shells, terminals, pipes and signals do to it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.cli.test_doctor_command import FAILING

ENTRY = (str(Path(sys.executable).with_name("kubectl-pullsecret")),)
MODULE = (sys.executable, "-m", "kubectl_pullsecret")
DOCTOR = (*MODULE, "doctor", "-f")


@pytest.fixture
def failing(tmp_path: Path) -> str:
    path = tmp_path / "dump.json"
    path.write_bytes(FAILING)
    return str(path)


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}


def at_terminal(argv: tuple[str, ...], *, columns: int = 80, changes: dict[str, str]) -> str:
    """What the program writes to a terminal of this width."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = environment(**{"TERM": "xterm", **changes})
    with subprocess.Popen(argv, stdin=its, stdout=its, stderr=its, env=env) as process:
        os.close(its)
        written = b""
        while chunk := _read(ours):
            written += chunk
        process.wait(timeout=20)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: the other side is closed
        return b""


@pytest.mark.parametrize("program", [ENTRY, MODULE], ids=["entry point", "python -m"])
def test_usage_reads_as_kubectl_calls_it(program: tuple[str, ...]) -> None:
    ran = subprocess.run((*program, "doctor", "-h"), capture_output=True, check=True, timeout=20)
    assert ran.stdout.startswith(b"Usage: kubectl pullsecret doctor ")


def test_the_exit_code_reaches_the_shell(failing: str) -> None:
    assert subprocess.run((*DOCTOR, failing), capture_output=True, timeout=20).returncode == 1


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
        (*MODULE, *args), input=FAILING, stdout=writing, stderr=subprocess.PIPE, timeout=20
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (code, b"")


def test_a_closed_stderr_is_silent(failing: str) -> None:
    command = f"{' '.join(DOCTOR)} {failing} nonsense 2>&-"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, timeout=20)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", b"")


def test_a_full_disk_is_one_sentence(failing: str) -> None:
    with open("/dev/full", "wb") as full:
        ran = subprocess.run((*DOCTOR, failing), stdout=full, stderr=subprocess.PIPE, timeout=20)
    assert ran.returncode == 3
    assert ran.stderr == b"error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "locale",
    [
        pytest.param({"LC_ALL": "C"}, id="LC_ALL=C"),
        pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="ASCII"),
        pytest.param({"PYTHONIOENCODING": "latin-1"}, id="Latin-1"),
    ],
)
def test_every_locale_gets_its_report(locale: dict[str, str]) -> None:
    report = FAILING.replace(b"app:v1", "app:日本".encode())
    ran = subprocess.run(
        (*MODULE, "doctor", "-f", "-"),
        input=report,
        capture_output=True,
        timeout=20,
        env=environment(**locale),
    )
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert ran.stdout.startswith(b"pod/web in prod cannot pull registry.test/app:")


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
        (*DOCTOR, failing), capture_output=True, timeout=20, env=environment(COLUMNS="40")
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
        code = process.wait(timeout=20)
        assert process.stdout is not None
        assert process.stderr is not None
        assert (code, process.stdout.read(), process.stderr.read()) == (130, b"", b"")


IMPORTED = """
import json, sys
from kubectl_pullsecret.__main__ import main
main()
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def imported(*args: str) -> set[str]:
    """The modules that a command line imports."""
    argv = (sys.executable, "-c", IMPORTED, *args)
    ran = subprocess.run(argv, capture_output=True, timeout=20, check=True)
    return set(json.loads(ran.stderr.decode().splitlines()[-1]))


HEAVY = {"kubernetes", "urllib3", "yaml", "shtab"}


def test_the_overview_imports_no_command_and_nothing_heavy() -> None:
    modules = imported("--help")
    ours = {name.partition(".")[2] for name in modules if name.startswith("kubectl_pullsecret")}
    assert not modules & HEAVY
    assert ours == {
        *("", "__main__", "errors", "cli", "cli.main", "cli.console", "views", "views.terminal")
    }


def test_help_of_a_command_imports_no_core() -> None:
    modules = imported("doctor", "--help")
    assert not modules & (HEAVY | {"kubectl_pullsecret.diagnosis", "kubectl_pullsecret.sources"})


def test_a_json_dump_needs_nothing_heavy(failing: str) -> None:
    assert not imported("doctor", "-f", failing) & HEAVY
