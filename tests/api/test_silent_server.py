"""A server that takes connections and says nothing: nobody waits longer than he wants to."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.api.between import relay
from tests.api.control_plane import ControlPlane
from tests.api.one_sentence import is_one_sentence
from tests.cli.outside import invoke


def test_it_is_one_sentence_after_the_request_timeout(
    control_plane: ControlPlane, kubeconfig: Path
) -> None:
    flags = ("--request-timeout=1s", "--kubeconfig", str(kubeconfig))
    with control_plane.silent_api_server():
        started = time.monotonic()
        outcome = invoke("doctor", *flags)
        took = time.monotonic() - started
    assert is_one_sentence(outcome), outcome.err
    assert "within 1 s (--request-timeout)" in outcome.err
    assert 1 <= took < 10


def test_ctrl_c_ends_it_at_once(control_plane: ControlPlane, kubeconfig: Path) -> None:
    with relay(control_plane.server) as line, control_plane.silent_api_server():
        argv = [sys.executable, "-m", "kubectl_pullsecret", "doctor", "-s", line.url]
        with subprocess.Popen(
            [*argv, "--kubeconfig", str(kubeconfig)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                assert line.connected.wait(20)
                time.sleep(0.2)
                process.send_signal(signal.SIGINT)
                interrupted = time.monotonic()
                out, err = process.communicate(timeout=20)
                took = time.monotonic() - interrupted
            finally:
                process.kill()
    assert (process.returncode, out, err) == (130, b"", b"")
    assert took < 2
