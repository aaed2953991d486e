"""Docker's credential helpers: the programs that keep what `docker login` was told.

The protocol: docker/docker-credential-helpers, client/command.go and credentials/credentials.go.
Which helper is asked for which registry: docker/cli, cli/config/configfile/file.go.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import IO, NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import AuthEntry
from kubectl_pullsecret.credentials.registry_key import registry_key, same_registry
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.errors import PullSecretError

PATIENCE = 60.0  # seconds; a helper may ask a cloud, or unlock a key ring
_LONGEST_ANSWER = 1024 * 1024  # bytes
_PROGRAM = "docker-credential-"
_TOKEN_USER = "<token>"
_NOT_FOUND = b"credentials not found"


class Helpers(NamedTuple):
    """The helpers that a docker config names, by the last part of their program's name."""

    store: str = ""  # credsStore: for every registry without one of its own
    by_registry: Mapping[str, str] = {}  # credHelpers

    @classmethod
    def of(cls, config: bytes) -> Helpers:
        """Those of a docker config that the kubelet can read; text in other shapes is none."""
        document = json.loads(config)
        if not isinstance(document, dict):
            return cls()
        store, by_registry = document.get("credsStore"), document.get("credHelpers")
        named = by_registry if isinstance(by_registry, dict) else {}
        return cls(
            store if isinstance(store, str) else "",
            {key: name for key, name in named.items() if isinstance(name, str) and name},
        )


class Kept(NamedTuple):
    """What a docker config and its helpers know."""

    entries: tuple[AuthEntry, ...]
    warnings: tuple[str, ...] = ()  # helpers that did not answer


def kept_credentials(
    in_file: Sequence[AuthEntry],
    helpers: Helpers,
    registries: Sequence[str],
    environment: Mapping[str, str],
    patience: float = PATIENCE,
) -> Kept:
    """Ask the helpers for these registries (none: for all), and add what the file itself holds.

    Raises:
        PullSecretError: a helper fails, for a registry that was named or for all of them.
    """
    asked = _Asked(helpers, registries, environment, patience)
    found = [*asked.own(), *asked.stored(in_file)]
    kept = [entry for entry in in_file if not _means_one(entry.key, found)]
    if asked.failures and not any(entry.usable for entry in (*found, *kept)):
        raise asked.failures[0]
    return Kept((*found, *kept), tuple(failure.message for failure in asked.failures))


class _Asked:
    """The answers of the helpers, and their failures where no registry was named."""

    def __init__(
        self,
        helpers: Helpers,
        registries: Sequence[str],
        environment: Mapping[str, str],
        patience: float,
    ) -> None:
        self._helpers = helpers
        self._registries = registries
        self._environment = environment
        self._patience = patience
        self.failures: list[PullSecretError] = []

    def own(self) -> Iterator[AuthEntry]:
        """What the registries' own helpers know."""
        for registry, name in self._helpers.by_registry.items():
            if self._wanted(registry):
                yield from self._get(name, registry)

    def stored(self, in_file: Sequence[AuthEntry]) -> Iterator[AuthEntry]:
        """What the common helper knows, of its own list and of what the file leaves to it."""
        store, own = self._helpers.store, self._helpers.by_registry
        missing = [one for one in self._registries if not any(_alike(key, one) for key in own)]
        if not store or (self._registries and not missing):
            return
        empty = [entry.key for entry in in_file if not entry.usable]
        known = [*dict.fromkeys([*self._list(store), *empty])]
        for one in missing:
            if not any(_alike(key, one) for key in known):
                known.append(registry_key(one) or one)
        for registry in known:
            if registry not in own and self._wanted(registry):
                yield from self._get(store, registry)

    def _wanted(self, registry: str) -> bool:
        return not self._registries or any(_alike(registry, one) for one in self._registries)

    def _list(self, name: str) -> list[str]:
        try:
            answer = _answer(name, "list", "unused", self._environment, self._patience)
            return list(answer or ())
        except PullSecretError as error:
            self._fail(error)
            return []

    def _get(self, name: str, registry: str) -> Iterator[AuthEntry]:
        try:
            answer = _answer(name, "get", registry, self._environment, self._patience)
        except PullSecretError as error:
            self._fail(error)
            return
        if answer is not None:
            yield _entry(registry, answer)

    def _fail(self, error: PullSecretError) -> None:
        if self._registries:
            raise error
        self.failures.append(error)


