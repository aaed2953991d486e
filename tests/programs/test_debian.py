"""Packages that a test needs are named in one message, and installed when that is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.programs import debian
from tests.programs.missing import MissingError
from tests.programs.pretended_debian import pretend, script, silent

WANTED = ("zsh", "containerd", "iproute2", "runc")
MISSING = "iproute2 zsh"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return pretend(tmp_path, monkeypatch, "containerd", "runc")


@pytest.mark.usefixtures("machine")
def test_what_is_missing_is_named_with_the_option_that_installs_it() -> None:
    said = f"^the Debian packages {MISSING}; with --install the tests install them$"
    with pytest.raises(MissingError, match=said):
        debian.require(WANTED, install=False, say=silent)


def test_nothing_is_installed_where_nothing_is_missing(machine: Path) -> None:
    debian.require(("runc", "containerd"), install=True, say=silent)
    assert not (machine / "asked").exists()


def test_the_missing_ones_are_installed_and_start_no_service(machine: Path) -> None:
    said: list[str] = []
    debian.require(WANTED, install=True, say=said.append)
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
        debian.require(WANTED, install=True, say=silent)
    assert (machine / "policy-rc.d").read_text() == "#!/bin/sh\nexit 104\n"
    assert not (machine / "policy-rc.d.before-tests").exists()


def test_the_machine_s_own_policy_comes_back_when_a_run_was_killed(machine: Path) -> None:
    policy = machine / "policy-rc.d"
    script(policy, "exit 104")
    killed = debian.no_services(policy)
    killed.__enter__()
    debian.require(WANTED, install=True, say=silent)
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
    assert not (machine / "policy-rc.d.before-tests").exists()


def test_an_install_that_does_not_end_is_ended_and_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(machine / "apt-get", "exec sleep 1000")
    monkeypatch.setattr(debian, "PATIENCE", 0.3)
    with pytest.raises(MissingError, match=r"^`apt-get .* update`, which was not done after 0.3 s"):
        debian.require(WANTED, install=True, say=silent)
    assert not (machine / "policy-rc.d").exists()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("module", "name", "value", "needs"),
    [
        pytest.param(os, "environ", {"PATH": "/none"}, "^Debian, for its packages z", id="no apt"),
        pytest.param(os, "geteuid", lambda: 1000, "and root, who may install", id="another user"),
    ],
)
def test_where_nothing_can_be_installed_it_says_why(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: object, needs: str
) -> None:
    monkeypatch.setattr(module, name, value)
    with pytest.raises(MissingError, match=needs):
        debian.require(WANTED, install=True, say=silent)


@pytest.mark.usefixtures("machine")
def test_a_test_that_needs_what_is_missing_is_skipped(pytestconfig: pytest.Config) -> None:
    said = "^this test needs the Debian packages no-such-package; with --install "
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pytestconfig.option, "install", False)
        with pytest.raises(pytest.skip.Exception, match=said):
            debian.need(pytestconfig, "no-such-package")


def test_a_failed_install_is_not_tried_for_every_test(
    machine: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(machine / "apt-get", f"echo tried >> {machine}/asked; exit 100")
    monkeypatch.setattr(pytestconfig.option, "install", True)
    for _ in range(2):
        with pytest.raises(pytest.skip.Exception, match="`apt-get update`, which failed"):
            debian.need(pytestconfig, "another-package")
    assert (machine / "asked").read_text() == "tried\n"
