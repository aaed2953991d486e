"""docs/tutorial.md, typed from its first command to its last on a terminal of a real cluster."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.api.admin_api import path
from tests.node.cluster import NodeCluster
from tests.node.registries import Registries
from tests.node.scenario import ONCE
from tests.node.shell import Shell, shell
from tests.node.timeless import timeless
from tests.programs.debian import need
from tests.waiting import eventually

RUNTIMES = ONCE
DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
COLUMNS = 100
NAMESPACES = ("team", "dev")
HOME, SHOWN_HOME = "/run/you", "/home/you"  # /run is the cluster's own
LEFT_OUT = "…"  # a line that stands for any number of lines
# They change nothing: what a cluster needs a few seconds for is looked at until it is so.
LOOKS = ("kubectl get ", "kubectl pullsecret doctor ")
PATIENCE, PACE = 60.0, 0.5  # seconds


class Shown(NamedTuple):
    """A command of the tutorial, and what it shows there."""

    command: str
    answer: str

    def is_answered_by(self, answer: str) -> bool:
        """Whether that came, but for what no two runs have in common."""
        lines = (timeless(line) for line in self.answer.splitlines())
        wanted = (r"(?:.*\n)*" if line == LEFT_OUT else re.escape(line) + r"\n" for line in lines)
        return bool(re.fullmatch("".join(wanted), _in_lines(answer)))


def walk() -> Iterator[Shown]:
    """All commands in their order."""
    for block in re.findall(r"^```console\n(.*?)^```", TUTORIAL, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            typed = re.match(r".*\n(?:> .*\n)*", part)
            assert typed
            yield Shown(typed[0].replace("\n> ", "\n").rstrip("\n"), part[typed.end() :])


@pytest.fixture(scope="module")
def docker(pytestconfig: pytest.Config) -> Path:
    """The folder of docker's client; no daemon is needed, a login then is the client's own."""
    if not shutil.which("docker"):
        codename = platform.freedesktop_os_release().get("VERSION_CODENAME")
        need(pytestconfig, "docker.io" if codename == "bookworm" else "docker-cli")
    found = shutil.which("docker")
    assert found
    return Path(found).parent


@pytest.fixture
def bash(node: NodeCluster, registries: Registries, docker: Path) -> Iterator[Shell]:
    """Somebody's own, on a machine that trusts the registry's certificate."""
    own = {
        "HOME": HOME,
        "PATH": f"{node.environment['PATH']}:{docker}",
        "SSL_CERT_FILE": str(registries.ca),
    }
    try:
        with shell(node, COLUMNS, own) as terminal:
            terminal.type(f"rm -rf {HOME} && mkdir {HOME} && cd")
            yield terminal
    finally:
        for namespace in NAMESPACES:
            if node.api.answers(path("Namespace", "", namespace)):
                node.api.remove_namespace(namespace)


def test_every_command_answers_as_it_is_shown(bash: Shell) -> None:
    for shown in walk():
        answer = ""

        def is_as_shown(shown: Shown = shown) -> bool:
            nonlocal answer
            answer = bash.type(shown.command).answer.replace(HOME, SHOWN_HOME)
            return shown.is_answered_by(answer)

        patience = PATIENCE if shown.command.startswith(LOOKS) else 0.0
        try:
            eventually(is_as_shown, patience, PACE)
        except AssertionError:
            pytest.fail(f"$ {shown.command}\n{answer}\nbut it is shown as\n{shown.answer}")


def test_every_command_is_one_that_somebody_types() -> None:
    assert len(list(walk())) == TUTORIAL.count("\n$ ") > 20


@pytest.mark.parametrize(
    ("shown", "came", "alike"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nd\n", True),
        ("a\n…\nd\n", "a\nb\nc\n", False),
        ("(a|b)\n", "a\n", False),
    ],
)
def test_what_is_shown_is_compared_line_by_line(shown: str, came: str, alike: bool) -> None:
    assert Shown("a command", shown).is_answered_by(came) is alike


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", TUTORIAL))))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (DOCS / link).exists()


def _in_lines(answer: str) -> str:
    return "".join(f"{timeless(line)}\n" for line in answer.splitlines())
