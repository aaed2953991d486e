"""From a fix to the command that a person pastes."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import (
    Advice,
    Attach,
    Copy,
    Create,
    Detach,
    Fix,
    Restart,
    Rewrap,
)
from kubectl_pullsecret.views.commands import Setting, command, in_words, needs, phrases, quoted


def ref(kind: str, name: str) -> ObjectRef:
    return ObjectRef(kind, "prod", name)


COMMANDS = [
    pytest.param(
        Attach(ref("ServiceAccount", "default"), ("pull",), restart=True),
        "kubectl pullsecret attach sa/default pull -n prod --restart",
        "attach secret/pull to sa/default and restart its pods",
        id="attach to an account",
    ),
    pytest.param(
        Attach(ref("Pod", "web"), ("a", "b"), recreate=True, note="no owner"),
        "kubectl pullsecret attach pod/web a b -n prod --recreate",
        "attach secret/a, secret/b to pod/web and recreate it; no owner",
        id="attach to a bare pod",
    ),
    pytest.param(
        Attach(ref("StatefulSet", "db"), ("pull",)),
        "kubectl pullsecret attach sts/db pull -n prod",
        "attach secret/pull to sts/db",
        id="attach to a workload",
    ),
    pytest.param(
        Detach(ref("CronJob", "nightly"), ("old",)),
        "kubectl pullsecret detach cronjob/nightly old -n prod",
        "detach secret/old from cronjob/nightly",
        id="detach",
    ),
    pytest.param(
        Create("prod", "pull", "registry.test:5000", "puller", replace=True),
        "kubectl pullsecret create pull -n prod --replace"
        " --docker-server registry.test:5000 --docker-username puller",
        "replace secret/pull for registry.test:5000",
        id="replace",
    ),
    pytest.param(
        Create("prod", "pull", "registry.test"),
        "kubectl pullsecret create pull -n prod"
        " --docker-server registry.test --docker-username USER",
        "create secret/pull for registry.test",
        id="create for a user that nobody knows",
    ),
    pytest.param(
        Rewrap("prod", "pull", "pull", (("docker.io/", "https://index.docker.io/v1/"),)),
        "kubectl pullsecret create pull -n prod --replace --from-secret pull"
        " --rename docker.io/=https://index.docker.io/v1/",
        "write secret/pull with the credential of secret/pull",
        id="rename a key",
    ),
    pytest.param(
        Rewrap("prod", "opaque-pull", "opaque"),
        "kubectl pullsecret create opaque-pull -n prod --from-secret opaque",
        "write secret/opaque-pull with the credential of secret/opaque",
        id="another name and type",
    ),
    pytest.param(
        Copy("pull", "dev", "prod"),
        "kubectl pullsecret copy pull -n dev --to-namespace prod",
        "copy secret/pull from dev to prod",
        id="copy",
    ),
    pytest.param(
        Restart(ref("Deployment", "web")),
        "kubectl rollout restart deployment/web -n prod",
        "make new pods for deploy/web",
        id="restart a workload",
    ),
    pytest.param(
        Restart(ref("Pod", "web-0"), more=("web-1",), note="its owner makes a new one"),
        "kubectl delete pod web-0 web-1 -n prod",
        "make new pods for pod/web-0 and 1 more; its owner makes a new one",
        id="delete pods that have an owner",
    ),
]


@pytest.mark.parametrize(("fix", "line", "_words"), COMMANDS)
def test_a_fix_is_a_command(fix: Fix, line: str, _words: str) -> None:
    argv = command(fix)
    assert argv is not None
    assert " ".join(phrases(argv)) == line


@pytest.mark.parametrize(("fix", "_line", "words"), COMMANDS)
def test_a_fix_is_a_sentence_too(fix: Fix, _line: str, words: str) -> None:
    assert in_words(fix) == words


@pytest.mark.parametrize(("fix", "_line", "_words"), COMMANDS)
def test_connection_flags_stand_last(fix: Fix, _line: str, _words: str) -> None:
    argv = command(fix, ("--context", "eu", "--as", "root"))
    assert argv is not None
    assert argv[-4:] == ("--context", "eu", "--as", "root")


@pytest.mark.parametrize(
    "fix",
    [
        pytest.param(Advice("correct the tag"), id="advice"),
        pytest.param(Restart(ref("Job", "batch")), id="a kind that kubectl cannot restart"),
        pytest.param(
            Rewrap(
                "prod", "pull", "pull", (("https://me:hunter2@registry.test", "registry.test"),)
            ),
            id="a key with a password to rename",
        ),
        pytest.param(
            Create("prod", "pull", "https://me:hunter2@registry.test"),
            id="a server with a password",
        ),
    ],
)
def test_a_fix_without_an_honest_command_has_none(fix: Fix) -> None:
    assert command(fix, ("--context", "eu")) is None
    assert "hunter2" not in in_words(fix)


@pytest.mark.parametrize(
    ("fix", "wanted"),
    [
        pytest.param(Create("prod", "p", "r", "user"), ("password",), id="known user"),
        pytest.param(Create("prod", "p", "r"), ("username", "password"), id="unknown user"),
        pytest.param(Copy("p", "a", "b"), (), id="nothing to type"),
    ],
)
def test_needs_are_what_a_person_must_supply(fix: Fix, wanted: tuple[str, ...]) -> None:
    assert needs(fix, Setting()) == wanted


@pytest.mark.parametrize(
    ("word", "written"),
    [
        pytest.param("pod/web-0", "pod/web-0", id="harmless"),
        pytest.param("a b", "'a b'", id="blank"),
        pytest.param("", "''", id="empty"),
        pytest.param("it's", """'it'"'"'s'""", id="quote"),
        pytest.param("*.test", "'*.test'", id="glob"),
        pytest.param("a\u202e'\n\\", r"$'a\u202e\'\x0a\\'", id="unprintable"),
        pytest.param("\U000e0041", r"$'\U000e0041'", id="beyond four digits"),
    ],
)
def test_words_are_quoted_visibly(word: str, written: str) -> None:
    assert quoted(word) == written


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_words_read_back_as_posix(word: str) -> None:
    assert shlex.split(quoted(word)) == [word]


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))))
def test_any_word_reads_back_in_bash(words: list[str]) -> None:
    line = " ".join(map(quoted, ["printf", r"%s\0", *words]))
    assert line.isprintable()
    ran = subprocess.run(["bash", "-c", line], capture_output=True, check=True, timeout=10)
    assert ran.stdout.decode("utf-8").split("\0")[:-1] == (words or [""])


def test_a_line_is_broken_between_flags_only() -> None:
    argv = ("kubectl", "x", "-n", "prod", "--replace", "--server", "a b")
    assert phrases(argv) == ("kubectl", "x", "-n prod", "--replace", "--server 'a b'")


@pytest.mark.parametrize("name", ["--context=prod", "-A", "a b", "$(id)", "", "Bad_Name", "a/b"])
def test_a_name_that_no_object_can_have_gives_no_command(name: str) -> None:
    assert command(Create("prod", name, "registry.test")) is None
    assert command(Attach(ref("Deployment", "web"), (name,))) is None
    assert command(Copy(name, "dev", "prod")) is None
    assert command(Rewrap("prod", "pull", name)) is None
    assert command(Restart(ref("Pod", "a"), more=(name,))) is None


def test_a_value_that_looks_like_a_flag_stays_with_its_flag() -> None:
    argv = command(Create("prod", "pull", "registry.test", "--all"))

    assert argv is not None
    assert "--docker-username=--all" in argv
