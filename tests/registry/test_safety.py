"""Credentials go to the registry that their key names and its token service, and nowhere else."""

from __future__ import annotations

import base64

import pytest

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Login, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.registry.origins import origin_of, place_of
from kubectl_pullsecret.registry.tokens import TokenService, unsafe
from tests.net.authorities import Authority
from tests.net.listening import free_port
from tests.net.scripted import Received, Reply, ScriptedServer
from tests.registry.conftest import Ask, Serve
from tests.registry.registry import (
    FOUND,
    IMAGE,
    PASSWORD,
    TOKEN,
    asked_as,
    error,
    gives_token,
    image,
    login,
    pair,
    plainly,
    unauthorized,
    with_basic,
    with_tokens,
)


def redirect(to: str, status: int = 307) -> Reply:
    return Reply(status=status, headers=(("Location", to),))


def shown_to(server: ScriptedServer) -> bool:
    """Whether the password or a token arrived."""
    secrets = (pair(), f"Bearer {TOKEN}")
    return any(at.header("Authorization") in secrets for at in server.received)


def test_a_key_of_another_registry_is_not_even_asked_for(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    (answer,) = ask(image(server, login(server, key="other.test")))
    assert not answer.yes
    assert answer.withheld == f"its key does not name {server.address}"
    assert server.received == []


def test_a_glob_is_shown_only_for_an_image_that_it_serves(ask: Ask) -> None:
    glob = Login("*.invalid", "puller", Masked("x"))
    alone, used = ask(Question("r.invalid", glob), Question("r.invalid", glob, "team/app", "v1"))
    assert alone.withheld
    assert not used.withheld
    assert used.cause is Cause.NAME_RESOLUTION  # so it was tried


def test_a_redirect_to_another_host_loses_the_credential(serve: Serve, ask: Ask) -> None:
    elsewhere = serve(plainly(IMAGE))
    path = next(iter(IMAGE))
    server = serve(with_basic({path: redirect(f"http://localhost:{elsewhere.port}{path}")}))
    (answer,) = ask(image(server, login(server)))
    assert (answer.yes, answer.accepted) == (True, True)
    assert shown_to(server)
    assert len(elsewhere.received) == 1
    assert not shown_to(elsewhere)


def test_another_port_is_another_host(serve: Serve, ask: Ask) -> None:
    elsewhere = serve(plainly(IMAGE))
    path = next(iter(IMAGE))
    server = serve(with_tokens({path: redirect(elsewhere.url + path)}))
    assert ask(image(server, login(server)))[0].yes
    assert elsewhere.received
    assert not shown_to(elsewhere)


def test_on_the_way_back_the_credential_is_not_there_again(serve: Serve, ask: Ask) -> None:
    path = next(iter(IMAGE))
    there = serve(lambda _: redirect(f"http://{back[0]}{path}?again"))
    server = serve(with_basic({path: redirect(there.url)}))
    back = [server.address]
    (answer,) = ask(image(server, login(server)))
    assert [who for _, at, who in asked_as(server) if at.endswith("?again")] == [None]
    assert not answer.yes


def test_within_the_same_host_it_stays(serve: Serve, ask: Ask) -> None:
    path = next(iter(IMAGE))
    server = serve(with_basic({path: redirect("/moved"), "/moved": FOUND}))
    assert ask(image(server, login(server)))[0].accepted


@pytest.mark.parametrize("kind", ["basic", "bearer"])
def test_who_is_redirected_to_may_not_ask_for_it(serve: Serve, ask: Ask, kind: str) -> None:
    thief = serve(with_basic() if kind == "basic" else with_tokens())
    server = serve(lambda at: redirect(thief.url + at.path))
    (answer,) = ask(image(server, login(server)))
    assert not answer.yes
    assert answer.withheld.endswith(f"redirects to {thief.address}, where the login is not shown")
    assert not shown_to(thief)


def test_nor_after_the_login_was_sent(serve: Serve, ask: Ask) -> None:
    thief = serve(with_basic())
    path = next(iter(IMAGE))
    server = serve(with_basic({path: redirect(thief.url + path)}))
    (answer,) = ask(image(server, login(server)))
    assert answer.withheld
    assert not shown_to(thief)


def test_a_token_service_may_not_send_it_on(serve: Serve, ask: Ask) -> None:
    thief = serve(gives_token)
    server = serve(with_tokens(give=lambda _: redirect(f"{thief.url}/token")))
    (answer,) = ask(image(server, login(server)))
    assert (
        answer.withheld
        == f"{server.address} redirects to {thief.address}, where the login is not shown"
    )
    assert not shown_to(thief)


def test_an_identity_token_is_not_sent_on_either(serve: Serve, ask: Ask) -> None:
    thief = serve(gives_token)
    server = serve(with_tokens(give=lambda _: redirect(f"{thief.url}/token", 308)))
    (answer,) = ask(image(server, login(server, "", identity_token="c4nary")))
    assert answer.cause is Cause.REGISTRY_ERROR
    assert thief.received == []


def test_plain_http_is_for_loopback(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    here = f"localhost:{server.port}"
    assert ask(image(here, login(here)))[0].yes


def test_elsewhere_plain_http_gets_no_login(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic({"/v2/x/manifests/y": FOUND}))
    host = f"127.0.0.1.nip.invalid:{server.port}"
    proxy = {"HTTPS_PROXY": server.url, "HTTP_PROXY": server.url}
    (answer,) = ask(image(host, login(host)), environment=proxy)
    assert answer.cause is Cause.PROXY_FAILURE  # TLS was tried, and nothing but TLS
    assert not shown_to(server)


@pytest.mark.parametrize("allowed", [False, True], ids=["usually", "--plain-http"])
def test_a_name_that_is_not_loopback_by_its_name(
    serve: Serve, ask: Ask, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(with_basic())
    host = f"registry.test:{server.port}"
    _resolve_all_to_loopback(monkeypatch)
    (answer,) = ask(image(host, login(host)), plain_http=allowed)
    assert shown_to(server) is allowed
    if not allowed:
        assert answer.cause is Cause.SCHEME_MISMATCH
        assert answer.said == f"{host} does not speak TLS"
        assert answer.withheld == "the registry does not speak TLS, and --plain-http is not given"


def test_what_is_for_this_machine_goes_through_no_proxy(
    serve: Serve, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = serve(with_basic()), serve(with_basic())
    host = f"registry.localhost:{server.port}"
    _resolve_all_to_loopback(monkeypatch)
    environment = {"HTTPS_PROXY": proxy.url, "HTTP_PROXY": proxy.url}
    (answer,) = ask(image(host, login(host)), environment=environment)
    assert answer.yes
    assert proxy.received == []


def _resolve_all_to_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, *more, **named: real("127.0.0.1", *more, **named)
    )


def test_tls_is_tried_first(serve: Serve, ask: Ask, authority: Authority) -> None:
    server = serve(with_basic(), authority.server_context())
    (answer,) = ask(image(server, login(server)), plain_http=True)
    assert answer.yes
    assert server.scheme == "https"


REGISTRY = origin_of("registry.example.com")


@pytest.mark.parametrize(
    ("realm", "registry", "why"),
    [
        ("https://auth.example.com/token", REGISTRY, ""),
        ("https://auth.other.test/token", REGISTRY, ""),
        (
            "http://auth.example.com/token",
            REGISTRY,
            "the token service auth.example.com is not asked over TLS",
        ),
        (
            "http://localhost:5001/token",
            REGISTRY,
            "the token service localhost:5001 is not asked over TLS, and is not the registry's own",
        ),
        ("http://localhost:5001/token", origin_of("127.0.0.1:5000", "http"), ""),
    ],
)
def test_where_a_token_service_gets_the_login(realm: str, registry: object, why: str) -> None:
    assert isinstance(registry, type(REGISTRY))
    service = TokenService(*place_of(realm), "")
    assert unsafe(service, registry, plain_http=False) == why


def test_plain_http_allows_the_registrys_own_token_service_and_no_other() -> None:
    for realm, safe in (("http://auth.example.com/", True), ("http://auth.other.test/", False)):
        service = TokenService(*place_of(realm), "")
        assert (unsafe(service, REGISTRY, plain_http=True) == "") is safe


def test_a_token_service_over_plain_http_is_told_nothing(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens(realm="http://auth.other.test/token"))
    (answer,) = ask(image(server, login(server)))
    assert answer.cause is Cause.NO_CREDENTIAL_SENT
    assert answer.withheld.startswith("the token service auth.other.test is not asked over TLS")
    assert answer.notes == ("the token service is auth.other.test",)


def test_a_token_service_elsewhere_is_named(serve: Serve, ask: Ask) -> None:
    port = free_port()
    server = serve(with_tokens(realm=f"https://auth.invalid:{port}/token"))
    (answer,) = ask(image(server, login(server)))
    assert answer.notes == (f"the token service is auth.invalid:{port}",)
    assert answer.said == "the name auth.invalid is not known here"


ECHOES = {
    "password": PASSWORD,
    "pair": f"puller:{PASSWORD}",
    "header": pair(),
    "base64": base64.b64encode(PASSWORD.encode()).decode(),
}


@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("as_text", [False, True], ids=["json", "text"])
def test_a_registry_that_repeats_the_credential_is_not_quoted_with_it(
    serve: Serve, ask: Ask, name: str, as_text: bool
) -> None:
    echo = f"no entry for {ECHOES[name]} here"

    def manifest(at: Received) -> Reply:
        if at.header("Authorization") is None:
            return unauthorized("Basic")
        return Reply(echo, 403, "text/plain") if as_text else error(403, "DENIED", echo)

    server = serve(plainly({next(iter(IMAGE)): manifest}))
    (answer,) = ask(image(server, login(server)))
    assert "no entry for •••" in answer.said or "no entry for Basic •••" in answer.said
    assert ECHOES[name] not in str(answer)


def test_a_token_is_not_quoted_either(serve: Serve, ask: Ask) -> None:
    server = serve(with_tokens({next(iter(IMAGE)): error(403, "X", f"bad {TOKEN}")}))
    (answer,) = ask(image(server, login(server)))
    assert "bad •••" in answer.said


def test_the_log_shows_requests_and_no_credential(serve: Serve, ask: Ask) -> None:
    lines: list[str] = []
    server = serve(with_tokens())
    ask(image(server, login(server)), log=lines.append)
    text = "\n".join(lines)
    assert f"HEAD {server.url}{next(iter(IMAGE))} 200 OK in " in text
    assert "Authorization: Bearer •••" in text
    for secret in (PASSWORD, TOKEN, pair()):
        assert secret not in text


def test_the_log_shows_no_credential_that_an_answer_repeats(serve: Serve, ask: Ask) -> None:
    def manifest(at: Received) -> Reply:
        if at.header("Authorization") is None:
            return unauthorized("Basic")
        where = f"/v2/moved?for={pair().split()[1]}&with={PASSWORD}x"
        return Reply(status=307, headers=(("Location", where), ("X-Repeated", PASSWORD)))

    lines: list[str] = []
    server = serve(plainly({next(iter(IMAGE)): manifest, "/v2/moved": FOUND}))
    (answer,) = ask(image(server, login(server)), log=lines.append)
    text = "\n".join(lines)
    assert answer.yes
    assert "X-Repeated: •••" in text
    assert PASSWORD not in text
    assert pair().split()[1] not in text