def _alike(key: str, registry: str) -> bool:
    written = registry_key(registry)
    return key == registry or (written is not None and same_registry(key, written))


def _means_one(key: str, found: Sequence[AuthEntry]) -> bool:
    return any(_alike(key, entry.key) for entry in found)


def _entry(registry: str, answer: Mapping[str, str]) -> AuthEntry:
    user, secret = answer.get("Username", ""), answer.get("Secret", "")
    if user == _TOKEN_USER:
        return AuthEntry(registry, "", Masked(""), ignored=("identitytoken",))
    return AuthEntry(registry, user, Masked(secret))


def _answer(
    name: str, action: str, asked: str, environment: Mapping[str, str], patience: float
) -> Mapping[str, str] | None:
    """The object of texts that a helper prints; None where it knows nothing of what was asked."""
    program = _program(name, environment)
    about = f" {shown_key(asked)}" if action == "get" else ""
    code, output = _run(name, [program, action], asked, environment, patience)
    if code and _NOT_FOUND in output[:200]:
        return None
    if code:
        how = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        raise _failed(name, f"{how} at {action}{about}", _try(name, action, asked))
    try:
        found = json.loads(output[: _LONGEST_ANSWER + 1])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise _failed(name, f"does not answer {action}{about} with a JSON object of texts", "")
    return found


def _run(
    name: str, argv: list[str], asked: str, environment: Mapping[str, str], patience: float
) -> tuple[int, bytes]:
    """Exit code and output. Its error output is ours; what it is asked stands on its input."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the program that the user's docker config names
            argv, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
    except OSError as error:
        why = (error.strerror or "").lower()
        raise _failed(name, f"cannot be started: {why}", "") from None
    try:
        output = _talk(process, asked, monotonic() + patience)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    if output is None:
        raise _failed(name, f"has not answered for {patience:.0f} s", "")
    if len(output) > _LONGEST_ANSWER:
        raise _failed(name, "answers with more than 1 MiB", "")
    return process.returncode, output


def _talk(process: subprocess.Popen[bytes], asked: str, end: float) -> bytes | None:
    """What the helper prints, no more than is worth reading; None where it does not come to an end.

    It is read in a thread that nobody waits for: a helper's own children may hold the pipe.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):  # it may have ended without a look at its input
        process.stdin.write(asked.encode("utf-8", "surrogateescape"))
        process.stdin.close()
    printed = bytearray()
    reader = Thread(target=_collect, args=(process.stdout, printed), daemon=True)
    reader.start()
    reader.join(max(0.0, end - monotonic()))
    if len(printed) > _LONGEST_ANSWER:
        return bytes(printed)
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, end - monotonic()))
        return None if reader.is_alive() else bytes(printed)
    return None


def _collect(stdout: IO[bytes], printed: bytearray) -> None:
    with suppress(OSError, ValueError):  # closed: nobody listens any more
        while len(printed) <= _LONGEST_ANSWER and (some := stdout.read(65536)):
            printed += some


def _program(name: str, environment: Mapping[str, str]) -> str:
    """Where the helper is. One that PATH finds in the current folder does not count (os/exec)."""
    found = None
    if os.path.basename(name) == name and "\0" not in name:
        found = shutil.which(_PROGRAM + name, path=environment.get("PATH", ""))
    if found is None or not os.path.isabs(found):
        raise _failed(
            name, "is not found", "install it, mend PATH, or remove it from the docker config"
        )
    return found


def _try(name: str, action: str, asked: str) -> str:
    from shlex import quote

    said = quote(shown_key(asked))
    line = f"printf %s {said} | {quote(_PROGRAM + name)} {action}"
    return f"run it yourself to see why; where it works, it prints the password: {line}"


def _failed(name: str, why: str, remedy: str) -> PullSecretError:
    return PullSecretError(f"the credential helper {_PROGRAM}{name} {why}", remedy=remedy)
