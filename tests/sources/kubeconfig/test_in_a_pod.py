"""In a pod, row by row beside kubectl: when its service account counts, and for what."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from typing import Any

import pytest

from tests.sources.kubeconfig.beside_kubectl import CANARY, TOKEN, Row, World, check, kubeconfig

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
# A tmpfs where pods have one, in a mount namespace of kubectl's own. $1: what is put there.
INSIDE = f"""
set -e
mount -t tmpfs pod {os.path.realpath("/var/run")}
mkdir -p {FOLDER}
cp -R "$1/." {FOLDER}
shift
exec "$@"
"""
SERVICE: dict[str, Any] = {
    "KUBERNETES_SERVICE_HOST": "127.0.0.1",
    "KUBERNETES_SERVICE_PORT": "@https-port@",
}
ACCOUNT: dict[str, Any] = {
    "pod/token": f"{TOKEN}\n",
    "pod/ca.crt": "@ca-text@",
    "pod/namespace": "team\n",
}
SEEN: dict[str, Any] = {"authorization": f"Bearer {TOKEN}"}
IN_TEAM: dict[str, Any] = {"path": "/api/v1/namespaces/team/secrets"}
IN_DEFAULT: dict[str, Any] = {"path": "/api/v1/namespaces/default/secrets"}
REFUSED_8080 = "The connection to the server localhost:8080 was refused"
MINE = "mine-" + CANARY
CONFIG: dict[str, Any] = {"config": kubeconfig(user={"token": MINE})}
AS_MINE: dict[str, Any] = {"authorization": f"Bearer {MINE}"}
EXPLICIT: dict[str, Any] = {
    "config": kubeconfig(user={"token": MINE}, context={"namespace": "default"})
}


def inside(
    name: str,
    files: dict[str, Any] | None = None,
    flags: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    **seen: Any,
) -> Row:
    account = {
        key: value for key, value in {**ACCOUNT, **(files or {})}.items() if value is not None
    }
    given = {**SERVICE, **(environment or {})}
    return Row(name, account, flags or {}, given, arrives=seen)  # fmt: skip


def refused(
    name: str,
    ours: str,
    kubectl: str,
    files: dict[str, Any] | None = None,
    flags: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
) -> Row:
    row = inside(name, files, flags, environment)
    return Row(name, row.files, row.flags, row.environment, refused=ours,
               kubectl_says=kubectl)  # fmt: skip


ROWS = [
    inside("the service account", **SEEN, **IN_TEAM),
    inside("POD_NAMESPACE", environment={"POD_NAMESPACE": "other"},
           path="/api/v1/namespaces/other/secrets"),
    inside("--namespace", flags={"namespace": "n"}, path="/api/v1/namespaces/n/secrets"),
    inside("no namespace file", {"pod/namespace": None}, **IN_DEFAULT),
    inside("a blank namespace file", {"pod/namespace": " \n"}, **IN_DEFAULT),
    inside("--token", flags={"token": MINE}, **AS_MINE, **IN_TEAM),
    inside("--certificate-authority", {"pod/ca.crt": None}, {"certificate_authority": "@ca-pem@"},
           **SEEN),
    inside("insecure is not heard", flags={"insecure_skip_tls_verify": True}, **SEEN),
    inside("a kubeconfig counts first, but its namespace is the pod's", CONFIG, **AS_MINE,
           **IN_TEAM),
    inside("a namespace that the context has", EXPLICIT, **AS_MINE, **IN_DEFAULT),
    inside("a kubeconfig of missing files", environment={"KUBECONFIG": "/no:/none"}, **SEEN),
    inside("an empty kubeconfig", {"config": ""}, **SEEN),
    inside("a kubeconfig without current-context", {"config": kubeconfig(current_context=None)},
           **SEEN),
    inside("a context that only has a namespace",
           {"config": kubeconfig(context={"cluster": None, "user": None, "namespace": "mine"})},
           path="/api/v1/namespaces/mine/secrets", **SEEN),
    inside("a context whose cluster does not exist",
           {"config": kubeconfig(context={"cluster": "no"})}, **SEEN),
    inside("no limit of time", flags={"request_timeout": "0"}, **SEEN),
    inside("a proxy", environment={"KUBERNETES_SERVICE_HOST": "0.0.0.0",  # noqa: S104 - no loopback
                                   "HTTPS_PROXY": "@proxy@"}, proxy_target="0.0.0.0:@https-port@",
           **SEEN),
    refused("not without its address", "there is no kubeconfig", REFUSED_8080,
            environment={"KUBERNETES_SERVICE_HOST": ""}),
    refused("not without its port", "there is no kubeconfig", REFUSED_8080,
            environment={"KUBERNETES_SERVICE_PORT": ""}),
    refused("not without a token", "there is no kubeconfig", REFUSED_8080, {"pod/token": None}),
    refused("an empty token", "the pod's token .*/token is empty",
            "invalid header field value|read empty token",
            {"pod/token": "\n"}),
    refused("no authority: the system's", "certificate", "unknown authority", {"pod/ca.crt": None}),
    refused("an authority that is none", "certificate", "unknown authority", {"pod/ca.crt": "x"}),
    refused("not with --as", "there is no kubeconfig", REFUSED_8080, flags={"as_user": "joe"}),
    refused("not with --request-timeout", "there is no kubeconfig", REFUSED_8080,
            flags={"request_timeout": "30s"}),
    refused("not with --disable-compression", "there is no kubeconfig", REFUSED_8080,
            flags={"disable_compression": True}),
    refused("not with --server", "has no credentials", "EOF", flags={"server": "@https@"}),
    refused("not for a kubeconfig that is wrong", "current-context names", "context was not found",
            {"config": kubeconfig(current_context="no")}),
]  # fmt: skip


@pytest.fixture(scope="session")
def namespaces() -> list[str]:
    """The command that gives a program mounts of its own."""
    for options in (["--mount"], ["--map-root-user", "--mount"]):
        command = [shutil.which("unshare") or "unshare", *options]
        probe = [*command, "mount", "-t", "tmpfs", "x", "/mnt"]
        with suppress(OSError):
            if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
                return command
    pytest.skip("kubectl can be put into a pod only by Linux, by root or with user namespaces")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_as_kubectl(world: World, row: Row, namespaces: list[str]) -> None:
    world.write(row.files)
    pod = world.folder / "pod"
    kubectl = world.ask_kubectl(row, [*namespaces, "sh", "-c", INSIDE, "sh", str(pod)])
    check(world, row, kubectl, world.ask_us(row, str(pod)))
