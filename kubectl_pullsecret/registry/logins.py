"""One wrong credential costs one refused request: what became of each login, wherever it was sent.

Accounts get locked. So a login goes to a host once; who else wants to send it waits for what comes
of that, until it has been accepted. A refusal is kept, and answers for all others. After some wrong
passwords of one user no further one is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock

from kubectl_pullsecret.credentials.kinds import is_name_of_many
from kubectl_pullsecret.facts.answers import Login
from kubectl_pullsecret.net.failures import Failure, FailureKind
from kubectl_pullsecret.net.interruptible import SLICE
from kubectl_pullsecret.registry.messages import NoAnswerError, Response
from kubectl_pullsecret.registry.origins import Origin
from kubectl_pullsecret.registry.wire import Course

MOST_REFUSALS = 3  # of one user's passwords at one host: accounts get locked after five or ten


class TooManyRefusalsError(Exception):
    """A host refused so many passwords of a user that another one is not worth the risk."""


class _Account:
    """The passwords of one user at one host: so many are tried at once as may be refused yet."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._refused = 0
        self._trying = 0

    @contextmanager
    def another_password(self, course: Course) -> Iterator[None]:
        """Wait for a turn. Raises TooManyRefusalsError where there is none."""
        with self._changed:
            while self._refused + self._trying >= MOST_REFUSALS:
                if self._refused >= MOST_REFUSALS:
                    raise TooManyRefusalsError
                self._changed.wait(min(SLICE, course.left))
            self._trying += 1
        try:
            yield
        finally:
            with self._changed:
                self._trying -= 1
                self._changed.notify_all()

    def count_refusal(self) -> None:
        """One password more was wrong."""
        with self._changed:
            self._refused += 1


class _Gate:
    """What is known of one login at one host."""

    def __init__(self, account: _Account) -> None:
        self.account = account
        self.lock = Lock()
        self.holder: Course | None = None  # who is sending the login just now
        self.accepted = False
        self.refusal: Response | None = None
        self.silent = False  # the host answers, but not to this login

    def refuse(self, response: Response) -> None:
        """Keep a refusal."""
        if self.refusal is None:
            self.account.count_refusal()
        self.refusal = response


class Logins:
    """The logins of one run. May be used by many threads."""

    def __init__(self) -> None:
        self._gates: dict[tuple[Origin, Login], _Gate] = {}
        self._accounts: dict[tuple[Origin, str], _Account] = {}
        self._lock = Lock()

    def accepted(self, origin: Origin, login: Login) -> bool:
        """Whether the host has accepted the login before."""
        return self._gate(origin, login).accepted

    def send(
        self, origin: Origin, login: Login, course: Course, call: Callable[[], Response]
    ) -> Response:
        """Make a call that sends the login, or return what the host said when it refused it.

        Raises what the call raises, and TooManyRefusalsError.
        """
        gate = self._gate(origin, login)
        if gate.accepted:
            return call()
        with _alone(gate, origin, course):
            if gate.refusal is not None:
                return gate.refusal
            with gate.account.another_password(course):
                return self._try(gate, origin, call)

    def _try(self, gate: _Gate, origin: Origin, call: Callable[[], Response]) -> Response:
        try:
            response = call()
        except NoAnswerError as error:
            gate.silent = error.failure.kind is FailureKind.SILENCE
            raise
        if response.origin == origin:
            if response.status == 401:
                gate.refuse(response)
            gate.accepted = response.status < 300
        return response

    def accept(self, origin: Origin, login: Login) -> None:
        """Keep that a login is accepted, which the status alone does not say."""
        self._gate(origin, login).accepted = True

    def refuse(self, origin: Origin, login: Login, response: Response) -> None:
        """Keep a refusal that is none by its status alone."""
        self._gate(origin, login).refuse(response)

    def _gate(self, origin: Origin, login: Login) -> _Gate:
        with self._lock:
            known = self._gates.get((origin, login.as_sent))
            if known is None:
                known = self._gates[(origin, login.as_sent)] = _Gate(self._account(origin, login))
            return known

    def _account(self, origin: Origin, login: Login) -> _Account:
        """Whose password it is; of a name that many have nobody knows."""
        if not login.username or is_name_of_many(login.username):
            return _Account()
        return self._accounts.setdefault((origin, login.username), _Account())


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
