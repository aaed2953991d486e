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
from tests.programs.pretended_debian import pretend, silent

ROOT = Path(__file__).parents[2]
MISSING = "apache2-utils containernetworking-plugins docker-registry iproute2"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "platform", "linux")
    return pretend(tmp_path, monkeypatch, "containerd", "runc")


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
