"""What the node tier needs is named in one message, and installed when that is asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node import packages
from tests.programs.missing import MissingError


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian machine of scripts, as root, with two packages; what apt-get did is in `asked`."""
    script(tmp_path / "dpkg-query", "cat $0.says; echo 'no packages found' >&2; exit 1")
    (tmp_path / "dpkg-query.says").write_text(
        "containerd installed\nrunc installed\niproute2 config-files\n"
    )
    asked, policy = tmp_path / "asked", tmp_path / "policy-rc.d"
    script(
        tmp_path / "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {asked}; {policy}; echo $? >> {asked}'
    )
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(packages, "POLICY", policy)
    return tmp_path


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def silent(line: str) -> None:
    """Nobody reads it."""


ROOT = Path(__file__).parents[2]
MISSING = "apache2-utils containernetworking-plugins docker-registry iproute2"


@pytest.mark.usefixtures("machine")
def test_what_is_missing_is_named_with_the_option_that_installs_it() -> None:
    said = f"^the Debian packages {MISSING}; with --install the tests install them$"
    with pytest.raises(MissingError, match=said):
        packages.require(install=False, say=silent)


def test_nothing_is_installed_where_nothing_is_missing(machine: Path) -> None:
    (machine / "dpkg-query.says").write_text(
        "".join(f"{name} installed\n" for name in packages.PACKAGES)
    )
    packages.require(install=True, say=silent)
    assert not (machine / "asked").exists()


def test_the_missing_ones_are_installed_and_start_no_service(machine: Path) -> None:
    said: list[str] = []
    packages.require(install=True, say=said.append)
    assert said == [f"installing {MISSING}"]
    options = "noninteractive -q -o DPkg::Lock::Timeout=300"
    assert (machine / "asked").read_text().splitlines() == [
        f"{options} update",
        "101",
        f"{options} install --yes --no-install-recommends {MISSING}",
        "101",
    ]
    assert not (machine / "policy-rc.d").exists()


def test_the_machine_s_own_policy_comes_back_when_the_install_fails(machine: Path) -> None:
    script(machine / "policy-rc.d", "exit 104")
    script(machine / "apt-get", "echo one; echo 'E: no such host'; exit 100")
    said = r"^`apt-get update`, which failed:\none\nE: no such host$"
    with pytest.raises(MissingError, match=said):
        packages.require(install=True, say=silent)
    assert (machine / "policy-rc.d").read_text() == "#!/bin/sh\nexit 104\n"
    assert not (machine / "policy-rc.d.before-tests").exists()


def test_the_machine_s_own_policy_comes_back_when_a_run_was_killed(machine: Path) -> None:
    policy = machine / "policy-rc.d"
    script(policy, "exit 104")
    killed = packages.no_services(policy)
    killed.__enter__()
    packages.require(install=True, say=silent)
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
    assert not (machine / "policy-rc.d.before-tests").exists()


@pytest.mark.parametrize(("ci", "code", "outcome"), [("", 0, "skipped"), ("true", 1, "errors")])
def test_the_tests_on_a_node_are_skipped_with_one_message(
    machine: Path, ci: str, code: int, outcome: str
) -> None:
    files = ("tests/node/test_cluster.py", "tests/node/test_undoing.py")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-cov", *files],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == code, run.stdout
    assert re.search(rf"\n\d+ {outcome} in ", run.stdout)
    reasons = re.findall(r"the tests on a real node need .*", run.stdout)
    whole = f"the tests on a real node need the Debian packages {MISSING}; with --install the tests"
    assert {reason.partition(" install them")[0] for reason in reasons} == {whole}
    assert not (machine / "asked").exists()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("module", "name", "value", "needs"),
    [
        pytest.param(sys, "platform", "darwin", "^Linux$", id="another system"),
        pytest.param(os, "geteuid", lambda: 1000, "^root, ", id="another user"),
        pytest.param(os, "environ", {"PATH": "/none"}, "^Debian, for its packages apa", id="none"),
    ],
)
def test_where_it_cannot_run_it_says_why(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: object, needs: str
) -> None:
    monkeypatch.setattr(module, name, value)
    with pytest.raises(MissingError, match=needs):
        packages.require(install=True, say=silent)
