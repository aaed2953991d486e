"""`inspect` from the command line, and that no command shows a password without --reveal."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke
from tests.golden import assert_golden

HERE = Path(__file__).parent
CAPTURES = HERE.parent / "data" / "captures" / "containerd-2.2"

CANARIES = ("hunter2", "Tr0ub4dor", "keypass", "idtoken-secret", "auth-pass", "field-secret")
AUTHS = {
    "https://index.docker.io/v1/": {"username": "hub", "password": "hunter2\n"},
    "registry.test:5000": {"auth": base64.b64encode(b"puller:auth-pass").decode()},
    "https://me:keypass@other.test/v2/": {"username": "me", "password": "Tr0ub4dor"},
    "HTTPS://me:keypass@third.test": {"username": "me", "password": "Tr0ub4dor"},
    "fourth.test": {"identitytoken": "idtoken-secret", "field-secret": "x"},
}
CONFIG = {"auths": AUTHS, "credsStore": "desktop", "field-secret": {"a": "field-secret"}}
ENCODED = [base64.b64encode(canary.encode()).decode().rstrip("=")[:8] for canary in CANARIES]


def manifest(config: object = CONFIG, name: str = "pull", **changes: object) -> bytes:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "team"},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(json.dumps(config).encode()).decode()},
        **changes,
    }
    return json.dumps(secret).encode()


def run_tool(*args: str, stdin: bytes = b"") -> tuple[ExitCode, str, str]:
    """Exit code, stdout and stderr of one run."""
    done = invoke(*args, stdin=stdin)
    return done.code, done.out, done.err


def inspect(*args: str, stdin: bytes = b"") -> tuple[ExitCode, str, str]:
    return run_tool("inspect", *args, stdin=stdin)


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIG), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "name", ["auth-not-base64", "secret-opaque", "identitytoken-only", "hub-registry-1"]
)
def test_what_people_read_of_a_secret(name: str) -> None:
    code, out, err = inspect("-f", str(CAPTURES / f"{name}.json"))
    assert_golden(HERE / "golden" / f"inspect-{name}.txt", f"{out}{err}[exit code {int(code)}]\n")


def test_what_people_read_of_a_docker_config(config: str) -> None:
    code, out, err = inspect("--docker-config", config)
    assert (code, err) == (ExitCode.FINE, "")
    assert_golden(HERE / "golden" / "inspect-docker-config.txt", out.replace(config, "config.json"))


def test_what_people_read_of_a_secret_with_everything() -> None:
    code, out, err = inspect("-f", "-", stdin=manifest())
    assert (code, err) == (ExitCode.FINE, "")
    assert_golden(HERE / "golden" / "inspect-everything.txt", out)


def test_the_document_is_a_pull_secret() -> None:
    _, out, _ = inspect("-f", str(CAPTURES / "auth-not-base64.json"), "-o", "json")
    assert json.loads(out) == {
        "apiVersion": "pullsecret/v1alpha1",
        "kind": "PullSecret",
        "namespace": "s-auth-not-base64",
        "name": "pull",
        "file": None,
        "type": "kubernetes.io/dockerconfigjson",
        "state": "malformed",
        "expires": None,
        "notReadBecause": "",
        "malformed": {
            "kubeletText": "illegal base64 data at input byte 0",
            "where": 'auths["registry.test:5000"].auth',
            "why": "auth is not base64 (byte 0)",
            "remedy": "it must be base64 of user:password",
            "key": "registry.test:5000",
        },
        "entries": [],
        "ignored": [],
        "remarks": [
            {
                "key": "registry.test:5000",
                "text": "auth is not base64 (byte 0); it must be base64 of user:password",
                "severity": "problem",
            }
        ],
        "created": "2026-11-21T06:25:09Z",
        "immutable": False,
        "managedBy": [],
        "usedBy": {
            "serviceAccounts": [],
            "workloads": [],
            "pods": {"count": 1, "names": ["demo"]},
            "unseen": [],
        },
        "warnings": [],
    }


def test_an_entry_of_the_document_has_a_password_only_when_revealed() -> None:
    args = ("-f", "-", "-o", "json")
    (masked,) = json.loads(
        inspect(*args, stdin=manifest({"auths": {"a.test": AUTHS["registry.test:5000"]}}))[1]
    )["entries"]
    expected = {
        "key": "a.test",
        "lookupKey": "a.test",
        "username": "puller",
        "hasPassword": True,
        "email": "",
        "kind": "user and password",
        "state": "ok",
        "expires": None,
        "remarks": [],
    }
    assert masked == expected
    _, out, _ = inspect(
        *args, "--reveal", stdin=manifest({"auths": {"a.test": AUTHS["registry.test:5000"]}})
    )
    assert json.loads(out)["entries"] == [{**expected, "password": "auth-pass"}]


def test_reveal_shows_the_password_on_stdout() -> None:
    _, out, err = inspect("-f", "-", "--reveal", stdin=manifest())
    assert "password auth-pass" in out
    assert "password hunter2\\n" in out  # a newline at its end is the news
    assert err == ""


class TestExitCode:
    def test_a_malformed_secret_is_a_finding(self) -> None:
        assert inspect("-f", str(CAPTURES / "auth-not-base64.json"))[0] is ExitCode.FINDINGS

    def test_a_malformed_docker_config_is_a_finding(self, tmp_path: Path) -> None:
        path = tmp_path / "config.json"
        path.write_text('{"auths": [}', encoding="utf-8")
        assert inspect("--docker-config", str(path))[0] is ExitCode.FINDINGS

    def test_a_secret_that_is_not_there_proposes_near_names(self) -> None:
        code, out, err = inspect("pul", "-f", "-", stdin=manifest())
        assert (code, out) == (ExitCode.FAILED, "")
        assert err == "error: secret/pul is not in the input\ndid you mean pull?\n"

    def test_a_docker_config_that_is_not_there(self, tmp_path: Path) -> None:
        code, _, err = inspect("--docker-config", str(tmp_path / "none.json"))
        assert code is ExitCode.FAILED
        assert "docker login" in err

    def test_several_secrets_without_a_name(self) -> None:
        code, _, err = inspect("-f", str(CAPTURES / "pod-shadows-sa.json"))
        assert code is ExitCode.USAGE
        assert "s-pod-shadows-sa/mine, s-pod-shadows-sa/sasecret" in err

    def test_docker_config_and_a_file_are_two_questions(self, config: str) -> None:
        code, _, err = inspect("--docker-config", config, "-f", config)
        assert code is ExitCode.USAGE
        assert "neither a SECRET nor -f" in err


def test_a_docker_config_without_a_path_is_dockers_own(
    config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(Path(config).parent))
    code, out, _ = inspect("--docker-config", "-o", "json")
    assert code is ExitCode.FINE
    assert json.loads(out)["file"] == config


@pytest.mark.parametrize("name", ["pull", "secret/pull"])
def test_a_secret_is_named_with_or_without_its_type(name: str) -> None:
    assert inspect(name, "-f", "-", stdin=manifest())[0] is ExitCode.FINE


class TestGitWarning:
    def test_a_manifest_with_a_live_credential_does_not_belong_into_git(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "secret.json"
        path.write_bytes(manifest())
        assert "do not commit this file to git" in inspect("-f", str(path))[1]
        assert json.loads(inspect("-f", str(path), "-ojson")[1])["warnings"] != []

    def test_one_without_a_password_may(self, tmp_path: Path) -> None:
        path = tmp_path / "secret.json"
        path.write_bytes(manifest({"auths": {"a.test": {"username": "u"}}}))
        assert "git" not in inspect("-f", str(path))[1]

    def test_standard_input_is_no_file(self) -> None:
        assert "git" not in inspect("-f", "-", stdin=manifest())[1]


SECRET_COMMANDS = [
    ("match", "nginx", "registry.test:5000/a", "other.test/b", "third.test/c", "-f", "-"),
    ("list", "-f", "-"),
    ("inspect", "-f", "-"),
]
OUTPUTS = ["", "wide", "json", "yaml", "name"]
CONTENTS = {
    "readable": manifest(),
    "wrong type": manifest(type="Opaque"),
    "malformed": manifest({"auths": {**AUTHS, "https://u:keypass@bad.test": {"auth": "!hunter2"}}}),
    "malformed entry": manifest({"auths": {"a.test": {"password": ["Tr0ub4dor"]}}}),
}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("args", SECRET_COMMANDS, ids=lambda args: args[0])
def test_no_command_shows_any_part_of_a_password(
    args: tuple[str, ...], content: str, output: str
) -> None:
    flags = ("-o", output) if output else ()
    _, out, err = run_tool(*args, *flags, stdin=CONTENTS[content])
    assert out + err
    assert [canary for canary in (*CANARIES, *ENCODED) if canary in out + err] == []


@pytest.mark.parametrize("output", OUTPUTS)
def test_neither_does_a_docker_config(config: str, output: str) -> None:
    flags = ("-o", output) if output else ()
    _, out, err = inspect("--docker-config", config, *flags)
    assert out + err
    assert [canary for canary in (*CANARIES, *ENCODED) if canary in out + err] == []
