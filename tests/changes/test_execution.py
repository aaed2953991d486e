"""How a plan is carried out: step by step, planned anew where the state has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from kubectl_pullsecret.changes.execution import Writer, carry_out
from kubectl_pullsecret.changes.plan import (
    Changes,
    Deed,
    Deletion,
    DryRun,
    Edit,
    ListChange,
    NewSecret,
    Plan,
    Refused,
    RolloutRestart,
    SecretDraft,
    Step,
)
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.sources.transport import Action, ApiError, Client

CONFLICT = ApiError("the server rejected our request", code=422, reason="Invalid")
FORBIDDEN = ApiError("forbidden", code=403, reason="Forbidden")
CUT = ApiError("the connection was cut", doubtful=True)
MOST_TRIES = 10


class Server:
    """Answers writes from a script: an error to raise, or None. What was written is kept."""

    def __init__(self, *script: BaseException | None) -> None:
        self.script = list(script)
        self.written: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.now: Json = {}
        self.drops: set[str] = set()  # names that a webhook takes away

    def get(self, *_: object) -> Json:
        """The object as it is now; another one, so that everything is planned anew, if not told."""
        return self.now

    def patch(
        self, path: str, change: Any, action: Action, *, query: Sequence[tuple[str, str]]
    ) -> Json:
        self._do(path, action, query)
        written = change[-1]["value"] if isinstance(change, list) else []
        return {"imagePullSecrets": [one for one in written if one["name"] not in self.drops]}

    def post(self, path: str, _: Any, action: Action, *, query: Sequence[tuple[str, str]]) -> None:
        self._do(path, action, query)

    def delete(
        self, path: str, _: Any, action: Action, *, query: Sequence[tuple[str, str]]
    ) -> None:
        self._do(path, action, query)

    def _do(self, path: str, action: Action, query: Sequence[tuple[str, str]]) -> None:
        self.queries.append(dict(query))
        answer = self.script.pop(0) if self.script else None
        if answer is not None:
            raise answer
        self.written.append(f"{action.verb} {path.rpartition('/')[2]}")


def step(name: str, before: tuple[str, ...] = ()) -> Step:
    info = kind_info("ServiceAccount")
    assert info is not None
    return ListChange(
        ObjectRef("ServiceAccount", "team", name), info, "1", "", before, Edit(("new",))
    )


def deletion(name: str) -> Step:
    info = kind_info("Pod")
    assert info is not None
    return Deletion(ObjectRef("Pod", "team", name), info, "1")


def restart(name: str) -> Step:
    info = kind_info("Deployment")
    assert info is not None
    return RolloutRestart(ObjectRef("Deployment", "team", name), info, "1", "now")


def new_secret(name: str) -> Step:
    return NewSecret(SecretDraft(ObjectRef("Secret", "team", name), Masked("{}")))


def run(
    server: Server, *plans: Plan | PullSecretError, dry_run: DryRun = DryRun.NONE
) -> tuple[Changes, list[int]]:
    """The outcome where each look gives the next plan, and the last one from then on."""
    ahead = list(plans)
    pauses: list[int] = []

    def make_plan() -> Plan:
        plan = ahead.pop(0) if len(ahead) > 1 else ahead[0]
        if isinstance(plan, PullSecretError):
            raise plan
        return plan

    writer = Writer(cast("Client", server), dry_run)
    return carry_out(make_plan, writer, pauses.append), pauses


def deeds(changes: Changes) -> list[tuple[str, Deed]]:
    return [(one.target.name, one.deed) for one in changes.outcomes]


class TestWithoutTrouble:
    def test_the_steps_are_done_in_their_order(self) -> None:
        server = Server()
        changes, _ = run(server, Plan((step("a"), deletion("b"))))
        assert server.written == ["patch a", "delete b"]
        assert deeds(changes) == [("a", Deed.DONE), ("b", Deed.DONE)]
        assert changes.exit_code is ExitCode.FINE

    def test_every_write_names_its_manager(self) -> None:
        server = Server()
        run(server, Plan((step("a"),)))
        assert server.queries == [{"fieldManager": "kubectl-pullsecret"}]

    def test_nothing_to_do_is_unchanged(self) -> None:
        changes, _ = run(Server(), Plan((), unchanged=(step("a").target,)))
        assert deeds(changes) == [("a", Deed.UNCHANGED)]
        assert changes.exit_code is ExitCode.FINE

    def test_a_client_s_dry_run_sends_nothing(self) -> None:
        server = Server()
        changes, _ = run(server, Plan((step("a"),)), dry_run=DryRun.CLIENT)
        assert (server.queries, deeds(changes)) == ([], [("a", Deed.PLANNED)])

    def test_a_server_s_dry_run_asks_for_one(self) -> None:
        server = Server()
        changes, _ = run(server, Plan((step("a"),)), dry_run=DryRun.SERVER)
        assert server.queries[0]["dryRun"] == "All"
        assert deeds(changes) == [("a", Deed.PLANNED)]

    def test_a_list_that_the_server_does_not_keep_is_a_failure(self) -> None:
        server = Server()
        server.drops = {"new"}
        changes, _ = run(server, Plan((step("a", ("old",)),)))
        assert changes.outcomes[0].deed is Deed.FAILED
        assert changes.outcomes[0].why == (
            "the server took the change of sa/a and did not keep it: the list has old"
        )


class TestAConflict:
    def test_is_planned_anew_from_the_new_state(self) -> None:
        server = Server(CONFLICT)
        newer = Plan((step("a", ("other",)),))
        changes, pauses = run(server, Plan((step("a"),)), newer)
        assert (server.written, pauses) == (["patch a"], [1])
        assert deeds(changes) == [("a", Deed.DONE)]

    def test_of_an_unchanged_state_is_the_server_s_refusal(self) -> None:
        changes, pauses = run(Server(CONFLICT, CONFLICT), Plan((step("a"),)))
        assert (changes.outcomes[0].deed, changes.outcomes[0].why) == (
            Deed.FAILED,
            "the server rejected our request",
        )
        assert (pauses, changes.exit_code) == ([1], ExitCode.FAILED)

    def test_of_a_list_is_over_when_the_list_alone_was_read(self) -> None:
        """A plan would read so much that others are quicker again and again."""
        server = Server(CONFLICT)
        uid = {"metadata": {"uid": "1"}}
        server.now = {**uid, "imagePullSecrets": [{"name": "old"}, {"name": "other"}]}
        plan = Plan((step("a", ("old",)),))
        changes, _ = run(server, plan, PullSecretError("planned anew"))
        (outcome,) = changes.outcomes
        assert outcome.step == step("a", ("old", "other"))
        assert (outcome.deed, server.written) == (Deed.DONE, ["patch a"])

    def test_is_over_where_somebody_else_has_done_the_same(self) -> None:
        done = Plan((), unchanged=(step("a").target,))
        changes, _ = run(Server(CONFLICT), Plan((step("a"),)), done)
        assert deeds(changes) == [("a", Deed.DONE)]

    def test_is_given_up_after_ten_tries(self) -> None:
        plans = [Plan((step("a", (str(number),)),)) for number in range(20)]
        server = Server(*[CONFLICT] * 20)
        changes, pauses = run(server, *plans)
        assert len(server.queries) == MOST_TRIES
        assert len(pauses) == MOST_TRIES - 1
        assert changes.outcomes[0].why == "sa/a was changed by others 10 times meanwhile"
        assert changes.exit_code is ExitCode.FAILED

    def test_does_not_do_twice_what_was_done(self) -> None:
        first = Plan((deletion("p"), step("a")))
        again = Plan((deletion("p"), step("a", ("x",))))
        server = Server(None, CONFLICT)
        run(server, first, again)
        assert server.written == ["delete p", "patch a"]

    def test_with_a_state_that_is_refused_says_why(self) -> None:
        gone = PullSecretError("sa/a was not found", remedy="create it")
        changes, _ = run(Server(CONFLICT), Plan((step("a"),)), gone)
        assert (changes.outcomes[0].deed, changes.outcomes[0].why) == (
            Deed.FAILED,
            "sa/a was not found",
        )


class TestACutConnection:
    def test_after_the_server_has_done_it_is_a_success(self) -> None:
        changes, _ = run(Server(CUT), Plan((step("a"),)), Plan((), unchanged=(step("a").target,)))
        assert deeds(changes) == [("a", Deed.DONE)]

    def test_before_the_server_has_done_it_is_no_reason_to_give_up(self) -> None:
        server = Server(CUT, CUT)
        changes, _ = run(server, Plan((step("a"),)))
        assert (server.written, deeds(changes)) == (["patch a"], [("a", Deed.DONE)])

    def test_again_and_again_is_told_with_what_a_look_has_shown(self) -> None:
        changes, _ = run(Server(*[CUT] * 9), Plan((step("a"),)))
        assert changes.outcomes[0].why == (
            "the connection was cut; looked at again, it was not done"
        )
        assert changes.exit_code is ExitCode.FAILED

    def test_to_a_server_that_is_gone_leaves_it_open(self) -> None:
        changes, _ = run(Server(CUT), Plan((step("a"),)), PullSecretError("unreachable"))
        assert deeds(changes) == [("a", Deed.UNKNOWN)]

    def test_of_what_a_look_does_not_show_leaves_it_open(self) -> None:
        changes, _ = run(Server(*[CUT] * 9), Plan((restart("w"),)))
        assert deeds(changes) == [("w", Deed.UNKNOWN)]

    def test_of_a_creation_that_is_there_then_is_nobody_knows_whose(self) -> None:
        exists = ApiError("already exists", code=409, reason="AlreadyExists")
        changes, _ = run(Server(CUT, exists), Plan((new_secret("s"),)))
        assert deeds(changes) == [("s", Deed.UNKNOWN)]

    def test_of_a_dry_run_has_done_nothing(self) -> None:
        changes, _ = run(Server(CUT), Plan((step("a"),)), dry_run=DryRun.SERVER)
        assert deeds(changes) == [("a", Deed.FAILED)]


class TestADeletion:
    @pytest.mark.parametrize(
        "error",
        [
            ApiError("not found", code=404, reason="NotFound"),
            ApiError("the UID in the precondition does not match", code=409, reason="Conflict"),
        ],
        ids=["gone", "another of the same name"],
    )
    def test_of_what_is_gone_already_is_done(self, error: ApiError) -> None:
        changes, _ = run(Server(error), Plan((deletion("p"), step("a"))))
        assert deeds(changes) == [("p", Deed.DONE), ("a", Deed.DONE)]


class TestAnotherPlan:
    def test_need_not_have_all_that_the_first_one_had(self) -> None:
        first = Plan((step("a"), deletion("p")))
        again = Plan((step("a", ("x",)),), warnings=("beware",))
        changes, _ = run(Server(CONFLICT), first, again)
        assert deeds(changes) == [("a", Deed.DONE)]
        assert changes.plan.warnings == ("beware",)

    def test_of_which_nothing_is_left_says_what_the_first_one_said(self) -> None:
        first = Plan((step("a"),), follows=("it rolls out",))
        changes, _ = run(Server(CUT), first, Plan((), unchanged=(step("a").target,)))
        assert changes.plan.follows == ("it rolls out",)

    def test_that_is_never_in_time_leaves_what_comes_later_untried(self) -> None:
        plans = [Plan((step("a", (str(number),)), deletion("p"))) for number in range(20)]
        changes, _ = run(Server(*[CONFLICT] * 20), *plans)
        assert deeds(changes) == [("a", Deed.FAILED), ("p", Deed.NOT_DONE)]


class TestAFailure:
    def test_keeps_what_comes_later_from_being_done(self) -> None:
        server = Server(FORBIDDEN)
        changes, _ = run(server, Plan((step("a"), deletion("b"))))
        assert server.written == []
        assert deeds(changes) == [("a", Deed.FAILED), ("b", Deed.NOT_DONE)]
        assert changes.exit_code is ExitCode.FAILED

    def test_of_independent_steps_leaves_the_others(self) -> None:
        server = Server(FORBIDDEN)
        changes, _ = run(server, Plan((step("a"), step("b")), independent=True))
        assert deeds(changes) == [("a", Deed.FAILED), ("b", Deed.DONE)]
        assert changes.exit_code is ExitCode.INCOMPLETE

    def test_is_told_beside_what_was_refused(self) -> None:
        refused = Refused(step("c").target, "it is immutable")
        changes, _ = run(Server(), Plan((step("a"),), refused=(refused,), independent=True))
        assert deeds(changes) == [("a", Deed.DONE), ("c", Deed.REFUSED)]
        assert changes.exit_code is ExitCode.INCOMPLETE

    def test_of_the_first_plan_is_raised(self) -> None:
        with pytest.raises(PullSecretError, match="refused"):
            run(Server(), PullSecretError("refused"))


class TestAnInterruption:
    def test_tells_what_was_done_what_not_and_what_nobody_knows(self) -> None:
        server = Server(None, KeyboardInterrupt())
        changes, _ = run(server, Plan((step("a"), step("b"), step("c"))))
        assert deeds(changes) == [("a", Deed.DONE), ("b", Deed.UNKNOWN), ("c", Deed.NOT_DONE)]
        assert changes.exit_code is ExitCode.INTERRUPTED

    @pytest.mark.parametrize(("error", "deed"), [(CONFLICT, Deed.NOT_DONE), (CUT, Deed.UNKNOWN)])
    def test_while_it_waits_tells_what_is_known(self, error: ApiError, deed: Deed) -> None:
        def interrupted(_: int) -> None:
            raise KeyboardInterrupt

        plan = Plan((step("a"),))
        pause: Callable[[int], None] = interrupted
        changes = carry_out(lambda: plan, Writer(cast("Client", Server(error))), pause)
        assert deeds(changes) == [("a", deed)]
