"""What belongs to one question while it is asked."""

from __future__ import annotations

from typing import NoReturn

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Answer, Login, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.registry.hops import fetch
from kubectl_pullsecret.registry.logins import MOST_REFUSALS, Logins, TooManyRefusalsError
from kubectl_pullsecret.registry.meanings import Asked, Sent
from kubectl_pullsecret.registry.messages import Request, Response
from kubectl_pullsecret.registry.origins import Origin
from kubectl_pullsecret.registry.wire import Course, Wire


class SettledError(Exception):
    """The answer is known before all is asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.said)
        self.answer = answer


class Talk:
    """A question, the way to its registry, and what was learnt so far."""

    def __init__(
        self, question: Question, wire: Wire, logins: Logins, course: Course, *, plain_http: bool
    ) -> None:
        self.question = question
        self.login = _usable(question.login)
        self.course = course
        self.plain_http = plain_http
        self.notes: list[str] = []
        self._wire, self._logins = wire, logins
        self._secrets = _secrets(self.login)
        wire.hide(self._secrets)

    @property
    def registry(self) -> str:
        """The registry, as the subject of a sentence."""
        return self.question.registry

    def fetch(self, request: Request) -> Response:
        """Ask for something that needs no login, or one that was accepted."""
        return fetch(self._wire, request, self.course)

    def fetch_as(self, login: Login, request: Request) -> tuple[Response, Asked]:
        """Ask with a login, unless that origin has refused it before.

        A redirect does not carry the login along: who then asks for it is told so.
        """
        origin = request.origin
        asked = self.asked(Sent.LOGIN, known=self.is_accepted(origin, login))
        try:
            response = self._logins.send(origin, login, self.course, lambda: self.fetch(request))
        except TooManyRefusalsError:
            said = f"{origin.name} refused {MOST_REFUSALS} other passwords of {login.username}"
            self.settle(Cause.UNKNOWN, said, withheld=f"{said}; another one could lock the account")
        if response.origin != origin and response.status in (401, 403):
            self.withhold_from(origin.name, response)
        return response, asked

    def is_accepted(self, origin: Origin, login: Login) -> bool:
        """Whether an origin has accepted a login before."""
        return self._logins.accepted(origin, login)

    def learn(self, origin: Origin, login: Login, response: Response, answer: Answer) -> None:
        """Keep what an origin said of a login, where the status alone does not say so."""
        if answer.accepted:
            self._logins.accept(origin, login)
        elif answer.accepted is False:
            self._logins.refuse(origin, login, response)

    def asked(self, sent: Sent, *, known: bool = False) -> Asked:
        """The question, as it was asked."""
        return Asked(self.question, sent, known, self._secrets)

    def hide(self, token: Masked) -> None:
        """Keep a token out of all that is quoted or logged."""
        self._secrets = (*self._secrets, token)
        self._wire.hide((token,))

    def settle(self, cause: Cause, said: str, *, withheld: str = "") -> NoReturn:
        """End with an answer."""
        raise SettledError(Answer(cause, said, withheld=withheld))

    def withhold_from(self, name: str, response: Response) -> NoReturn:
        """End, because the login would have to be shown to another host."""
        there = response.origin.name
        self.settle(
            Cause.NO_CREDENTIAL_SENT,
            f"{name} redirects to {there}",
            withheld=f"{name} redirects to {there}, where the login is not shown",
        )


def _usable(login: Login | None) -> Login | None:
    """The login, if there is something to send."""
    return login if login is not None and (login.password or login.identity_token) else None


def _secrets(login: Login | None) -> tuple[Masked, ...]:
    if login is None:
        return ()
    pair = Masked(f"{login.username}:{login.password.reveal()}")
    return tuple(one for one in (pair, login.password, login.identity_token) if one)
