"""What krew installed works: through kubectl, with nothing in the environment, and no Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.api.admin_api import AdminApi, path
from tests.api.control_plane import ControlPlane
from tests.api.objects import REGISTRY, failing_pod
from tests.krew.krew import Krew


def test_there_is_no_python_where_it_runs(installed: Krew) -> None:
    assert installed.environment.keys() == {
        "HOME",
        "KREW_DEFAULT_INDEX_URI",
        "KREW_ROOT",
        "PATH",
    }
    search = installed.environment["PATH"]
    assert shutil.which("kubectl-pullsecret", path=search)
    assert not [name for name in ("python", "python3", "sh") if shutil.which(name, path=search)]


def test_doctor_explains_and_its_commands_mend(
    installed: Krew, api: AdminApi, namespace: str
) -> None:
    failing_pod(api, namespace, "web")

    why = installed.kubectl("pullsecret", "doctor", "-n", namespace, code=1)
    assert "pod/web" in why
    assert "NoCredential" in why
    assert "kubectl pullsecret create" in why

    login = (f"--docker-server={REGISTRY}", "--docker-username=puller")
    create = ("create", "regcred", *login, "--docker-password-stdin")
    made = installed.kubectl("pullsecret", *create, stdin="secret\n")
    assert made.startswith(f"secret/regcred in {namespace}: created\n")

    attached = installed.kubectl("pullsecret", "attach", "sa/default", "regcred")
    assert "attached regcred" in attached
    account = api.get(path("ServiceAccount", namespace, "default"))
    assert account["imagePullSecrets"] == [{"name": "regcred"}]

    listed = json.loads(installed.kubectl("pullsecret", "list", "-o", "json"))
    assert [item["name"] for item in listed["items"]] == ["regcred"]

    installed.kubectl("pullsecret", "detach", "sa/default", "regcred")
    assert "imagePullSecrets" not in api.get(path("ServiceAccount", namespace, "default"))


def test_it_and_the_server_tell_their_versions(installed: Krew) -> None:
    assert "Server Version: v" in installed.kubectl("pullsecret", "version")


def test_flags_go_after_the_command(installed: Krew, namespace: str) -> None:
    installed.kubectl("pullsecret", "list", "-n", namespace)
    refused = installed.kubectl("-n", namespace, "pullsecret", "list", code=1)
    assert "flags cannot be placed before plugin name" in refused


def test_completion_installs_beside_krews_link_and_kubectl_asks_it(
    installed: Krew, namespace: str
) -> None:
    installed.kubectl("pullsecret", "completion", "install")
    completer = installed.link.with_name("kubectl_complete-pullsecret")
    assert completer.is_symlink()
    offered = installed.kubectl("__complete", "pullsecret", "doctor", "-n", namespace[:-1])
    assert namespace in offered.splitlines()
    installed.kubectl("pullsecret", "completion", "uninstall")
    assert not completer.is_symlink()


@pytest.fixture
def without_authority(installed: Krew) -> Krew:
    """The kubeconfig names no authority: the system's are to be trusted."""
    target = installed.home / ".kube" / "config"
    content = json.loads(target.read_text())
    del content["clusters"][0]["cluster"]["certificate-authority"]
    target.write_text(json.dumps(content))
    return installed


def test_authorities_are_the_systems_and_not_the_bundles(
    without_authority: Krew, control_plane: ControlPlane
) -> None:
    refused = without_authority.kubectl("pullsecret", "list", code=3)
    assert "certificate" in refused
    trusted = str(control_plane.authority.certificate)
    without_authority.kubectl("pullsecret", "list", SSL_CERT_FILE=trusted)


def test_an_exec_plugin_gets_the_users_environment(installed: Krew, tmp_path: Path) -> None:
    plugin = tmp_path / "login"
    seen = tmp_path / "seen"
    plugin.write_text(f"#!/bin/sh\n/usr/bin/env > {seen}\nexit 1\n")
    plugin.chmod(0o755)
    target = installed.home / ".kube" / "config"
    content = json.loads(target.read_text())
    content["users"][0]["user"] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(plugin),
            "interactiveMode": "Never",
        }
    }
    target.write_text(json.dumps(content))
    installed.kubectl("pullsecret", "list", code=3)
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    theirs = {"KUBERNETES_EXEC_INFO", "OLDPWD", "PWD", "SHLVL", "_"}  # the protocol's, the shell's
    assert names - theirs == installed.environment.keys()
