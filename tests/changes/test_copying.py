"""What a copy is, how it stands to its origin, and what is planned for it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any, cast

import pytest

from kubectl_pullsecret.changes.copies import (
    Copied,
    CopyState,
    copies,
    unseen_places,
    verdict,
    wanted_for_copy,
)
from kubectl_pullsecret.changes.plan import NewSecret, SecretChange
from kubectl_pullsecret.changes.requests import manifest, request_of
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import Namespace, Secret
from kubectl_pullsecret.facts.ownership import managers
from kubectl_pullsecret.facts.reading import COPIED_FROM
from kubectl_pullsecret.facts.reads import Get, List
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.facts.snapshot import Completeness, Sight, Snapshot
from tests.changes.copying import (
    CONFIG,
    LEGACY,
    SOURCE,
    cluster,
    config,
    copied,
    namespace,
    plan,
    request,
    secret,
)


def state(*objects: Secret | Namespace, force: bool = False, **more: Any) -> Copied:
    """How the destination `a` stands."""
    seen = cluster(secret(), *objects, **more)
    (one,) = copies(request("a", force=force), seen, seen)
    return one


STATES = [
    pytest.param([], CopyState.MISSING, id="nothing there"),
    pytest.param([copied("a")], CopyState.CURRENT, id="a copy"),
    pytest.param([copied("a", config("y"))], CopyState.DRIFTED, id="another password"),
    pytest.param(
        [copied("a", b" " + config())], CopyState.DRIFTED, id="the same, written otherwise"
    ),
    pytest.param([copied("a", type_="Opaque")], CopyState.DRIFTED, id="a copy of another type"),
    pytest.param(
        [copied("a", type_=LEGACY, key=".dockercfg")],
        CopyState.DRIFTED,
        id="the same bytes, read as another type",
    ),
    pytest.param([secret("a")], CopyState.FOREIGN, id="the same without the mark"),
    pytest.param(
        [secret("a", copied_from="other/pull")], CopyState.FOREIGN, id="a copy of another"
    ),
]


@pytest.mark.parametrize(("objects", "expected"), STATES)
def test_a_destination_is(objects: list[Secret], expected: CopyState) -> None:
    assert state(*objects).state is expected


REFLECTED = {"annotations": {"reflector.v1.k8s.emberstack.com/reflects": "x/pull"}}
HELM = {"annotations": {"meta.helm.sh/release-name": "x"}}


def managed(place: str, marks: dict[str, dict[str, str]]) -> Secret:
    """A drifted copy with the marks of a controller."""
    found = copied(place, config("y"))
    return replace(found, managed_by=managers(cast("Json", marks)))


def test_what_may_not_be_read_is_unreadable_and_says_why() -> None:
    one = state(unread=["a"])
    assert (one.state, one.why) == (CopyState.UNREADABLE, "you may not")


OBSTACLES = [
    pytest.param(
        [copied("a", config("y"), immutable=True)],
        {},
        "a has a secret/pull that is immutable, and has another content",
        id="immutable",
    ),
    pytest.param(
        [copied("a", type_=LEGACY)],
        {},
        f"a has a secret/pull of type {LEGACY}, which cannot become {CONFIG}",
        id="another type",
    ),
    pytest.param(
        [namespace("a", terminating=True)], {}, "namespace a is being deleted", id="terminating"
    ),
    pytest.param([], {"there": ()}, "there is no namespace a", id="no namespace"),
    pytest.param(
        [managed("a", REFLECTED)],
        {},
        "a has a secret/pull that is written by Reflector, which would undo the change, and has "
        "another content",
        id="written by a controller",
    ),
    pytest.param([managed("a", REFLECTED)], {"force": True}, "", id="the same, by force"),
    pytest.param([managed("a", HELM)], {}, "", id="deployed by Helm"),
    pytest.param([copied("a", immutable=True)], {}, "", id="current, if immutable"),
    pytest.param(
        [secret("a", immutable=True)], {"force": True}, "", id="only the mark of an immutable one"
    ),
]


@pytest.mark.parametrize(("objects", "more", "expected"), OBSTACLES)
def test_what_stands_against_a_destination(
    objects: list[Secret | Namespace], more: dict[str, Any], expected: str
) -> None:
    assert state(*objects, **more).obstacle == expected


def test_what_a_controller_writes_again_is_copied_over_by_force_with_a_warning() -> None:
    seen = cluster(secret(), managed("a", REFLECTED))
    (refused,) = plan(request("a", update=True), seen).refused
    advice = "change the secret that Reflector copies it from"
    assert refused.remedy == f"{advice}; --force writes it all the same"
    made = plan(request("a", update=True, force=True), seen)
    assert len(made.steps) == 1
    assert made.warnings == (f"Reflector manages secret/pull in a: {advice}",)


def test_nobody_is_told_to_delete_a_foreign_secret() -> None:
    one = state(secret("a", config("y"), immutable=True))
    assert one.remedy == ""
    assert "not marked as a copy; " in one.obstacle
    assert "immutable" in one.obstacle


class TestTheDraft:
    def test_has_type_content_and_mark_alone(self) -> None:
        (step,) = plan(request("a"), cluster(secret())).steps
        assert isinstance(step, NewSecret)
        assert manifest(step.draft) == {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": CONFIG,
            "metadata": {
                "name": "pull",
                "namespace": "a",
                "annotations": {COPIED_FROM: "team/pull"},
            },
            "data": {".dockerconfigjson": b64encode(config()).decode()},
        }

    @pytest.mark.parametrize(
        "content",
        [b'{"registry.test": {"auth": "dTpw"}}', b'{"r.test": {"auth": "dTpw", "email": "\xff"}}'],
        ids=["legacy", "bytes that are no text"],
    )
    def test_keeps_every_byte(self, content: bytes) -> None:
        legacy = secret(content=content, type_=LEGACY, key=".dockercfg")
        (step,) = plan(request("a", force=True), cluster(legacy)).steps
        assert isinstance(step, NewSecret)
        assert manifest(step.draft)["data"] == {".dockercfg": b64encode(content).decode()}

    def test_of_a_change_is_only_for_the_secret_that_was_read(self) -> None:
        seen = cluster(secret(), copied("a", config("y")))
        (step,) = plan(request("a", update=True), seen).steps
        assert isinstance(step, SecretChange)
        body = request_of(step).body
        assert isinstance(body, dict)
        assert body["metadata"] == {
            "resourceVersion": "7",
            "uid": "uid-a",
            "annotations": {COPIED_FROM: "team/pull"},
        }

    def test_tells_what_changes_and_no_password(self) -> None:
        seen = cluster(secret(), copied("a", config("hunter2")))
        (step,) = plan(request("a", update=True), seen).steps
        assert isinstance(step, SecretChange)
        mark = f"{COPIED_FROM}: team/pull"
        assert step.before == (mark, "registry.test: user puller, password •••")
        assert step.lines == (mark, "registry.test: user puller, password ••• (new)")
        assert "hunter2" not in repr(step)


class TestThePlan:
    def test_keeps_the_user_s_order(self) -> None:
        steps = plan(request("b", "a"), cluster(secret())).steps
        assert [step.target.namespace for step in steps] == ["b", "a"]

    def test_is_the_same_from_the_same_state(self) -> None:
        seen = cluster(secret(), copied("a", config("y")))
        asked = request("a", "b", update=True)
        assert plan(asked, seen) == plan(asked, seen)

    def test_lets_no_destination_stop_another(self) -> None:
        assert plan(request("a"), cluster(secret())).independent

    def test_has_nothing_to_do_for_a_current_copy(self) -> None:
        made = plan(request("a"), cluster(secret(), copied("a")))
        assert (made.steps, made.unchanged) == ((), (SOURCE._replace(namespace="a"),))
        assert made.follows == ()

    def test_tries_what_may_not_be_read(self) -> None:
        (step,) = plan(request("a"), cluster(secret(), unread=["a"])).steps
        assert isinstance(step, NewSecret)

    @pytest.mark.parametrize(
        ("found", "wish", "remedy"),
        [
            pytest.param(copied("a", config("y")), {}, "--update mends it", id="drifted"),
            pytest.param(
                copied("a", config("y")),
                {"force": True},
                "--update mends it",
                id="drifted, by force",
            ),
            pytest.param(secret("a"), {"update": True}, "--force overwrites it", id="foreign"),
        ],
    )
    def test_refuses_with_the_flag_that_helps(
        self, found: Secret, wish: dict[str, bool], remedy: str
    ) -> None:
        made = plan(request("a", **wish), cluster(secret(), found))
        assert made.steps == ()
        assert [one.remedy for one in made.refused] == [remedy]

    def test_overwrites_a_foreign_secret_by_force(self) -> None:
        (step,) = plan(request("a", force=True), cluster(secret(), secret("a"))).steps
        assert isinstance(step, SecretChange)

    def test_refuses_the_origin_as_its_copy(self) -> None:
        made = plan(request("team", "a"), cluster(secret(), there=("team", "a")))
        assert [one.why for one in made.refused] == ["secret/pull in team is what is to be copied"]
        assert [step.target.namespace for step in made.steps] == ["a"]

    def test_of_a_selector_leaves_the_origin_out(self) -> None:
        seen = cluster(secret(), there=("team", "a"))
        made = plan(request(selector="x=y"), seen)
        assert (made.refused, [step.target.namespace for step in made.steps]) == ((), ["a"])

    def test_of_a_selector_that_may_not_be_asked_is_an_error(self) -> None:
        """Also where other namespaces are named: nothing that was wished for is left out unsaid."""
        forbidden = {("Namespace", ""): Sight(Completeness.UNREAD, why="you may not")}
        seen = cluster(secret(), there=())
        seen = seen._replace(sights={**seen.sights, **forbidden})
        with pytest.raises(PullSecretError, match="by their labels: you may not"):
            plan(request("a", selector="x=y"), seen)

    def test_of_a_selector_without_namespaces_is_an_error(self) -> None:
        with pytest.raises(PullSecretError, match="no namespace has the labels x=y"):
            plan(request(selector="x=y"), cluster(secret(), there=()))

    def test_of_all_copies_is_for_those_with_the_mark(self) -> None:
        others = secret("b", config("y")), secret("x", config("y"), copied_from="other/pull")
        made = plan(request(update=True), cluster(secret(), copied("a", config("y")), *others))
        assert [step.target.namespace for step in made.steps] == ["a"]
        assert made.refused == ()


class TestWhatIsRead:
    def test_of_named_namespaces_is_one_round(self) -> None:
        reads = list(wanted_for_copy(request("a", "b"), Snapshot()))
        assert [(read.kind, read.namespace, read.name) for read in reads if isinstance(read, Get)]
        assert {type(read) for read in reads} == {Get}
        assert [read[:3] for read in reads] == [
            ("Secret", "team", "pull"),
            ("Namespace", "", "a"),
            ("Namespace", "", "b"),
            ("Secret", "a", "pull"),
            ("Secret", "b", "pull"),
        ]

    def test_of_all_copies_is_the_secrets_of_that_name(self) -> None:
        _, read = wanted_for_copy(request(), Snapshot())
        assert isinstance(read, List)
        assert read[:3] == ("Secret", "", "metadata.name=pull")

    def test_is_each_namespace_where_all_at_once_are_forbidden(self) -> None:
        forbidden = {("Secret", ""): Sight(Completeness.UNREAD, why="you may not")}
        seen = Snapshot.of([namespace("a")], forbidden)
        reads = [read[:3] for read in wanted_for_copy(request(), seen)]
        assert reads[-1] == ("Secret", "a", "pull")


def test_namespaces_that_may_have_a_copy_are_told() -> None:
    sights = {
        ("Secret", ""): Sight(Completeness.UNREAD, why="you may not"),
        ("Secret", "a"): Sight(Completeness.PARTIAL, frozenset(("pull",))),
    }
    seen = Snapshot.of([namespace("a"), namespace("b")], sights)
    assert unseen_places(request(), seen) == ("b",)


def _copied(*states: CopyState) -> list[Copied]:
    return [Copied(SOURCE, one) for one in states]


@pytest.mark.parametrize(
    ("states", "unseen", "code"),
    [
        ([], [], ExitCode.FINE),
        ([CopyState.CURRENT], [], ExitCode.FINE),
        ([CopyState.CURRENT], ["b"], ExitCode.INCOMPLETE),
        ([CopyState.CURRENT, CopyState.UNREADABLE], [], ExitCode.INCOMPLETE),
        ([CopyState.UNREADABLE], [], ExitCode.FAILED),
        ([CopyState.UNREADABLE, CopyState.DRIFTED], ["b"], ExitCode.FINDINGS),
        ([CopyState.CURRENT, CopyState.MISSING], [], ExitCode.FINDINGS),
        ([CopyState.CURRENT, CopyState.FOREIGN], [], ExitCode.FINDINGS),
    ],
    ids=str,
)
def test_the_verdict_of_a_check(states: list[CopyState], unseen: list[str], code: ExitCode) -> None:
    assert verdict(_copied(*states), unseen) is code
