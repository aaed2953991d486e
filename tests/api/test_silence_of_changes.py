"""No password in what a change writes, nor in what others can see of it while it runs.

A canary again, as in `test_silence_about_secrets`: at -v 9, in clear and in base64.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import may
from tests.api.admin_api import AdminApi, path
from tests.api.attaching import admin_between
from tests.api.between import status
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane
from tests.api.objects import REGISTRY, pull_secret, workload
from tests.api.test_silence_about_secrets import (
    CANARY,
    NAMES,
    SECRETS,
    as_whom,
    docker_config,
    gives,
    heard,
    plugin,
)
from tests.cli.outside import Outcome, invoke

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

FORMATS = ((), ("-o", "json"), ("-o", "yaml"), ("-o", "name"))
TYPED = ("--docker-server", REGISTRY, "--docker-username", "u", "--docker-password-stdin")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """Where a process can leave something: its home, its temporary folder, where it runs."""
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


def seen_of(process: int) -> Iterator[str]:
    """What other people see of a process and of all that it has started: command lines.

    Environments are for the same user's eyes alone, but are looked at, too.
    """
    waiting = [process]
    while waiting:
        one = Path("/proc", str(waiting.pop()))
        with suppress(OSError):
            for what in ("cmdline", "environ"):
                yield (one / what).read_bytes().replace(b"\0", b" ").decode(errors="replace")
            for task in (one / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())


def watched(
    private: Path, *args: str, kubeconfig: Path, stdin: str = "", **environment: str
) -> tuple[Outcome, str]:
    """A command at -v 9 as a process, and what was to be seen of it meanwhile."""
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), str(private))
    seen: set[str] = set()
    with subprocess.Popen(
        [sys.executable, "-m", "kubectl_pullsecret", *args, "-v=9"],
        env={**os.environ, **places, "KUBECONFIG": str(kubeconfig), **environment},
        cwd=private,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        process.stdin = None
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            seen.update(seen_of(process.pid))
            time.sleep(0.005)
        out, err = process.communicate(timeout=20)
    return Outcome(ExitCode(process.returncode), out, err), "\n".join(seen)


@pytest.fixture
def helper(tmp_path: Path) -> Path:
    """A folder with a docker config, and with docker-credential-canary, which takes its time."""
    folder = tmp_path / "docker"
    folder.mkdir()
    answer = json.dumps({"ServerURL": REGISTRY, "Username": "u", "Secret": CANARY})
    script = folder / "docker-credential-canary"
    script.write_text(f"#!/bin/sh\ncat > /dev/null\nsleep 0.1\necho '{answer}'\n")
    script.chmod(0o700)
    (folder / "config.json").write_text(json.dumps({"credHelpers": {REGISTRY: "canary"}}))
    return folder


def password_of(api: AdminApi, namespace: str, name: str) -> str:
    data = api.get(path("Secret", namespace, name))["data"][".dockerconfigjson"]
    (entry,) = json.loads(b64decode(data))["auths"].values()
    return b64decode(entry["auth"]).decode().partition(":")[2]


class TestAProcess:
    """Nobody sees the password in its arguments, nor in those of what it starts."""

    def test_that_reads_it_from_a_pipe(
        self, api: AdminApi, namespace: str, kubeconfig: Path, private: Path
    ) -> None:
        command = ("create", "pull", *TYPED)
        outcome, seen = watched(private, *command, kubeconfig=kubeconfig, stdin=CANARY)
        assert outcome.code is ExitCode.FINE, outcome.err
        assert "kubectl_pullsecret create pull" in seen
        assert "POST https://" in outcome.err
        assert heard(outcome.out + outcome.err + seen) == []
        assert list(private.iterdir()) == []
        assert password_of(api, namespace, "pull") == CANARY

    def test_that_asks_a_credential_helper(
        self, api: AdminApi, namespace: str, kubeconfig: Path, private: Path, helper: Path
    ) -> None:
        config = ("--from-docker-config", str(helper / "config.json"))
        search = f"{helper}{os.pathsep}{os.environ['PATH']}"
        command = ("create", "pull", *config, "--registry", REGISTRY)
        outcome, seen = watched(private, *command, kubeconfig=kubeconfig, PATH=search)
        assert outcome.code is ExitCode.FINE, outcome.err
        assert "docker-credential-canary get" in seen
        assert heard(outcome.out + outcome.err + seen) == []
        assert list(private.iterdir()) == []
        assert password_of(api, namespace, "pull") == CANARY

    def test_that_asks_an_exec_plugin_for_its_token(
        self, kubeconfig: Path, private: Path, tmp_path: Path
    ) -> None:
        """The server does not know the token, whose bearer is told so."""
        user = plugin(tmp_path / "plugin", f"sleep 0.1\n{gives(token=CANARY)}")
        user["exec"].pop("env")
        asked = as_whom(kubeconfig, user)
        command = ("create", "pull", *TYPED)
        outcome, seen = watched(private, *command, kubeconfig=asked, stdin=f"{CANARY}-too")
        assert outcome.code is ExitCode.FAILED
        assert str(tmp_path / "plugin") in seen
        assert heard(outcome.out + outcome.err + seen) == []
        assert list(private.iterdir()) == []

    @pytest.mark.parametrize("word", [f"--docker-password={CANARY}", f"--docker-passwrd={CANARY}"])
    def test_that_was_given_it_as_an_argument_does_not_repeat_it(
        self, kubeconfig: Path, private: Path, word: str
    ) -> None:
        outcome, _ = watched(private, "create", "pull", word, kubeconfig=kubeconfig)
        assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
        assert heard(outcome.err) == []


class Sung:
    """Runs commands at -v 9 and listens to each."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig

    def __call__(self, *args: str, stdin: str = CANARY) -> Outcome:
        flags = ("-v", "9", "--kubeconfig", str(self.kubeconfig))
        outcome = invoke(*args, *flags, stdin=stdin.encode())
        assert heard(outcome.out + outcome.err) == [], args
        assert "this is a bug" not in outcome.err, args
        return outcome


