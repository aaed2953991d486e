"""The real programs that the tests run: which ones, and from where."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.programs.missing import MissingError
from tests.programs.real import ASSETS, Programs, cache, find, version_of
from tests.programs.sets import CONTAINERD, CONTROL_PLANE, NODE

ROOT = Path(__file__).parents[2]


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("name", sorted(set(CONTROL_PLANE.packages) - {"etcd"}))
def test_each_program_has_the_version(programs: Programs, name: str) -> None:
    assert version_of(programs.path(name)) == CONTROL_PLANE.version


def test_etcd_is_of_the_minor_version_that_kubernetes_is_tested_with(programs: Programs) -> None:
    run = subprocess.run(
        [programs.path("etcd"), "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.match(r"etcd Version: 3\.6\.\d+\n", run.stdout)


def test_a_folder_of_the_environment_is_taken_as_it_is(tmp_path: Path) -> None:
    script(tmp_path / "kubectl", "echo 'Client Version: v1.31.0'")
    script(tmp_path / "kube-apiserver", f"echo Kubernetes v{CONTROL_PLANE.version}")
    said: list[str] = []
    programs = find({ASSETS: str(tmp_path)}, said.append)

    assert programs.path("kubectl") == tmp_path / "kubectl"
    assert said == [f"{ASSETS}: kubectl is 1.31.0, but the tests are about {CONTROL_PLANE.version}"]
    with pytest.raises(MissingError, match=rf"^kube-controller-manager in {ASSETS}={tmp_path}$"):
        programs.path("kube-controller-manager")


def test_a_folder_of_the_environment_may_have_the_node_s_programs_or_none_of_them(
    tmp_path: Path,
) -> None:
    script(tmp_path / "kubelet", f"echo Kubernetes v{NODE.version}")
    script(tmp_path / "ctr", "echo ctr github.com/containerd/containerd/v2 v2.2.8")
    script(tmp_path / "containerd", "echo containerd github.com/containerd/containerd/v2 2.2.8")
    environment = {ASSETS: str(tmp_path), "XDG_CACHE_HOME": "/dev/null/x", "PATH": ""}
    said: list[str] = []
    assert find(environment, said.append, NODE).path("kubelet") == tmp_path / "kubelet"
    assert said == []

    assert find(environment, said.append, CONTAINERD).path("ctr") == tmp_path / "ctr"
    assert f"{ASSETS}: containerd is 2.2.8, but the tests are about {CONTAINERD.version}" in said

    (tmp_path / "kubelet").unlink()
    with pytest.raises(MissingError, match=r"^what building the programs needs: "):
        find(environment, said.append, NODE)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        pytest.param({"HOME": "/home/me", "XDG_CACHE_HOME": "/c"}, "/c", id="XDG_CACHE_HOME"),
        pytest.param({"HOME": "/home/me"}, "/home/me/.cache", id="home"),
        pytest.param({"HOME": "/h", "XDG_CACHE_HOME": "c"}, "/h/.cache", id="relative is none"),
        pytest.param({"HOME": "/h", "XDG_CACHE_HOME": ""}, "/h/.cache", id="empty is none"),
    ],
)
def test_the_cache_is_outside_the_checkout(environment: dict[str, str], folder: str) -> None:
    assert cache(environment) == Path(folder, "kubectl-pullsecret-tests")


def test_a_cache_that_cannot_be_made_is_something_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MissingError, match=r"^what building the programs needs: "):
        find({"XDG_CACHE_HOME": str(tmp_path / "file"), "PATH": ""}, print)


PARENT = """
import os, subprocess, sys, time
from tests.programs.process import ending_with
print(subprocess.Popen(ending_with(os.getpid(), ("/bin/sleep", "60"))).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_program_ends_with_a_test_run_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        child = Path("/proc", parent.stdout.readline().decode().strip())
        assert child.is_dir()
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while child.is_dir() and "\nState:\tZ" not in (child / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
