"""kubectl's connection flags: taken by every command, repeated by a fix where they matter."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from kubectl_pullsecret.cli.connection import FLAGS, take
from kubectl_pullsecret.cli.main import COMMANDS, commands
from tests.cli.outside import invoke

DUMP = str(Path(__file__).parents[1] / "data/captures/containerd-2.2/pod-shadows-sa.json")
LIVE = [name for name in COMMANDS if name not in ("explain", "completion")]
# Of `kubectl options`: about kubectl's own cache, log and preferences.
NOT_OURS = {
    "--cache-dir",
    "--kuberc",
    "--log-flush-frequency",
    "--match-server-version",
    "--profile",
    "--profile-output",
    "--vmodule",
    "--warnings-as-errors",
}


def fixes(*flags: str) -> str:
    return invoke("doctor", "-f", DUMP, *flags).out


def test_all_of_kubectl_s_flags_are_taken(kubectl: Path) -> None:
    told = subprocess.run([kubectl, "options"], capture_output=True, text=True, check=True).stdout
    theirs = {
        word.split("=")[0].rstrip(",:")
        for line in told.splitlines()
        if line.startswith("    -")
        for word in line.split()
        if word.startswith("--")
    }
    ours = {flag.name for flag in FLAGS} | {"--namespace", "--v"}
    assert theirs - NOT_OURS == ours


@pytest.mark.parametrize("name", LIVE)
def test_every_command_that_may_ask_a_cluster_takes_them(name: str) -> None:
    command = commands.get_command(None, name)  # type: ignore[arg-type]  # it needs no context
    assert command is not None
    taken = {word for parameter in command.params for word in parameter.opts}
    assert {flag.name for flag in FLAGS} | {"-s", "-v"} <= taken


@pytest.mark.parametrize(
    ("flags", "repeated"),
    [
        (("--context", "prod"), "--context prod"),
        (("--as=dev", "--as-group", "a", "--as-group", "b"), "--as dev --as-group a --as-group b"),
        (("-s", "https://10.0.0.1:6443"), "--server https://10.0.0.1:6443"),
        (("--insecure-skip-tls-verify",), "--insecure-skip-tls-verify"),
        (("--kubeconfig", "my config"), "--kubeconfig 'my config'"),
        (("--user=-x",), "--user=-x"),
    ],
)
def test_a_fix_repeats_what_reaches_the_same_server(flags: tuple[str, ...], repeated: str) -> None:
    assert f"--recreate {repeated}\n" in fixes(*flags)


@pytest.mark.parametrize("flag", ["--request-timeout=5s", "-v=6", "--disable-compression"])
def test_a_fix_repeats_nothing_about_this_run(flag: str) -> None:
    assert fixes(flag) == fixes()


@pytest.mark.parametrize("name", ["token", "password"])
def test_a_credential_is_left_out_and_asked_for(name: str) -> None:
    given = (f"--{name}", "s3cr3t-t0ken")
    text, data = fixes(*given), fixes(*given, "-o", "json")
    assert "s3cr3t-t0ken" not in text + data
    assert f"the commands leave out --{name}" in text
    assert json.loads(data)["items"][0]["fixes"][0]["needs"] == [name, "context"]


def test_a_password_in_the_server_s_url_is_one_too() -> None:
    given = ("-s", "https://dev:S3cretPw@h:6443/x")
    text, data = fixes(*given), fixes(*given, "-o", "json")
    assert "S3cretPw" not in text + data
    assert "--server https://h:6443/x" in text
    assert json.loads(data)["items"][0]["fixes"][0]["needs"] == ["password", "context"]


@pytest.mark.parametrize("flag", ["token", "password", "server"])
def test_the_flags_show_no_secret_when_they_are_printed(flag: str) -> None:
    parameters = dict.fromkeys((one.field for one in FLAGS), "") | {"verbosity": 0}
    flags = take(parameters | {flag: "https://dev:S3cretPw@h"})
    assert "S3cretPw" not in repr(flags)
