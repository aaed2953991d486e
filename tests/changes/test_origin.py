"""Which pull secrets are worth copying."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from kubectl_pullsecret.changes.copies import CopyRequest
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.report import Create, Rewrap
from tests.changes.copying import SOURCE, cluster, config, plan, request, secret

# ECR tokens say when they end: base64 of JSON with `expiration`, in seconds.
OVER = b64encode(json.dumps({"payload": "p", "expiration": 1_700_000_000}).encode()).decode()
ORIGINS = [
    pytest.param(secret(content=config("")), "has no credential", id="no password"),
    pytest.param(
        secret(content=b'{"auths": {"r.test": {"auth": "%"}}}'), "is unreadable", id="malformed"
    ),
    pytest.param(secret(content=config(OVER, "AWS")), "has expired at 2023-11-14", id="expired"),
]


@pytest.mark.parametrize(("origin", "fault"), ORIGINS)
def test_what_helps_no_pod_is_copied_by_force_only(origin: Secret, fault: str) -> None:
    with pytest.raises(RefusedPlanError) as refused:
        plan(request("a"), cluster(origin))
    assert fault in refused.value.message
    assert "--force copies it nevertheless" in refused.value.remedy
    assert len(plan(request("a", force=True), cluster(origin)).steps) == 1


def test_an_expired_one_is_refused_with_the_command_that_renews_it() -> None:
    with pytest.raises(RefusedPlanError) as refused:
        plan(request("a"), cluster(secret(content=config(OVER, "AWS"))))
    assert refused.value.fixes == (Create("team", "pull", "registry.test", "AWS", replace=True),)
    assert refused.value.remedy.endswith("write a new password first:")


def test_one_with_a_credential_that_lasts_is_copied() -> None:
    auths = {**json.loads(config())["auths"], **json.loads(config(OVER, "AWS", "b.test"))["auths"]}
    lasting = secret(content=json.dumps({"auths": auths}).encode())
    assert len(plan(request("a"), cluster(lasting)).steps) == 1


def test_a_secret_of_another_type_is_not_copied_but_rewrapped() -> None:
    opaque = secret(type_="Opaque")
    with pytest.raises(RefusedPlanError) as refused:
        plan(request("a", force=True), cluster(opaque))
    assert "is no pull secret to the kubelet: type Opaque" in refused.value.message
    assert refused.value.fixes == (Rewrap("team", "pull-pull", "pull"),)


def test_openshift_s_own_are_copied_by_force_only() -> None:
    name = "default-dockercfg-x7k2p"
    asked = CopyRequest(SOURCE._replace(name=name), ("a",))
    seen = cluster(secret(name=name))
    with pytest.raises(RefusedPlanError, match="OpenShift's own"):
        plan(asked, seen)
    assert plan(asked._replace(force=True), seen).steps
