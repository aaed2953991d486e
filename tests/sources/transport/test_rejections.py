"""What the server refuses becomes one sentence that names verb, resource and namespace."""

from __future__ import annotations

import json

import pytest

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.sources.transport.status import Action, ApiError, Rejection, error_of
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.conftest import Dial, Serve

LIST = Action("list", "secrets", "facts")
GET = Action("get", "secrets", "facts", "good")
EVERYWHERE = Action("list", "secrets")
CREATE = Action("create", "pods", "facts")

CANARY = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"
HTML = "<html><head><title>502 Bad Gateway</title></head></html>"


def rejected(code: int, reason: str, message: str, action: Action, **more: object) -> ApiError:
    status = {"kind": "Status", "code": code, "reason": reason, "message": message}
    body = json.dumps({**status, **more}).encode()
    return error_of(Rejection(code, "", "application/json", "", body), action, "api.test:6443")


def answered(
    code: int, phrase: str, body: str, content_type: str = "text/plain", location: str = ""
) -> ApiError:
    rejection = Rejection(code, phrase, content_type, location, body.encode())
    return error_of(rejection, LIST, "api.test:6443")


@pytest.mark.parametrize(
    ("code", "reason", "message", "action", "sentence"),
    [
        (
            403,
            "Forbidden",
            'secrets is forbidden: User "dev" cannot list resource "secrets" in API group "" in '
            'the namespace "facts"',
            LIST,
            'secrets is forbidden: User "dev" cannot list resource "secrets" in API group "" in '
            'the namespace "facts"',
        ),
        (
            403,
            "Forbidden",
            'pods "p" is forbidden: error looking up service account facts/nosuch: serviceaccount '
            '"nosuch" not found',
            CREATE,
            'cannot create pods in namespace "facts": pods "p" is forbidden: error looking up '
            'service account facts/nosuch: serviceaccount "nosuch" not found',
        ),
        (
            401,
            "Unauthorized",
            "Unauthorized",
            LIST,
            'api.test:6443 does not accept who you are: cannot list secrets in namespace "facts" '
            "(401 Unauthorized)",
        ),
        (
            404,
            "NotFound",
            'secrets "good" not found',
            GET,
            'secrets "good" not found in namespace "facts"',
        ),
        (
            404,
            "NotFound",
            "the server could not find the requested resource",
            EVERYWHERE,
            "cannot list secrets: the server could not find the requested resource (404 NotFound)",
        ),
        (
            409,
            "Conflict",
            'Operation cannot be fulfilled on secrets "good": the object has been modified',
            Action("patch", "secrets", "facts", "good"),
            'cannot patch secrets "good" in namespace "facts": Operation cannot be fulfilled on '
            'secrets "good": the object has been modified (409 Conflict)',
        ),
        (
            422,
            "Invalid",
            'Secret "x" is invalid:\n  data[.dockerconfigjson]: Required value',
            CREATE,
            'cannot create pods in namespace "facts": Secret "x" is invalid: '
            "data[.dockerconfigjson]: Required value (422 Invalid)",
        ),
        (500, "", "", EVERYWHERE, "cannot list secrets: the server says no more (500)"),
    ],
    ids=["403", "403 of admission", "401", "404", "no such kind", "409", "422", "no message"],
)
def test_a_status_becomes_a_sentence(
    code: int, reason: str, message: str, action: Action, sentence: str
) -> None:
    error = rejected(code, reason, message, action, details={"name": "good"})
    assert error.message == sentence
    assert (error.code, error.reason, error.exit_code) == (code, reason, ExitCode.FAILED)


def test_only_the_servers_own_404_says_that_an_object_is_not_there() -> None:
    details: dict[str, object] = {"name": "good", "kind": "secrets"}
    missing = 'secrets "good" not found'
    assert rejected(404, "NotFound", missing, GET, details=details).not_found
    no_such_kind = "the server could not find the requested resource"
    assert not rejected(404, "NotFound", no_such_kind, GET, details={}).not_found
    assert not answered(404, "Not Found", HTML, "text/html").not_found
    assert not answered(404, "Not Found", "404 page not found").not_found


def test_only_a_403_is_a_matter_of_rights() -> None:
    assert rejected(403, "Forbidden", "no", LIST).forbidden
    assert not rejected(401, "Unauthorized", "no", LIST).forbidden


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ('User "system:anonymous" cannot list resource', "gives no credentials"),
        ('User "dev" cannot impersonate resource "users"', "check --as"),
        ('User "dev" cannot list resource "secrets"', "list secrets in namespace"),
    ],
    ids=["no credentials", "--as", "no right"],
)
def test_a_403_says_whose_matter_it_is(message: str, remedy: str) -> None:
    assert remedy in rejected(403, "Forbidden", message, LIST).remedy


def test_a_path_that_the_server_does_not_have_is_no_matter_of_proxies() -> None:
    assert "has no such API" in answered(404, "Not Found", "404 page not found\n").remedy


