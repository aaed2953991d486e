"""What is sent for each step: tested against what was read, and no more than one object."""

from __future__ import annotations

import base64

import pytest

from kubectl_pullsecret.changes.plan import (
    Deletion,
    Edit,
    ListChange,
    NewSecret,
    RolloutRestart,
    SecretChange,
    SecretDraft,
)
from kubectl_pullsecret.changes.requests import request_of
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.kinds import KindInfo, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef


def info(kind: str) -> KindInfo:
    found = kind_info(kind)
    assert found is not None
    return found


ACCOUNT = ObjectRef("ServiceAccount", "team", "default")
DEPLOYMENT = ObjectRef("Deployment", "team", "web")
SECRET = ObjectRef("Secret", "team", "pull")
DRAFT = SecretDraft(SECRET, Masked('{"auths":{}}'), annotations=(("a", "b"),))
ENCODED = base64.b64encode(b'{"auths":{}}').decode()


@pytest.mark.parametrize(
    ("before", "after", "tested", "written"),
    [
        ((), ("a",), None, {"op": "add", "value": [{"name": "a"}]}),
        (
            ("a",),
            ("a", "b"),
            [{"name": "a"}],
            {"op": "add", "value": [{"name": "a"}, {"name": "b"}]},
        ),
        (("a", ""), ("a",), [{"name": "a"}, {}], {"op": "add", "value": [{"name": "a"}]}),
        (("a",), (), [{"name": "a"}], {"op": "remove"}),
    ],
    ids=["absent", "longer", "an empty name", "the last one"],
)
def test_a_list_is_tested_and_then_written_as_a_whole(
    before: tuple[str, ...], after: tuple[str, ...], tested: object, written: dict[str, object]
) -> None:
    step = ListChange(
        ACCOUNT, info("ServiceAccount"), "uid-1", "", before, Edit(after, frozenset(before))
    )
    request = request_of(step)
    assert (request.method, request.path) == (
        "PATCH",
        "/api/v1/namespaces/team/serviceaccounts/default",
    )
    assert request.body == [
        {"op": "test", "path": "/metadata/uid", "value": "uid-1"},
        {"op": "test", "path": "/imagePullSecrets", "value": tested},
        {"path": "/imagePullSecrets", **written},
    ]


def test_a_template_s_list_is_where_the_template_is() -> None:
    place = "spec.template.spec"
    step = ListChange(DEPLOYMENT, info("Deployment"), "1", place, (), Edit(("a",)))
    request = request_of(step)
    assert request.path == "/apis/apps/v1/namespaces/team/deployments/web"
    assert isinstance(request.body, list)
    assert request.body[-1]["path"] == "/spec/template/spec/imagePullSecrets"


def test_a_new_secret_is_posted_with_its_type_and_one_data_key() -> None:
    request = request_of(NewSecret(DRAFT))
    assert (request.method, request.path) == ("POST", "/api/v1/namespaces/team/secrets")
    assert request.body == {
        "apiVersion": "v1",
        "data": {".dockerconfigjson": ENCODED},
        "kind": "Secret",
        "metadata": {"name": "pull", "namespace": "team", "annotations": {"a": "b"}},
        "type": "kubernetes.io/dockerconfigjson",
    }


def test_a_secret_is_changed_in_place_if_it_is_still_the_one_that_was_read() -> None:
    request = request_of(SecretChange(DRAFT, "uid-1", "42"))
    assert (request.method, request.path) == ("PATCH", "/api/v1/namespaces/team/secrets/pull")
    assert request.body == {
        "metadata": {"resourceVersion": "42", "uid": "uid-1", "annotations": {"a": "b"}},
        "data": {".dockerconfigjson": ENCODED},
    }


def test_a_legacy_secret_keeps_its_own_data_key() -> None:
    draft = SecretDraft(SECRET, Masked("{}"), "kubernetes.io/dockercfg")
    body = request_of(SecretChange(draft, "1", "2")).body
    assert isinstance(body, dict)
    assert body["data"] == {".dockercfg": "e30="}


def test_a_restart_sets_kubectl_s_annotation_on_the_object_that_was_read() -> None:
    at = "2026-11-21T12:00:00Z"
    request = request_of(RolloutRestart(DEPLOYMENT, info("Deployment"), "uid-1", at))
    annotations = {"kubectl.kubernetes.io/restartedAt": at}
    assert request.body == {
        "metadata": {"uid": "uid-1"},
        "spec": {"template": {"metadata": {"annotations": annotations}}},
    }


def test_a_deletion_means_just_this_object() -> None:
    request = request_of(Deletion(ObjectRef("Pod", "team", "web-0"), info("Pod"), "uid-1"))
    assert (request.method, request.path) == ("DELETE", "/api/v1/namespaces/team/pods/web-0")
    assert isinstance(request.body, dict)
    assert request.body["preconditions"] == {"uid": "uid-1"}


def test_a_draft_does_not_print_what_it_holds() -> None:
    assert "auths" not in repr(NewSecret(DRAFT))
