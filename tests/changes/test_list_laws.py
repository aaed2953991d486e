"""Laws of attach and detach that hold for every list, odd ones too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.changes.moved_list import moved
from kubectl_pullsecret.changes.plan import ListChange, Plan
from tests.changes.planning import attach, change_of, detach
from tests.diagnosis.cluster import Cluster

NAMES = tuple("abcdefg")
# As the API server takes them: twice, without a name, with one that no Secret can have.
LISTS = st.lists(st.sampled_from((*NAMES, "", "Bad_Name/x")), max_size=8).map(tuple)
SECRETS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).map(tuple)
TARGETS = st.sampled_from(("sa/default", "deploy/web", "cronjob/nightly"))

List = tuple[str, ...]


def cluster(target: str, names: List) -> Cluster:
    """The target with this list, beside nothing else."""
    references = [{"name": name} if name else {} for name in names]
    found = Cluster().account()
    spec = {"containers": [{"name": "app", "image": "a.test/app"}], "imagePullSecrets": references}
    if target == "sa/default":
        found.objects[0]["imagePullSecrets"] = references
    elif target == "deploy/web":
        found.add("Deployment", "web", spec={"template": {"spec": spec}})
    else:
        job = {"spec": {"template": {"spec": spec}}}
        found.add("CronJob", "nightly", spec={"jobTemplate": job})
    return found


def after(plan: Plan, before: List) -> List:
    """The list that a plan leaves."""
    return change_of(plan).after if plan.steps else before


def attached(target: str, before: List, secrets: List, *, first: bool = False) -> List:
    seen = cluster(target, before)
    return after(attach(seen, target, *secrets, first=first, force=True), before)


def detached(target: str, before: List, secrets: List) -> List:
    return after(detach(cluster(target, before), target, *secrets), before)


laws = settings(max_examples=100)


class TestAttach:
    @laws
    @given(TARGETS, LISTS, SECRETS, st.booleans())
    def test_twice_is_once(self, target: str, names: List, secrets: List, first: bool) -> None:
        once = attached(target, names, secrets, first=first)
        again = attach(cluster(target, once), target, *secrets, first=first, force=True)
        assert again.steps == ()
        assert len(again.unchanged) == 1

    @laws
    @given(TARGETS, LISTS, SECRETS)
    def test_puts_what_is_new_behind_the_list_as_it_is(
        self, target: str, names: List, secrets: List
    ) -> None:
        new = tuple(name for name in secrets if name not in names)
        assert attached(target, names, secrets) == (*names, *new)

    @laws
    @given(TARGETS, LISTS, SECRETS)
    def test_first_puts_what_is_new_before_the_list_as_it_is(
        self, target: str, names: List, secrets: List
    ) -> None:
        new = tuple(name for name in secrets if name not in names)
        assert attached(target, names, secrets, first=True) == (*new, *names)

    @laws
    @given(TARGETS, LISTS, SECRETS)
    def test_one_by_one_is_all_at_once(self, target: str, names: List, secrets: List) -> None:
        found = names
        for name in secrets:
            found = attached(target, found, (name,))
        assert found == attached(target, names, secrets)


class TestDetach:
    @laws
    @given(TARGETS, LISTS, SECRETS, st.booleans())
    def test_undoes_attach(self, target: str, names: List, secrets: List, first: bool) -> None:
        new = tuple(name for name in secrets if name not in names)
        given_them = attached(target, names, secrets, first=first)
        assert detached(target, given_them, new) == names

    @laws
    @given(TARGETS, LISTS, SECRETS)
    def test_takes_what_is_named_and_nothing_else(
        self, target: str, names: List, secrets: List
    ) -> None:
        left = detached(target, names, secrets)
        assert left == tuple(name for name in names if name not in secrets)

    @laws
    @given(TARGETS, LISTS, SECRETS)
    def test_twice_is_once(self, target: str, names: List, secrets: List) -> None:
        left = detached(target, names, secrets)
        assert detach(cluster(target, left), target, *secrets).steps == ()


class TestAListThatOthersHaveChangedMeanwhile:
    """What was planned for one list is done to another."""

    @laws
    @given(LISTS, LISTS, SECRETS, st.booleans())
    def test_gets_what_a_plan_from_it_would_give(
        self, names: List, now: List, secrets: List, first: bool
    ) -> None:
        seen = cluster("sa/default", names)
        planned = attach(seen, "sa/default", *secrets, first=first, force=True)
        if planned.steps and names != now:
            change = followed(change_of(planned), now)
            assert change is not None
            assert change.before == now
            assert change.after == attached("sa/default", now, secrets, first=first)

    @laws
    @given(LISTS, LISTS, SECRETS)
    def test_loses_what_a_plan_from_it_would_take(
        self, names: List, now: List, secrets: List
    ) -> None:
        planned = detach(cluster("sa/default", names), "sa/default", *secrets)
        if planned.steps and names != now:
            change = followed(change_of(planned), now)
            assert change is not None
            assert change.after == detached("sa/default", now, secrets)


def followed(change: ListChange, now: List) -> ListChange | None:
    """The change of the account's list as it is now."""
    references = [{"name": name} if name else {} for name in now]
    return moved(change, {"metadata": {"uid": change.uid}, "imagePullSecrets": references})


CHANGE = change_of(attach(cluster("sa/default", ("a", "b")), "sa/default", "c", force=True))


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"metadata": {"uid": "another"}, "imagePullSecrets": [{"name": "a"}]}, "another object"),
        (
            {"metadata": {"uid": CHANGE.uid}, "imagePullSecrets": [{"name": "a"}, {"name": "b"}]},
            "the list as it was: the refusal was about something else",
        ),
        ({"metadata": {"uid": CHANGE.uid}, "imagePullSecrets": "a"}, "no list"),
        ({}, "nothing"),
    ],
)
def test_is_planned_anew(item: dict[str, object], why: str) -> None:
    assert moved(CHANGE, item) is None, why
