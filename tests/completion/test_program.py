"""The completer as a process: how it is called, what it imports, and how quiet and quick it is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_pullsecret.completion.names import PATIENCE
from tests.completion.asking import NOTHING, answered
from tests.completion.shells import launcher
from tests.kubeconfig import exec_plugin, kubeconfig
from tests.net.scripted import Reply, scripted

ROOT = Path(__file__).parents[2]
ATTACH = "attach\tGive pull secrets to an account, a workload or a pod's owner\n:4\n"
# Generous, for a machine that does other things as well; without a bound it would hang.
QUICK = PATIENCE + 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the program under both of its names."""
    path = launcher(tmp_path / "bin")
    path.with_name("kubectl_complete-pullsecret").symlink_to(path.name)
    return path.parent


def complete(*words: str, **environment: str) -> str:
    """What is answered within the bound; nothing is said on stderr."""
    return run([sys.executable, "-m", "kubectl_pullsecret", "__complete", *words], environment)


def named(*words: str, **environment: str) -> str:
    """The same where there are names."""
    return answered(lambda: complete(*words, **environment), NOTHING)


def run(argv: list[str], environment: dict[str, str]) -> str:
    started = time.monotonic()
    done = subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert time.monotonic() - started < QUICK
    return done.stdout.decode()


def test_it_answers_under_the_name_that_kubectl_looks_for(folder: Path) -> None:
    assert run([str(folder / "kubectl_complete-pullsecret"), "att"], {}) == ATTACH


def test_it_answers_to_the_word_that_shells_use(folder: Path) -> None:
    assert run([str(folder / "kubectl-pullsecret"), "__complete", "att"], {}) == ATTACH


def test_without_a_word_all_commands_are_offered() -> None:
    assert complete() == complete("")
    assert complete().count("\n") > 10


@pytest.mark.parametrize("words", [["att"], ["attach", ""], ["doctor", "--"], ["doctor", "-o", ""]])
def test_words_alone_need_next_to_nothing(words: list[str]) -> None:
    """Neither click nor the kubernetes package nor urllib3, and nothing heavy of Python's own."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "from kubectl_pullsecret.__main__ import main\n"
        f"sys.argv = ['kubectl_complete-pullsecret', *{words!r}]; main()\n"
        "print(*sorted({*sys.modules} - before))"
    )
    lines = run([sys.executable, "-I", "-c", program], {}).splitlines()
    found = {name for name in lines[-1].split() if not name.startswith("kubectl_pullsecret")}
    assert found <= {"__future__", "gc", "time"}


def test_contexts_need_no_server(tmp_path: Path) -> None:
    contexts = [{"name": f"arn:aws:eks:{name}", "context": {}} for name in ("b", "a")]
    config = kubeconfig(tmp_path / "config", contexts=contexts)
    assert named("doctor", "--context", "arn:", KUBECONFIG=config) == (
        "arn:aws:eks:a\narn:aws:eks:b\n:4\n"
    )


def test_a_kubeconfig_in_the_home_is_found_as_it_is_typed(tmp_path: Path) -> None:
    kubeconfig(tmp_path / "config")
    asked = ("doctor", "--kubeconfig", "~/config", "--context", "")
    assert named(*asked, HOME=str(tmp_path)) == "here\n:4\n"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "a: &a [*a]", "current-context: gone"], ids=repr
)
def test_a_kubeconfig_that_is_none_is_passed_over_in_silence(tmp_path: Path, content: str) -> None:
    config = tmp_path / "config"
    config.write_text(content)
    assert complete("doctor", "pod/", KUBECONFIG=str(config)) == NOTHING


def test_without_a_kubeconfig_there_are_no_names(tmp_path: Path) -> None:
    nowhere = {"KUBECONFIG": str(tmp_path / "none"), "HOME": str(tmp_path)}
    assert complete("doctor", "pod/", **nowhere) == NOTHING
    assert complete("doctor", "--context", "", **nowhere) == NOTHING


def test_a_server_that_is_not_there_gives_no_names(tmp_path: Path) -> None:
    assert complete("doctor", "pod/", KUBECONFIG=kubeconfig(tmp_path / "config")) == NOTHING


@pytest.fixture
def listening() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_is_not_waited_for(tmp_path: Path, listening: str, scheme: str) -> None:
    config = kubeconfig(tmp_path / "config", server=f"{scheme}://{listening}")
    assert complete("inspect", "", KUBECONFIG=config) == NOTHING


def test_a_pipe_in_the_place_of_a_kubeconfig_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config")
    assert complete("doctor", "pod/", KUBECONFIG=str(tmp_path / "config")) == NOTHING


def test_an_exec_plugin_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = tmp_path / "plugin"
    script.write_text(
        f"#!/bin/sh\nsleep 1000 & echo $$ $! > {pids}\n"
        "echo asks >&2; read answer < /dev/tty; read answer; wait\n"
    )
    script.chmod(0o755)
    user = {"name": "u", "user": {"exec": exec_plugin(script)}}
    config = kubeconfig(tmp_path / "config", users=[user])

    def started() -> list[str]:
        assert complete("doctor", "pod/", KUBECONFIG=config) == NOTHING
        return pids.read_text().split() if pids.exists() else []

    both = answered(started, list[str]())  # on a busy machine it may be ended before it has begun
    assert len(both) == 2
    assert not [pid for pid in both if is_running(int(pid))]


def is_running(pid: int) -> bool:
    """Whether it is, after a moment; who ended and waits to be looked after is not."""
    state = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.05)
    return True


def test_of_secrets_nothing_but_metadata_is_accepted_and_no_name_that_is_none(
    tmp_path: Path,
) -> None:
    odd = ["pull", "$(touch x)", "a b", "../../x", "UP", 7, None]
    items = [*({"metadata": {"name": name}} for name in odd), {}, {"metadata": []}]
    with scripted(lambda _: Reply({"kind": "List", "metadata": {}, "items": items})) as server:
        config = kubeconfig(tmp_path / "config", server=server.url)
        assert named("inspect", "", KUBECONFIG=config) == "pull\n:4\n"
    accepted = [request.header("Accept") or "" for request in server.received]
    assert len(accepted) >= 2
    assert all("as=PartialObjectMetadataList" in one for one in accepted)


def test_who_does_not_listen_is_no_error() -> None:
    argv = [sys.executable, "-m", "kubectl_pullsecret", "__complete", ""]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        argv, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")
