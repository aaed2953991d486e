"""TARGET [SECRET...]: what the words of attach and detach mean."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.cli.words import Named, known_target, named, secret_name
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


@pytest.mark.parametrize("word", ["pull", "secret/pull", "secrets/pull", "Secret/pull"])
def test_a_secret_has_its_type_before_it_or_not(word: str) -> None:
    assert secret_name(word) == "pull"


WRONG_SECRETS = {
    "": '"": a secret is written NAME or secret/NAME',
    "secret/": "secret/: a secret is written NAME or secret/NAME",
    "sa/pull": "sa/pull: a secret is written NAME or secret/NAME",
    "a/secret/pull": "a/secret/pull: a secret is written NAME or secret/NAME",
    "Pull": "Pull: no Secret can have this name",
}


@pytest.mark.parametrize(("word", "says"), WRONG_SECRETS.items())
@pytest.mark.parametrize(
    "line",
    [("copy", "--check"), ("create", "--docker-username=me"), ("create", "x", "--from-secret")],
    ids=["copy", "create", "--from-secret"],
)
def test_another_type_or_no_name_is_wrong_usage(
    line: tuple[str, ...], word: str, says: str
) -> None:
    done = invoke(*line, word)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert done.err.startswith(f"error: {says}\n")


def test_detach_asks_which_secret() -> None:
    done = invoke("detach", "sa/default")
    assert done.code is ExitCode.USAGE
    assert done.err == "error: sa/default: which secret?\nname those to detach, or --all-missing\n"