@pytest.fixture
def silent(kubeconfig: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Sung]:
    """Runs commands as an admin; nothing is written past them either."""
    capfd.readouterr()
    yield Sung(kubeconfig)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def elsewhere(api: AdminApi, namespace: str) -> Iterator[str]:
    """Another namespace."""
    name = f"{namespace}-b"
    api.create({"kind": "Namespace", "metadata": {"name": name}})
    yield name
    api.remove_namespace(name)


@pytest.fixture
def crowded(api: AdminApi, namespace: str) -> None:
    """Secrets of every sort, with the canary somewhere in each."""
    for secret in SECRETS:
        api.create(secret, namespace)
    api.create(workload("Deployment", "web"), namespace)


def test_an_explicit_manifest_has_it(kubeconfig: Path) -> None:
    """So the canary is where it should be, and the other tests prove something."""
    flags = ("--dry-run=client", "-o", "yaml", "--kubeconfig", str(kubeconfig))
    outcome = invoke("create", "pull", *TYPED, *flags, stdin=CANARY.encode())
    assert heard(outcome.out)
    assert heard(outcome.err) == []


@pytest.mark.usefixtures("crowded")
class TestEveryFormat:
    @pytest.mark.parametrize("shape", FORMATS)
    def test_of_attach_and_detach(self, silent: Sung, shape: tuple[str, ...]) -> None:
        for name in NAMES:
            silent("attach", "sa/default", name, "--force", *shape)
            for more in ((), ("--dry-run=server",)):
                silent("attach", "deploy/web", name, *more, *shape)
            silent("detach", "deploy/web", name, *shape)
        silent("attach", "deploy/web", *shape)
        silent("detach", "deploy/web", "--all-missing", *shape)

    @pytest.mark.parametrize("shape", FORMATS)
    def test_of_create(self, silent: Sung, shape: tuple[str, ...]) -> None:
        for name in ("new", *NAMES):
            silent("create", name, *TYPED, *shape)
            silent("create", name, *TYPED, "--replace", *shape)
        for name in NAMES:
            silent("create", f"{name}-2", "--from-secret", name, *shape)
            silent("create", name, "--from-secret", name, "--replace", *shape)

    @pytest.mark.parametrize("shape", FORMATS)
    def test_of_copy(self, silent: Sung, elsewhere: str, shape: tuple[str, ...]) -> None:
        there = ("--to-namespace", elsewhere)
        for name in NAMES:
            for more in (("--dry-run=server",), (), ("--check",), ("--update",), ("--force",)):
                silent("copy", name, *there, *more, *shape)


