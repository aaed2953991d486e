"""What is read beside the cause: the message itself, hosts, status, what was sent; and the laws."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.diagnosis.pull_errors import Cause, PullError, parse

IMAGE = "registry.test:5000/team/app:v1"
HEAD = "http://registry.test:5000/v2/team/app/manifests/v1"
REFUSED = f"unexpected status from HEAD request to {HEAD}: 401 Unauthorized"
PULL = f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": '
MISSING = f"rpc error: code = NotFound desc = {PULL}{IMAGE}: not found"

WRAPPED = {
    "status": "{}",
    "event": f'Failed to pull image "{IMAGE}": {{}}',
    "back-off": f'Back-off pulling image "{IMAGE}": ErrImagePull: {{}}',
    "rpc": f'Failed to pull image "{IMAGE}": rpc error: code = Unknown desc = {{}}',
    "number": f'Failed to pull image "{IMAGE}": rpc error: code = 2 desc = {{}}',
    "curly": f"Failed to pull image “{IMAGE}”: {{}}",
    "reason": "ErrImagePull: {}",
    "describe": f'Warning  Failed  4s (x2 over 9s)  kubelet  Failed to pull image "{IMAGE}": {{}}',
    "kubeadm": f"[ERROR ImagePull]: failed to pull image {IMAGE}: output: {{}}",
    "foreign": "container app start failed in pod app_ns(uid): ErrImagePull: {}",
    "crictl": "FATA[0002] pulling image: rpc error: code = Unknown desc = {}",
}


@pytest.mark.parametrize("wrapping", WRAPPED.values(), ids=WRAPPED.keys())
def test_layers_come_off_and_leave_the_registry_s_own_words(wrapping: str) -> None:
    assert parse(wrapping.format(PULL + REFUSED), IMAGE).raw == REFUSED


def test_a_log_line_is_unescaped() -> None:
    quoted = (PULL + REFUSED).replace('"', '\\"')
    line = (
        f'E0920 10:00:37.381343  1 remote_image.go:171] "PullImage failed" err="{quoted}" image="x"'
    )
    assert parse(line, IMAGE).raw == REFUSED


def test_an_error_inside_start_container_is_unescaped() -> None:
    quoted = (PULL + REFUSED).replace('"', '\\\\\\"')
    start = 'err="failed to \\"StartContainer\\" for \\"c\\" with ErrImagePull: '
    line = f'"Error syncing" {start}\\"{quoted}\\"" pod="p"'
    assert parse(line, IMAGE).raw == REFUSED


def test_raw_is_one_line() -> None:
    assert parse("errors:\ndenied: requested access\r\n\tis denied").raw == (
        "errors: denied: requested access is denied"
    )


def test_a_bare_back_off_is_its_own_evidence() -> None:
    error = parse(f'Back-off pulling image "{IMAGE}"', IMAGE)
    assert (error.cause, error.raw) == (
        Cause.UNINFORMATIVE,
        f'Back-off pulling image "{IMAGE}"',
    )


def test_the_host_that_answered_and_its_status_are_told() -> None:
    error = parse(PULL + REFUSED, IMAGE)
    assert (error.host, error.status, error.mirror) == ("registry.test:5000", 401, None)


def test_a_named_host_without_a_url_is_told() -> None:
    error = parse(
        f"{PULL}pulling from host registry.test:5000 failed with status code [manifests v1]: "
        "403 Forbidden",
        IMAGE,
    )
    assert (error.host, error.status) == ("registry.test:5000", 403)


MIRRORS = {
    "other host": ("https://mirror.test/v2/library/nginx/manifests/1", "mirror.test"),
    "stands for": ("https://mirror.test/v2/hub/nginx/manifests/1?ns=docker.io", "mirror.test"),
    "hub itself": ("https://registry-1.docker.io/v2/library/nginx/manifests/1", None),
    "hub's tokens": ("https://auth.docker.io/token?scope=x", None),
    "blob storage": ("https://cdn.test/registry-v2/blobs/sha256/ab/data", None),
}


@pytest.mark.parametrize(("url", "mirror"), MIRRORS.values(), ids=MIRRORS.keys())
def test_a_mirror_is_named_where_it_answered_for_the_image(url: str, mirror: str | None) -> None:
    error = parse(f"unexpected status from HEAD request to {url}: 401 Unauthorized", "nginx:1")
    assert error.mirror == mirror


SENT = {
    f"{PULL}authorization failed: no basic auth credentials": False,
    f"{PULL}failed to fetch anonymous token: unexpected status: 403 Forbidden": False,
    "toomanyrequests: You have reached your unauthenticated pull rate limit.": False,
    f"{PULL}failed to fetch oauth token: unexpected status: 401 Unauthorized": True,
    f"{PULL}{REFUSED}": True,
    "unauthorized: incorrect username or password": True,
    "unable to retrieve auth token: invalid username/password: unauthorized": None,
    "denied: requested access to the resource is denied": None,
    "pulling from host r.test failed with status code [manifests v1]: 401 Unauthorized": None,
}


@pytest.mark.parametrize(("message", "sent"), SENT.items())
def test_what_the_text_proves_of_a_credential(message: str, sent: bool | None) -> None:
    assert parse(message, IMAGE).credential_sent is sent


LISTS = {
    "refused first": f"[{PULL}{REFUSED}, {MISSING}]",
    "refused last": f"[{MISSING}, {PULL}{REFUSED}]",
    "in an event": f'Failed to pull image "{IMAGE}": [{PULL}{REFUSED}, {MISSING}]',
    "in a back-off": f'Back-off pulling image "x": ErrImagePull: [{MISSING}, {PULL}{REFUSED}]',
    "three": f"[{PULL}{REFUSED}, {MISSING}, {PULL}dial tcp [::1]:50: connect: connection refused]",
    "cut off": f"[{MISSING}, {PULL}unexpected status from HEAD requ",
}


@pytest.mark.parametrize("message", LISTS.values(), ids=LISTS.keys())
def test_of_several_attempts_the_one_that_got_furthest_decides(message: str) -> None:
    error = parse(message, IMAGE)
    assert (error.cause, error.raw) == (Cause.MANIFEST_NOT_FOUND, f"{IMAGE}: not found")


def test_the_attempts_that_did_not_get_as_far_are_told() -> None:
    assert len(parse(LISTS["refused first"], IMAGE).others) == 1
    assert parse(PULL + REFUSED, IMAGE).others == ()
    assert parse(f"[{PULL}{REFUSED}, {PULL}{REFUSED} ]", IMAGE).others == ()


def test_commas_inside_an_error_do_not_split_it() -> None:
    denied = "pull access denied, repository does not exist or may require authorization"
    assert parse(f"[{PULL}{denied}: server message: insufficient_scope]", IMAGE).raw.startswith(
        denied
    )


def test_of_mirrors_and_the_registry_the_registry_decides() -> None:
    error = parse(
        "(Mirrors also failed: [mirror.test/a:1: reading manifest 1 in mirror.test/a: manifest "
        'unknown]): r.test/a:1: pinging container registry r.test: Get "https://r.test/v2/": dial '
        "tcp 192.0.2.4:443: i/o timeout",
        "r.test/a:1",
    )
    assert (error.cause, error.host) == (Cause.TIMEOUT, "r.test")


def test_of_bullets_the_attempt_that_got_furthest_decides() -> None:
    error = parse(
        "2 errors occurred while pulling:\n * initializing source docker://a.test/x:1: pinging "
        'container registry a.test: Get "https://a.test/v2/": dial tcp 192.0.2.1:443: i/o timeout\n'
        " * initializing source docker://b.test/x:1: reading manifest 1 in b.test/x: "
        "manifest unknown"
    )
    assert error.cause is Cause.MANIFEST_NOT_FOUND


def test_the_artifact_half_of_a_cri_o_error_does_not_count() -> None:
    error = parse(
        "unable to pull image or OCI artifact: pull image err: reading manifest 1 in r.test/a: "
        "manifest unknown; artifact err: unauthorized: authentication required",
        "r.test/a:1",
    )
    assert error.cause is Cause.MANIFEST_NOT_FOUND


NAMES = (
    "r.test/forbidden/eof:timeout",
    "r.test/no-such-host/x509:v1",
    "r.test/overlayfs/cosign:v1",
)


@pytest.mark.parametrize("image", NAMES)
def test_the_image_s_name_is_no_evidence(image: str) -> None:
    assert parse(f"manifest for {image} not found", image).cause is Cause.MANIFEST_NOT_FOUND
    assert parse(f"manifest for {image} not found").cause is Cause.MANIFEST_NOT_FOUND


def test_the_network_behind_a_registry_s_answer_is_the_registry_s() -> None:
    behind = 'unknown: unable to pull manifest: Get "https://up.test/v2/": x509: unknown authority'
    assert parse(f"Error response from daemon: {behind}").cause is Cause.REGISTRY_ERROR
    assert parse('Get "https://up.test/v2/": x509: unknown authority').cause is (
        Cause.UNTRUSTED_CERTIFICATE
    )


RAW_GO = (
    "illegal base64 data at input byte 4",
    "json: cannot unmarshal string into Go struct field DockerConfigJSON.auths of type x",
    "invalid character 'a' looking for beginning of value",
    "unexpected end of JSON input",
    "unable to parse auth field, must be formatted as base64(username:password)",
)


@pytest.mark.parametrize("message", RAW_GO)
def test_go_s_words_alone_are_an_unreadable_secret(message: str) -> None:
    assert parse(message).cause is Cause.SECRET_MALFORMED


@pytest.mark.parametrize("message", RAW_GO[:4])
def test_go_s_words_behind_a_request_are_not(message: str) -> None:
    error = parse(f"Error response from daemon: error parsing HTTP 500 response body: {message}")
    assert error.cause is Cause.REGISTRY_ERROR


REASONS = {
    "InvalidImageName": Cause.INVALID_IMAGE_NAME,
    "ErrImageNeverPull": Cause.NEVER_PULL,
    "SignatureValidationFailed": Cause.SIGNATURE_REJECTED,
    "ErrImagePull": Cause.UNKNOWN,
}


@pytest.mark.parametrize(("reason", "cause"), REASONS.items())
def test_a_telling_reason_helps_where_the_text_does_not(reason: str, cause: Cause) -> None:
    assert parse("something new", where=reason).cause is cause


# Words of every layer, so that random text gets deep into the parser.
PIECES = (
    *("[", "]", "(", '"', "\\", "\n* ", ", ", ": ", " … ", "“", "\x00", "\ud800", "İ", "&lt;"),
    *(
        PULL,
        REFUSED,
        MISSING,
        "rpc error: code = Unknown desc = ",
        'err="',
        "(Mirrors also failed: [",
    ),
    *('failed to "StartContainer" for "c" with ErrImagePull: "', "; artifact err: ", "docker://"),
    *(
        "Get https://",
        '?ns="',
        "status code [",
        "lookup ",
        " on ",
        "]): ",
        "repository ",
        "not found",
    ),
)
MESSAGES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES) | st.text()).map("".join))


@settings(max_examples=300, deadline=None)
@given(message=MESSAGES, image=st.none() | MESSAGES, where=st.text())
@example(message="", image="", where="")
@example(message="[" * 40, image="[", where="event")
def test_any_text_is_taken(message: str, image: str | None, where: str) -> None:
    error = parse(message, image, where)
    assert isinstance(error, PullError)
    assert error.raw == " ".join(error.raw.split())


@settings(max_examples=100, deadline=None)
@given(message=MESSAGES)
def test_unwrapping_what_is_left_finds_nothing_new(message: str) -> None:
    assert parse(parse(message).raw).raw.strip() in parse(message).raw


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_megabyte_takes_no_longer_than_its_ends(piece: str) -> None:
    message = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    start = time.perf_counter()
    parse(f'Failed to pull image "{IMAGE}": {message}', IMAGE)
    assert time.perf_counter() - start < 2
