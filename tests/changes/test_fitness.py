"""Whether a pull secret can help any pod at all, and that `attach` and `copy` agree."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from kubectl_pullsecret.changes.choosing import Secrets, check
from kubectl_pullsecret.changes.fitness import Fault, fault_of
from kubectl_pullsecret.changes.origin import check_origin
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.report import Create, Rewrap
from tests.changes.copying import NOW, cluster, config, secret

OVER = b64encode(json.dumps({"payload": "p", "expiration": 1_700_000_000}).encode()).decode()
FAULTS = [
    pytest.param(
        secret(type_="Opaque"),
        "secret/pull is no pull secret to the kubelet: type Opaque; ",
        (Rewrap("team", "pull-pull", "pull"),),
        id="another type",
    ),
    pytest.param(
        secret(type_="Opaque", content=b"x", key="x"),
        "secret/pull is no pull secret to the kubelet: type Opaque; ",
        (),
        id="another type, and nothing in it",
    ),
    pytest.param(
        secret(content=b'{"auths": {"r.test": {"auth": "%"}}}'),
        "secret/pull is unreadable to the kubelet, and would stop every pull: ",
        (),
        id="malformed",
    ),
    pytest.param(
        secret(content=config("")),
        "secret/pull has no credential for the kubelet: no entry of it has a user and a password",
        (),
        id="no password",
    ),
    pytest.param(
        secret(content=config(OVER, "AWS")),
        "secret/pull has expired at 2023-11-14 22:13 UTC",
        (Create("team", "pull", "registry.test", "AWS", replace=True),),
        id="expired",
    ),
]


@pytest.mark.parametrize(("found", "message", "fixes"), FAULTS)
def test_a_secret_that_helps_no_pod_has_a_fault(
    found: Secret, message: str, fixes: tuple[object, ...]
) -> None:
    fault = fault_of(found.pull_secret, NOW)
    assert fault is not None
    assert fault.message.startswith(message)
    assert fault.fixes == fixes


def test_a_malformed_one_says_what_mends_it() -> None:
    broken = secret(content=b'{"auths": {"r.test": {"auth": "%"}}}').pull_secret
    fault = fault_of(broken, NOW)
    assert isinstance(fault, Fault)
    assert fault.remedy


def test_one_credential_that_lasts_is_enough() -> None:
    auths = {**json.loads(config())["auths"], **json.loads(config(OVER, "AWS", "b.test"))["auths"]}
    lasting = secret(content=json.dumps({"auths": auths}).encode())
    assert fault_of(lasting.pull_secret, NOW) is None


@pytest.mark.parametrize(("found", "message", "fixes"), FAULTS)
def test_attach_and_copy_refuse_it_with_the_same_words(
    found: Secret, message: str, fixes: tuple[object, ...]
) -> None:
    secrets = Secrets(cluster(found), "team", NOW)
    with pytest.raises(RefusedPlanError) as attached:
        check("pull", secrets, ())
    with pytest.raises(RefusedPlanError) as copied:
        check_origin(found, NOW)
    assert attached.value.message == copied.value.message
    assert attached.value.message.startswith(message)
    assert attached.value.fixes == copied.value.fixes == fixes
