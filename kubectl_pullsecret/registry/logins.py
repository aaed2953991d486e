"""One wrong credential costs one refused request: what became of each login, wherever it was sent.

Accounts get locked. So a login goes to a host once; who else wants to send it waits for what comes
of that, until it has been accepted. A refusal is kept, and answers for all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from kubectl_pullsecret.facts.answers import Login
from kubectl_pullsecret.net.failures import Failure, FailureKind
from kubectl_pullsecret.net.interruptible import SLICE
from kubectl_pullsecret.registry.messages import NoAnswerError, Response
from kubectl_pullsecret.registry.origins import Origin
from kubectl_pullsecret.registry.wire import Course


class _Gate:
    """What is known of one login at one host."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.holder: Course | None = None  # who is sending the login just now
        self.accepted = False
        self.refusal: Response | None = None
        self.silent = False  # the host answers, but not to this login


class Logins:
    """The logins of one run. May be used by many threads."""

    def __init__(self) -> None:
        self._gates: dict[tuple[Origin, Login], _Gate] = {}
        self._lock = Lock()

    def accepted(self, origin: Origin, login: Login) -> bool:
        """Whether the host has accepted the login before."""
        return self._gate(origin, login).accepted

    def send(
        self, origin: Origin, login: Login, course: Course, call: Callable[[], Response]
    ) -> Response:
        """Make a call that sends the login, or return what the host said when it refused it.

        Raises what the call raises.
        """
        gate = self._gate(origin, login)
        if gate.accepted:
            return call()
        with _alone(gate, origin, course):
            if gate.refusal is not None:
                return gate.refusal
            try:
                response = call()
            except NoAnswerError as error:
                gate.silent = error.failure.kind is FailureKind.SILENCE
                raise
            if response.origin == origin:
                if response.status == 401:
                    gate.refusal = response
                gate.accepted = response.status < 300
            return response

    def accept(self, origin: Origin, login: Login) -> None:
        """Keep that a login is accepted, which the status alone does not say."""
        self._gate(origin, login).accepted = True

    def refuse(self, origin: Origin, login: Login, response: Response) -> None:
        """Keep a refusal that is none by its status alone."""
        self._gate(origin, login).refusal = response

    def _gate(self, origin: Origin, login: Login) -> _Gate:
        with self._lock:
            return self._gates.setdefault((origin, login.as_sent), _Gate())


@contextmanager
def _alone(gate: _Gate, origin: Origin, course: Course) -> Iterator[None]:
    """Wait until nobody else sends the login. Who never came back keeps nobody waiting."""
    while not gate.lock.acquire(timeout=min(SLICE, course.left)):
        if gate.holder is not None and gate.holder.abandoned:
            raise NoAnswerError(Failure(FailureKind.SILENCE), origin)
    gate.holder = course
    try:
        if gate.silent:
            raise NoAnswerError(Failure(FailureKind.SILENCE), origin)
        yield
    finally:
        gate.holder = None
        gate.lock.release()
