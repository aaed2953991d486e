"""How a challenge is answered: with user and password, or with a token that they are good for.

Source: RFC 7617 (Basic), RFC 6750 (Bearer).
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Login
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.net.headers import basic
from kubectl_pullsecret.registry.challenges import Challenge, chosen, parse_challenges
from kubectl_pullsecret.registry.meanings import Asked, Sent, meaning, meaning_of_token_service
from kubectl_pullsecret.registry.messages import Response
from kubectl_pullsecret.registry.origins import InvalidAddressError, Origin
from kubectl_pullsecret.registry.talk import SettledError, Talk
from kubectl_pullsecret.registry.tokens import (
    TokenService,
    UnusableTokenError,
    is_elsewhere,
    read_token,
    token_request,
    token_service,
    unsafe,
)


class Introduction(NamedTuple):
    """Who asks, and the header that says so."""

    sent: Sent
    authorization: Masked | None
    login: Login | None = None  # that the header itself holds


NOBODY = Introduction(Sent.NOBODY, None)


def introduce(talk: Talk, base: Origin, first: Response) -> Introduction:
    """Answer the challenge of a registry. Raises SettledError where that cannot be."""
    if first.origin != base and talk.login is not None:
        talk.withhold_from(talk.registry, first)
    challenge = chosen(parse_challenges(first.headers.getlist("WWW-Authenticate")))
    if challenge is None:
        said = f"{talk.registry} answers 401 and does not say how to log in"
        talk.settle(Cause.REGISTRY_ERROR, said)
    if challenge.scheme == "bearer":
        sent = Sent.ANONYMOUS_TOKEN if talk.login is None else Sent.TOKEN
        return Introduction(sent, _token(talk, _token_service(talk, base, challenge)))
    login = talk.login
    if login is None or not login.password:
        raise SettledError(meaning(first, talk.asked(Sent.NOBODY)))
    return Introduction(Sent.LOGIN, Masked(basic(login.username, login.password.reveal())), login)


def _token_service(talk: Talk, base: Origin, challenge: Challenge) -> TokenService:
    """Find the token service, and whether it may be told the login."""
    try:
        service = token_service(challenge)
    except InvalidAddressError as error:
        said = f"{talk.registry} names a token service that cannot be asked: {error}"
        talk.settle(Cause.REGISTRY_ERROR, said)
    if is_elsewhere(service, base):
        talk.notes.append(f"the token service is {service.origin.name}")
    why = unsafe(service, base, plain_http=talk.plain_http)
    if why and talk.login is not None:
        said = f"{talk.registry} sends to {service.origin.name} for a token"
        talk.settle(Cause.NO_CREDENTIAL_SENT, said, withheld=why)
    return service


def _token(talk: Talk, service: TokenService) -> Masked:
    """Get a token, as the header that holds it."""
    login = talk.login
    if login is not None and login.password and talk.question.path:
        _try_login(talk, service, login)
    response, asked = _asked(talk, service, talk.question.path)
    if response.status != 200:
        _end_without_token(talk, service, response, asked)
    try:
        token = read_token(response)
    except UnusableTokenError as error:
        said = f"the token service {service.origin.name} answers {error}"
        talk.settle(Cause.REGISTRY_ERROR, said)
    talk.hide(token)
    return Masked(f"Bearer {token.reveal()}")


def _try_login(talk: Talk, service: TokenService, login: Login) -> None:
    """Show a new login alone first, as docker login does: some say the same of scope and password.

    Whoever wants a scope says so in another way than 401 or 403, and is asked again with it.
    """
    if talk.is_accepted(service.origin, login):
        return
    response, asked = _asked(talk, service, "")
    if response.status in (401, 403):
        _end_without_token(talk, service, response, asked)


def _asked(talk: Talk, service: TokenService, path: str) -> tuple[Response, Asked]:
    """What the token service says; without path about the login alone."""
    request = token_request(service, talk.login, path)
    if talk.login is None:
        return talk.fetch(request), talk.asked(Sent.NOBODY)
    response, asked = talk.fetch_as(talk.login, request)
    if response.origin != service.origin:
        talk.withhold_from(f"the token service {service.origin.name}", response)
    return response, asked._replace(question=asked.question._replace(path=path))


def _end_without_token(
    talk: Talk, service: TokenService, response: Response, asked: Asked
) -> NoReturn:
    answer = meaning_of_token_service(response, asked, service.origin)
    if talk.login is not None:
        talk.learn(service.origin, talk.login, response, answer)
    raise SettledError(answer)
