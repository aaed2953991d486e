"""What a credential tells of itself, and that it never tells itself."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.kinds import About, CredentialKind, about
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import AuthEntry

K = CredentialKind
AT = 1_800_000_000
MOMENT = datetime.fromtimestamp(AT, timezone.utc)
ECR_HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
ACR_USER = "00000000-0000-0000-0000-000000000000"
GUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
KEY_FILE = json.dumps({"type": "service_account", "private_key": "-----BEGIN"})


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def ecr(expiration: object) -> str:
    return encoded(
        json.dumps(
            {
                "payload": "cGF5bG9hZA==",
                "datakey": "a2V5",
                "version": "2",
                "type": "DATA_KEY",
                "expiration": expiration,
            }
        )
    )


def jwt(claims: object) -> str:
    parts = (json.dumps({"alg": "RS256", "typ": "JWT"}), json.dumps(claims), "signature")
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts)


def entry(key: str, username: str, password: str, **more: object) -> AuthEntry:
    return AuthEntry(key, username, Masked(password), **more)  # type: ignore[arg-type] # test only


def told(key: str, username: str, password: str, **more: object) -> About:
    return about(entry(key, username, password, **more))


ACCOUNT_JWT = jwt({"sub": "system:serviceaccount:team:puller", "exp": AT})
REFERENCE_TOKEN = encoded(f"reftkn:01:{AT}:{'x' * 27}")


@pytest.mark.parametrize(
    ("key", "username", "password", "kind"),
    [
        (f"https://{ECR_HOST}", "AWS", ecr(AT), K.ECR),
        ("public.ecr.aws", "AWS", ecr(AT), K.ECR_PUBLIC),
        ("team.azurecr.io", ACR_USER, jwt({"exp": AT}), K.ACR_TOKEN),
        ("team.azurecr.io", "any", jwt({"iss": "Azure Container Registry"}), K.ACR_TOKEN),
        ("team.azurecr.io", GUID, "pw", K.ACR_SERVICE_PRINCIPAL),
        ("https://Team.azurecr.io", "Team", "pw", K.ACR_ADMIN),
        ("team.azurecr.io", "ci-token", "pw", K.ACR_SCOPE_MAP),
        ("gcr.io", "_json_key", KEY_FILE, K.GOOGLE_KEY),
        ("europe-docker.pkg.dev", "_json_key_base64", encoded(KEY_FILE), K.GOOGLE_KEY),
        ("gcr.io", "oauth2accesstoken", "ya29.abc", K.GOOGLE_ACCESS_TOKEN),
        ("https://index.docker.io/v1/", "me", "pw", K.HUB_PASSWORD),
        ("https://index.docker.io/v1/", "me", "dckr_pat_abc", K.HUB_PERSONAL_TOKEN),
        ("docker.io", "org", "dckr_oat_abc", K.HUB_ORGANISATION_TOKEN),
        ("ghcr.io", "me", "ghp_abc", K.GITHUB_CLASSIC_TOKEN),
        ("ghcr.io", "me", "github_pat_abc", K.GITHUB_FINE_GRAINED_TOKEN),
        ("ghcr.io", "me", "gho_abc", K.GITHUB_OAUTH_TOKEN),
        ("ghcr.io", "x-access-token", "ghs_abc", K.GITHUB_APP_TOKEN),
        ("quay.io", "org+robot", "pw", K.QUAY_ROBOT),
        ("quay.test", "org+robot", "A1" * 32, K.QUAY_ROBOT),
        ("quay.io", "$oauthtoken", "pw", K.QUAY_OAUTH_TOKEN),
        ("nvcr.io", "$oauthtoken", "pw", K.NVIDIA_API_KEY),
        ("registry.gitlab.com", "gitlab+deploy-token-7", "gldt-abc", K.GITLAB_DEPLOY_TOKEN),
        ("registry.gitlab.com", "me", "glpat-abc", K.GITLAB_PERSONAL_TOKEN),
        ("registry.gitlab.com", "gitlab-ci-token", "glcbt-1_abc", K.GITLAB_JOB_TOKEN),
        ("team.jfrog.io", "me", jwt({"iss": "jfac@01abc", "exp": AT}), K.JFROG_TOKEN),
        ("team.jfrog.io", "me", jwt({"exp": AT}), K.JFROG_TOKEN),
        ("art.test", "me", REFERENCE_TOKEN, K.JFROG_REFERENCE_TOKEN),
        ("art.test", "me", "AKC" + "p5" * 35, K.JFROG_API_KEY),
        ("registry.redhat.io", "7318|puller", jwt({"sub": "x"}), K.RED_HAT),
        ("registry.redhat.io", "me", "pw", K.RED_HAT),
        ("cloud.test", "uhc-1-abc", jwt({}), K.RED_HAT),
        ("image-registry.openshift-image-registry.svc:5000", "x", ACCOUNT_JWT, K.OPENSHIFT),
        ("172.30.1.1:5000", "<token>", ACCOUNT_JWT, K.OPENSHIFT),
        ("172.30.1.1:5000", "serviceaccount", ACCOUNT_JWT, K.OPENSHIFT),
        ("reg.test", "any", ACCOUNT_JWT, K.SERVICE_ACCOUNT_TOKEN),
        ("de.icr.io", "iamapikey", "pw", K.IBM_API_KEY),
        ("de.icr.io", "iambearer", jwt({"exp": AT}), K.IBM_TOKEN),
        ("harbor.test", "robot$proj+name", "pw", K.HARBOR_ROBOT),
        ("reg.test", "me", jwt({"exp": AT}), K.JWT),
        ("reg.test", "me", "pw", K.USER_PASSWORD),
        ("reg.test", "me", "a.b.c", K.USER_PASSWORD),
        ("reg.test", "", "", K.EMPTY),
    ],
)
def test_kind_is_told_from_host_user_and_shape(
    key: str, username: str, password: str, kind: CredentialKind
) -> None:
    assert told(key, username, password).kind is kind


def test_an_identity_token_beside_nothing_else_is_a_kind_of_its_own() -> None:
    it = told("team.azurecr.io", "", "", ignored=("identitytoken",))

    assert it.kind is K.IDENTITY_TOKEN
    assert "the kubelet ignores identitytoken" in it.remarks
    assert "no user name: the container runtime then pulls anonymously" in it.remarks


@pytest.mark.parametrize(
    ("username", "password"),
    [
        pytest.param("AWS", ecr(AT), id="ECR"),
        pytest.param("AWS", ecr(AT) + "\n", id="ECR, newline behind it"),
        pytest.param("AWS", ecr(AT + 0.25), id="ECR, fraction of a second"),
        pytest.param(ACR_USER, jwt({"exp": AT}), id="JWT"),
        pytest.param("robot$x", jwt({"exp": float(AT)}), id="JWT, number with a point"),
        pytest.param("me", REFERENCE_TOKEN, id="JFrog reference token"),
    ],
)
def test_expiry_is_read_offline_as_utc(username: str, password: str) -> None:
    expires = told("reg.test", username, password).expires

    assert expires == MOMENT
    assert expires.tzinfo is timezone.utc


@pytest.mark.parametrize(
    "value",
    [0, -1, 1e308, -1e308, 10**400, float("nan"), float("inf"), True, None, "soon", str(AT), [AT]],
    ids=repr,
)
def test_what_is_no_time_is_no_expiry(value: object) -> None:
    assert told("r.test", "AWS", ecr(value)).expires is None
    assert told("r.test", "me", jwt({"exp": value})).expires is None


@pytest.mark.parametrize("field", ["0", "", "-5", "1e9", "9" * 13, "²"])
def test_a_reference_token_without_a_time_has_no_expiry(field: str) -> None:
    assert told("r.test", "me", encoded(f"reftkn:01:{field}:rest")).expires is None


BROKEN_KEY = "{type: service_account, private_key: x}"


@pytest.mark.parametrize(
    ("key", "username", "password", "remark"),
    [
        (
            ECR_HOST,
            "AWS",
            ecr(1),
            "lives 12 hours; the key is for account 123456789012 in eu-west-1",
        ),
        ("proxy.test", "AWS", ecr(1), "lives 12 hours"),
        ("gcr.io", "_json_key", BROKEN_KEY, "the key is not JSON; a shell or an editor broke it"),
        ("gcr.io", "_json_key", "{}", "the JSON is no service account key"),
        (
            "gcr.io",
            "_json_key",
            encoded(KEY_FILE),
            "a key in this form needs the user name _json_key_base64",
        ),
        (
            "gcr.io",
            "_json_key_base64",
            KEY_FILE,
            "a key in this form needs the user name _json_key",
        ),
        (
            "gcr.io",
            "_json_key_base64",
            encoded(KEY_FILE)[4:],
            "the key is not base64 of JSON; a shell or an editor broke it",
        ),
        ("gcr.io", "oauth2accesstoken", "x", "lives about 1 hour; use a service account key"),
        ("ghcr.io", "x", "ghs_x", "lives 1 to 8 hours; use a personal access token"),
        ("r.test", "gitlab-ci-token", "x", "ends with its CI job; use a deploy token"),
        ("r.test", "me", ACCOUNT_JWT, "for serviceaccount/puller of team"),
        ("nvcr.io", "me", "x", "the user name must be $oauthtoken, literally"),
        ("r.test", "robot+me", "x", "a Harbor robot is robot$NAME; a shell may have eaten the $"),
        ("r.test", "me", "x\n", "the password ends in a newline"),
        ("r.test", "me", "x\r\n", "the password ends in a newline"),
        ("r.test", "me\n", "x", "the user name ends in a newline"),
        ("r.test", "me", " x", "the password begins or ends with a blank"),
        ("r.test", "me", "\ufeffx", "the password begins with a byte order mark"),
        ("r.test", "", "x", "no user name: the container runtime then pulls anonymously"),
        ("r.test", "me", "", "no password"),
    ],
)
def test_the_one_thing_that_looks_wrong_is_remarked(
    key: str, username: str, password: str, remark: str
) -> None:
    assert told(key, username, password).remarks == (remark,)


def test_auth_beside_other_fields_is_remarked() -> None:
    assert told("r.test", "me", "x", disagrees=True).remarks == (
        "auth decides; username and password beside it say something else",
    )


def test_names_of_unknown_fields_are_not_repeated() -> None:
    it = told("r.test", "me", "x", ignored=("serveraddress", "IdentityToken", "hunter2"))

    assert it.remarks == (
        "the kubelet ignores identitytoken, serveraddress",
        "the kubelet ignores fields that it does not know",
    )


@pytest.mark.parametrize("password", ["x", KEY_FILE + "\n"], ids=["password", "key file"])
def test_a_sound_credential_has_no_remarks(password: str) -> None:
    user = "_json_key" if password.startswith("{") else "me"
    assert told("reg.test", user, password).remarks == ()


CANARY = "cAnArY7"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        pytest.param("me", CANARY, id="plain"),
        pytest.param("me\n", f" {CANARY}\n", id="blanks"),
        pytest.param("AWS", encoded(CANARY), id="broken ECR"),
        pytest.param("me", jwt({"sub": CANARY, "iss": CANARY, "exp": CANARY}), id="claims"),
        pytest.param(
            "me", jwt({"sub": f"system:serviceaccount:{CANARY}:{CANARY}"}), id="strange account"
        ),
        pytest.param("_json_key", json.dumps({CANARY: CANARY}), id="strange JSON key"),
        pytest.param("_json_key", f'{{"private_key": {CANARY}', id="broken JSON key"),
        pytest.param("me", encoded(f"reftkn:01:{CANARY}:{CANARY}"), id="reference token"),
        pytest.param(CANARY, "", id="password in the place of the user"),
    ],
)
def test_no_part_of_a_credential_is_told(username: str, password: str) -> None:
    it = told(
        f"https://u:{CANARY}@gcr.io/{CANARY}",
        username,
        password,
        ignored=(CANARY,),
        disagrees=True,
    )

    assert CANARY.lower() not in repr(it).lower()
    assert encoded(CANARY)[:8] not in repr(it)


users = st.one_of(
    st.sampled_from(["AWS", "_json_key", "_json_key_base64", ACR_USER, "iambearer", "<token>", ""]),
    st.text(),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
claims = st.dictionaries(st.sampled_from(["exp", "sub", "iss", "x"]), json_values)
passwords = st.one_of(
    st.text(alphabet=st.characters(codec=None)),  # lone surrogates too
    st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.binary().map(lambda raw: base64.b64encode(raw).decode()),
    json_values.map(json.dumps),
    json_values.map(ecr),
    claims.map(jwt),
    st.text().map(lambda field: encoded(f"reftkn:01:{field}:x")),
)


@settings(max_examples=200, deadline=None)
@given(key=st.text(), username=users, password=passwords)
def test_nothing_that_a_secret_can_hold_raises(key: str, username: str, password: str) -> None:
    assert told(key, username, password).label


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("x" * 10_000_000, id="plain"),
        pytest.param("." * 10_000_000, id="dots"),
        pytest.param(" " * 10_000_000, id="blanks"),
        pytest.param("9" * 60_000, id="digits"),
        pytest.param("[" * 10_000_000, id="nesting"),
        pytest.param("[" * 60_000, id="nesting that is read"),
        pytest.param('{"a":' * 10_000, id="objects that are read"),
        pytest.param(jwt({"exp": AT, "x": "y" * 9_000_000}), id="JWT"),
    ],
)
def test_huge_passwords_take_bounded_time(password: str) -> None:
    begin = time.perf_counter()
    for user in ("AWS", "_json_key", "_json_key_base64", "me", password):
        told("gcr.io", user, password)

    assert time.perf_counter() - begin < 2
