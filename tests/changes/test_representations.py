"""No type that carries a credential prints it."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from kubectl_pullsecret.changes.content import config_text, new_content
from kubectl_pullsecret.changes.create import CreateRequest, compose_secret
from kubectl_pullsecret.changes.entries import Choice, choose
from kubectl_pullsecret.changes.plan import SecretDraft
from kubectl_pullsecret.credentials import AuthEntry, Masked
from kubectl_pullsecret.credentials.composing import compose, member_of
from kubectl_pullsecret.credentials.mending import rescue
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.sources.credential_helpers import Helpers, kept_credentials
from kubectl_pullsecret.sources.docker_config import read_docker_config_file
from tests.diagnosis.cluster import NAMESPACE, Cluster

CANARY = "C4nary-passw0rd"
ENTRY = AuthEntry("r.test", "user", Masked(CANARY))
AUTH = b64encode(f"user:{CANARY}".encode()).decode()
CONFIG = json.dumps({"auths": {"r.test": {"auth": AUTH, "password": CANARY}}}).encode()
PULL = ObjectRef("Secret", NAMESPACE, "pull")
SEEN = Cluster().secret("pull", {"r.test": {"auth": AUTH}}).snapshot()
REQUEST = CreateRequest(PULL, (ENTRY._replace(username="new"),), replace=True)
CHOSEN = choose([ENTRY], Choice(), "the input")
HELPER = f"""#!/bin/sh
echo '{{"ServerURL": "r.test", "Username": "user", "Secret": "{CANARY}"}}'
"""

CARRIERS = {
    "Member": member_of(ENTRY),
    "a Member's value": member_of(ENTRY).value,
    "ConfigText": compose([ENTRY]),
    "ConfigText of a Secret": config_text(SEEN.secrets[NAMESPACE, "pull"]),
    "Chosen": CHOSEN,
    "Content": new_content(CHOSEN),
    "CreateRequest": REQUEST,
    "Made": compose_secret(REQUEST, SEEN),
    "SecretDraft": SecretDraft(PULL, Masked(CANARY)),
    "Rescued": rescue(CONFIG, legacy=False),
}


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
def test_a_value_that_carries_a_password_prints_none(carrier: object) -> None:
    assert carrier is not None
    for shown in (repr(carrier), str(carrier)):
        assert CANARY not in shown
        assert AUTH not in shown


def test_a_docker_config_prints_only_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(CONFIG)
    assert repr(read_docker_config_file(str(path))) == f"DockerConfigFile(path={str(path)!r})"


def test_a_credential_helper_s_answer_prints_no_password(tmp_path: Path) -> None:
    helper = tmp_path / "docker-credential-canary"
    helper.write_text(HELPER)
    helper.chmod(0o700)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    kept = kept_credentials([], Helpers(by_registry={"r.test": "canary"}), (), environment)
    assert kept.entries == (ENTRY,)
    assert CANARY not in repr(kept)
