"""What is typed is read as click reads it."""

from __future__ import annotations

import click
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kubectl_pullsecret.completion import table
from kubectl_pullsecret.completion.command_line import CommandLine, read
from tests.completion.parsing import parsed


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("doctor -n team ", {"--namespace": ["team"]}),
        ("doctor -nteam ", {"--namespace": ["team"]}),
        ("doctor -n=team ", {"--namespace": ["team"]}),
        ("doctor --namespace=team ", {"--namespace": ["team"]}),
        ("doctor -An team ", {"--all-namespaces": ["true"], "--namespace": ["team"]}),
        ("doctor -A=false ", {"--all-namespaces": ["false"]}),
        ("doctor --healthy=true ", {"--healthy": ["true"]}),
        ("inspect --docker-config f ", {"--docker-config": ["true", "f"]}),
        ("inspect --docker-config --reveal ", {"--docker-config": ["true"], "--reveal": ["true"]}),
        ("doctor --as-group a --as-group b ", {"--as-group": ["a", "b"]}),
        ("doctor -- -n team ", {}),
        ("doctor --unknown ", {}),
        ("explain -n team ", {}),
    ],
)
def test_flags_that_are_given(typed: str, given: dict[str, list[str]]) -> None:
    assert line(typed).given == given


@pytest.mark.parametrize(
    ("typed", "flag", "start", "current"),
    [
        ("doctor -n ", "--namespace", "", ""),
        ("doctor -n te", "--namespace", "", "te"),
        ("doctor -nte", "--namespace", "-n", "te"),
        ("doctor -n=te", "--namespace", "-n=", "te"),
        ("doctor -Ante", "--namespace", "-An", "te"),
        ("doctor --namespace=", "--namespace", "--namespace=", ""),
        ("doctor --context -x", "--context", "", "-x"),
        ("inspect --docker-config -", "", "", "-"),
        ("doctor --healthy=", "", "", "--healthy="),
        ("doctor -- -n", "", "", "-n"),
        ("doctor -", "", "", "-"),
    ],
)
def test_the_last_word(typed: str, flag: str, start: str, current: str) -> None:
    found = line(typed)
    named = found.flag.name if found.flag is not None else ""
    assert (named, found.start, found.current) == (flag, start, current)


def line(typed: str) -> CommandLine:
    return read(typed.split(" "))


def test_after_a_word_that_is_no_command_nothing_is_known() -> None:
    found = line("nonsense -n x ")
    assert (found.command, found.flags, found.given) == ("?", (), {})


SOME = ["a", "pod/a", "-", "--", "-x", "-A", "-nx", "-n=x", "-An", "--namespace=x", "--as-group=g"]
FLAGS = sorted({name for flags in table.FLAGS.values() for flag in flags for name in flag.names})


@given(
    st.sampled_from([name for name in table.COMMANDS if name in table.CONNECTED]),
    st.lists(st.sampled_from(SOME + FLAGS), max_size=6),
)
def test_it_reads_the_same_flags_and_words_as_click(name: str, words: list[str]) -> None:
    try:
        options, left = parsed(name, *words)
    except click.UsageError:
        assume(False)
    found = read([name, *words, ""])
    assert left == found.words
    assert set(options) == {flag for flag in found.given if found.is_given(flag)}