class TestErrors:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(f'{{"auths": "{CANARY}', id="no JSON"),
            pytest.param(f'["{CANARY}"]', id="a list"),
            pytest.param(docker_config(CANARY), id="an entry that is a text"),
            pytest.param(docker_config({"auth": f"{CANARY}!"}), id="auth that is no base64"),
            pytest.param(
                docker_config({"auth": "dTpw"}, f"https://u:{CANARY}@{REGISTRY}"), id="in the key"
            ),
        ],
    )
    def test_of_a_docker_config(self, silent: Sung, tmp_path: Path, content: str) -> None:
        config = tmp_path / "config.json"
        config.write_text(content)
        silent("create", "pull", "--from-docker-config", str(config))
        silent("create", "pull", "--from-docker-config", str(config), "--dry-run=client")

    @pytest.mark.parametrize(
        "does",
        [
            f"echo {CANARY}",
            f"echo 'no such user: {CANARY}'; exit 1",
            f'echo \'{{"Username": "", "Secret": "{CANARY}"}}\'',
            f'echo \'{{"Username": ["{CANARY}"]}}\'',
            f'echo \'{{"Username": "u:{CANARY}", "Secret": ""}}\'',
        ],
    )
    def test_of_a_credential_helper(
        self, silent: Sung, helper: Path, monkeypatch: pytest.MonkeyPatch, does: str
    ) -> None:
        (helper / "docker-credential-canary").write_text(f"#!/bin/sh\n{does}\n")
        monkeypatch.setenv("PATH", str(helper), prepend=os.pathsep)
        config = str(helper / "config.json")
        silent("create", "pull", "--from-docker-config", config, "--registry", REGISTRY)

    @pytest.mark.parametrize(
        "args",
        [
            ("--docker-server", f"https://u:{CANARY}@{REGISTRY}", *TYPED[2:]),
            ("--docker-server", REGISTRY, "--docker-username", f"u:{CANARY}", TYPED[-1]),
            ("--from-secret", "good", "--rename", f"https://u:{CANARY}@a.test=b.test"),
            ("--from-secret", "good", "--registry", f"https://u:{CANARY}@a.test"),
        ],
        ids=["server", "user", "rename", "registry"],
    )
    def test_of_arguments(
        self, silent: Sung, api: AdminApi, namespace: str, args: tuple[str, ...]
    ) -> None:
        api.create(pull_secret("good", REGISTRY, password=CANARY), namespace)
        silent("create", "pull", *args)

    @pytest.mark.parametrize("code", [400, 403, 409, 422, 500])
    def test_of_a_server_that_repeats_what_it_was_sent(
        self, control_plane: ControlPlane, kubeconfig: Path, code: int
    ) -> None:
        """An admission webhook may quote the object; the API server redacts a Secret's data."""
        text = f'denied: {{"auths":{{"{REGISTRY}":{{"username":"u","password":"{CANARY}"}}}}}}'
        with admin_between(control_plane) as between:
            between.instead("POST", status(code, "Invalid", text), times=99)
            flags = ("-s", between.url)
            between.errands.during(lambda: Sung(kubeconfig)("create", "pull", *TYPED, *flags))

    def test_of_rights(self, as_user: AsUser) -> None:
        reader = Sung(as_user("reader", [may("get list", "secrets serviceaccounts pods")]))
        assert reader("create", "pull", *TYPED).code is ExitCode.FAILED
        assert reader("create", "pull", *TYPED, "--replace").code is ExitCode.FAILED
