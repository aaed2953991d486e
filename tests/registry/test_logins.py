"""One wrong credential costs one refused request; a right one is used beside itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from kubectl_pullsecret.facts.answers import Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.registry import Registries, Settings
from tests.net.scripted import Received, Reply, Script, ScriptedServer
from tests.registry.conftest import Ask, Serve
from tests.registry.registry import (
    FOUND,
    error,
    image,
    login,
    pair,
    plainly,
    unauthorized,
    with_basic,
    with_tokens,
)

WRONG = pair(password="wrong")
SCRIPTS: dict[str, Callable[[], Script]] = {"basic": with_basic, "bearer": with_tokens}


def sent(server: ScriptedServer, header: str) -> int:
    """How often a login arrived."""
    return sum(at.header("Authorization") == header for at in server.received)


def images(server: ScriptedServer, password: str, count: int = 12) -> list[Question]:
    who = login(server, password)
    return [image(server, who, tag=f"v{number}") for number in range(count)]


def everything(at: Received) -> Reply:
    return FOUND if at.path != "/v2/" else Reply({})


@pytest.mark.parametrize("kind", SCRIPTS)
def test_a_wrong_login_is_sent_once(serve: Serve, ask: Ask, kind: str) -> None:
    server = serve(SCRIPTS[kind]())
    answers = ask(Question(server.address, login(server, "wrong")), *images(server, "wrong"))
    assert {(answer.cause, answer.accepted) for answer in answers} == {
        (Cause.CREDENTIAL_REJECTED, False)
    }
    assert sent(server, WRONG) == 1


@pytest.mark.parametrize("kind", SCRIPTS)
def test_the_same_login_in_another_secret_is_the_same(serve: Serve, ask: Ask, kind: str) -> None:
    server = serve(SCRIPTS[kind]())
    keys = (server.address, f"https://{server.address}/v2/", f"{server.address}/team")
    answers = ask(*(image(server, login(server, "wrong", key=key)) for key in keys))
    assert len({answer.said for answer in answers}) == 1
    assert sent(server, WRONG) == 1


def test_once_in_a_run_whoever_asks_again(serve: Serve) -> None:
    server = serve(with_basic())
    with Registries(Settings(), {}) as run:
        for question in images(server, "wrong", 3):
            assert not run.ask([question], lambda _: None)[question].yes
    assert sent(server, WRONG) == 1


def test_several_threads_send_it_once(serve: Serve) -> None:
    server = serve(with_basic())
    with Registries(Settings(), {}) as run:
        asked = images(server, "wrong", 6)
        threads = [
            threading.Thread(target=run.ask, args=([question], lambda _: None))
            for question in asked
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert sent(server, WRONG) == 1


def test_another_password_is_another_login(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    answers = ask(image(server, login(server, "wrong")), image(server, login(server)))
    assert [answer.accepted for answer in answers] == [False, True]


def test_a_public_image_is_pulled_with_a_wrong_login_too(serve: Serve, ask: Ask) -> None:
    """As containerd does, which sends no login before it is asked for one."""

    def mixed(at: Received) -> Reply:
        return FOUND if at.path.startswith("/v2/public") else unauthorized("Basic")

    server = serve(mixed)
    who = login(server, "wrong")
    private, public = ask(image(server, who), image(server, who, path="public"))
    assert (private.accepted, public.yes) == (False, True)


def test_an_accepted_login_is_not_called_wrong_later(serve: Serve, ask: Ask) -> None:
    inner = with_basic()

    def script(at: Received) -> Reply:
        return unauthorized("Basic") if "/secret/" in at.path else inner(at)

    server = serve(script)
    who = login(server)
    _, other = ask(image(server, who), image(server, who, path="secret/app"))
    assert (other.cause, other.accepted) == (Cause.DENIED_OR_NOT_FOUND, True)


def test_to_learn_that_an_image_is_missing_the_login_must_be_good(serve: Serve, ask: Ask) -> None:
    inner = with_basic()

    def script(at: Received) -> Reply:
        return unauthorized("Basic") if "/secret/" in at.path else inner(at)

    server = serve(script)
    missing, other = ask(
        image(server, login(server), tag="v9"), image(server, login(server), path="secret/app")
    )
    assert (missing.cause, missing.accepted) == (Cause.MANIFEST_NOT_FOUND, True)
    assert (other.cause, other.accepted) == (Cause.DENIED_OR_NOT_FOUND, True)


@pytest.mark.parametrize("status", [403, 500])
def test_what_is_no_refusal_of_the_login_is_not_kept(serve: Serve, ask: Ask, status: int) -> None:
    def script(at: Received) -> Reply:
        if at.header("Authorization") is None:
            return unauthorized("Basic")
        return FOUND if "/v1" in at.path else error(status, "X", "y")

    server = serve(script)
    answers = ask(*images(server, "any", 2))
    assert [answer.yes for answer in answers] == [False, True]


def together(count: int) -> tuple[Script, list[int]]:
    """A registry that notes how many are asking it at once."""
    now, most, lock = [0], [0], threading.Lock()
    inner = with_basic({f"/v2/team/app/manifests/v{number}": FOUND for number in range(count)})

    def script(at: Received) -> Reply:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        pause.wait(0.03)
        with lock:
            now[0] -= 1
        return inner(at)

    pause = threading.Event()
    return script, most


def test_four_at_once_to_a_host_and_no_more(serve: Serve, ask: Ask) -> None:
    script, most = together(16)
    server = serve(script)
    assert all(answer.yes for answer in ask(*images(server, "c4nary-pass", 16)))
    assert most == [4]


def test_several_hosts_beside_one_another(serve: Serve, ask: Ask) -> None:
    meeting = threading.Barrier(3, timeout=5)

    def script(_: Received) -> Reply:
        meeting.wait()
        return FOUND

    answers = ask(*(image(serve(script)) for _ in range(3)))
    assert all(answer.yes for answer in answers)


def test_the_same_question_is_asked_once(serve: Serve, ask: Ask) -> None:
    server = serve(plainly({"/v2/team/app/manifests/v1": FOUND}))
    ask(image(server), image(server))
    assert len(server.received) == 1


def test_progress_says_how_many_are_known(serve: Serve) -> None:
    server = serve(everything)
    told: list[str] = []
    with Registries(Settings(), {}) as run:
        run.ask([image(server, tag=tag) for tag in "abc"], told.append)
    assert told[0] == "asked 0 of 3"
    assert told[-1] == "asked 2 of 3"
    assert run.ask([], told.append) == {}


def passwords(server: ScriptedServer, user: str, count: int = 20) -> list[Question]:
    who = [login(server, f"wrong-{number}", user=user) for number in range(count)]
    return [image(server, one, tag="v1") for one in who]


@pytest.mark.parametrize("kind", SCRIPTS)
def test_after_three_wrong_passwords_of_a_user_no_other_one_is_tried(
    serve: Serve, ask: Ask, kind: str
) -> None:
    server = serve(SCRIPTS[kind]())
    answers = ask(*passwords(server, "puller"))
    tried = {at.header("Authorization") for at in server.received} - {None}
    assert len(tried) == 3
    assert [answer.cause for answer in answers].count(Cause.CREDENTIAL_REJECTED) == 3
    (why,) = {answer.withheld for answer in answers} - {""}
    assert why.endswith("refused 3 other passwords of puller; another one could lock the account")


def test_a_name_that_many_accounts_have_is_no_account(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    answers = ask(*passwords(server, "AWS", 6))
    assert {answer.cause for answer in answers} == {Cause.CREDENTIAL_REJECTED}


def test_the_wrong_passwords_of_one_user_do_not_stop_another(serve: Serve, ask: Ask) -> None:
    server = serve(with_basic())
    *_, last = ask(*passwords(server, "other", 6), image(server, login(server)))
    assert last.yes
