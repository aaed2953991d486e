"""`create` against the real API server: what is written, kept, exchanged and refused."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import may
from tests.api.admin_api import AdminApi, Json, path
from tests.api.between import GoBetween, go_between
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane
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
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import PULL_SECRET, REGISTRY, malformed_secret, pull_secret
from tests.api.test_silence_about_secrets import CANARY
from tests.cli.outside import Outcome


@pytest.fixture
def create(kubeconfig: Path) -> Create:
    return creating(kubeconfig)


def error_of(outcome: Outcome) -> str:
    return "".join(line for line in outcome.err.splitlines(True) if line.startswith("error:"))


class TestANewSecret:
    def test_has_what_kubectl_writes(self, create: Create, api: AdminApi, namespace: str) -> None:
        done = create("pull", "--docker-server", REGISTRY, "--docker-email", "a@b.test", *TYPED)

        assert done.code is ExitCode.FINE, done.err
        assert done.out.startswith(f"secret/pull in {namespace}: created\n")
        auth = b64encode(f"puller:{CANARY}".encode()).decode()
        entry = {"username": "puller", "password": CANARY, "email": "a@b.test", "auth": auth}
        assert there(api, namespace)["type"] == PULL_SECRET
        assert config(api, namespace) == {"auths": {REGISTRY: entry}}

    @pytest.mark.parametrize(
        ("server", "key"),
        [
            ((), HUB),
            (("--docker-server", "docker.io"), HUB),
            (("--docker-server", "https://registry-1.docker.io/v2/"), HUB),
            (("--docker-server", "https://Registry.Test:5000/v2/"), REGISTRY),
            (("--docker-server", "https://other.test/team/"), "other.test/team"),
        ],
    )
    def test_has_the_key_that_the_kubelet_needs(
        self, create: Create, api: AdminApi, namespace: str, server: tuple[str, ...], key: str
    ) -> None:
        create("pull", *server, *TYPED)
        assert credentials(api, namespace) == {key: NEW}

    @pytest.mark.parametrize("output", ["json", "yaml", "name"])
    def test_is_reported_without_its_password(self, create: Create, output: str) -> None:
        for dry_run in ("server", "none"):  # `create` looks for the password in what is written
            done = create("pull", *TYPED, f"--dry-run={dry_run}", "-o", output)
            assert done.code is ExitCode.FINE
            assert "pull" in done.out

    def test_is_unchanged_by_the_same_command(self, create: Create) -> None:
        assert create("pull", *TYPED).code is ExitCode.FINE
        again = create("pull", *TYPED)

        assert again.code is ExitCode.FINE
        assert "unchanged" in again.out

    def test_does_not_take_the_place_of_another(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        before = api.create(pull_secret("pull", REGISTRY), namespace)
        done = create("pull", "--docker-server", REGISTRY, *TYPED)

        assert done.code is ExitCode.FAILED
        assert f"secret/pull in {namespace} is there already" in done.err
        assert "--replace" in done.err
        assert there(api, namespace) == before

    def test_is_not_there_after_a_dry_run(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        for dry_run in ("client", "server"):
            done = create("pull", *TYPED, f"--dry-run={dry_run}")
            assert done.code is ExitCode.FINE
            assert f"+ {HUB}: user puller, password •••" in done.out
        assert not api.answers(path("Secret", namespace, "pull"))

    def test_is_made_where_it_may_not_be_read(
        self, as_user: AsUser, api: AdminApi, namespace: str
    ) -> None:
        create = creating(as_user("writer", [may("create", "secrets")]))
        assert create("pull", *TYPED).code is ExitCode.FINE
        assert credentials(api, namespace) == {HUB: NEW}
        assert 'secrets "pull" already exists' in create("pull", *TYPED).err

    def test_needs_the_right_to_create(self, as_user: AsUser) -> None:
        done = creating(as_user("reader", [may("get", "secrets")]))("pull", *TYPED)
        assert done.code is ExitCode.FAILED
        assert "cannot create resource" in error_of(done)


class TestReplace:
    def test_creates_what_is_absent_and_replaces_what_is_there_in_one_line(
        self, kubeconfig: Path, api: AdminApi, namespace: str
    ) -> None:
        server = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
        line = ("ecr", "--docker-server", server, "--docker-username", "AWS")
        for password in ("first", "second"):
            create = creating(kubeconfig, f"{password}\n".encode())
            done = create(*line, "--docker-password-stdin", "--replace")
            assert done.code is ExitCode.FINE, done.err
            assert credentials(api, namespace, "ecr") == {server: ("AWS", password)}

    def test_keeps_every_other_entry_and_field_and_key(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        auths = {
            "a.test": {"auth": "dTpw", "extra": 1},
            REGISTRY: {"auth": "dTpw"},
            "b.test": {"identitytoken": "x"},
        }
        content = {"auths": auths, "credHelpers": {"c.test": "pass"}}
        secret = secret_of(PULL_SECRET, ".dockerconfigjson", content)
        secret["data"]["other"] = "eA=="
        secret["metadata"]["labels"] = {"team": "a"}
        uid = api.create(secret, namespace)["metadata"]["uid"]
        done = create("pull", "--replace", "--docker-server", REGISTRY, *TYPED)

        assert done.code is ExitCode.FINE, done.err
        assert "the entries of a.test, b.test stay as they are" in done.out
        after, now = config(api, namespace), there(api, namespace)
        assert list(after["auths"]) == list(auths)
        assert after["auths"] | {REGISTRY: auths[REGISTRY]} == auths
        assert after["credHelpers"] == content["credHelpers"]
        assert credentials(api, namespace)[REGISTRY] == NEW
        assert (now["data"]["other"], now["metadata"]["labels"]) == ("eA==", {"team": "a"})
        assert now["metadata"]["uid"] == uid

    def test_writes_one_key_for_all_spellings(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        keys = ("registry-1.docker.io", "a.test", "https://index.docker.io/v1")
        api.create(pull_secret("pull", *keys), namespace)
        create("pull", "--replace", *TYPED)
        assert list(credentials(api, namespace)) == [HUB, "a.test"]

    def test_drops_the_others_if_asked(self, create: Create, api: AdminApi, namespace: str) -> None:
        api.create(pull_secret("pull", "a.test", REGISTRY), namespace)
        done = create("pull", "--replace", "--only", "--docker-server", REGISTRY, *TYPED)
        assert credentials(api, namespace) == {REGISTRY: NEW}
        assert "the entries of a.test are gone" in done.out

    def test_shows_the_difference_without_a_password(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        before = api.create(pull_secret("pull", "a.test", REGISTRY), namespace)
        done = create("pull", "--replace", "--docker-server", REGISTRY, *TYPED, "--dry-run=server")
        assert done.out.splitlines()[:4] == [
            f"secret/pull in {namespace}: configured (server dry run)",
            "    a.test: user puller, password •••",
            f"  - {REGISTRY}: user puller, password •••",
            f"  + {REGISTRY}: user puller, password ••• (new)",
        ]
        assert there(api, namespace) == before

    def test_is_unchanged_where_nothing_is_new(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        before = api.create(pull_secret("pull", "a.test", REGISTRY, password=CANARY), namespace)
        done = create("pull", "--replace", "--docker-server", REGISTRY, *TYPED)
        assert "unchanged" in done.out
        assert there(api, namespace) == before

    def test_keeps_the_legacy_type_and_its_layout(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        content = {"a.test": {"auth": "dTpw"}, REGISTRY: {"auth": "dTpw"}}
        api.create(secret_of(LEGACY, ".dockercfg", content), namespace)
        create("pull", "--replace", "--docker-server", REGISTRY, *TYPED)
        assert credentials(api, namespace) == {"a.test": ("u", "p"), REGISTRY: NEW}

    @pytest.mark.parametrize(
        ("content", "kept"),
        [
            ({"auths": {REGISTRY: {"auth": "%"}, "a.test": {"auth": "dTpw"}}}, ["a.test"]),
            ({"auths": {"bad.test": {"auth": "%"}, "a.test": {"auth": "dTpw"}}}, ["a.test"]),
            ({"auths": "text"}, []),
            ({"auths": {}, "HttpHeaders": 1}, []),
            ({"auths": {"a.test": 1, "b.test": {"auth": 2}, REGISTRY: []}}, []),
        ],
        ids=["the named entry", "another", "no entries", "headers", "several"],
    )
    def test_mends_what_the_kubelet_cannot_read(
        self, create: Create, api: AdminApi, namespace: str, content: Json, kept: list[str]
    ) -> None:
        api.create(secret_of(PULL_SECRET, ".dockerconfigjson", content), namespace)
        done = create("pull", "--replace", "--docker-server", REGISTRY, *TYPED)
        assert done.code is ExitCode.FINE, done.err
        found = credentials(api, namespace)
        assert found.pop(REGISTRY) == NEW
        assert list(found) == kept

    def test_says_what_it_must_leave_out(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        api.create(malformed_secret("pull"), namespace)
        done = create("pull", "--replace", "--docker-server", "other.test", *TYPED)
        assert f"the entry of {REGISTRY} is left out, because the kubelet cannot read" in done.err

    def test_needs_to_read_what_it_keeps(self, as_user: AsUser) -> None:
        done = creating(as_user("blind", [may("create patch", "secrets")]))
        assert "secret/pull cannot be read" in done("pull", "--replace", *TYPED).err


class TestRefused:
    def test_an_immutable_secret_with_what_to_do_instead(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", REGISTRY) | {"immutable": True}, namespace)
        listed = {"imagePullSecrets": [{"name": "pull"}]}
        api.patch(path("ServiceAccount", namespace, "default"), listed)
        done = create("pull", "--replace", "--docker-server", REGISTRY, *TYPED)

        assert done.code is ExitCode.FAILED
        assert "error: secret/pull is immutable" in done.err
        for command in (
            f"create pull-2 -n {namespace} --docker-server {REGISTRY} --docker-username puller",
            f"attach sa/default pull-2 -n {namespace}",
            f"detach sa/default pull -n {namespace}",
        ):
            assert command in done.err

    def test_another_type(self, create: Create, api: AdminApi, namespace: str) -> None:
        api.create(secret_of("Opaque", "x", "y"), namespace)
        done = create("pull", "--replace", *TYPED)
        assert done.code is ExitCode.FAILED
        assert "secret/pull is of type Opaque, and a type cannot change" in done.err

    def test_what_a_controller_writes_again(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        managed = pull_secret("pull", REGISTRY)
        managed["metadata"]["annotations"] = {"reconcile.external-secrets.io/data-hash": "x"}
        api.create(managed, namespace)
        line = ("pull", "--replace", "--docker-server", REGISTRY, *TYPED)
        refused = create(*line)
        assert refused.code is ExitCode.FAILED
        assert "secret/pull is written by External Secrets, which would undo" in refused.err
        assert create(*line, "--force").code is ExitCode.FINE
        assert credentials(api, namespace) == {REGISTRY: NEW}

    def test_what_helm_writes_only_with_a_warning(
        self, create: Create, api: AdminApi, namespace: str
    ) -> None:
        managed = pull_secret("pull", REGISTRY)
        managed["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
        api.create(managed, namespace)
        done = create("pull", "--replace", "--docker-server", REGISTRY, *TYPED)
        assert done.code is ExitCode.FINE
        assert "warning: Helm manages secret/pull" in done.err

    def test_a_namespace_that_is_not_there(self, create: Create) -> None:
        done = create("pull", "-n", "nowhere", *TYPED)
        assert done.code is ExitCode.FAILED
        assert 'namespaces "nowhere" not found' in done.err


class TestBetweenReadAndWrite:
    @pytest.fixture
    def between(self, control_plane: ControlPlane) -> Iterator[GoBetween]:
        authority = control_plane.authority
        tls = authority.tls(authority.client(ADMIN, ADMINS))
        with go_between(control_plane.server, tls) as running:
            yield running

    @pytest.fixture
    def line(self, between: GoBetween, kubeconfig: Path) -> Create:
        def line(*args: str) -> Outcome:
            return creating(kubeconfig)(*args, "--server", between.url)

        return lambda *args: between.errands.during(lambda: line(*args))

    def test_somebody_creates_it(
        self, line: Create, between: GoBetween, api: AdminApi, namespace: str
    ) -> None:
        between.before("POST", lambda: api.create(pull_secret("pull", "a.test"), namespace))
        done = line("pull", *TYPED)
        assert done.code is ExitCode.FAILED
        assert "is there already" in done.err
        assert list(credentials(api, namespace)) == ["a.test"]

    def test_somebody_creates_it_and_it_may_be_replaced(
        self, line: Create, between: GoBetween, api: AdminApi, namespace: str
    ) -> None:
        between.before("POST", lambda: api.create(pull_secret("pull", "a.test"), namespace))
        done = line("pull", "--replace", "--docker-server", HUB, *TYPED)
        assert done.code is ExitCode.FINE, done.err
        assert done.out.splitlines()[0] == f"secret/pull in {namespace}: configured"
        assert list(credentials(api, namespace)) == ["a.test", HUB]

    def test_somebody_else_exchanges_another_entry(
        self, line: Create, between: GoBetween, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", "a.test"), namespace)
        theirs = pull_secret("pull", "a.test", "b.test")
        where = path("Secret", namespace, "pull")
        between.before("PATCH", lambda: api.patch(where, {"data": theirs["data"]}))
        assert line("pull", "--replace", "--docker-server", HUB, *TYPED).code is ExitCode.FINE
        assert list(credentials(api, namespace)) == ["a.test", "b.test", HUB]

    def test_the_answer_is_lost(
        self, line: Create, between: GoBetween, api: AdminApi, namespace: str
    ) -> None:
        between.lose_answer("POST")
        assert line("pull", *TYPED).code is ExitCode.FINE
        assert credentials(api, namespace) == {HUB: NEW}
