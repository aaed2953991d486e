"""Manners of a program among others: colour, pipes, locales, narrow terminals, files of Windows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from kubectl_pullsecret.errors import ExitCode
from tests.cli.dumps import FAILING
from tests.cli.process import ENTRY, MODULE, WITHIN, at_terminal

ROOT = Path(__file__).parents[2]
RECORDED = str(ROOT / "examples" / "recorded-cluster.json")
FAILING_POD = ("-f", RECORDED, "-n", "s-hub-registry-1")

# What every command says that needs no cluster; `copy` always does.
SPOKEN = {
    "doctor": ("doctor", "-f", RECORDED),
    "match": ("match", "team/app:v1", *FAILING_POD, "--for", "pod/demo"),
    "match a name": ("match", "nginx"),
    "inspect": ("inspect", "pull", *FAILING_POD),
    "verify": ("verify", "-f", "{secret}"),
    "create": ("create", "x", "--from-docker-config", "{config}", "--dry-run=client"),
    "explain": ("explain",),
    "explain a reason": ("explain", "NoMatchingCredential"),
    "version": ("version", "--client"),
    "help": ("--help",),
    "help of a command": ("doctor", "--help"),
}
CONFIG = '{"auths": {"127.0.0.1:1": {"username": "jürgen日", "password": "p"}}}'
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata:
  name: regcred
  namespace: team
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: |
    {CONFIG}
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {owner: Jürgen 日本}
spec:
  template:
    spec:
      containers: [{name: app, image: registry.test/app}]
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """One of each, with letters that not every encoding has."""
    dump = FAILING.decode().replace("app:v1", "app:Jürgen日本")
    contents = {"secret": SECRET, "config": CONFIG, "workload": WORKLOAD, "dump": dump}
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return {name: str(tmp_path / name) for name in contents}


def piped(*args: str) -> subprocess.CompletedProcess[str]:
    """What a pipe gets."""
    return piped_in(os.environ, *args)


def piped_in(environment: Mapping[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    """What a pipe gets when there is nothing else in the environment."""
    argv = (*MODULE, *args)
    return subprocess.run(
        argv, env=environment, capture_output=True, encoding="utf-8", timeout=WITHIN, check=False
    )


def words(text: str) -> list[str]:
    """What is said, but for ages; a backslash continues a command and is none of it."""
    said = " ".join(word for word in text.split() if word != "\\")
    return re.sub(r"\blast \w+ ago\b", "", said).split()


# --- colour


@pytest.mark.parametrize("force", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_no_variable_brings_colour_into_a_pipe(force: str) -> None:
    coloured = piped_in({force: "1", "TERM": "xterm"}, "doctor", "-f", RECORDED)
    assert words(coloured.stdout) == words(piped("doctor", "-f", RECORDED).stdout)
    assert "\x1b" not in coloured.stdout


@pytest.mark.parametrize("force", ["FORCE_COLOR", "CLICOLOR_FORCE"])
def test_no_color_wins_over_the_variables_that_ask_for_it(force: str) -> None:
    shown = at_terminal((*MODULE, "doctor", "-f", RECORDED), changes={"NO_COLOR": "1", force: "1"})
    assert "\x1b" not in shown


@pytest.mark.parametrize("output", ["json", "yaml", "name"])
def test_documents_have_no_colour_and_no_line_breaks_of_a_terminal(output: str) -> None:
    args = ("doctor", "-f", RECORDED, "-o", output)
    assert at_terminal((*MODULE, *args), columns=20) == piped(*args).stdout


# --- pipes


@pytest.mark.parametrize(
    ("args", "code"),
    [
        pytest.param(f"doctor -f {RECORDED} -o json", 1, id="JSON"),
        pytest.param(f"doctor -f {RECORDED} -o yaml", 1, id="YAML"),
        pytest.param(f"list -f {RECORDED}", 0, id="a table"),
        pytest.param("explain", 0, id="pages"),
        pytest.param("create --help", 0, id="help"),
    ],
)
def test_a_reader_that_wants_one_line_gets_one_and_no_complaint(args: str, code: int) -> None:
    """The exit code is the program's, as without the reader."""
    bash = ["bash", "-o", "pipefail", "-c", f"{ENTRY[0]} {args} | head -1"]
    done = subprocess.run(bash, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (code, 1, "")


# --- locales


@pytest.mark.parametrize(
    "locale",
    [
        pytest.param({"LC_ALL": "C"}, id="C"),
        pytest.param({"LC_ALL": "POSIX"}, id="POSIX"),
        pytest.param({"LANG": "de_DE.ISO-8859-1"}, id="a locale that is not here"),
        pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="ASCII"),
        pytest.param({"PYTHONIOENCODING": "cp1252"}, id="Windows"),
        pytest.param({"PYTHONIOENCODING": "latin-1"}, id="Latin-1"),
    ],
)
@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("doctor", "-f", "{dump}"), id="a report"),
        pytest.param(("inspect", "regcred", "-f", "{secret}"), id="text"),
        pytest.param(("list", "-f", "{secret}", "-o", "yaml"), id="YAML"),
        pytest.param(("list", "-f", "{secret}", "-o", "json"), id="JSON"),
        pytest.param(
            ("attach", "deploy/web", "x", "-f", "{workload}", "--local", "-o", "yaml", "--force"),
            id="a manifest",
        ),
    ],
)
def test_a_pipe_gets_utf_8_in_every_locale_as_from_kubectl(
    files: dict[str, str], args: tuple[str, ...], locale: dict[str, str]
) -> None:
    given = [word.format(**files) for word in args]
    done, usual = (piped_in(env, *given) for env in (locale, {"LC_ALL": "C.UTF-8"}))
    assert (done.returncode, done.stdout, done.stderr) == (usual.returncode, usual.stdout, "")
    assert "rgen" in done.stdout


