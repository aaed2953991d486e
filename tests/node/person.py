"""Somebody with a shell on a machine of the cluster, who pastes what `doctor` prints."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.api.admin_api import Json
from tests.node.cluster import NodeCluster
from tests.node.registries import PASSWORD, PULLER
from tests.node.shell import PATIENCE, shell

_LABEL = re.compile(r"^  (\w+ )? *(?:\d+\. )?")
_NOTE = re.compile(r" {5}\(.*\)$")


class CommandError(AssertionError):
    """A printed command that failed; the text has what it said."""


@dataclass(frozen=True, slots=True)
class Person:
    """An admin of the cluster."""

    node: NodeCluster

    def doctor(self, *args: str, program: tuple[str, ...] = ("kubectl-pullsecret",)) -> list[Json]:
        """What is found now, by the console script or as kubectl's plugin."""
        said = self.node.run((*program, "doctor", *args, "-o", "json"))
        if said.returncode not in (0, 1):
            raise CommandError(f"doctor {shlex.join(args)}: {said.returncode} {said.stderr}")
        found: list[Json] = json.loads(said.stdout)["items"]
        return found

    def run(self, fix: Json) -> None:
        """The command of a fix, as the JSON has it, with what it needs."""
        argv = [word.replace("USER", PULLER) for word in fix["argv"]]
        needs_password = "password" in fix["needs"]
        if needs_password:
            argv.append("--docker-password-stdin")
        stdin = PASSWORD.encode() if needs_password else b""
        said = self.node.run(argv, stdin=stdin, timeout=PATIENCE)
        _check(shlex.join(argv), said.returncode, said.stdout + said.stderr)

    def paste(self, namespace: str) -> list[str]:
        """Read the report as text, and put each of its commands into a shell of a terminal."""
        text = self.node.run(("kubectl", "pullsecret", "doctor", "-n", namespace)).stdout
        commands = list(commands_in(text))
        for command in commands:
            command = command.replace("USER", PULLER)
            _check(command, *self.type(command))
        return commands

    def type(self, command: str) -> tuple[int, str]:
        """Run a line in bash on a terminal; the password is typed when it is asked for."""
        with shell(self.node) as bash:
            said = bash.type(command)
        return said.code, said.answer


def commands_in(text: str) -> Iterator[str]:
    """The commands of a report's text, as somebody marks them with a mouse."""
    label = ""
    for line in text.splitlines():
        found = _LABEL.match(line)
        if found is None:
            label = ""
            continue
        label = (found[1] or label).strip()
        command = _NOTE.sub("", line[found.end() :])
        if label == "fix" and command.startswith("kubectl "):
            yield command


def _check(command: str, code: int, said: str) -> None:
    if code:
        raise CommandError(f"{command}: {code}\n{said}")
    if PASSWORD in said:
        raise CommandError(f"{command} shows the password")
