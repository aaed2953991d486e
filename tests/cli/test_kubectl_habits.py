"""What kubectl users type without thinking."""

from __future__ import annotations

import json

import pytest

from kubectl_pullsecret.cli.main import COMMANDS, SWITCHES, commands
from kubectl_pullsecret.errors import ExitCode
from tests.cli.dumps import FAILING
from tests.cli.outside import invoke


@pytest.mark.parametrize("flag", ["-n=prod", "-nprod", "--namespace=prod"])
def test_a_value_may_stand_close_to_its_flag(flag: str) -> None:
    assert invoke("doctor", flag, "-f", "-", stdin=FAILING).code is ExitCode.FINDINGS


@pytest.mark.parametrize("flag", ["-o=json", "-ojson", "--output=json"])
def test_the_same_for_the_output(flag: str) -> None:
    assert json.loads(invoke("doctor", flag, "-f", "-", stdin=FAILING).out)["items"]


@pytest.mark.parametrize(
    ("flag", "pods"),
    [("-A=true", 1), ("--all-namespaces=true", 1), ("--all-namespaces=false", 0), ("-A=false", 0)],
)
def test_a_switch_may_be_told_true_or_false(flag: str, pods: int) -> None:
    done = invoke("doctor", flag, "-n", "nix", "-f", "-", "-o", "json", stdin=FAILING)
    assert done.code is (ExitCode.FINDINGS if pods else ExitCode.FAILED)


def test_every_switch_may_be_told() -> None:
    found = [commands.get_command(None, name) for name in COMMANDS]  # type: ignore[arg-type]  # they need no context
    options = [option for command in found if command for option in command.params]
    switches = {name for one in options if getattr(one, "is_flag", False) for name in one.opts}
    assert switches == SWITCHES


def test_an_empty_namespace_is_a_forgotten_variable() -> None:
    done = invoke("doctor", "-n", "", "-f", "-", stdin=FAILING)

    assert done.code is ExitCode.USAGE
    assert "the namespace is empty" in done.err


def test_a_namespace_that_is_not_in_the_input_is_no_clean_bill() -> None:
    done = invoke("doctor", "-n", "nix", "-f", "-", stdin=FAILING)

    assert done.code is ExitCode.FAILED
    assert "it has prod" in done.err


def test_the_servers_refusal_in_a_dump_is_told() -> None:
    refusal = {"kind": "Status", "apiVersion": "v1", "message": "secrets is forbidden"}
    done = invoke("doctor", "-f", "-", stdin=json.dumps(refusal).encode())

    assert done.code is ExitCode.FAILED
    assert "secrets is forbidden" in done.err


def test_names_of_several_namespaces_are_each_printed() -> None:
    other = json.loads(FAILING)
    for one in other["items"]:
        one["metadata"]["namespace"] = "other"
        one["metadata"]["uid"] = "other"
    both = {"items": [*json.loads(FAILING)["items"], *other["items"]]}
    dump = json.dumps({"apiVersion": "v1", "kind": "List", **both}).encode()

    assert invoke("doctor", "-o", "name", "-f", "-", stdin=dump).out == "pod/web\npod/web\n"
