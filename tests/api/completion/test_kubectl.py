"""The real kubectl asks us for words: `kubectl __complete pullsecret …`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.api.control_plane import ControlPlane
from tests.completion.asking import answered

pytestmark = pytest.mark.usefixtures("objects")

Lines = tuple[list[str], str]  # of the answer, and its directive
NO_NAMES: Lines = ([], ":4")


class Completion:
    """kubectl with the plugin on PATH."""

    def __init__(self, kubectl: Path, folder: Path, kubeconfig: Path) -> None:
        self._kubectl = kubectl
        self._environment = {
            "PATH": f"{folder}:/usr/bin:/bin",
            "HOME": str(folder),
            "KUBECONFIG": str(kubeconfig),
        }

    def __call__(self, typed: str) -> Lines:
        """What is answered."""
        run = subprocess.run(
            [str(self._kubectl), "__complete", "pullsecret", *typed.split(" ")],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        *lines, directive = run.stdout.splitlines()
        return lines, directive

    def named(self, typed: str) -> Lines:
        """The same where there may be names."""
        return answered(lambda: self(typed), NO_NAMES)


@pytest.fixture
def complete(kubectl: Path, folder: Path, kubeconfig: Path) -> Completion:
    return Completion(kubectl, folder, kubeconfig)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("expl", (["explain\tExplain a reason that a report names"], ":4")),
        ("attach sa/", (["sa/default", "sa/robot"], ":4")),
        ("attach st", (["sts/"], ":6")),
        ("doctor -f ", ([], ":0")),
        ("doctor --fail-on=w", (["warning"], ":4")),
        ("inspect ", (["ancient", "regcred"], ":4")),
        ("doctor --context ", (["test"], ":4")),
        ("list --al", (["--all-namespaces\tLook at every namespace."], ":4")),
    ],
)
def test_kubectl_hands_our_words_on(complete: Completion, typed: str, answer: Lines) -> None:
    assert complete.named(typed) == answer


def test_kubectl_hands_the_namespace_on(complete: Completion, namespace: str) -> None:
    assert complete.named(f"doctor -n {namespace} pod/") == (["pod/web-0"], ":4")
    assert complete("doctor -n default pod/") == NO_NAMES


def test_a_silent_server_leaves_kubectl_without_a_word(
    complete: Completion, control_plane: ControlPlane
) -> None:
    with control_plane.silent_api_server():
        assert complete("doctor pod/") == NO_NAMES
