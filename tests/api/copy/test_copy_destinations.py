"""`copy` to many namespaces of the real API server: what stands against one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.sources.transport import ApiError, Client
from tests.api.access import grant, may
from tests.api.admin_api import AdminApi, Json, RefusedError, path
from tests.api.conftest import AsUser
from tests.api.copy.copies import (
    Copy,
    Places,
    drift,
    error_of,
    secret,
    there,
)
from tests.api.objects import pull_secret
from tests.cli.outside import invoke
from tests.waiting import eventually

POLICY = "ValidatingAdmissionPolicy"


@contextmanager
def policy(api: AdminApi, name: str, place: str) -> Iterator[None]:
    """Refuses every new secret of a namespace, from when this begins."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["secrets"]}
    only = {"kubernetes.io/metadata.name": place}
    match = {
        "resourceRules": [rule | {"operations": ["CREATE"]}],
        "namespaceSelector": {"matchLabels": only},
    }
    refusal = {"expression": "false", "message": "secrets come from the vault"}
    spec: Json = {"matchConstraints": match, "validations": [refusal], "failurePolicy": "Fail"}
    binding: Json = {"policyName": name, "validationActions": ["Deny"]}
    metadata = {"name": name}
    api.create({"kind": POLICY, "metadata": metadata, "spec": spec})
    api.create({"kind": f"{POLICY}Binding", "metadata": metadata, "spec": binding})
    probe = {"kind": "Secret", "metadata": {"name": "probe"}}
    try:
        eventually(lambda: not accepted(api, place, probe))
        yield
    finally:
        for kind in (f"{POLICY}Binding", POLICY):
            api.delete(path(kind, "", name))


def accepted(api: AdminApi, place: str, item: Json) -> bool:
    """Whether the server would create it."""
    try:
        api.request("POST", f"{path('Secret', place)}?dryRun=All", item)
    except RefusedError:
        return False
    return True


