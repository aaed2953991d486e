"""Many questions to many registries: at most four at once to each, and each in its time.

Questions with one login go one after another until it has been accepted once. The caller's thread
only waits, so that Ctrl-C ends everything at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

from kubectl_pullsecret.credentials.registry_hosts import may_be_shown
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.answers import Answer, Login, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.net.failures import Failure, FailureKind
from kubectl_pullsecret.net.interruptible import SLICE, Begun, OverdueError
from kubectl_pullsecret.net.trust import client_context, trust
from kubectl_pullsecret.registry.conversation import converse
from kubectl_pullsecret.registry.logins import Logins
from kubectl_pullsecret.registry.settings import Settings
from kubectl_pullsecret.registry.talk import Talk
from kubectl_pullsecret.registry.unreached import unreached
from kubectl_pullsecret.registry.wire import Course, Wire

MOST_AT_ONCE = 16
MOST_AT_ONE_HOST = 4
_GRACE = 0.25  # seconds; the sockets' own limits come first, because they know more

_Line = tuple[str, Login]  # a registry, and what is sent to it of a login


class Registries:
    """Who asks. May be used by many threads; each login is sent once until it is accepted."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        log: Callable[[str], None] | None = None,
        verbosity: int = 0,
    ) -> None:
        """Prepare; nothing is dialled yet. `environment` names the proxies.

        Raises:
            PullSecretError: the file of authorities cannot be read.
        """
        self._settings = settings
        authorities = "" if settings.authorities is None else _read(settings.authorities)
        self._wire = Wire(environment, authorities, log, verbosity)
        self._logins = Logins()

    def __enter__(self) -> Registries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that nobody uses; those in use close when they are done."""
        self._wire.close()

    def ask(
        self, questions: Iterable[Question], progress: Callable[[str], None]
    ) -> dict[Question, Answer]:
        """The answer to each question, in their order; `progress` is told how many are known."""
        alike: dict[tuple[Question, bool], Question] = {}
        same = {question: alike.setdefault(_essence(question), question) for question in questions}
        answers = _Round(self._begin, tuple(alike.values()), progress).run()
        return {question: answers[first] for question, first in same.items()}

    def _begin(self, question: Question, ended: Callable[[], None]) -> _Asking:
        """Ask a question in a thread of its own; `ended` is called there."""
        course = Course(self._settings.timeout)
        plain_http = self._settings.plain_http
        talk = Talk(question, self._wire, self._logins, course, plain_http=plain_http)

        def run() -> Answer:
            try:
                return converse(talk)
            finally:
                ended()

        return _Asking(Begun(run), course, partial(self._give_up, question, course))

    def _give_up(self, question: Question, course: Course) -> Answer:
        """Answer for a question whose time is over."""
        course.abandoned = True
        asked = course.asked
        if asked is None:
            said = f"no answer from {question.registry} within {course.seconds:g} s"
            return Answer(Cause.TIMEOUT, said)
        lookup = FailureKind.NAME_NOT_LOOKED_UP
        failure = Failure(lookup if course.looking_up else FailureKind.SILENCE)
        return unreached(self._wire.unreached(asked, failure), course.seconds)


class _Asking(NamedTuple):
    """A question that is being asked."""

    begun: Begun[Answer]
    course: Course
    give_up: Callable[[], Answer]

    @property
    def is_overdue(self) -> bool:
        """Whether nobody should wait any longer."""
        return self.course.overtime > _GRACE

    def answer(self) -> Answer:
        """The answer, of one that has ended."""
        try:
            return self.begun.result()
        except OverdueError:
            return self.give_up()


class _Round:
    """Questions that are waiting, those that are being asked, and the answers."""

    def __init__(
        self,
        begin: Callable[[Question, Callable[[], None]], _Asking],
        questions: tuple[Question, ...],
        progress: Callable[[str], None],
    ) -> None:
        self._begin, self._progress = begin, progress
        self._waiting = dict.fromkeys(questions)
        self._running: dict[Question, _Asking] = {}
        self._busy: Counter[str | _Line] = Counter()  # questions that are asked, by registry, line
        self._ended: SimpleQueue[Question] = SimpleQueue()
        self._tried: set[_Line] = set()  # logins that were accepted, or refused
        self._answers: dict[Question, Answer] = {}

    def run(self) -> dict[Question, Answer]:
        """Ask them all."""
        total = len(self._waiting)
        try:
            while self._waiting or self._running:
                self._start()
                self._progress(f"asked {len(self._answers)} of {total}")
                self._listen()
        finally:
            for asking in self._running.values():
                asking.course.abandoned = True
        return self._answers

    def _start(self) -> None:
        """Begin all questions that may be asked now."""
        for question in tuple(self._waiting):
            if len(self._running) >= MOST_AT_ONCE:
                return
            if self._may_begin(question):
                del self._waiting[question]
                self._busy.update(_counted(question))
                end = partial(self._ended.put, question)
                self._running[question] = self._begin(question, end)

    def _may_begin(self, question: Question) -> bool:
        if self._busy[question.registry] >= MOST_AT_ONE_HOST:
            return False
        line = _line(question)
        return line is None or line in self._tried or not self._busy[line]

    def _listen(self) -> None:
        """Wait until a question is answered or overdue, or a little while."""
        try:
            ended = self._ended.get(timeout=SLICE)
        except Empty:
            for question, asking in tuple(self._running.items()):
                if asking.is_overdue:
                    self._keep(question, asking.give_up())
            return
        if ended in self._running:
            self._keep(ended, self._running[ended].answer())

    def _keep(self, question: Question, answer: Answer) -> None:
        del self._running[question]
        self._busy.subtract(_counted(question))
        self._answers[question] = answer
        line = _line(question)
        if line is not None and answer.accepted is not None:
            self._tried.add(line)


def _line(question: Question) -> _Line | None:
    """What questions stand in one line for; None for those of nobody."""
    login = question.login
    return None if login is None else (question.registry, login.as_sent)


def _counted(question: Question) -> tuple[str | _Line, ...]:
    """What is counted of the questions that are asked."""
    line = _line(question)
    return (question.registry,) if line is None else (question.registry, line)


def _essence(question: Question) -> tuple[Question, bool]:
    """What makes questions the same: the key of a login only says where it may be shown."""
    login = question.login
    if login is None:
        return question, True
    shown = may_be_shown(login.key, question.registry, question.path)
    return question._replace(login=login.as_sent), shown


def _read(path: Path) -> str:
    """Read a file of authorities."""
    try:
        pem = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise PullSecretError(
            f"--registry-ca: {path} cannot be read: {(error.strerror or 'no file').lower()}"
        ) from None
    if not trust(client_context(), pem):
        raise PullSecretError(
            f"--registry-ca: {path} holds no certificate that can be read",
            remedy="it must be PEM: -----BEGIN CERTIFICATE-----",
        )
    return pem
