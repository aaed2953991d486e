"""Carries a plan out: step by step, each tested against the state that was read.

Where somebody else was quicker, the state is read and planned anew: only if the new plan still has
the same step is the server's refusal about the step itself. So too after a cut connection: what is
not in the new plan was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from kubectl_pullsecret.changes.holding import HeldSignals
from kubectl_pullsecret.changes.moved_list import list_holder, moved
from kubectl_pullsecret.changes.new_pod import LostPodError
from kubectl_pullsecret.changes.plan import (
    Changes,
    Deed,
    Deletion,
    DryRun,
    ListChange,
    NewSecret,
    Outcome,
    Plan,
    PodRecreation,
    SecretChange,
    Step,
)
from kubectl_pullsecret.changes.recreation import recreate
from kubectl_pullsecret.changes.requests import request_of
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.pods import read_pull_secrets
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError
from kubectl_pullsecret.sources.transport import Action, ApiError, Client

FIELD_MANAGER = "kubectl-pullsecret"
_MOST_TRIES = 10
_MOST_DOUBTS = 3  # tries of one step that were not answered
_CONFLICT = (409, 422)


class Writer(NamedTuple):
    """Where changes are written, and how far they go."""

    client: Client
    dry_run: DryRun = DryRun.NONE
    field_manager: str = FIELD_MANAGER

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """What every write says of itself."""
        dry = (("dryRun", "All"),) if self.dry_run is DryRun.SERVER else ()
        return (("fieldManager", self.field_manager), *dry)


def carry_out(
    make_plan: Callable[[], Plan], writer: Writer, pause: Callable[[int], None]
) -> Changes:
    """Plan, write, and plan anew where the state has changed, up to ten times.

    `make_plan` reads and plans. `pause` is called before each new try with its number, from 1:
    competitors must not meet again and again.

    Raises:
        PullSecretError: the plan is refused, before anything was written.
    """
    progress = _Progress(make_plan(), writer)
    interrupted = False
    try:
        for tried in range(1, _MOST_TRIES + 1):
            doubts = progress.advance()
            if not doubts:
                break
            if tried == _MOST_TRIES:
                progress.give_up(doubts)
                break
            pause(tried)  # first: between a look and a try others must not have the time
            if not progress.follow_lists(doubts) and not progress.look_again(doubts, make_plan):
                break
    except KeyboardInterrupt:
        interrupted = True
        progress.leave_open()
    return Changes(progress.told, writer.dry_run, progress.outcomes(), interrupted)


class _Doubt(NamedTuple):
    """A step that failed so that a look at the new state tells more."""

    step: Step
    error: ApiError


class _Progress:
    """What became of a plan's steps so far."""

    def __init__(self, plan: Plan, writer: Writer) -> None:
        self.told = self._plan = plan  # told: the plan that was carried out last
        self._writer = writer
        self._ended: dict[_Key, Outcome] = {}
        self._under_way: Step | None = None
        self._doubts: list[_Doubt] = []  # of which nobody has looked yet what became of them
        self._doubted: Counter[_Key] = Counter()  # how often no answer came

    def advance(self) -> list[_Doubt]:
        """Do what is still to be done. A failure ends it, unless the steps are independent."""
        doubts = self._doubts = []
        self.told = self._plan
        for step in self._plan.steps:
            if _key(step) in self._ended:
                continue
            with HeldSignals() as signals:  # let go when it is noted what became of the step
                error = self._try(step, signals)
            if isinstance(error, ApiError) and (error.code in _CONFLICT or self._open(error)):
                doubts.append(_Doubt(step, error))
                self._doubted[_key(step)] += self._open(error)
            if error is not None and (not self._plan.independent or _hopeless(error)):
                break
        return doubts

    def _open(self, error: ApiError) -> bool:
        """Whether it may have been done nevertheless; a dry run does nothing."""
        return error.doubtful and self._writer.dry_run is DryRun.NONE

    def _try(self, step: Step, signals: HeldSignals) -> PullSecretError | None:
        self._under_way = step
        try:
            if self._writer.dry_run is not DryRun.CLIENT:
                _write(step, self._writer, signals)
        except PullSecretError as error:
            if not _is_gone(step, error):
                self._end(step, Deed.FAILED, error)
                return error
        except KeyboardInterrupt:
            if not signals.begun:
                self._under_way = None  # it was only tried
            raise
        self._end(step, Deed.DONE if self._writer.dry_run is DryRun.NONE else Deed.PLANNED)
        return None

    def follow_lists(self, doubts: list[_Doubt]) -> bool:
        """Where others have changed lists meanwhile, make the same edits of the new lists.

        Whether that could be done; if not, everything is planned anew. A plan reads far more than
        the list, and while somebody reads, others write: thirty at once would never get through.
        """
        newer: dict[_Key, ListChange] = {}
        for step, error in doubts:
            change = None
            if isinstance(step, ListChange) and not self._open(error):
                change = _followed(step, self._writer.client)
            if change is None:
                return False
            newer[_key(step)] = change
        steps = tuple(newer.get(_key(step), step) for step in self._plan.steps)
        self._plan = replace(self._plan, steps=steps)
        for key, step in newer.items():
            del self._ended[key]
            if step.before == step.after:
                self._end(step, Deed.DONE)
        return True

    def look_again(self, doubts: list[_Doubt], make_plan: Callable[[], Plan]) -> bool:
        """Plan anew; whether there is something to try again.

        A step that the new plan does not have was done, by us or by somebody else. One that is the
        same was refused for its own sake, or never arrived.
        """
        try:
            self._plan = make_plan()
        except PullSecretError as error:
            for step, failure in doubts:
                if self._open(failure):
                    self._end(step, Deed.UNKNOWN, _in_doubt(failure))
                else:  # what is wrong with the new state says more than that it is new
                    self._end(step, Deed.FAILED, error)
            return False
        wanted = {_key(step): step for step in self._plan.steps}
        refused = {one.target: one for one in self._plan.refused}
        for step, failure in doubts:
            if step.target in refused:
                now = refused[step.target]
                self._end(step, Deed.REFUSED, PullSecretError(now.why, remedy=now.remedy))
            elif _key(step) not in wanted:
                self._end(step, Deed.DONE)
            elif wanted[_key(step)] != step or failure.reason == "Conflict":
                del self._ended[_key(step)]  # a conflict may be about a field that is not read
            else:
                self._same_again(step, failure)
        stopped = not self._plan.independent and self._failed
        return not stopped and any(key not in self._ended for key in wanted)

    def _same_again(self, step: Step, failure: ApiError) -> None:
        """A step that is still to be done: tried again where no answer came, as it does no harm."""
        tries = self._doubted[_key(step)]
        if self._open(failure) and tries < _MOST_DOUBTS:
            del self._ended[_key(step)]
        elif self._open(failure) and isinstance(step, ListChange | SecretChange):
            self._end(step, Deed.FAILED, _not_done(failure))  # what these change was read
        elif tries:
            self._end(step, Deed.UNKNOWN, _in_doubt(failure))

    @property
    def _failed(self) -> bool:
        bad = (Deed.FAILED, Deed.UNKNOWN)
        return any(one.deed in bad for one in self._ended.values())

    def leave_open(self) -> None:
        """Say of steps that failed and were not looked at again that nobody knows, or not done."""
        for step, error in self._doubts:
            if self._open(error):
                self._end(step, Deed.UNKNOWN, _in_doubt(error))
            else:
                self._ended.pop(_key(step), None)

    def give_up(self, doubts: list[_Doubt]) -> None:
        """Say of what failed to the end that others are always quicker."""
        for step, error in doubts:
            if self._open(error):
                self._end(step, Deed.UNKNOWN, _in_doubt(error))
                continue
            what = f"{display(step.target)} was changed by others {_MOST_TRIES} times meanwhile"
            self._end(step, Deed.FAILED, PullSecretError(what, remedy="try again"))

    def _end(self, step: Step, deed: Deed, error: PullSecretError | None = None) -> None:
        why, remedy = (error.message, error.remedy) if error else ("", "")
        lost = error.manifest if isinstance(error, LostPodError) else None
        self._under_way = None
        self._ended[_key(step)] = Outcome(step.target, deed, step, why, remedy, lost)

    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of everything that was carried out or planned last."""
        if self._under_way is not None and self._writer.dry_run is DryRun.NONE:
            self._end(self._under_way, Deed.UNKNOWN)
        left = {_key(step): Outcome(step.target, Deed.NOT_DONE, step) for step in self.told.steps}
        found = list((left | self._ended).values())
        done = {one.target for one in found}
        found += [Outcome(ref, Deed.UNCHANGED) for ref in self.told.unchanged if ref not in done]
        found += [
            Outcome(one.target, Deed.REFUSED, None, one.why, one.remedy)
            for one in self.told.refused
            if one.target not in done
        ]
        return tuple(found)


_Key = tuple[type, ObjectRef]


def _key(step: Step) -> _Key:
    """What a step is about: to create a Secret and to change it is the same wish."""
    return (SecretChange if isinstance(step, NewSecret) else type(step)), step.target


def _is_gone(step: Step, error: PullSecretError) -> bool:
    """Whether what had to be deleted is no longer there: gone, or another of the same name."""
    if not isinstance(step, Deletion) or not isinstance(error, ApiError):
        return False
    return error.not_found or error.code == 409


def _followed(step: ListChange, client: Client) -> ListChange | None:
    """The change made for the object as it is now; None where that is not to be had."""
    target, info = step.target, step.resource
    action = Action("get", info.plural, target.namespace, target.name)
    try:
        return moved(step, client.get(info.path(target.namespace, target.name), action))
    except ApiError:
        return None


def _hopeless(error: PullSecretError) -> bool:
    """Whether every other request would end so too: nobody answers, or nobody knows who asks."""
    return isinstance(error, ApiError) and error.code in (0, 401)


def _in_doubt(failure: ApiError) -> PullSecretError:
    return PullSecretError(
        f"{failure.message}; it may have been done nevertheless",
        remedy="run it again: what is done already is left as it is",
    )


def _not_done(failure: ApiError) -> PullSecretError:
    return PullSecretError(
        f"{failure.message}; looked at again, it was not done",
        remedy="run it again" if failure.code else failure.remedy,
    )


def _write(step: Step, writer: Writer, signals: HeldSignals) -> None:
    if isinstance(step, PodRecreation):
        recreate(step, writer.client, writer.query, signals)
        return
    request = request_of(step)
    target = request.target
    action = Action(request.verb, request.resource, target.namespace, target.name)
    if request.method == "PATCH":
        made = writer.client.patch(request.path, request.body, action, query=writer.query)
        if isinstance(step, ListChange):
            _check_kept(step, made)
        return
    assert isinstance(request.body, dict)
    if request.method == "POST":
        writer.client.post(request.path, request.body, action, query=writer.query)
    else:
        # in the body: where there is one, the server looks nowhere else for DeleteOptions
        dry: Json = {"dryRun": ["All"]} if writer.dry_run is DryRun.SERVER else {}
        writer.client.delete(request.path, request.body | dry, action, query=())


def _check_kept(step: ListChange, made: Json) -> None:
    """Whether the server has kept the list: a webhook, or a kind's schema, may drop what it likes.

    Raises:
        PullSecretError: it has not.
    """
    try:
        kept = read_pull_secrets(list_holder(made, step.place), step.place)
    except WrongShapeError:
        kept = ()
    if kept != step.after:
        names = ", ".join(name or '""' for name in kept) or "none"
        raise PullSecretError(
            f"the server took the change of {display(step.target)} and did not keep it: the list "
            f"has {names}",
            remedy="a webhook changes it, or the kind's schema has no such field",
        )
