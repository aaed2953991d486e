"""What is offered for the last word of a line. The cluster's names are pretended."""

from __future__ import annotations

import click
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kubectl_pullsecret.completion import names, table
from kubectl_pullsecret.completion.command_line import CommandLine, read
from kubectl_pullsecret.completion.offers import FILES, NO_FILES, NO_SPACE, offers
from tests.completion.parsing import parsed

TYPES = ["pod/", "sa/", "rc/", "deploy/", "rs/", "sts/", "ds/", "job/", "cronjob/"]
OBJECTS = {
    "pod": ["web-0", "web-1"],
    "deploy": ["web"],
    "sa": ["default", "robot"],
    "ns": ["prod", "team"],
}


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)


def pretend(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(names, "objects", lambda _line, kind: OBJECTS.get(kind, []))
    patch.setattr(names, "namespaces", lambda _line, **_: OBJECTS["ns"])
    patch.setattr(names, "pull_secrets", lambda _line: ["pull", "pull-2"])
    patch.setattr(names, "listed", lambda _line, kind, name: [f"of-{kind}-{name}"])
    patch.setattr(names, "of_kubeconfig", lambda _line, kind: [f"{kind}-a", f"{kind}-b"])


def offered(typed: str) -> list[str]:
    return [word for word, _ in offers(read(typed.split(" ")))[0]]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", list(table.COMMANDS)),
        ("de", ["detach"]),
        ("--v", ["--version"]),
        ("nonsense ", []),
        ("doctor ", [*TYPES[:2], "ns/", *TYPES[2:]]),
        ("doctor p", ["pod/"]),
        ("doctor depl", ["deploy/"]),
        ("doctor deployments", ["deployments/"]),
        ("doctor pod/", ["pod/web-0", "pod/web-1"]),
        ("doctor po/", ["po/web-0", "po/web-1"]),
        ("doctor Pods/web-1", ["Pods/web-1"]),
        ("doctor deployments.apps/", ["deployments.apps/web"]),
        ("doctor pod/web-0 pod/", ["pod/web-1"]),
        ("doctor pod ", ["web-0", "web-1"]),
        ("doctor pod web-0 ", ["web-1"]),
        ("doctor ns/", ["ns/prod", "ns/team"]),
        ("doctor secret/", []),
        ("doctor what ", []),
        ("attach ", TYPES),
        ("attach sa/", ["sa/default", "sa/robot"]),
        ("attach ns/", []),
        ("attach sa ", ["default", "robot"]),
        ("attach sa/default ", ["pull", "pull-2"]),
        ("attach sa default ", ["pull", "pull-2"]),
        ("attach sa/default pull ", ["pull-2"]),
        ("attach sa/default secret/", ["secret/pull", "secret/pull-2"]),
        ("attach sa/default pod/", []),
        ("detach sa/default ", ["of-sa-default"]),
        ("detach deploy web ", ["of-deploy-web"]),
        ("match --for ", TYPES),
        ("match --for pod/", ["pod/web-0", "pod/web-1"]),
        ("match ", []),
        ("inspect ", ["pull", "pull-2"]),
        ("inspect secret/pull-", ["secret/pull-2"]),
        ("inspect pull ", []),
        ("verify pull ", ["pull-2"]),
        ("copy ", ["pull", "pull-2"]),
        ("create ", []),
        ("create --replace ", ["pull", "pull-2"]),
        ("create x --from-secret ", ["pull", "pull-2"]),
        ("create x --attach sa/d", ["sa/default"]),
        ("copy pull --to-namespace ", ["prod", "team"]),
        ("copy pull --to-namespace prod,", ["prod,team"]),
        ("copy pull --to-namespace=prod,t", ["prod,team"]),
        ("copy pull --to-context ", ["context-a", "context-b"]),
        ("doctor -n ", ["prod", "team"]),
        ("doctor -np", ["-nprod"]),
        ("doctor --namespace=", ["prod", "team"]),
        ("doctor --cluster ", ["cluster-a", "cluster-b"]),
        ("doctor --user=user-a", ["user-a"]),
        ("doctor -o ", ["wide", "json", "yaml", "name"]),
        ("doctor -oj", ["-ojson"]),
        ("attach sa/default --dry-run=", ["none", "client", "server"]),
        ("attach --re", ["--restart", "--recreate", "--recursive", "--request-timeout"]),
        ("attach --restart --rest", []),
        ("doctor --as-group a --as-g", ["--as-group"]),
        ("doctor -- -", []),
        ("explain SecretM", ["SecretMalformed"]),
        ("explain secretm", ["secretmalformed"]),
        ("explain SecretMalformed ", []),
        ("completion un", ["uninstall"]),
        ("completion bash ", []),
        ("list ", []),
    ],
)
def test_the_words_that_may_come(typed: str, words: list[str]) -> None:
    assert offered(typed) == words


@pytest.mark.parametrize(
    ("typed", "directive"),
    [
        ("att", NO_FILES),
        ("attach ", NO_FILES | NO_SPACE),
        ("attach sa/", NO_FILES),
        ("doctor -f ", FILES),
        ("doctor --filename=", FILES),
        ("doctor --kubeconfig ", FILES),
        ("doctor --registry-ca ", FILES),
        ("create x --from-docker-config ", FILES),
        ("match ", NO_FILES),
    ],
)
def test_what_the_shell_is_to_do(typed: str, directive: int) -> None:
    assert offers(read(typed.split(" ")))[1] == directive


def test_commands_and_flags_say_what_they_are() -> None:
    assert offers(read(["expl"]))[0] == [("explain", "Explain a reason that a report names")]
    assert offers(read(["list", "--all"]))[0] == [("--all-namespaces", "Look at every namespace.")]


VOCABULARY = sorted(
    {"", "-", "--", "p", "pod", "pod/", "sa/default", "x", "-n", "-np", "-o=", "a,", "--context="}
    | set(table.COMMANDS)
    | {name for flags in table.FLAGS.values() for flag in flags for name in flag.names}
)
LINES = st.lists(st.sampled_from(VOCABULARY), max_size=5)


@given(LINES, st.sampled_from(VOCABULARY) | st.text(max_size=3))
def test_what_is_offered_begins_with_what_is_typed(words: list[str], last: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch)
        found = offers(read([*words, last]))[0]
    starts = (last, last.partition("=")[2]) if last[:1] == "-" and "=" in last else (last,)
    assert all(word.startswith(starts) for word, _ in found)


@given(st.data(), st.sampled_from(sorted(table.CONNECTED)))
def test_click_goes_on_after_whatever_is_accepted(data: st.DataObject, name: str) -> None:
    words = [name]
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch)
        for _ in range(4):
            start = data.draw(st.sampled_from(["", "-", "--"]), label="typed")
            found = [word for word, _ in offers(read([*words, start]))[0]]
            found = [word for word in found if word[-1:] != "/"] or ["x"]
            words.append(data.draw(st.sampled_from(found), label="accepted"))
    assume(not needs_value(read([*words, ""])))
    parsed(*words)


def needs_value(line: CommandLine) -> bool:
    return line.flag is not None and line.flag.value != "file?"


def test_the_parse_after_an_unknown_flag_does_not_go_on() -> None:
    with pytest.raises(click.UsageError):
        parsed("doctor", "--unknown")