class TestEachDestinationIsForItself:
    @pytest.fixture
    def quota(self, api: AdminApi) -> Iterator[Callable[[str], None]]:
        """Lets a namespace have no secrets; the status is the quota controller's."""
        made: list[str] = []

        def quota(place: str) -> None:
            where = f"/api/v1/namespaces/{place}/resourcequotas"
            hard = {"count/secrets": "0"}
            body = {"kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": hard}}
            api.request("POST", where, body)
            made.append(f"{where}/q")
            used = {"status": {"hard": hard, "used": hard}}
            api.patch(f"{where}/q/status", used)

            probe = {"kind": "Secret", "metadata": {"name": "probe"}}
            eventually(lambda: not accepted(api, place, probe))

        yield quota
        for where in made:
            api.delete(where)

    def test_the_rest_goes_on(
        self,
        copy: Copy,
        places: Places,
        api: AdminApi,
        origin: Json,
        quota: Callable[[str], None],
    ) -> None:
        assert origin
        names = places("fine", "full", "going", "locked")
        fine, full, going, locked = names
        api.create(pull_secret("pull", "other.test") | {"immutable": True}, locked)
        api.delete(path("Namespace", "", going))
        quota(full)
        outcome = copy(
            "--force", "--to-namespace", ",".join([full, going, "nowhere", locked, fine])
        )
        assert outcome.code is ExitCode.INCOMPLETE
        said = {
            line.split()[2].rstrip(":"): line
            for line in outcome.out.splitlines()
            if "secret/pull in" in line
        }
        assert "failed: " in said["NS-full"]
        assert "exceeded quota: q" in said["NS-full"]
        assert "ask for a larger ResourceQuota" in said["NS-full"]
        assert "refused: namespace NS-going is being deleted" in said["NS-going"]
        assert "refused: there is no namespace nowhere" in said["nowhere"]
        assert "immutable, and has another content" in said["NS-locked"]
        assert said["NS-fine"] == "secret/pull in NS-fine: created"
        assert there(api, fine)

    def test_nothing_done_is_a_failure(self, copy: Copy, origin: Json) -> None:
        assert origin
        outcome = copy("--to-namespace", "nowhere,nor-here")
        assert outcome.code is ExitCode.FAILED
        assert outcome.out.count("refused: there is no namespace") == 2

    def test_a_policy_s_words_are_shown(
        self, copy: Copy, places: Places, api: AdminApi, origin: Json, namespace: str
    ) -> None:
        assert origin
        place, fine = places("a", "b")
        with policy(api, f"no-{namespace[-20:].strip('-')}", place):
            outcome = copy("--to-namespace", f"{place},{fine}")
        assert outcome.code is ExitCode.INCOMPLETE
        assert "secrets come from the vault" in outcome.out
        assert there(api, fine)

    def test_a_namespace_without_the_right_to_write(
        self, as_user: AsUser, places: Places, api: AdminApi, origin: Json
    ) -> None:
        assert origin
        open_, closed = places("a", "b")
        kubeconfig = as_user("dev", [may("get", "secrets")])
        grant(api, "dev", [may("get create", "secrets")], open_)
        flags = ("--kubeconfig", str(kubeconfig))
        outcome = invoke("copy", "pull", "--to-namespace", f"{closed},{open_}", *flags)
        assert outcome.code is ExitCode.INCOMPLETE
        refused, made, *_ = outcome.out.splitlines()
        assert f'cannot create resource "secrets" in API group "" in the namespace "{closed}"' in (
            refused
        )
        assert made == f"secret/pull in {open_}: created"

    def test_what_may_not_be_read_is_not_touched(
        self, as_user: AsUser, places: Places, api: AdminApi, origin: Json
    ) -> None:
        assert origin
        (place,) = places("a")
        before = api.create(pull_secret("pull", "other.test"), place)
        kubeconfig = str(as_user("dev", [may("get", "secrets")]))
        grant(api, "dev", [may("create", "secrets")], place)
        flags = ("--to-namespace", place, "--kubeconfig", kubeconfig)
        outcome = invoke("copy", "pull", *flags)
        assert outcome.code is ExitCode.FAILED
        assert "already exists" in outcome.err
        assert "ask for the right to get it" in outcome.err
        assert secret(api, place) == before
        check = invoke("copy", "pull", "--check", *flags)
        assert check.code is ExitCode.FAILED
        assert "unreadable" in check.out

    def test_a_namespace_that_is_going_is_told_by_the_server_too(
        self, as_user: AsUser, places: Places, api: AdminApi, origin: Json
    ) -> None:
        """Where namespaces may not be read."""
        assert origin
        (place,) = places("a")
        kubeconfig = str(as_user("dev", [may("get", "secrets")]))
        grant(api, "dev", [may("get create", "secrets")], place)
        api.delete(path("Namespace", "", place))
        outcome = invoke("copy", "pull", "--to-namespace", place, "--kubeconfig", kubeconfig)
        assert outcome.code is ExitCode.FAILED
        assert "because it is being terminated" in outcome.err
        assert outcome.err.endswith("wait until the namespace is gone, and create it anew\n")

    def test_a_server_that_is_gone_is_not_asked_for_each(
        self, copy: Copy, places: Places, origin: Json, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert origin
        asked: list[str] = []

        def gone(_: Client, where: str, *_args: Any, **_more: Any) -> Json:
            asked.append(where)
            raise ApiError("the connection was refused")

        monkeypatch.setattr(Client, "post", gone)
        outcome = copy("--to-namespace", ",".join(places("a", "b")))
        assert outcome.code is ExitCode.FAILED
        assert error_of(outcome) == "error: the connection was refused\n"
        assert len(asked) == 1

    def test_an_interruption_leaves_whole_objects_and_says_which(
        self,
        copy: Copy,
        places: Places,
        api: AdminApi,
        origin: Json,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        names, post = places("a", "b", "c"), Client.post

        def interrupted(self: Client, where: str, *args: Any, **more: Any) -> Json:
            if names[1] in where:
                raise KeyboardInterrupt
            return post(self, where, *args, **more)

        monkeypatch.setattr(Client, "post", interrupted)
        outcome = copy("--to-namespace", ",".join(names))
        assert outcome.code is ExitCode.INTERRUPTED
        assert outcome.out.splitlines()[:3] == [
            "secret/pull in NS-a: created",
            "secret/pull in NS-b: was asked for and not answered: look whether it was done",
            "secret/pull in NS-c: not done",
        ]
        assert secret(api, names[0])["data"] == origin["data"]
        assert [there(api, name) for name in names] == [True, False, False]


class TestSomebodyElseIsQuicker:
    """Between the look and the write."""

    def test_what_they_create_is_not_overwritten(
        self,
        copy: Copy,
        places: Places,
        api: AdminApi,
        origin: Json,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert origin
        first, second = places("a", "b")
        post = Client.post

        def beaten(self: Client, where: str, *args: Any, **more: Any) -> Json:
            if first in where and not there(api, first):
                api.create(pull_secret("pull", "other.test"), first)
            return post(self, where, *args, **more)

        monkeypatch.setattr(Client, "post", beaten)
        outcome = copy("--to-namespace", f"{first},{second}")
        assert outcome.code is ExitCode.INCOMPLETE
        assert outcome.out.splitlines()[:2] == [
            "secret/pull in NS-a: refused: NS-a has a secret/pull that is not marked as a copy; "
            "--force overwrites it",
            "secret/pull in NS-b: created",
        ]

    def test_a_copy_that_they_changed_is_looked_at_again(
        self,
        copy: Copy,
        places: Places,
        api: AdminApi,
        origin: Json,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (place,) = places("a")
        copy("--to-namespace", place)
        drift(api, place)
        patch, label = Client.patch, {"metadata": {"labels": {"by": "them"}}}

        def beaten(self: Client, where: str, *args: Any, **more: Any) -> Json:
            if "labels" not in secret(api, place)["metadata"]:
                api.patch(path("Secret", place, "pull"), label)
            return patch(self, where, *args, **more)

        monkeypatch.setattr(Client, "patch", beaten)
        outcome = copy("--update")
        assert (outcome.code, outcome.out) == (
            ExitCode.FINE,
            "secret/pull in NS-a: configured\n",
        )
        found = secret(api, place)
        assert found["data"] == origin["data"]
        assert found["metadata"]["labels"] == {"by": "them"}
