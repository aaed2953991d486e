"""What a registry is asked, in which order, and what its answers mean."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Login, Question
from kubectl_pullsecret.facts.causes import Cause
from tests.net.scripted import Received, Reply
from tests.registry.conftest import Ask, Serve
from tests.registry.registry import (
    BASE,
    FOUND,
    IMAGE,
    NO_REPOSITORY,
    PATH,
    TAG,
    TOKEN,
    asked_as,
    error,
    gives_anybody,
    gives_token,
    image,
    login,
    pair,
    plainly,
    query,
    unauthorized,
    with_basic,
    with_tokens,
)

MANIFEST = f"/v2/{PATH}/manifests/{TAG}"


def test_user_and_password_are_sent_when_they_are_asked_for(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    (answer,) = ask(image(server, login(server)))
    assert (answer.yes, answer.accepted) == (True, True)
    assert answer.said == f"{server.address} gives out {server.address}/{PATH}:{TAG}"
    assert asked_as(server) == [("HEAD", MANIFEST, None), ("HEAD", MANIFEST, pair())]


def test_all_kinds_of_manifest_are_accepted(serve: Serve, ask: Ask) -> None:
    server = serve(plainly(IMAGE))
    ask(image(server))
    accept = server.received[0].header("Accept") or ""
    assert "application/vnd.oci.image.index.v1+json" in accept
    assert "application/vnd.docker.distribution.manifest.v1+prettyjws" in accept


def test_a_token_to_pull_and_nothing_else_is_asked_for(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens())
    (answer,) = ask(image(server, login(server)))
    assert (answer.yes, answer.accepted, answer.notes) == (True, True, ())
    first, alone, token, last = server.received
    assert query(alone) == {"service": "registry.test"}
    assert query(token) == {"service": "registry.test", "scope": f"repository:{PATH}:pull"}
    assert [at.header("Authorization") for at in (first, alone, token, last)] == [
        None,
        pair(),
        pair(),
        f"Bearer {TOKEN}",
    ]


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_both_names_of_the_token_are_read(serve: Serve, ask: Ask, name: str) -> None:
    server = serve(with_tokens(give=lambda _: Reply({name: TOKEN})))
    assert ask(image(server, login(server)))[0].yes


def test_an_identity_token_is_posted(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(give=lambda _: Reply({"access_token": TOKEN})))
    (answer,) = ask(image(server, login(server, "", identity_token="c4nary identity")))
    assert answer.accepted
    token = server.received[1]
    assert (token.method, token.header("Authorization")) == ("POST", None)
    assert token.body.startswith(b"grant_type=refresh_token&")
    assert b"refresh_token=c4nary+identity" in token.body
    assert b"scope=repository%3Ateam%2Fapp%3Apull" in token.body


def test_an_identity_token_that_is_refused(serve: Serve, ask: Ask) -> None:
    refusal = Reply({"error": "invalid_grant", "error_description": "it is over"}, status=400)
    server = serve(with_tokens(give=lambda _: refusal))
    (answer,) = ask(image(server, login(server, "", identity_token="old")))
    assert (answer.cause, answer.accepted) == (Cause.CREDENTIAL_REJECTED, False)
    assert answer.said.endswith("rejects the login: 400 Bad Request: invalid_grant: it is over")


def test_nobody_gets_a_token_too(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(give=gives_anybody))
    (answer,) = ask(image(server))
    assert (answer.yes, answer.accepted) == (True, None)
    assert answer.said.endswith(f"{PATH}:{TAG} to anybody")


def test_a_login_alone_is_tried_as_docker_login_does(serve: Serve, ask: Ask) -> None:
    basic, bearer = serve(with_basic()), serve(with_tokens())
    answers = ask(*(Question(one.address, login(one)) for one in (basic, bearer)))
    assert [(answer.yes, answer.accepted) for answer in answers] == [(True, True)] * 2
    assert asked_as(basic) == [("GET", "/v2/", None), ("GET", "/v2/", pair())]
    assert query(bearer.received[1]) == {"service": "registry.test"}  # no scope


def test_who_does_not_ask_is_told_nothing(serve: Serve, ask: Ask) -> None:
    server = serve(plainly(IMAGE))
    alone, pulled = ask(Question(server.address, login(server)), image(server, login(server)))
    for answer in (alone, pulled):
        assert (answer.yes, answer.accepted) == (True, None)
        assert answer.said == f"{server.address} answers without asking for a credential"
    assert {at.header("Authorization") for at in server.received} == {None}


@pytest.mark.parametrize("status", [400, 404, 405, 500], ids=str)
def test_who_does_not_answer_head_properly_is_asked_again(
    serve: Serve, ask: Ask, status: int
) -> None:
    def manifest(at: Received) -> Reply:
        return Reply(status=status) if at.method == "HEAD" else FOUND

    server = serve(with_basic({MANIFEST: manifest}))
    assert ask(image(server, login(server)))[0].yes


def test_a_digest_is_asked_for_as_it_is(serve: Serve, ask: Ask) -> None:
    digest = "sha256:" + "0" * 64
    server = serve(plainly({f"/v2/{PATH}/manifests/{digest}": FOUND}))
    assert ask(image(server, tag=digest))[0].yes


NONE, NO = Cause.NO_CREDENTIAL_SENT, Cause.DENIED_OR_NOT_FOUND
PAGE = Reply("<!DOCTYPE html><p>no</p>", content_type="text/html")


def _status(reply: Reply, status: int) -> Reply:
    return Reply(reply.body, status=status, content_type=reply.content_type)


# What the registry answers to a login that it, or its token service, has taken.
AFTER_A_LOGIN = {
    "denied": (error(401, "UNAUTHORIZED", "authentication required"), NO, True),
    "insufficient scope": (error(401, "DENIED", "insufficient_scope"), NO, True),
    "denied 403": (error(403, "DENIED", "requested access to the resource is denied"), NO, True),
    "forbidden": (
        error(403, "DENIED", 'Permission "x" denied on resource'),
        Cause.ACCESS_FORBIDDEN,
        True,
    ),
    "bare 403": (Reply(status=403), Cause.ACCESS_FORBIDDEN, True),
    "page 403": (_status(PAGE, 403), Cause.REGISTRY_POLICY_BLOCKED, True),
    "page 404": (_status(PAGE, 404), Cause.REPOSITORY_NOT_FOUND, True),
    "text 404": (Reply("404 page not found", 404, "text/plain"), Cause.REPOSITORY_NOT_FOUND, True),
    "no repository": (NO_REPOSITORY, Cause.REPOSITORY_NOT_FOUND, True),
    "harbor tag": (
        error(404, "NOT_FOUND", "artifact team/app:v1 not found"),
        Cause.MANIFEST_NOT_FOUND,
        True,
    ),
    "harbor": (
        error(404, "NOT_FOUND", "repository team/app not found"),
        Cause.REPOSITORY_NOT_FOUND,
        True,
    ),
    "412": (
        error(412, "PROJECTPOLICYVIOLATION", "scan first"),
        Cause.REGISTRY_POLICY_BLOCKED,
        True,
    ),
    "451": (Reply(status=451), Cause.REGISTRY_POLICY_BLOCKED, True),
    "429": (error(429, "TOOMANYREQUESTS", "slower"), Cause.RATE_LIMITED, True),
    "503": (Reply(status=503), Cause.REGISTRY_ERROR, True),
    "a page": (PAGE, Cause.REGISTRY_ERROR, None),
    "a list": (Reply([1, 2]), Cause.REGISTRY_ERROR, None),
    "nothing": (Reply(content_type=""), Cause.REGISTRY_ERROR, None),
    "418": (Reply(status=418), Cause.REGISTRY_ERROR, True),
}


@pytest.mark.parametrize("name", AFTER_A_LOGIN)
def test_what_a_registry_says_after_it_gave_a_token(serve: Serve, ask: Ask, name: str) -> None:
    reply, cause, accepted = AFTER_A_LOGIN[name]
    server = serve(with_tokens({MANIFEST: reply}))
    (answer,) = ask(image(server, login(server)))
    assert (answer.cause, answer.accepted) == (cause, accepted), answer
    assert answer.said.startswith(server.address)
    assert "\n" not in answer.said


TO_NOBODY = {
    "401": (error(401, "UNAUTHORIZED", "authentication required"), NONE),
    "denied": (error(403, "DENIED", "denied"), NONE),
    "403": (Reply(status=403), Cause.ACCESS_FORBIDDEN),
    "a page": (_status(PAGE, 403), Cause.REGISTRY_POLICY_BLOCKED),
    "no repository": (NO_REPOSITORY, Cause.REPOSITORY_NOT_FOUND),
    "407": (Reply(status=407), Cause.PROXY_FAILURE),
}


@pytest.mark.parametrize("name", TO_NOBODY)
def test_what_a_registry_says_to_nobody(serve: Serve, ask: Ask, name: str) -> None:
    reply, cause = TO_NOBODY[name]
    server = serve(with_tokens({MANIFEST: reply}, give=gives_anybody))
    (answer,) = ask(image(server))
    assert (answer.cause, answer.accepted) == (cause, None)


def test_nobody_is_told_that_a_credential_is_wanted(serve: Serve, ask: Ask) -> None:
    basic, bearer = serve(with_basic()), serve(with_tokens())
    for answer in ask(image(basic), image(bearer), Question(basic.address, None)):
        assert (answer.cause, answer.accepted) == (NONE, None)


# What somebody answers who never asks for a credential.
UNASKED = {
    "a page 404": (_status(PAGE, 404), Cause.REGISTRY_ERROR),
    "text 404": (Reply("404 page not found", 404, "text/plain"), Cause.REGISTRY_ERROR),
    "nothing 404": (Reply(status=404, content_type=""), Cause.REGISTRY_ERROR),
    "nothing 404 of a registry": (
        Reply(status=404, headers=(("Docker-Distribution-Api-Version", "registry/2.0"),)),
        Cause.MANIFEST_NOT_FOUND,
    ),
    "no repository": (NO_REPOSITORY, Cause.REPOSITORY_NOT_FOUND),
    "a page 403": (_status(PAGE, 403), Cause.REGISTRY_POLICY_BLOCKED),
    "bare 403": (Reply(status=403), Cause.REGISTRY_POLICY_BLOCKED),
    "denied": (error(403, "DENIED", "denied"), NONE),
}


@pytest.mark.parametrize("name", UNASKED)
def test_who_asks_for_no_credential_does_not_judge_it(serve: Serve, ask: Ask, name: str) -> None:
    reply, cause = UNASKED[name]
    server = serve(lambda _: reply)
    (answer,) = ask(image(server, login(server)))
    assert (answer.cause, answer.accepted) == (cause, None)


# What a token service answers to whatever it is asked with a login.
NO_TOKEN = {
    "401": (Reply({"details": "wrong"}, status=401), Cause.CREDENTIAL_REJECTED, False),
    "denied": (error(403, "DENIED", "denied"), Cause.CREDENTIAL_REJECTED, False),
    "forbidden": (Reply(status=403), Cause.ACCESS_FORBIDDEN, None),
    "gitlab": (
        error(403, "UNAUTHORIZED", "HTTP Basic: Access denied"),
        Cause.CREDENTIAL_REJECTED,
        False,
    ),
    "a page": (_status(PAGE, 403), Cause.REGISTRY_POLICY_BLOCKED, None),
    "404": (Reply(status=404), Cause.REGISTRY_ERROR, None),
    "429": (Reply(status=429), Cause.RATE_LIMITED, None),
    "502": (Reply(status=502), Cause.REGISTRY_ERROR, None),
}


@pytest.mark.parametrize("name", NO_TOKEN)
def test_what_a_token_service_says(serve: Serve, ask: Ask, name: str) -> None:
    reply, cause, accepted = NO_TOKEN[name]
    server = serve(with_tokens(give=lambda _: reply))
    (answer,) = ask(image(server, login(server)))
    assert (answer.cause, answer.accepted) == (cause, accepted)


# What a token service answers when the login is good, and the image is not for it.
NO_SCOPE = {
    "github": (error(403, "DENIED", "denied"), NO),
    "azure": (error(401, "UNAUTHORIZED", "authentication required"), NO),
    "google": (error(403, "DENIED", 'Permission "x" denied on resource'), Cause.ACCESS_FORBIDDEN),
}


@pytest.mark.parametrize("name", NO_SCOPE)
def test_a_denied_scope_is_no_wrong_password(serve: Serve, ask: Ask, name: str) -> None:
    reply, cause = NO_SCOPE[name]
    server = serve(with_tokens(give=lambda at: reply if "scope" in query(at) else gives_token(at)))
    (answer,) = ask(image(server, login(server)))
    assert (answer.cause, answer.accepted) == (cause, True)


def test_a_token_service_may_want_a_scope(serve: Serve, ask: Ask) -> None:
    lacking = Reply({"message": "scope is missing"}, status=400)

    def give(at: Received) -> Reply:
        return gives_token(at) if "scope" in query(at) else lacking

    server = serve(with_tokens(give=give))
    assert ask(image(server, login(server)))[0].yes


def test_a_token_that_is_over_is_refused_whatever_the_status(serve: Serve, ask: Ask) -> None:
    over = error(403, "DENIED", "Your authorization token has expired. Reauthenticate.")
    server = serve(lambda at: over if at.header("Authorization") else unauthorized("Basic"))
    (answer,) = ask(image(server, login(server)))
    assert (answer.cause, answer.accepted) == (Cause.CREDENTIAL_REJECTED, False)


def test_a_login_that_gets_no_token_at_all_is_rejected(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(give=lambda _: error(403, "DENIED", "denied")))
    (answer,) = ask(Question(server.address, login(server)))
    assert (answer.cause, answer.accepted) == (Cause.CREDENTIAL_REJECTED, False)


@pytest.mark.parametrize("challenge", ["", "Negotiate", "Digest realm=x", 'Bearer service="x"'])
def test_a_challenge_that_nobody_can_answer(serve: Serve, ask: Ask, challenge: str) -> None:
    server = serve(with_basic(challenge=challenge))
    (answer,) = ask(image(server, login(server)))
    assert (answer.cause, answer.accepted) == (Cause.REGISTRY_ERROR, None)
    assert pair() not in {at.header("Authorization") for at in server.received}


def test_what_cannot_be_sent_is_not_sent(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    empty = Login(server.address, "puller", Masked(""))
    (answer,) = ask(image(server, empty))
    assert (answer.cause, answer.accepted) == (NONE, None)
    assert len(server.received) == 1


def test_where_both_are_offered_the_token_is_taken(serve: Serve, ask: Ask) -> None:
    server = serve(plainly({"/token": gives_anybody, MANIFEST: lambda at: _either(at)}))

    def _either(at: Received) -> Reply:
        if at.header("Authorization") == f"Bearer {TOKEN}":
            return FOUND
        both = f'Basic realm="x", Bearer realm="http://{at.header("Host")}/token"'
        return Reply(status=401, headers=(("WWW-Authenticate", both),))

    assert ask(image(server, login(server)))[0].yes


def test_the_base_may_be_answered_in_many_ways(serve: Serve, ask: Ask) -> None:
    replies = (BASE, Reply(b""), Reply("true"), Reply("OK", content_type="text/plain"))
    servers = [serve(plainly({"/v2/": reply})) for reply in replies]
    answers = ask(*(Question(one.address, None) for one in servers))
    assert [answer.yes for answer in answers] == [True, True, True, False]
    assert answers[3].said == f"{servers[3].address} answers text/plain, which is no registry"
