"""The command line of `create`: what it takes and refuses, and what needs no server."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubectl_pullsecret.cli.connection import FLAGS
from kubectl_pullsecret.cli.create import Wish
from kubectl_pullsecret.cli.create import command as create
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.report import Create, Rewrap
from kubectl_pullsecret.views.commands import command
from tests.cli.outside import Outcome, invoke

PASSWORD = "<&>\"'é p@ss"
USER = ("--docker-username", "me")
PIPED = (*USER, "--docker-password-stdin")
DRY = "--dry-run=client"


def dry(*args: str, password: str = PASSWORD) -> Outcome:
    """A dry run; there is no cluster."""
    return invoke("create", "pull", *args, DRY, stdin=password.encode() + b"\n")


def config_of(secret: dict[str, Any]) -> Any:
    return json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))


class TestAManifest:
    @pytest.mark.parametrize("output", ["yaml", "json"])
    @pytest.mark.parametrize(
        "flags",
        [
            (),
            ("--docker-server=https://index.docker.io/v1/",),
            ("--docker-server=registry.test:5000", "--docker-email=a@b.test"),
            ("-n", "team"),
        ],
        ids=["Docker Hub", "the same, named", "all flags", "a namespace"],
    )
    def test_is_kubectls_own_character_for_character(
        self, kubectl: Path, output: str, flags: tuple[str, ...]
    ) -> None:
        argv = ("create", "secret", "docker-registry", "pull", *flags, *USER, DRY, f"-o={output}")
        theirs = subprocess.run(
            [kubectl, *argv, f"--docker-password={PASSWORD}"], capture_output=True, check=True
        )
        ours = dry(*flags, *PIPED, f"-o={output}")
        assert ours.out == theirs.stdout.decode()
        assert ours.err == ""

    def test_needs_no_cluster_and_no_kubeconfig(self) -> None:
        made = dry(*PIPED, "-o", "yaml", "--kubeconfig", "/nowhere")
        assert made.code is ExitCode.FINE
        assert yaml.safe_load(made.out)["kind"] == "Secret"

    def test_of_another_format_is_a_report_without_the_password(self) -> None:
        assert "secret/pull: created (dry run)\n  + https://index.docker.io/v1/" in dry(*PIPED).out
        assert dry(*PIPED, "-o", "name").out == "secret/pull\n"


@pytest.mark.parametrize("flag", [("--docker-password", "S3cret"), ("--docker-password=S3cret",)])
@pytest.mark.parametrize("more", [(), ("another", "word"), ("--nix",), ("--rename", "S3cret")])
def test_a_password_in_argv_is_refused_and_not_repeated(
    flag: tuple[str, ...], more: tuple[str, ...]
) -> None:
    done = dry(*USER, *flag, *more)
    assert done.code is ExitCode.USAGE
    assert "S3cret" not in done.err + done.out
    if "--nix" not in more:
        assert "error: a password does not belong into --docker-password" in done.err
        assert "kubectl pullsecret create NAME --docker-username USER" in done.err


REFUSALS = {
    "nobody to ask for a password": (USER, "nobody is here to ask for the password"),
    "nobody to ask for a user": ((), "nobody is here to ask for the user name"),
    "no user": (("--docker-username", "", "--docker-password-stdin"), "the user name is empty"),
    "user:password": (("--docker-username", "me:S3", "--docker-password-stdin"), "holds a colon"),
    "two sources": (("--from-secret", "old", *USER), "--from-secret says already"),
    "two sources too": (("--from-secret", "old", "--from-docker-config"), "says already"),
    "a filter of nothing": (("--registry", "r.test", *PIPED), "choose among stored credentials"),
    "only without replace": (("--only", *PIPED), "add --replace"),
    "half a rename": (("--from-secret", "old", "--rename", "key"), "takes KEY=KEY"),
    "a rename to nothing": (("--from-secret", "old", "--rename", "key="), "takes KEY=KEY"),
    "a name of none": (("--from-secret", "Old!"), "Old!: no Secret can have this name"),
    "a blank": (("--docker-server", "r .test", *PIPED), "r .test can serve no image: a blank"),
    "no server": (("--docker-server", "", *PIPED), '"" can serve no image: the key names no host'),
    "a bad port": (("--docker-server", "r.test:x", *PIPED), "its port is no number"),
}


@pytest.mark.parametrize(("args", "why"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_meant_is_refused(args: tuple[str, ...], why: str) -> None:
    done = dry(*args)
    assert done.code is ExitCode.USAGE
    assert why in done.err


@pytest.mark.parametrize("piped", ["", "\n"])
def test_a_pipe_without_a_password_is_refused(piped: str) -> None:
    done = invoke("create", "pull", *PIPED, DRY, stdin=piped.encode())
    assert done.code is ExitCode.USAGE
    assert "standard input holds no password" in done.err


@pytest.mark.parametrize("name", ["Pull", "", "-", "a/b", "x" * 300])
def test_a_name_that_no_secret_can_have_is_refused(name: str) -> None:
    done = invoke("create", "--", name)
    assert done.code is ExitCode.USAGE


@pytest.mark.parametrize(
    "fix",
    [
        Create("team", "pull", "r.test", "me"),
        Create("team", "pull", "r.test", replace=True),
        Create("team", "pull", "-odd", "-me"),
        Rewrap("team", "pull", "pull", (("a=b", "r.test"), ("-c", "d.test"))),
        Rewrap("team", "pull", "old"),
    ],
)
def test_every_fix_of_the_doctor_parses(fix: Create | Rewrap) -> None:
    argv = command(fix)
    assert argv is not None
    piped = ("--docker-password-stdin",) if isinstance(fix, Create) else ()
    done = invoke(*argv[2:], *piped, stdin=b"x")
    assert done.code is not ExitCode.USAGE or "can serve no image" in done.err


class TestADockerConfig:
    @pytest.fixture
    def config(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """What docker login leaves behind, and a helper that knows one more registry."""
        helper = tmp_path / "docker-credential-ours"
        answer = json.dumps({"ServerURL": "x", "Username": "AWS", "Secret": PASSWORD})
        (tmp_path / "answer").write_text(answer)
        script = f"/bin/cat > {tmp_path}/asked\n/bin/cat {tmp_path}/answer\n"
        helper.write_text(f"#!/bin/sh\n{script}")
        helper.chmod(0o755)
        path = tmp_path / "config.json"
        auth = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
        auths = {
            "https://index.docker.io/v1/": {"auth": auth},
            "r.test": {"auth": auth},
            "token.test": {"identitytoken": PASSWORD},
        }
        path.write_text(json.dumps({"auths": auths, "credHelpers": {"ecr.test": "ours"}}))
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        return path

    def users(self, *args: str) -> dict[str, str]:
        done = invoke("create", "pull", DRY, "-o", "yaml", *args)
        assert done.code is ExitCode.FINE, done.err
        auths = config_of(yaml.safe_load(done.out))["auths"]
        assert all(one["password"] == PASSWORD for one in auths.values())
        return {key: one["username"] for key, one in auths.items()}

    @pytest.mark.usefixtures("config")
    def test_gives_all_that_the_kubelet_can_use(self) -> None:
        expected = {"ecr.test": "AWS", "https://index.docker.io/v1/": "me", "r.test": "me"}
        assert self.users("--from-docker-config") == expected

    def test_may_be_named(self, config: Path) -> None:
        assert len(self.users("--from-docker-config", str(config))) == 3

    @pytest.mark.usefixtures("config")
    def test_gives_only_the_registries_that_are_named(self) -> None:
        args = ("--from-docker-config", "--registry", "docker.io", "--registry", "ecr.test")
        assert self.users(*args) == {"https://index.docker.io/v1/": "me", "ecr.test": "AWS"}

    def test_asks_a_helper_for_the_registry_alone(self, config: Path) -> None:
        self.users("--from-docker-config", "--registry", "ecr.test")
        assert (config.parent / "asked").read_text() == "ecr.test"

    @pytest.mark.parametrize(
        ("registry", "why"),
        [
            ("token.test", "an identity token alone, which the kubelet ignores"),
            ("other.test", "has no entry for other.test"),
        ],
    )
    def test_says_what_it_cannot_give(self, config: Path, registry: str, why: str) -> None:
        done = dry("--from-docker-config", str(config), "--registry", registry)
        assert done.code is ExitCode.FAILED
        assert why in done.err
        assert PASSWORD not in done.err

    def test_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        done = dry("--from-docker-config", str(tmp_path / "nix"))
        assert done.code is ExitCode.FAILED
        assert "there is no docker config" in done.err
        assert "--from-docker-config FILE" in done.err


def test_the_wish_has_a_field_for_each_flag_of_the_command() -> None:
    shared = {"changing", "namespace", "dry_run", "field_manager", "output"}
    connection = {flag.field for flag in FLAGS} | {"verbosity"}
    offered = {one.name for one in create.params if one.expose_value}
    assert set(Wish._fields) == offered - shared - connection
