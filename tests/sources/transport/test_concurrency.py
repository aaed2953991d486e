"""Several threads at once, and Ctrl-C while one of them waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest

from kubectl_pullsecret.net.interruptible import Begun, OverdueError
from kubectl_pullsecret.sources.connection import Tls
from kubectl_pullsecret.sources.transport import Action
from tests.net.authorities import Authority
from tests.net.scripted import Received, Reply, ScriptedServer, in_turn
from tests.sources.transport.conftest import Dial, Serve

GET = Action("get", "secrets", "facts", "good")

PROGRAM = """
import sys
from kubectl_pullsecret.sources.transport import Action
from kubectl_pullsecret.sources.beside import beside
from kubectl_pullsecret.sources.connection import Connection
from kubectl_pullsecret.sources.transport import Client

client = Client(Connection(sys.argv[1]))
try:
    beside([lambda: client.get("/x", Action("get", "x"))] * int(sys.argv[2]))
except KeyboardInterrupt:
    client.close()
    raise SystemExit(130)
"""


def test_eight_threads_read_at_once_each_its_own(
    serve: Serve, dial: Dial, authority: Authority
) -> None:
    server = serve(lambda at: Reply({"path": at.path}), authority.server_context())
    client = dial(server.url, tls=Tls(authorities=authority.pem))

    def read(number: int) -> bool:
        return client.get(f"/{number}", GET) == {"path": f"/{number}"}

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(200)))
    assert len({received.connection for received in server.received}) <= 8


def test_requests_wait_beside_one_another(serve: Serve, dial: Dial) -> None:
    together = threading.Barrier(8, timeout=5)

    def script(_: Received) -> Reply:
        together.wait()
        return Reply({})

    client = dial(serve(script).url)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: client.get("/x", GET), range(8))) == [{}] * 8


@pytest.mark.parametrize("reads", [1, 5], ids=["one read", "several"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_a_program_whose_server_is_silent(serve: Serve, reads: int) -> None:
    server = serve(in_turn(Reply(silent=True)))
    program = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, server.url, str(reads)],
        stderr=subprocess.PIPE,
    )
    with program:
        try:
            _wait_for(server, reads)
            began = monotonic()
            os.kill(program.pid, signal.SIGINT)
            _, complaints = program.communicate(timeout=10)
        finally:
            program.kill()
    assert monotonic() - began < 2
    assert (program.returncode, complaints) == (130, b"")


def _wait_for(server: ScriptedServer, requests: int) -> None:
    end = monotonic() + 10
    while len(server.received) < requests:
        assert monotonic() < end, "the program never asked"
        sleep(0.02)


def test_a_call_that_raises_raises_here() -> None:
    with pytest.raises(ZeroDivisionError):
        Begun(lambda: 1 / 0).result()


def test_a_call_that_takes_too_long_is_left_alone() -> None:
    release = threading.Event()
    began = monotonic()
    with pytest.raises(OverdueError):
        Begun(lambda: release.wait(10)).result(seconds=0.05)
    release.set()
    assert monotonic() - began < 2