@pytest.mark.parametrize(
    "text",
    [
        f"token {CANARY} is over",
        "https://puller:hunter2@registry.test is no",
        "Bearer hunter2=abcdefghij",
    ],
    ids=["a web token", "a URL", "a header"],
)
def test_a_credential_in_the_servers_words_is_masked(text: str) -> None:
    for error in (rejected(400, "BadRequest", text, LIST), answered(400, "Bad Request", text)):
        assert "•••" in error.message
        assert CANARY not in error.message
        assert "hunter2" not in error.message


def test_who_was_refused_is_named_in_full() -> None:
    user = 'User "oidc:dev@example.com" cannot list resource "secrets"'
    assert rejected(403, "Forbidden", user, LIST).message == user


def test_a_credential_is_not_saved_by_being_cut_in_two() -> None:
    error = rejected(422, "Invalid", "x" * 990 + " " + CANARY, LIST)
    assert CANARY[:8] not in error.message


def test_long_words_of_the_server_are_cut() -> None:
    error = rejected(422, "Invalid", "a long word " * 1000, LIST)
    assert len(error.message) < 1100
    assert "…" in error.message


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            answered(502, "Bad Gateway", HTML, "text/html; charset=utf-8"),
            "api.test:6443 answered 502 Bad Gateway with a web page",
        ),
        (
            answered(404, "Not Found", "404 page not found\n"),
            "api.test:6443 answered 404 Not Found: 404 page not found",
        ),
        (
            answered(429, "Too Many Requests", "Too many requests, please try again later.\n"),
            "api.test:6443 answered 429 Too Many Requests: Too many requests, please try again "
            "later",
        ),
        (
            answered(503, "Service Unavailable", ""),
            "api.test:6443 answered 503 Service Unavailable",
        ),
        (answered(500, "", '{"error": "x"}'), "api.test:6443 answered 500"),
        (answered(403, "Forbidden", "<b>no</b>"), "api.test:6443 answered 403 Forbidden"),
        (
            answered(302, "Found", "", location="https://login.test/sso?token=hunter2"),
            "api.test:6443 redirects to https://login.test/sso, which is not followed",
        ),
        (answered(302, "Found", ""), "api.test:6443 redirects to elsewhere, which is not followed"),
    ],
    ids=["a web page", "plain text", "429", "nothing", "JSON", "markup", "redirect", "nowhere"],
)
def test_what_is_no_status_becomes_a_sentence(error: ApiError, sentence: str) -> None:
    assert error.message == f'cannot list secrets in namespace "facts": {sentence}'
    assert error.reason == ""


def test_plain_http_to_a_tls_port_names_the_remedy() -> None:
    error = answered(400, "Bad Request", "Client sent an HTTP request to an HTTPS server.\n")
    assert "https://" in error.remedy


def test_a_401_without_a_status_is_one_too() -> None:
    assert "does not accept who you are" in answered(401, "Unauthorized", "Unauthorized").message


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff\xfe", b'{"kind": "Status", "message": 1}'])
def test_no_body_breaks_the_sentence(body: bytes) -> None:
    rejection = Rejection(400, "Bad Request", "application/json", "", body)
    assert error_of(rejection, LIST, "api.test:6443").message.startswith("cannot list secrets")


def test_a_web_page_as_success_is_no_object(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply("<html>Log in</html>", content_type="text/html")))
    with pytest.raises(ApiError, match="is a web page") as caught:
        dial(server.url).get("/api/v1/namespaces/facts/secrets/good", GET)
    assert "login page" in caught.value.remedy


def test_a_redirect_is_not_followed(serve: Serve, dial: Dial) -> None:
    elsewhere = serve(in_turn(Reply({})))
    server = serve(in_turn(Reply(status=307, headers=(("Location", elsewhere.url),))))
    with pytest.raises(ApiError, match="which is not followed"):
        dial(server.url).get("/version", Action("get", "version"))
    assert elsewhere.received == []


def test_of_a_huge_refusal_only_a_part_is_read(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply("x" * 10_000_000, status=500), Reply({"kind": "Secret"})))
    client = dial(server.url)
    with pytest.raises(ApiError) as caught:
        client.get("/x", GET)
    assert len(caught.value.message) < 400
    assert client.get("/x", GET) == {"kind": "Secret"}  # over another connection
    assert len({received.connection for received in server.received}) == 2


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_cannot_lead_elsewhere(serve: Serve, dial: Dial, name: str) -> None:
    server = serve(in_turn(Reply({})))
    with pytest.raises(Exception, match="neither"):
        dial(server.url).get(f"/api/v1/namespaces/facts/secrets/{name}", GET)
    assert server.received == []


def test_a_path_is_quoted(serve: Serve, dial: Dial) -> None:
    server = serve(in_turn(Reply({})))
    dial(f"{server.url}/k8s/clusters/c-1").get("/api/v1/secrets/a?b#c%2f", GET)
    assert server.received[0].path == "/k8s/clusters/c-1/api/v1/secrets/a%3Fb%23c%252f"
