"""The real krew, offline: with a home of its own, and nothing else on PATH than kubectl."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

from tests.programs.git import git, without_settings
from tests.programs.real import Programs

_PATIENCE = 120  # seconds
_NONE: Mapping[str, str] = {}


class Krew:
    """A user with kubectl and krew, and a krew index if there is one."""

    def __init__(self, folder: Path, kubectl: Path, programs: Programs) -> None:
        self.root = folder / "krew"
        self.receipts = self.root / "receipts"
        self.home = folder / "home"
        self._programs, self._tools = programs, folder / "tools"
        self._index = folder / "index"
        for made in (self._tools, self.home):
            made.mkdir(parents=True)
        # Not in the root's bin folder: "krew home outdated", since there is no receipt of it.
        (self._tools / "kubectl").symlink_to(kubectl)
        (self._tools / "kubectl-krew").symlink_to(programs.path("krew"))
        (self._tools / "git").symlink_to(str(shutil.which("git")))
        self.link = self.root / "bin" / "kubectl-pullsecret"

    @property
    def environment(self) -> dict[str, str]:
        """All that there is; no Python on PATH."""
        return {
            "HOME": str(self.home),
            "KREW_DEFAULT_INDEX_URI": str(self._index),
            "KREW_ROOT": str(self.root),
            "PATH": os.pathsep.join((str(self._tools), str(self.link.parent))),
        }

    def kubectl(self, *arguments: str, code: int = 0, stdin: str = "", **settings: str) -> str:
        """What kubectl says, both streams; it has to end with this exit code."""
        command = (str(self._tools / "kubectl"), *arguments)
        return self._run(command, settings, code=code, stdin=stdin)

    def __call__(self, *arguments: str) -> str:
        """What `kubectl krew` says; it has to succeed."""
        command = (str(self._tools / "kubectl"), "krew", *arguments)
        return self._run(command, without_settings({}))  # krew runs git

    def shell(self, lines: str, folder: Path, python: Path) -> str:
        """What a shell says that runs these lines in a folder, with a `python3` on PATH."""
        (folder / "python3").symlink_to(python)
        path = f"{self.environment['PATH']}{os.pathsep}{folder}"
        run = ("/bin/sh", "-euc", f'cd "$0"\n{lines}', str(folder))
        return self._run(run, {"PATH": path})

    def validate(self, manifest: Path, *flags: str) -> str:
        """What validate-krew-manifest says, the check of krew-index's own CI."""
        program = self._programs.path("validate-krew-manifest")
        return self._run((str(program), "-manifest", str(manifest), *flags))

    def publish(self, manifest: Path) -> None:
        """Puts a manifest into the index, a git repository, as krew-index has it."""
        plugins = self._index / "plugins"
        if not plugins.exists():
            plugins.mkdir(parents=True)
            git(self._index, "init", "--quiet")
        shutil.copy(manifest, plugins)
        git(self._index, "add", "--all")
        git(self._index, "commit", "--quiet", "--message", manifest.read_text()[:72])
        self("update")

    def _run(
        self,
        command: tuple[str, ...],
        settings: Mapping[str, str] = _NONE,
        *,
        code: int = 0,
        stdin: str = "",
    ) -> str:
        run = subprocess.run(
            command,
            env={**self.environment, **settings},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert run.returncode == code, f"{command}: {run.returncode}\n{run.stdout}"
        return run.stdout


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing into the tests' output."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL of a folder, as a release's files have one."""
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(timeout=10)
