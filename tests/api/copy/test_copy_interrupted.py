"""A process that copies, and gets a signal while the server takes its time: it tells how far."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi
from tests.api.attaching import admin_between
from tests.api.between import GoBetween
from tests.api.control_plane import ControlPlane
from tests.api.copy.copies import Places, there

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@pytest.fixture
def between(control_plane: ControlPlane) -> Iterator[GoBetween]:
    with admin_between(control_plane) as running:
        yield running


@pytest.mark.usefixtures("origin")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_it_tells_what_was_done_what_not_and_what_nobody_knows(
    api: AdminApi,
    namespace: str,
    places: Places,
    between: GoBetween,
    kubeconfig: Path,
    number: signal.Signals,
) -> None:
    first, second, third = places("a", "b", "c")
    flags = ("-n", namespace, "-s", between.url, "--kubeconfig", str(kubeconfig), "-o", "json")
    words = ("copy", "pull", "--to-namespace", ",".join((first, second, third)))
    with subprocess.Popen(
        (sys.executable, "-m", "kubectl_pullsecret", *words, *flags),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:

        def end() -> None:
            process.send_signal(number)
            process.wait(timeout=20)

        between.before(f"POST /api/v1/namespaces/{second}/secrets", end)
        try:
            out, err = between.errands.during(lambda: process.communicate(timeout=40))
        finally:
            process.kill()
    assert (process.returncode, err) == (ExitCode.INTERRUPTED, "")
    report = json.loads(out)
    assert report["interrupted"]
    assert [(one["object"]["namespace"], one["outcome"]) for one in report["items"]] == [
        (first, "done"),
        (second, "unknown"),
        (third, "notDone"),
    ]
    assert there(api, first)
    assert not there(api, third)
