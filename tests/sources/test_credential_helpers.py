"""Docker's credential helpers: who is asked for what, and what their answers mean."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import AuthEntry
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.credential_helpers import Helpers, Kept, kept_credentials

HUB = "https://index.docker.io/v1/"
NOTHING = "echo 'credentials not found in native keychain'; exit 1"
IN_FILE = AuthEntry("file.test", "file", Masked("file"))

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Puts a helper into the only folder of PATH; each writes down what it was asked."""

    def install(name: str, script: str) -> None:
        program = tmp_path / f"docker-credential-{name}"
        asked = f'asked=$(/bin/cat); echo "{name} $1 $asked" >> {tmp_path}/asked'
        program.write_text(f"#!/bin/sh\n{asked}\n{script}\n")
        program.chmod(0o755)

    return install


@pytest.fixture
def keep(tmp_path: Path) -> Callable[..., Kept]:
    def keep(helpers: Helpers, *registries: str, patience: float = 10) -> Kept:
        environment = {"PATH": str(tmp_path)}
        return kept_credentials((IN_FILE,), helpers, registries, environment, patience)

    return keep


Keep = Callable[..., Kept]


def answering(user: str, secret: str = "pass") -> str:
    answer = json.dumps({"ServerURL": "x", "Username": user, "Secret": secret})
    return f"""[ "$1" = get ] && echo '{answer}' || echo '{{"r.test": "{user}"}}'"""


def found(kept: Kept) -> Mapping[str, str]:
    return {entry.key: entry.username for entry in kept.entries}


@pytest.mark.parametrize(
    ("config", "helpers"),
    [
        ({"credsStore": "pass"}, Helpers("pass")),
        ({"credHelpers": {"r.test": "ecr"}}, Helpers("", {"r.test": "ecr"})),
        ({"credsStore": 1, "credHelpers": ["x"]}, Helpers()),
        ({"credHelpers": {"r.test": 1, "s.test": "s"}}, Helpers("", {"s.test": "s"})),
        ([], Helpers()),
    ],
)
def test_a_config_names_its_helpers(config: object, helpers: Helpers) -> None:
    assert Helpers.of(json.dumps(config).encode()) == helpers


def test_all_are_asked_for_all(install: Install, keep: Keep, tmp_path: Path) -> None:
    install("own", answering("own"))
    install("store", answering("store"))
    kept = keep(Helpers("store", {"own.test": "own"}))
    assert found(kept) == {"own.test": "own", "r.test": "store", "file.test": "file"}
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["own get own.test", "store list unused", "store get r.test"]


def test_a_registry_that_is_named_has_one_helper_asked(
    install: Install, keep: Keep, tmp_path: Path
) -> None:
    install("own", answering("own"))
    install("store", answering("store"))
    assert found(keep(Helpers("store", {"own.test": "own"}), "https://own.test/"))["own.test"]
    assert (tmp_path / "asked").read_text().splitlines() == ["own get own.test"]


@pytest.mark.parametrize("registry", ["docker.io", "index.docker.io", HUB])
def test_docker_hub_is_asked_for_as_docker_stores_it(
    install: Install, keep: Keep, registry: str
) -> None:
    install("store", f"""[ "$asked" = {HUB} ] && {answering("hub")} || echo '{{}}'""")
    assert found(keep(Helpers("store"), registry))[HUB] == "hub"


def test_a_helper_goes_before_the_file(install: Install, keep: Keep) -> None:
    install("own", answering("own"))
    assert found(keep(Helpers("", {"https://file.test": "own"}))) == {"https://file.test": "own"}


def test_an_identity_token_is_no_credential_for_the_kubelet(install: Install, keep: Keep) -> None:
    install("own", answering("<token>"))
    (entry, _) = keep(Helpers("", {"own.test": "own"})).entries
    assert entry == AuthEntry("own.test", "", Masked(""), ignored=("identitytoken",))


def test_what_a_helper_does_not_know_is_no_failure(install: Install, keep: Keep) -> None:
    install("own", NOTHING)
    assert keep(Helpers("", {"own.test": "own"}), "own.test") == Kept((IN_FILE,))


FAILURES = {
    "missing": ("", "is not found"),
    "fails": ("echo S3cret; exit 3", "failed with exit code 3 at get own.test"),
    "no JSON": ("echo S3cret", "does not answer get own.test with a JSON object"),
    "a list": ("echo '[\"S3cret\"]'", "does not answer get own.test with a JSON object"),
    "a number": ("echo '{\"Secret\": 5}'", "does not answer get own.test with a JSON object"),
    "killed": ("kill -9 $$", "was ended by signal 9"),
}


@pytest.mark.parametrize(("script", "why"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_one_sentence_without_the_answer(
    install: Install, keep: Keep, script: str, why: str
) -> None:
    if script:
        install("own", script)
    with pytest.raises(PullSecretError) as caught:
        keep(Helpers("", {"own.test": "own"}), "own.test")
    assert caught.value.message.startswith(f"the credential helper docker-credential-own {why}")
    assert "S3cret" not in caught.value.message + caught.value.remedy


def test_without_a_named_registry_a_failure_is_a_warning(install: Install, keep: Keep) -> None:
    install("own", "exit 3")
    kept = keep(Helpers("", {"own.test": "own"}))
    assert found(kept) == {"file.test": "file"}
    assert "docker-credential-own failed with exit code 3" in kept.warnings[0]


def test_a_helper_that_prints_without_end_is_stopped(install: Install, keep: Keep) -> None:
    install("own", "while :; do echo 0123456789012345678901234567890123456789; done")
    with pytest.raises(PullSecretError, match="answers with more than 1 MiB"):
        keep(Helpers("", {"own.test": "own"}), "own.test", patience=20)


def test_a_helper_that_does_not_answer_is_given_up(install: Install, keep: Keep) -> None:
    install("own", "/bin/sleep 20 & wait")
    began = time.monotonic()
    with pytest.raises(PullSecretError, match="has not answered"):
        keep(Helpers("", {"own.test": "own"}), "own.test", patience=0.3)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", ["../own", "", "a/b"])
def test_a_name_that_is_a_path_is_no_helper(keep: Keep, name: str) -> None:
    with pytest.raises(PullSecretError, match="is not found"):
        keep(Helpers("", {"own.test": name}), "own.test")
