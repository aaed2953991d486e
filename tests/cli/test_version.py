from __future__ import annotations

import json

import kubectl_pullsecret
from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke

VERSION = f"v{kubectl_pullsecret.__version__}"


def test_the_client_s_version_needs_no_server() -> None:
    outcome = invoke("version", "--client")
    assert outcome.out == f"Client Version: {VERSION}\n"
    assert outcome.code is ExitCode.FINE


def test_without_an_answer_the_client_s_version_is_still_told() -> None:
    outcome = invoke("version")
    assert outcome.out == f"Client Version: {VERSION}\n"
    assert outcome.code is ExitCode.FAILED
    assert "127.0.0.1:1 was refused" in outcome.err


def test_as_json_it_has_kubectl_s_keys() -> None:
    outcome = invoke("version", "--client", "-o", "json")
    assert json.loads(outcome.out) == {"clientVersion": {"gitVersion": VERSION}}
