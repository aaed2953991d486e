"""`create --from-secret`, `--attach` and the doctor's fixes against the real API server."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, path
from tests.api.creation import (
    HUB,
    LEGACY,
    NEW,
    TYPED,
    Create,
    config,
    creating,
    credentials,
    secret_of,
    there,
)
from tests.api.objects import (
    PULL_SECRET,
    REGISTRY,
    failing_pod,
    malformed_secret,
    pull_secret,
    workload,
)
from tests.api.test_silence_about_secrets import CANARY
from tests.cli.outside import invoke

AUTH = b64encode(f"puller:{CANARY}".encode()).decode()
TWICE = b64encode(AUTH.encode()).decode()
GOOD = {"auths": {REGISTRY: {"auth": AUTH}}}


@pytest.fixture
def create(kubeconfig: Path) -> Create:
    return creating(kubeconfig, b"")


def text(content: object) -> str:
    return json.dumps(content)


class TestFromASecret:
    @pytest.mark.parametrize(
        "old",
        [
            pytest.param(secret_of("Opaque", ".dockerconfigjson", GOOD, "old"), id="type"),
            pytest.param(secret_of("Opaque", "config.json", GOOD, "old"), id="data key"),
            pytest.param(secret_of("Opaque", "whatever", GOOD, "old"), id="any data key"),
            pytest.param(secret_of(LEGACY, ".dockercfg", GOOD["auths"], "old"), id="legacy"),
            pytest.param(secret_of(LEGACY, ".dockercfg", GOOD, "old"), id="legacy, misplaced"),
            pytest.param(
                secret_of(PULL_SECRET, ".dockerconfigjson", GOOD["auths"], "old"), id="misplaced"
            ),
            pytest.param(
                secret_of(
                    PULL_SECRET,
                    ".dockerconfigjson",
                    {"auths": {f"https://{REGISTRY.upper()}/v2": {"auth": AUTH}}},
                    "old",
                ),
                id="registry key",
            ),
            pytest.param(
                secret_of(
                    "Opaque", ".dockerconfigjson", b64encode(text(GOOD).encode()).decode(), "old"
                ),
                id="base64 twice over",
            ),
            pytest.param(
                secret_of("Opaque", ".dockerconfigjson", "\ufeff" + text(GOOD), "old"), id="BOM"
            ),
            pytest.param(
                secret_of(
                    PULL_SECRET,
                    ".dockerconfigjson",
                    {"auths": {REGISTRY: {"auth": TWICE}}},
                    "old",
                ),
                id="auth encoded twice",
            ),
            pytest.param(
                secret_of(
                    PULL_SECRET,
                    ".dockerconfigjson",
                    {"auths": {REGISTRY: {"auth": f"puller:{CANARY}"}}},
                    "old",
                ),
                id="auth not encoded",
            ),
        ],
    )
    def test_the_credential_is_reused_whatever_is_wrong_around_it(
        self, create: Create, api: AdminApi, namespace: str, old: Json
    ) -> None:
        before = api.create(old, namespace)
        done = create("pull", "--from-secret", "old")

        assert done.code is ExitCode.FINE, done.err
        assert there(api, namespace)["type"] == PULL_SECRET
        assert credentials(api, namespace) == {REGISTRY: NEW}
        assert there(api, namespace, "old") == before

    def test_a_key_is_renamed_in_place(self, create: Create, api: AdminApi, namespace: str) -> None:
        keys = ("registry-1.docker.io", "a.test")
        api.create(pull_secret("pull", *keys, password=CANARY), namespace)
        rename = f"registry-1.docker.io={HUB}"
        done = create("pull", "--replace", "--from-secret", "pull", "--rename", rename)
        assert done.code is ExitCode.FINE, done.err
        assert credentials(api, namespace) == {HUB: NEW, "a.test": NEW}

    def test_misplaced_entries_are_moved_in_place(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        content = {**GOOD["auths"], "plugins": {}}
        api.create(secret_of(PULL_SECRET, ".dockerconfigjson", content), namespace)
        done = create("pull", "--replace", "--from-secret", "pull")
        assert done.code is ExitCode.FINE, done.err
        assert list(config(api, namespace)) == ["auths", "plugins"]
        assert credentials(api, namespace) == {REGISTRY: NEW}

    def test_once_is_as_good_as_twice(self, create: Create, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("pull", "docker.io", password=CANARY), namespace)
        line = ("pull", "--replace", "--from-secret", "pull")
        assert "configured" in create(*line).out
        assert "unchanged" in create(*line).out

    def test_of_another_type_a_new_name_is_proposed(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        api.create(secret_of("Opaque", "config.json", GOOD), namespace)
        done = create("pull", "--replace", "--from-secret", "pull")
        assert done.code is ExitCode.FAILED
        assert f"create pull-2 -n {namespace} --from-secret pull" in done.err

    @pytest.mark.parametrize(
        ("old", "sentence"),
        [
            (None, 'secrets "old" not found'),
            (secret_of("Opaque", "x", "y", "old"), "holds no docker config that can be read"),
            (
                secret_of(PULL_SECRET, ".dockerconfigjson", {"auths": {}}, "old"),
                "secret/old has no credential that the kubelet can use",
            ),
            (
                secret_of(
                    PULL_SECRET,
                    ".dockerconfigjson",
                    {"auths": {"a.test": {"identitytoken": CANARY}}},
                    "old",
                ),
                "an identity token alone, which the kubelet ignores",
            ),
        ],
        ids=["absent", "no config", "no entries", "identity token"],
    )
    def test_nothing_to_reuse_is_said(
        self, create: Create, api: AdminApi, namespace: str, old: Json | None, sentence: str
    ) -> None:
        if old is not None:
            api.create(old, namespace)
        done = create("pull", "--from-secret", "old")
        assert done.code is ExitCode.FAILED
        assert sentence in done.err
        assert not api.answers(path("Secret", namespace, "pull"))


class TestAttach:
    def test_the_new_secret_is_attached_by_the_same_command(
        self, kubeconfig: Path, api: AdminApi, namespace: str
    ) -> None:
        api.create(workload("Deployment", "web", "old"), namespace)
        api.create(pull_secret("old", "other.test"), namespace)
        create = creating(kubeconfig)
        line = ("pull", "--docker-server", REGISTRY, *TYPED, "--attach", "deploy/web")
        done = create(*line)
        assert done.code is ExitCode.FINE, done.err
        web = api.get(path("Deployment", namespace, "web"))
        listed = web["spec"]["template"]["spec"]["imagePullSecrets"]
        assert listed == [{"name": "old"}, {"name": "pull"}]
        again = create(*line)
        assert again.out.count("unchanged") == 2

    def test_what_cannot_be_attached_is_not_created(
        self, kubeconfig: Path, api: AdminApi, namespace: str
    ) -> None:
        done = creating(kubeconfig)("pull", *TYPED, "--attach", "deploy/nix")
        assert done.code is ExitCode.FAILED
        assert not api.answers(path("Secret", namespace, "pull"))


class TestTheDoctorsFix:
    """As printed; a password comes on stdin."""

    @pytest.mark.parametrize(
        "secret",
        [
            pytest.param(malformed_secret("pull"), id="malformed"),
            pytest.param(
                secret_of(PULL_SECRET, ".dockerconfigjson", {"auths": [CANARY]}), id="auths a list"
            ),
            pytest.param(pull_secret("pull", REGISTRY.upper()), id="upper case"),
            pytest.param(pull_secret("pull", "registry.test"), id="port missing"),
            pytest.param(secret_of("Opaque", "config.json", GOOD), id="type"),
            pytest.param(
                secret_of(PULL_SECRET, ".dockerconfigjson", GOOD["auths"]), id="misplaced"
            ),
            pytest.param(secret_of(LEGACY, ".dockercfg", GOOD), id="legacy, misplaced"),
            pytest.param(None, id="absent"),
        ],
    )
    def test_makes_the_credential_serve_the_image(
        self, kubeconfig: Path, api: AdminApi, namespace: str, secret: Json | None
    ) -> None:
        if secret is not None:
            api.create(secret, namespace)
        failing_pod(api, namespace, "web", "pull")
        fixes = fixes_of(kubeconfig)
        assert any("create" in argv for argv in fixes), fixes
        for argv in fixes:
            if "create" in argv:
                assert run(kubeconfig, argv).code is ExitCode.FINE, argv
        served = [name for name in ("pull", "pull-2") if _serves(api, namespace, name)]
        assert served


def fixes_of(kubeconfig: Path) -> list[list[str]]:
    done = invoke("doctor", "pod/web", "-o", "json", "--kubeconfig", str(kubeconfig))
    items: list[Any] = json.loads(done.out)["items"]
    return [fix["argv"] for item in items for fix in item["fixes"] if fix["argv"]]


def run(kubeconfig: Path, argv: list[str]) -> Any:
    assert argv[:2] == ["kubectl", "pullsecret"]
    assert argv[2] == "create"
    asks = "--docker-server" in argv
    more = ("--docker-password-stdin",) if asks else ()
    return creating(kubeconfig, CANARY.encode() if asks else b"")(*argv[3:], *more)


def _serves(api: AdminApi, namespace: str, name: str) -> bool:
    if not api.answers(path("Secret", namespace, name)):
        return False
    secret = there(api, namespace, name)
    usable = secret["type"] in (PULL_SECRET, LEGACY)
    return usable and any(
        key.startswith(REGISTRY) and user
        for key, (user, _) in credentials(api, namespace, name).items()
    )
