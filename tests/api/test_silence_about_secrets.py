"""A canary in every place where a credential can be: nothing that is written has it.

Whatever the command, the format and the fault, at -v 9, in clear or base64.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import grant, may
from tests.api.admin_api import AdminApi, Json, path
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import PULL_SECRET, REGISTRY, fail_to_pull, failing_pod, pod, pull_secret
from tests.cli.outside import Outcome, invoke

CANARY = "Xq7Wv2Kp9ZtR4mLb"
IMAGE = f"{REGISTRY}/team/app:v1"


def in_base64(text: str) -> Iterator[str]:
    """What base64 makes of the text at each of its three alignments, whatever stands around it."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + text.encode()).decode().rstrip("=")
        whole = (before + len(text)) * 8 // 6  # characters that depend on nothing behind
        yield encoded[-(-before * 8 // 6) : whole]


def songs(canary: str) -> list[str]:
    """In clear, in base64, and in base64 of base64, as in the data of a Secret."""
    once = list(in_base64(canary))
    return [canary, *once, *(twice for one in once for twice in in_base64(one))]


def heard(text: str, *canaries: str) -> list[str]:
    """What of the canaries is in a text."""
    return [song for one in (CANARY, *canaries) for song in songs(one) if song in text]


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
def test_the_canary_is_heard_in_base64(before: str) -> None:
    once = base64.b64encode(f"{before}{CANARY}!".encode()).decode()
    twice = base64.b64encode(json.dumps({"auth": once}).encode()).decode()
    assert heard(once)
    assert heard(twice)


def docker_config(entry: Any, registry: str = REGISTRY) -> str:
    return json.dumps({"auths": {registry: entry}})


def holding(name: str, content: str, kind: str = PULL_SECRET) -> Json:
    data = {".dockerconfigjson": base64.b64encode(content.encode()).decode()}
    return {"kind": "Secret", "type": kind, "metadata": {"name": name}, "data": data}


SECRETS = (
    pull_secret("good", REGISTRY, password=CANARY),
    holding("auth-not-base64", docker_config({"auth": f"{CANARY}!"})),
    holding(
        "auth-without-colon", docker_config({"auth": base64.b64encode(CANARY.encode()).decode()})
    ),
    holding("auth-a-list", docker_config({"auth": [CANARY]})),
    holding("entry-a-text", docker_config(CANARY)),
    holding("password", docker_config({"username": "puller", "password": CANARY})),
    holding("password-a-map", docker_config({"username": "u", "password": {"is": CANARY}})),
    holding("identitytoken", docker_config({"identitytoken": CANARY})),
    holding("in-the-key", docker_config({"auth": "dTpw"}, f"https://user:{CANARY}@{REGISTRY}")),
    holding("opaque", docker_config({"username": "puller", "password": CANARY}), "Opaque"),
    holding("not-json", f'{{"auths": "{CANARY}', "Opaque"),
)
NAMES = [secret["metadata"]["name"] for secret in SECRETS]


@pytest.fixture
def signature(api: AdminApi, namespace: str) -> str:
    """A token that the server accepts, of an account that may read the namespace."""
    user = f"system:serviceaccount:{namespace}:default"
    resources = "pods secrets serviceaccounts events"
    grant(api, user, [may("get list create", resources)], namespace)
    request = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": {}}
    where = path("ServiceAccount", namespace, "default", "token")
    token: str = api.request("POST", where, request)["status"]["token"]
    return token


@pytest.fixture
def crowded(api: AdminApi, namespace: str) -> None:
    """A namespace with all of the secrets; one pod lists them all, others one each."""
    for secret in SECRETS:
        api.create(secret, namespace)
    listed = [{"name": name} for name in NAMES]
    api.patch(path("ServiceAccount", namespace, "default"), {"imagePullSecrets": listed})
    failing_pod(api, namespace, "all", *NAMES)
    for name in NAMES:
        failing_pod(api, namespace, f"pod-{name}", name)
    api.create(pod("quoted"), namespace)
    fail_to_pull(api, namespace, "quoted", f'Head "https://u:{CANARY}@{REGISTRY}/v2/": EOF')


def as_whom(kubeconfig: Path, user: Json, **cluster: str) -> Path:
    """Changes the kubeconfig's user, and what it says of the cluster."""
    content = json.loads(kubeconfig.read_text())
    content["users"][0]["user"] = user
    content["clusters"][0]["cluster"].update({k.replace("_", "-"): v for k, v in cluster.items()})
    kubeconfig.write_text(json.dumps(content))
    return kubeconfig


@pytest.mark.usefixtures("crowded")
def test_a_revealed_password_is_heard(kubeconfig: Path) -> None:
    """So the canary is where it should be, and the other tests prove something."""
    outcome = invoke("inspect", "good", "--reveal", "--kubeconfig", str(kubeconfig))
    assert CANARY in outcome.out


DOCTOR = ("", "wide", "json", "yaml", "name")
COMMANDS = [
    *((("doctor",), one) for one in DOCTOR),
    *((("doctor", "pod/all"), one) for one in DOCTOR),
    (("doctor", "sa/default"), ""),
    (("doctor", "sa/default"), "json"),
    (("doctor", "--healthy"), "json"),
    *((("list",), one) for one in ("", "wide", "json", "yaml", "name")),
    *((("match", IMAGE, "nginx", "--for", "pod/all"), one) for one in ("", "wide", "json", "yaml")),
    *((("match", IMAGE, "--for", "sa/default"), one) for one in ("", "json")),
    *((("inspect", name), one) for name in NAMES for one in ("", "json", "yaml")),
    (("version",), "yaml"),
]


@pytest.mark.usefixtures("crowded")
def test_no_command_sings(
    kubeconfig: Path, signature: str, capfd: pytest.CaptureFixture[str]
) -> None:
    as_whom(kubeconfig, {"token": signature})
    capfd.readouterr()
    for command, output in COMMANDS:
        shape = ("-o", output) if output else ()
        outcome = invoke(*command, *shape, "-v", "9", "--kubeconfig", str(kubeconfig))
        assert outcome.code in (ExitCode.FINE, ExitCode.FINDINGS, ExitCode.INCOMPLETE), outcome.err
        assert "GET https://" in outcome.err
        written = f"{outcome.out}{outcome.err}"
        assert heard(written, signature.rpartition(".")[2]) == [], (command, output)
    assert capfd.readouterr() == ("", "")


EXEC_API = "client.authentication.k8s.io/v1"


def plugin(script: Path, does: str) -> Json:
    """A user whose credentials a shell script gives; its environment has a canary too."""
    script.write_text(f"#!/bin/sh\ntr '\\0' ' ' < /proc/$$/cmdline > {script}.ran\n{does}\n")
    script.chmod(0o700)
    variables = [{"name": "PLUGIN_SECRET", "value": CANARY}]
    return {
        "exec": {
            "apiVersion": EXEC_API,
            "command": str(script),
            "env": variables,
            "interactiveMode": "Never",
            "provideClusterInfo": True,
        }
    }


def gives(**status: str) -> str:
    credential = {"apiVersion": EXEC_API, "kind": "ExecCredential", "status": status}
    return f"echo '{json.dumps(credential)}'"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """Where a process can leave something: its home, its temporary folder, where it runs."""
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


def process(private: Path, *args: str, kubeconfig: Path, **environment: str) -> Outcome:
    """A command at -v 9 as a process of its own."""
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), str(private))
    ran = subprocess.run(
        [sys.executable, "-m", "kubectl_pullsecret", *args, "-v=9"],
        env={**os.environ, **places, "KUBECONFIG": str(kubeconfig), **environment},
        cwd=private,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(ExitCode(ran.returncode), ran.stdout, ran.stderr)


class TestIdentities:
    """Each as a process, which leaves nothing on the disk either."""

    @pytest.mark.parametrize(
        "user",
        [
            pytest.param({"token": CANARY}, id="token"),
            pytest.param({"username": "dev", "password": CANARY}, id="password"),
            pytest.param(
                {"auth-provider": {"name": "gcp", "config": {"access-token": CANARY}}},
                id="auth-provider",
            ),
            pytest.param(
                {"client-key-data": CANARY, "client-certificate-data": CANARY}, id="no PEM"
            ),
        ],
    )
    def test_that_are_refused(self, kubeconfig: Path, private: Path, user: Json) -> None:
        outcome = process(private, "doctor", kubeconfig=as_whom(kubeconfig, user))
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        assert heard(outcome.err) == []
        assert list(private.iterdir()) == []

    @pytest.mark.parametrize(
        "does",
        [
            pytest.param(gives(token=CANARY), id="a wrong token"),
            pytest.param(f"{gives(token=CANARY)}; exit 1", id="a token, and it fails"),
            pytest.param(f"echo 'token: {CANARY}'", id="no JSON"),
            pytest.param(f'echo \'{{"status": {{"token": ["{CANARY}"]}}}}\'', id="a list"),
            pytest.param(gives(clientCertificateData=CANARY, clientKeyData=CANARY), id="no PEM"),
        ],
    )
    def test_of_a_plugin_that_are_refused(
        self, kubeconfig: Path, private: Path, tmp_path: Path, does: str
    ) -> None:
        user = plugin(tmp_path / "plugin", does)
        outcome = process(private, "list", kubeconfig=as_whom(kubeconfig, user))
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        assert heard(outcome.err) == []
        assert list(private.iterdir()) == []

    @pytest.mark.usefixtures("crowded")
    def test_of_a_plugin_that_are_accepted(
        self, kubeconfig: Path, private: Path, tmp_path: Path, signature: str
    ) -> None:
        user = plugin(tmp_path / "plugin", gives(token=signature))
        outcome = process(private, "list", kubeconfig=as_whom(kubeconfig, user))
        assert outcome.code is ExitCode.FINE, outcome.err
        assert heard(outcome.out + outcome.err, signature.rpartition(".")[2]) == []
        assert heard((tmp_path / "plugin.ran").read_text(), signature) == []
        assert list(private.iterdir()) == []

    @pytest.mark.usefixtures("crowded")
    def test_of_inline_certificates(
        self, control_plane: ControlPlane, kubeconfig: Path, private: Path
    ) -> None:
        identity = control_plane.authority.client(ADMIN, ADMINS)
        key, crt = identity.key.read_text(), identity.certificate.read_text()
        user = {
            "client-key-data": base64.b64encode(key.encode()).decode(),
            "client-certificate-data": base64.b64encode(crt.encode()).decode(),
        }
        outcome = process(private, "doctor", kubeconfig=as_whom(kubeconfig, user))
        assert outcome.code is ExitCode.FINDINGS, outcome.err
        assert heard(outcome.out + outcome.err, *key.splitlines()[1:-1]) == []
        assert list(private.iterdir()) == []

    @pytest.mark.parametrize(
        "flags",
        [
            pytest.param(("--token", CANARY), id="--token"),
            pytest.param(("--username=dev", f"--password={CANARY}"), id="--password"),
            pytest.param(("-s", f"https://dev:{CANARY}@127.0.0.1:1"), id="--server"),
            pytest.param((f"--tokn={CANARY}",), id="a flag that is misspelt"),
            pytest.param(("--token", CANARY, "--password"), id="a flag without its value"),
        ],
    )
    def test_of_flags(self, kubeconfig: Path, private: Path, flags: tuple[str, ...]) -> None:
        as_whom(kubeconfig, {})
        outcome = process(private, "doctor", *flags, kubeconfig=kubeconfig)
        assert outcome.code in (ExitCode.USAGE, ExitCode.FAILED)
        assert outcome.out == ""
        assert heard(outcome.err) == []

    @pytest.mark.usefixtures("crowded")
    def test_a_fix_does_not_repeat_them(
        self, kubeconfig: Path, private: Path, signature: str
    ) -> None:
        """Its command would stand in the history of a shell."""
        as_whom(kubeconfig, {})
        flags = ("--token", signature)
        outcome = process(private, "doctor", "pod/pod-opaque", *flags, kubeconfig=kubeconfig)
        assert outcome.code is ExitCode.FINDINGS, outcome.err
        assert heard(outcome.out + outcome.err, signature.rpartition(".")[2]) == []


@pytest.mark.parametrize("command", ["doctor", "list", "version"])
def test_a_proxy_s_password_is_not_told(kubeconfig: Path, private: Path, command: str) -> None:
    proxy = f"http://user:{CANARY}@127.0.0.1:1"
    content = json.loads(kubeconfig.read_text())
    as_whom(kubeconfig, content["users"][0]["user"], proxy_url=proxy)
    outcome = process(private, command, "--request-timeout=5s", kubeconfig=kubeconfig)
    assert outcome.code is ExitCode.FAILED
    assert heard(outcome.out + outcome.err) == []


def test_the_proxy_of_the_environment_is_not_told(kubeconfig: Path, private: Path) -> None:
    content = json.loads(kubeconfig.read_text())
    as_whom(kubeconfig, content["users"][0]["user"], server="https://kubernetes.invalid")
    proxy = f"http://user:{CANARY}@127.0.0.1:1"
    outcome = process(private, "doctor", kubeconfig=kubeconfig, HTTPS_PROXY=proxy)
    assert outcome.code is ExitCode.FAILED
    assert "127.0.0.1:1" in outcome.err
    assert heard(outcome.err) == []
