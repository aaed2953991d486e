"""One question to one registry: what it asks for, what it is given, what it says.

First as nobody, as every client does: only the registry's own challenge says what to send, and
where. Who is redirected elsewhere is asked by another, and shows it nothing.
"""

from __future__ import annotations

from urllib.parse import quote

from kubectl_pullsecret.credentials.registry_hosts import may_be_shown
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.answers import Answer
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.images import HUB
from kubectl_pullsecret.net.failures import FailureKind
from kubectl_pullsecret.registry.hops import EndlessRedirectError
from kubectl_pullsecret.registry.introduction import NOBODY, Introduction, introduce
from kubectl_pullsecret.registry.meanings import (
    MANIFEST_TYPES,
    Asked,
    Sent,
    looks_like_manifest,
    meaning,
)
from kubectl_pullsecret.registry.messages import NoAnswerError, Request, Response
from kubectl_pullsecret.registry.origins import InvalidAddressError, Origin, origin_of
from kubectl_pullsecret.registry.tags import (
    MOST_PAGES,
    PAGE_SIZE,
    following_page,
    nearest,
    read_tags,
)
from kubectl_pullsecret.registry.talk import SettledError, Talk
from kubectl_pullsecret.registry.unreached import unreached
from kubectl_pullsecret.registry.words import read_words

_ACCEPT = {"Accept": ", ".join((*MANIFEST_TYPES, "*/*;q=0.1"))}
_PLAIN_HTTP = "the registry does not speak TLS, and --plain-http is not given"


def converse(talk: Talk) -> Answer:
    """Ask, and understand what is said. Raises OverdueError where it takes too long."""
    try:
        found = _answer(talk)
    except SettledError as settled:
        found = settled.answer
    except NoAnswerError as error:
        found = _without_answer(talk, error)
    except EndlessRedirectError as error:
        found = Answer(Cause.REGISTRY_ERROR, f"{talk.registry} {error}")
    except InvalidAddressError as error:
        found = Answer(Cause.INVALID_IMAGE_NAME, f"{talk.registry} is no address: {error}")
    except PullSecretError as error:  # of the proxy
        found = Answer(Cause.PROXY_FAILURE, error.message)
    return found._replace(notes=(*talk.notes, *found.notes))


def _answer(talk: Talk) -> Answer:
    question = talk.question
    login = question.login
    if login is not None and not may_be_shown(login.key, question.registry, question.path):
        why = f"its key does not name {talk.registry}"
        talk.settle(Cause.UNKNOWN, f"{talk.registry} was not asked: {why}", withheld=why)
    base, response = _first(talk)
    introduction, asked = NOBODY, talk.asked(Sent.NOBODY)
    if response.status == 401:
        introduction = introduce(talk, base, response)
        response, asked = _answered(talk, base, introduction)
    answer = meaning(response, asked)
    if introduction.login is not None:
        talk.learn(base, introduction.login, response, answer)
    if answer.cause is not Cause.MANIFEST_NOT_FOUND:
        return answer
    return _with_tags(talk, base, introduction, answer)


def _first(talk: Talk) -> tuple[Origin, Response]:
    """Ask as nobody: over TLS, or without where the registry has none and that is allowed."""
    secured = origin_of(talk.registry)
    try:
        return secured, _answered(talk, secured, NOBODY)[0]
    except NoAnswerError as error:
        if error.origin != secured or not _may_go_plain(talk, secured, error.failure.kind):
            raise
    plain = origin_of(talk.registry, "http")
    return plain, _answered(talk, plain, NOBODY)[0]


def _may_go_plain(talk: Talk, secured: Origin, kind: FailureKind) -> bool:
    """Tell whether to ask without TLS; Docker Hub has it."""
    on_port_80 = kind is FailureKind.REFUSED and origin_of(talk.registry, "http").port == 80
    allowed = (talk.plain_http or secured.on_loopback) and talk.registry != HUB
    return allowed and (kind is FailureKind.WITHOUT_TLS or on_port_80)


def _answered(talk: Talk, base: Origin, introduction: Introduction) -> tuple[Response, Asked]:
    """Ask for the manifest, or without an image for the base (distribution spec, end-3, end-1)."""
    question = talk.question
    if not question.path:
        return _fetched(
            talk, Request("GET", base, "/v2/", {}, introduction.authorization), introduction
        )
    target = f"/v2/{quote(question.path)}/manifests/{quote(question.manifest, safe=':')}"
    head = Request("HEAD", base, target, _ACCEPT, introduction.authorization)
    response, asked = _fetched(talk, head, introduction)
    if _is_enough(response, asked):
        return response, asked
    return _fetched(talk, head._replace(method="GET"), introduction)


def _fetched(talk: Talk, request: Request, introduction: Introduction) -> tuple[Response, Asked]:
    if introduction.login is not None:
        return talk.fetch_as(introduction.login, request)
    return talk.fetch(request), talk.asked(introduction.sent)


def _is_enough(response: Response, asked: Asked) -> bool:
    """Tell whether the answer to HEAD, which has no body, says all that the one to GET would."""
    if response.status == 200:
        return looks_like_manifest(response)
    if response.status == 401:  # a login is sent once; a challenge is whole
        return asked.sent in (Sent.LOGIN, Sent.NOBODY)
    return response.status in (407, 429)


def _with_tags(talk: Talk, base: Origin, introduction: Introduction, answer: Answer) -> Answer:
    """Add what is there instead, or that the repository itself is not there."""
    target = f"/v2/{quote(talk.question.path)}/tags/list?n={PAGE_SIZE}"
    found: list[str] = []
    following: str | None = target
    for _ in range(MOST_PAGES):
        if following is None:
            break
        page = _page(talk, Request("GET", base, following, {}, introduction.authorization))
        if page is None:
            break
        if page.status == 404 and read_words(page).code == "NAME_UNKNOWN" and not found:
            return answer._replace(cause=Cause.REPOSITORY_NOT_FOUND)
        found += read_tags(page)
        following = following_page(page, following)
    wanted = talk.question.manifest
    return answer if ":" in wanted else answer._replace(tags=nearest(wanted, tuple(found)))


def _page(talk: Talk, request: Request) -> Response | None:
    """A page of the list; what goes wrong there does not change the answer."""
    try:
        return talk.fetch(request)
    except (NoAnswerError, EndlessRedirectError):
        return None


def _without_answer(talk: Talk, error: NoAnswerError) -> Answer:
    answer = unreached(error, talk.course.seconds)
    plain = error.failure.kind is FailureKind.WITHOUT_TLS
    if plain and error.origin == origin_of(talk.registry) and talk.login is not None:
        return answer._replace(withheld=_PLAIN_HTTP)
    return answer
