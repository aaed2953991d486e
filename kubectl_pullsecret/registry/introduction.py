"""How a challenge is answered: with user and password, or with a token that they are good for."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Login
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.net.headers import basic
from kubectl_pullsecret.registry.challenges import Challenge, chosen, parse_challenges
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
from kubectl_pullsecret.registry.verdicts import Sent, verdict, verdict_of_token_service
from kubectl_pullsecret.registry.wire import Response


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
        raise SettledError(verdict(first, talk.asked(Sent.NOBODY)))
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
    request = token_request(service, talk.login, talk.question.path)
    if talk.login is None:
        response, asked = talk.fetch(request), talk.asked(Sent.NOBODY)
    else:
        response, asked = talk.fetch_as(talk.login, request)
        if response.origin != service.origin:
            talk.withhold_from(f"the token service {service.origin.name}", response)
    if response.status != 200:
        answer = verdict_of_token_service(response, asked, service.origin)
        if answer.accepted is False and talk.login is not None:
            talk.refuse(talk.login, response)
        raise SettledError(answer)
    try:
        token = read_token(response)
    except UnusableTokenError as error:
        said = f"the token service {service.origin.name} answers {error}"
        talk.settle(Cause.REGISTRY_ERROR, said)
    talk.hide(token)
    return Masked(f"Bearer {token.reveal()}")
