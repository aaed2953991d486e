"""TARGET [SECRET...]: what the words of attach and detach mean."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.cli.holders import Named, known_target, named
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef
from tests.cli.outside import invoke


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("sa/default", Named("sa", "default", ())),
        ("sa default", Named("sa", "default", ())),
        ("sa/default a b", Named("sa", "default", ("a", "b"))),
        ("sa default a b", Named("sa", "default", ("a", "b"))),
        ("deploy/web secret/a b a", Named("deploy", "web", ("a", "b"))),
        ("rollouts.argoproj.io/web a", Named("rollouts.argoproj.io", "web", ("a",))),
    ],
)
def test_a_target_and_its_secrets(line: str, meaning: Named) -> None:
    assert named(tuple(line.split())) == meaning


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sa", "sa: a target is written TYPE/NAME"),
        ("sa/", "sa/: a target is written TYPE/NAME"),
        ("/default", "/default: a target is written TYPE/NAME"),
        ("sa/default/x", "sa/default/x: a target is written TYPE/NAME"),
        ("sa/default pod/x", "pod/x: a secret is written NAME or secret/NAME"),
        ("sa/default secret/", "secret/: a secret is written NAME or secret/NAME"),
    ],
)
@pytest.mark.parametrize("command", ["attach", "detach"])
def test_what_is_neither_is_wrong_usage(command: str, line: str, says: str) -> None:
    done = invoke(command, *line.split(), *(("--all-missing",) if command == "detach" else ()))
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert done.err.startswith(f"error: {says}\n")


@pytest.mark.parametrize("kind", ["ns", "secret", "node", "shop"])
def test_a_kind_without_pull_secrets_is_wrong_usage(kind: str) -> None:
    with pytest.raises(PullSecretError, match="not a type that can be a target here") as caught:
        known_target(Named(kind, "x", ()), "team")
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_known_kind_is_a_target_in_the_namespace() -> None:
    target = known_target(Named("deployments.apps", "web", ()), "team")
    assert target == ObjectRef("Deployment", "team", "web")


def test_detach_asks_which_secret() -> None:
    done = invoke("detach", "sa/default")
    assert done.code is ExitCode.USAGE
    assert done.err == "error: sa/default: which secret?\nname those to detach, or --all-missing\n"
