"""Custom resources that a user's word, or an owner reference, can mean."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.sources.discovery import find_resource, resource_of
from kubectl_pullsecret.sources.transport import Action, ApiError, Client

VERBS = ["delete", "get", "list", "patch", "update", "watch"]


def resource(kind: str, **more: Any) -> dict[str, Any]:
    plural = f"{kind.lower()}s"
    return {"kind": kind, "name": plural, "namespaced": True, "verbs": VERBS, **more}


class Server:
    """Answers discovery alone."""

    near = True

    def __init__(self, **groups: list[dict[str, Any]]) -> None:
        self.groups = {f"{name}.test/v1": resources for name, resources in groups.items()}

    def get(self, path: str, _action: Action) -> dict[str, Any]:
        if path == "/apis":
            return {"groups": [{"preferredVersion": {"groupVersion": one}} for one in self.groups]}
        version = path.removeprefix("/apis/")
        if version not in self.groups:
            raise ApiError("the server could not find the requested resource", code=404)
        return {"resources": self.groups[version]}


def server(**groups: list[dict[str, Any]]) -> Client:
    return cast("Client", Server(**groups))


ROLLOUT = resource("Rollout", singularName="rollout", shortNames=["ro"])


@pytest.mark.parametrize("word", ["Rollout", "rollouts", "ro", "rollouts.a.test"])
def test_a_word_means_a_resource(word: str) -> None:
    status = {**ROLLOUT, "name": "rollouts/status"}
    found = find_resource(server(a=[status, ROLLOUT], b=[resource("Shop")]), word)
    assert found is not None
    assert (found.kind, found.plural, found.api_version) == ("Rollout", "rollouts", "a.test/v1")


def test_a_word_that_no_group_has_is_none() -> None:
    assert find_resource(server(a=[ROLLOUT]), "shops") is None


NO_TARGETS = [
    pytest.param(
        {"namespaced": False},
        "rollouts.a.test are in no namespace, and pull secrets are",
        id="of the cluster",
    ),
    pytest.param(
        {"verbs": ["get", "list"]}, "rollouts.a.test cannot be changed", id="only to be read"
    ),
    pytest.param(
        {"verbs": ["create", "patch"]}, "rollouts.a.test cannot be changed", id="not to be read"
    ),
]


@pytest.mark.parametrize(("fields", "says"), NO_TARGETS)
def test_one_that_can_have_no_list_is_refused(fields: dict[str, Any], says: str) -> None:
    client = server(a=[{**ROLLOUT, **fields}])
    with pytest.raises(PullSecretError) as caught:
        find_resource(client, "ro")
    assert (caught.value.message, caught.value.exit_code) == (says, ExitCode.USAGE)
    assert resource_of(client, "a.test/v1", "Rollout") is None


@pytest.mark.parametrize("fields", [{"namespaced": False}, {"verbs": ["list"]}])
def test_one_that_can_have_no_list_does_not_hide_one_that_can(fields: dict[str, Any]) -> None:
    found = find_resource(server(a=[{**ROLLOUT, **fields}], b=[ROLLOUT]), "rollout")
    assert found is not None
    assert found.group == "b.test"


def test_of_several_groups_one_must_be_named() -> None:
    with pytest.raises(PullSecretError, match="several groups") as caught:
        find_resource(server(a=[ROLLOUT], b=[ROLLOUT]), "rollout")
    assert caught.value.remedy == "write rollouts.a.test, rollouts.b.test"


def test_an_owner_s_kind_is_looked_up_in_its_group() -> None:
    client = server(a=[ROLLOUT])
    found = resource_of(client, "a.test/v1", "Rollout")
    assert found is not None
    assert found.plural == "rollouts"
    assert resource_of(client, "a.test/v1", "Shop") is None
    assert resource_of(client, "b.test/v1", "Shop") is None
