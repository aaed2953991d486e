"""Builds the real programs from their Go modules."""

from __future__ import annotations

import os
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
from tests.programs.sets import ProgramSet
from tests.programs.toolchain import a_go

PATIENCE = 3600.0  # seconds, for a build, and for another test run's build
NEWS_EVERY = 30.0  # seconds between two signs of life

Say = Callable[[str], None]


def build(
    wanted: ProgramSet,
    folder: Path,
    environment: Mapping[str, str],
    say: Say,
    toolchain: Path | None = None,
) -> None:
    """Leaves the programs in folder/bin, or raises `MissingError`; one build at a time.

    A compiler that has to be fetched, and its caches, stay in `toolchain` for the next build.
    """
    target = folder / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock", say):
        if target.is_dir():  # another test run was quicker
            return
        scratch = folder / "building"
        shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
        scratch.mkdir()
        try:
            _compile(wanted, scratch, environment, say, toolchain or scratch)
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


def _compile(
    wanted: ProgramSet,
    scratch: Path,
    environment: Mapping[str, str],
    say: Say,
    toolchain: Path,
) -> None:
    names = ", ".join(wanted.packages)
    say(f"building {names} {wanted.version} for the tests, once, in {scratch.parent}")
    go = a_go(environment, toolchain)
    started = time.monotonic()
    output, temporary = scratch / "bin", scratch / "tmp"
    temporary.mkdir()
    settings = _settings({**environment, **go.environment}, go.environment, temporary)
    flags = ("-v", "-trimpath", "-ldflags", wanted.linker_flags, "-o", f"{output}{os.sep}")
    command = (go.program, "build", *flags, *wanted.packages.values())
    _run(command, wanted.module, settings, scratch / "log", say)
    if "etcd" in wanted.packages:
        (output / "server").rename(output / "etcd")  # Go names it after its package's folder
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


def _run(
    command: tuple[str, ...], module: Path, environment: dict[str, str], log: Path, say: Say
) -> None:
    """Runs the compiler with signs of life; however this ends, nothing of it goes on running."""
    started = news = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ending_with(os.getpid(), command),
            cwd=module,
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
