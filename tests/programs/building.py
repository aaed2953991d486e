"""Builds the real programs from their Go modules: go/go.mod and go/go.sum say which, exactly."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.programs.missing import MissingError, last_lines
from tests.programs.process import ending_with
from tests.programs.toolchain import a_go

MODULE = Path(__file__).parent / "go"
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}
PATIENCE = 3600.0  # seconds, for a build, and for another test run's build
NEWS_EVERY = 30.0  # seconds between two signs of life

Say = Callable[[str], None]


def kubernetes_version() -> str:
    """The version that go.mod requires: "1.34.4"."""
    found = re.search(r"^\s*k8s\.io/kubernetes v([\d.]+)", _read("go.mod"), re.MULTILINE)
    assert found
    return found[1]


def key() -> str:
    """A folder's name for these versions, built like this, for this kind of machine."""
    recipe = "\n".join((_read("go.mod"), _read("go.sum"), _linker_flags(), *PACKAGES.values()))
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:10]
    machine = f"{sys.platform}-{platform.machine()}".lower()
    return f"kubernetes-{kubernetes_version()}-{machine}-{digest}"


def build(folder: Path, environment: Mapping[str, str], say: Say) -> None:
    """Leaves all programs in folder/bin, or raises `MissingError`; one build at a time."""
    target = folder / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock", say):
        if target.is_dir():  # another test run was quicker
            return
        scratch = folder / "building"
        shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
        scratch.mkdir()
        try:
            _compile(scratch, environment, say)
            (scratch / "bin").rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _alone(lock: Path, say: Say) -> Iterator[None]:
    """Only one process at a time; the kernel gives the lock back when a process dies."""
    import fcntl

    deadline = time.monotonic() + PATIENCE
    with lock.open("w") as file:
        for waited in range(sys.maxsize):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if waited == 0:
                    say("another test run builds the real programs; waiting for it")
                if time.monotonic() > deadline:
                    raise MissingError(f"the lock {lock}, for {PATIENCE:.0f} s") from None
                time.sleep(0.2)
        yield


def _compile(scratch: Path, environment: Mapping[str, str], say: Say) -> None:
    names = ", ".join(PACKAGES)
    say(f"building {names} {kubernetes_version()} for the tests, once, in {scratch.parent}")
    go = a_go(environment, scratch)
    started = time.monotonic()
    output, temporary = scratch / "bin", scratch / "tmp"
    temporary.mkdir()
    settings = _settings({**environment, **go.environment}, go.environment, temporary)
    flags = ("-v", "-trimpath", "-ldflags", _linker_flags(), "-o", f"{output}{os.sep}")
    _run((go.program, "build", *flags, *PACKAGES.values()), settings, scratch / "log", say)
    (output / "server").rename(output / "etcd")  # Go names a program after its package's folder
    say(f"built in {time.monotonic() - started:.0f} s")


def _settings(
    environment: Mapping[str, str], own: Mapping[str, str], temporary: Path
) -> dict[str, str]:
    """The user's proxies and caches; nothing else of his decides what is built."""
    foreign = ("GOARCH", "GOEXPERIMENT", "GOOS", "GOROOT")
    kept = {name: value for name, value in environment.items() if name not in foreign}
    return {
        **kept,
        "CGO_ENABLED": "0",
        "GOFLAGS": f"-mod=readonly {own.get('GOFLAGS', '')}".strip(),
        "GOTMPDIR": str(temporary),  # some GB: not on a small /tmp
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def _run(command: tuple[str, ...], environment: dict[str, str], log: Path, say: Say) -> None:
    """Runs the compiler with signs of life; however this ends, nothing of it goes on running."""
    started = news = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ending_with(os.getpid(), command),
            cwd=MODULE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its compilers are stopped with it, as one group
        )
    try:
        while process.poll() is None and time.monotonic() - started < PATIENCE:
            time.sleep(0.2)
            if time.monotonic() - news > NEWS_EVERY:
                news = time.monotonic()
                done = len(log.read_bytes().splitlines())
                say(f"  {news - started:.0f} s, {done} packages")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
    if process.returncode:
        raise MissingError(f"go build failed:\n{last_lines(log.read_text(errors='replace'))}")


def _linker_flags() -> str:
    """As Kubernetes' own build (hack/lib/version.sh): else they call themselves v0.0.0-master."""
    major, minor, _ = kubernetes_version().split(".")
    stamps = {"gitVersion": f"v{kubernetes_version()}", "gitMajor": major, "gitMinor": minor}
    stamped = (
        f"-X k8s.io/{package}.{name}={value}"
        for package in ("client-go/pkg/version", "component-base/version")
        for name, value in stamps.items()
    )
    return " ".join(("-s", "-w", *stamped))


def _read(name: str) -> str:
    return (MODULE / name).read_text(encoding="utf-8")