def test_a_manifest_keeps_its_letters_in_every_locale(files: dict[str, str]) -> None:
    args = ("attach", "deploy/web", "x", "-f", files["workload"], "--local", "-o", "yaml")
    done = piped_in({"PYTHONIOENCODING": "latin-1"}, *args, "--force")
    assert yaml.safe_load(done.stdout)["metadata"]["annotations"] == {"owner": "Jürgen 日本"}


def test_a_terminal_that_has_only_ascii_shows_something_for_the_rest(
    files: dict[str, str],
) -> None:
    shown = at_terminal(
        (*MODULE, *(word.format(**files) for word in SPOKEN["create"])),
        changes={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert r"user j\xfcrgen\u65e5, password ***" in shown


# --- narrow terminals


@pytest.mark.parametrize("columns", [0, 20, 40])
@pytest.mark.parametrize("args", SPOKEN.values(), ids=SPOKEN)
def test_a_narrow_terminal_gets_the_same_words(
    files: dict[str, str], args: tuple[str, ...], columns: int
) -> None:
    given = [word.format(**files) for word in args]
    shown = at_terminal((*MODULE, *given), columns=columns, changes={"NO_COLOR": "1"})
    done = piped(*given)
    assert done.stderr == ""
    assert done.returncode != ExitCode.USAGE
    assert words(shown) == words(done.stdout)


@pytest.mark.parametrize("columns", [30, 40])
@pytest.mark.parametrize(
    "name", ["doctor", "match", "match a name", "inspect", "explain", "explain a reason"]
)
def test_only_what_must_be_copied_whole_is_longer_than_the_line(name: str, columns: int) -> None:
    shown = at_terminal((*MODULE, *SPOKEN[name]), columns=columns, changes={"NO_COLOR": "1"})
    too_long = [line for line in shown.splitlines() if len(line) > columns]
    assert [line for line in too_long if not _is_one_piece(line)] == []


def _is_one_piece(line: str) -> bool:
    """A word, or a flag with its value; perhaps after its label, perhaps to be continued."""
    pieces = words(re.sub(r"^  [a-z]+ {2,}", "", line))
    return len(pieces) == 1 or (len(pieces) == 2 and pieces[0].startswith("-"))


# --- files of Windows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_manifest_of_windows_says_what_it_says_elsewhere(
    files: dict[str, str], tmp_path: Path, encoding: str
) -> None:
    windows = tmp_path / "windows.yaml"
    windows.write_bytes(SECRET.replace("\n", "\r\n").encode(encoding))
    theirs = piped("inspect", "regcred", "-f", str(windows), "-o", "json")
    ours = piped("inspect", "regcred", "-f", files["secret"], "-o", "json")
    assert theirs.stdout.replace(str(windows), files["secret"]) == ours.stdout
    assert '"state": "ok"' in ours.stdout


def test_a_docker_config_of_windows_is_read(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(CONFIG.replace(", ", ",\r\n").encode() + b"\r\n")
    assert "password set" in piped("inspect", "--docker-config", str(config)).stdout


def test_a_password_of_windows_has_no_line_end() -> None:
    asked = ("--docker-server", "r.test", "--docker-username", "u", "--docker-password-stdin")
    command = (*MODULE, "create", "x", *asked, "--dry-run=client", "-o", "yaml", "-n", "team")
    made = [
        subprocess.run(command, input=typed, capture_output=True, timeout=WITHIN, check=True).stdout
        for typed in (b"s3cret\r\n", b"s3cret\n", b"s3cret")
    ]
    assert made[0] == made[1] == made[2]
