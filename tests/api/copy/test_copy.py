"""`copy` against the real API server: the copies, how they drift, and what is not theirs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import grant, may
from tests.api.admin_api import AdminApi, Json, path
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane
from tests.api.copy.copies import (
    MARK,
    Copy,
    Places,
    drift,
    error_of,
    password,
    secret,
    there,
)
from tests.api.objects import pull_secret
from tests.api.test_silence_about_secrets import CANARY, docker_config, holding
from tests.cli.outside import invoke


@pytest.mark.usefixtures("origin")
class TestTheCopies:
    def test_have_what_pulling_needs_and_the_mark_and_nothing_else(
        self, copy: Copy, places: Places, api: AdminApi, namespace: str, origin: Json
    ) -> None:
        a, b = places("a", "b")
        outcome = copy("--to-namespace", f"{a},{b}")
        assert outcome.code is ExitCode.FINE, outcome.err
        for place in (a, b):
            found = secret(api, place)
            assert (found["type"], found["data"]) == (origin["type"], origin["data"])
            assert found["metadata"]["annotations"] == {MARK: f"{namespace}/pull"}
            assert "labels" not in found["metadata"]
            (manager,) = found["metadata"]["managedFields"]
            assert manager["manager"] == "kubectl-pullsecret"

    def test_are_told_one_line_each(self, copy: Copy, places: Places) -> None:
        outcome = copy("--to-namespace", ",".join(places("a", "b")))
        assert outcome.out.splitlines()[:2] == [
            "secret/pull in NS-a: created",
            "secret/pull in NS-b: created",
        ]

    def test_go_to_the_namespaces_with_the_labels(
        self, copy: Copy, places: Places, api: AdminApi, namespace: str
    ) -> None:
        with_label, without = places("a", team=namespace), places("b")
        own = path("Namespace", "", namespace)
        api.patch(own, {"metadata": {"labels": {"team": namespace}}})
        outcome = copy("--to-selector", f"team={namespace}")
        assert outcome.code is ExitCode.FINE, outcome.err
        assert there(api, with_label[0])
        assert not there(api, without[0])
        assert outcome.out.count("secret/pull in") == 1  # the origin is no copy of itself

    def test_are_unchanged_the_second_time(self, copy: Copy, places: Places, api: AdminApi) -> None:
        (place,) = places("a")
        copy("--to-namespace", place)
        before = secret(api, place)["metadata"]["resourceVersion"]
        outcome = copy("--to-namespace", place)
        assert (outcome.code, outcome.out) == (
            ExitCode.FINE,
            "secret/pull in NS-a: unchanged\n",
        )
        assert secret(api, place)["metadata"]["resourceVersion"] == before

    def test_are_what_the_doctor_s_fix_makes(
        self, kubeconfig: Path, places: Places, api: AdminApi, namespace: str
    ) -> None:
        """As `views.commands` prints it."""
        (place,) = places("a")
        flags = ("--kubeconfig", str(kubeconfig))
        outcome = invoke("copy", "pull", "-n", namespace, "--to-namespace", place, *flags)
        assert outcome.code is ExitCode.FINE, outcome.err
        assert there(api, place)


@pytest.mark.usefixtures("origin")
class TestADriftedCopy:
    @pytest.fixture
    def drifted(self, copy: Copy, places: Places, api: AdminApi) -> list[str]:
        """Two copies, of which the first has drifted."""
        names = places("a", "b")
        copy("--to-namespace", ",".join(names))
        drift(api, names[0])
        return names

    def test_is_found_wherever_it_is(
        self, copy: Copy, drifted: list[str], api: AdminApi, control_plane: ControlPlane
    ) -> None:
        mark = control_plane.mark()
        outcome = copy("--check")
        assert outcome.code is ExitCode.FINDINGS
        assert outcome.out == (
            "secret/pull in NS-a  drifted  --update mends it\nsecret/pull in NS-b  current\n"
        )
        assert {one.verb for one in control_plane.requests_since(mark)} == {"get", "list"}
        assert password(secret(api, drifted[0])) == f"{CANARY}-old"

    def test_is_not_written_without_update(
        self, copy: Copy, drifted: list[str], api: AdminApi
    ) -> None:
        outcome = copy("--to-namespace", ",".join(drifted))
        assert outcome.code is ExitCode.INCOMPLETE
        assert "no longer as secret/pull" in outcome.out
        assert "--update mends it" in outcome.out
        assert password(secret(api, drifted[0])) == f"{CANARY}-old"

    def test_is_mended_with_update(self, copy: Copy, drifted: list[str], api: AdminApi) -> None:
        outcome = copy("--update")
        assert (outcome.code, outcome.out) == (
            ExitCode.FINE,
            "secret/pull in NS-a: configured\nsecret/pull in NS-b: unchanged\n",
        )
        assert password(secret(api, drifted[0])) == CANARY
        assert copy("--check").code is ExitCode.FINE

    def test_follows_its_origin(
        self, copy: Copy, drifted: list[str], api: AdminApi, namespace: str
    ) -> None:
        new = pull_secret("pull", "new.test", password=CANARY)
        api.patch(path("Secret", namespace, "pull"), {"data": new["data"]})
        assert copy("--check").out.count("drifted") == 2
        assert copy("--update").code is ExitCode.FINE
        assert [secret(api, one)["data"] for one in drifted] == [new["data"]] * 2

    def test_is_left_alone_where_others_were_named(
        self, copy: Copy, drifted: list[str], api: AdminApi
    ) -> None:
        assert copy("--update", "--to-namespace", drifted[1]).code is ExitCode.FINE
        assert password(secret(api, drifted[0])) == f"{CANARY}-old"

    def test_that_is_immutable_must_be_deleted(
        self, copy: Copy, drifted: list[str], api: AdminApi
    ) -> None:
        api.patch(path("Secret", drifted[0], "pull"), {"immutable": True})
        outcome = copy("--update")
        assert outcome.code is ExitCode.INCOMPLETE
        assert "immutable, and has another content; delete it there and copy again" in (outcome.out)


def test_a_check_says_what_is_missing_and_what_is_foreign(
    copy: Copy, places: Places, api: AdminApi, origin: Json
) -> None:
    assert origin
    names = places("a", "b")
    api.create(pull_secret("pull", "other.test"), names[1])
    outcome = copy("--check", "--to-namespace", ",".join(names), "-o", "json")
    assert outcome.code is ExitCode.FINDINGS
    states = {one["namespace"]: one["state"] for one in json.loads(outcome.out)["items"]}
    assert states == {"NS-a": "missing", "NS-b": "foreign"}


@pytest.mark.usefixtures("origin")
class TestAForeignSecret:
    @pytest.fixture
    def place(self, places: Places, api: AdminApi) -> str:
        (place,) = places("a")
        foreign = pull_secret("pull", "other.test")
        foreign["metadata"]["labels"] = {"app": "theirs"}
        api.create(foreign, place)
        return place

    def test_stays_as_it_is(self, copy: Copy, place: str, api: AdminApi) -> None:
        before = secret(api, place)
        outcome = copy("--to-namespace", place, "--update")
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        assert "that is not marked as a copy\n--force overwrites it\n" in error_of(outcome)
        assert secret(api, place) == before

    def test_is_overwritten_with_force(
        self, copy: Copy, place: str, api: AdminApi, namespace: str, origin: Json
    ) -> None:
        outcome = copy("--to-namespace", place, "--force")
        assert outcome.code is ExitCode.FINE, outcome.err
        found = secret(api, place)
        assert found["data"] == origin["data"]
        assert found["metadata"]["annotations"][MARK] == f"{namespace}/pull"
        assert found["metadata"]["labels"] == {"app": "theirs"}

    def test_of_another_type_cannot_be_overwritten(
        self, copy: Copy, place: str, api: AdminApi
    ) -> None:
        api.delete(path("Secret", place, "pull"))
        api.create({"kind": "Secret", "type": "Opaque", "metadata": {"name": "pull"}}, place)
        outcome = copy("--to-namespace", place, "--force")
        assert outcome.code is ExitCode.FAILED
        assert "of type Opaque, which cannot become" in error_of(outcome)


@pytest.mark.usefixtures("origin")
class TestADryRun:
    @pytest.mark.parametrize("how", ["client", "server"])
    def test_changes_nothing(self, copy: Copy, places: Places, api: AdminApi, how: str) -> None:
        new, old = places("a", "b")
        copy("--to-namespace", old)
        drift(api, old)
        before = secret(api, old)
        outcome = copy("--to-namespace", f"{new},{old}", "--update", f"--dry-run={how}")
        assert outcome.code is ExitCode.FINE, outcome.err
        assert outcome.out.count("dry run)") == 2
        assert not there(api, new)
        assert secret(api, old) == before

    def test_on_the_server_says_what_would_be_refused(
        self, copy: Copy, places: Places, as_user: AsUser
    ) -> None:
        (place,) = places("a")
        kubeconfig = as_user("dev", [may("get", "secrets")])
        flags = ("--to-namespace", place, "--kubeconfig", str(kubeconfig))
        assert invoke("copy", "pull", *flags, "--dry-run=client").code is ExitCode.FINE
        refused = invoke("copy", "pull", *flags, "--dry-run=server")
        assert refused.code is ExitCode.FAILED
        assert 'cannot create resource "secrets"' in refused.err
        assert copy("--to-namespace", place, "--dry-run=server").code is ExitCode.FINE


class TestWhatMayBeRead:
    """Who may not list the secrets of the whole cluster."""

    def test_copies_are_looked_for_in_each_namespace(
        self, copy: Copy, places: Places, as_user: AsUser, api: AdminApi, origin: Json
    ) -> None:
        assert origin
        seen, unseen = places("a", "b")
        copy("--to-namespace", f"{seen},{unseen}")
        drift(api, seen)
        rights = [may("get", "secrets")]
        kubeconfig = as_user("dev", rights, cluster=[may("list", "namespaces")])
        grant(api, "dev", rights, seen)
        outcome = invoke("copy", "pull", "--check", "--kubeconfig", str(kubeconfig))
        assert outcome.code is ExitCode.FINDINGS
        assert outcome.out == f"secret/pull in {seen}  drifted  --update mends it\n"
        assert "namespaces could not be looked into for copies" in outcome.err

    def test_without_the_namespaces_names_nothing_is_answered(
        self, as_user: AsUser, origin: Json
    ) -> None:
        assert origin
        kubeconfig = str(as_user("dev", [may("get", "secrets")]))
        outcome = invoke("copy", "pull", "--check", "--kubeconfig", kubeconfig)
        assert (outcome.code, outcome.out) == (ExitCode.FAILED, "")
        assert outcome.err.endswith("name the namespaces: --to-namespace a,b\n")
        selected = invoke("copy", "pull", "--to-selector", "a=b", "--kubeconfig", kubeconfig)
        assert selected.code is ExitCode.FAILED
        assert 'cannot list resource "namespaces"' in selected.err
        assert selected.err.endswith("name them: --to-namespace a,b\n")


@pytest.mark.usefixtures("origin")
@pytest.mark.parametrize("output", ["json", "yaml", "name"])
def test_no_format_has_a_password(copy: Copy, places: Places, api: AdminApi, output: str) -> None:
    new, old = places("a", "b")
    copy("--to-namespace", old)
    drift(api, old)
    args = ("--to-namespace", f"{new},{old}", "-o", output)  # `copy` listens
    assert "secret/pull" in copy(*args, "--check").out or output != "name"
    assert copy(*args, "--update", "--dry-run=client").code is ExitCode.FINE
    made = copy(*args, "--update")
    assert made.code is ExitCode.FINE
    assert ("ChangeReport" in made.out) is (output != "name")


def test_a_malformed_origin_is_refused_without_its_text(
    copy: Copy, api: AdminApi, namespace: str
) -> None:
    api.create(holding("pull", docker_config({"auth": f"{CANARY}!"})), namespace)
    outcome = copy("--to-namespace", "a")
    assert outcome.code is ExitCode.FAILED
    assert "is unreadable to the kubelet" in error_of(outcome)
    assert error_of(outcome).endswith("--force copies it nevertheless\n")


def test_a_secret_of_another_type_is_refused_with_the_command_to_run(
    copy: Copy, api: AdminApi, namespace: str
) -> None:
    api.create(holding("pull", docker_config({"auth": "dTpw"}), "Opaque"), namespace)
    outcome = copy("--to-namespace", "a", "--force")
    assert outcome.code is ExitCode.FAILED
    command = f"kubectl pullsecret create pull-pull -n {namespace} --from-secret pull --kubeconfig"
    assert command in error_of(outcome)


def test_a_selector_that_is_none_is_told_in_the_server_s_words(copy: Copy, origin: Json) -> None:
    assert origin
    outcome = copy("--to-selector", "a b")
    assert outcome.code is ExitCode.FAILED
    assert "unable to parse requirement" in error_of(outcome)


def test_a_secret_that_is_not_there_is_told_first(copy: Copy) -> None:
    outcome = copy("--to-namespace", "nowhere")
    assert outcome.code is ExitCode.FAILED
    assert error_of(outcome).startswith('error: secrets "pull" not found in namespace')
