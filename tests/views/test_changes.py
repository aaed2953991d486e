"""How a change reads, and its ChangeReport: a public contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_pullsecret.changes.plan import (
    Changes,
    Deed,
    Deletion,
    DryRun,
    Edit,
    ListChange,
    NewSecret,
    Outcome,
    Plan,
    PodRecreation,
    RolloutRestart,
    SecretChange,
    SecretDraft,
    Step,
)
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.kinds import KindInfo, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.report import Attach
from kubectl_pullsecret.views.changes import changes_data, changes_names, changes_text, undone_text
from kubectl_pullsecret.views.commands import Setting
from kubectl_pullsecret.views.data import as_json
from kubectl_pullsecret.views.terminal import Terminal
from tests.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
NAMESPACE = "team"


def info(kind: str) -> KindInfo:
    found = kind_info(kind)
    assert found is not None
    return found


def ref(kind: str, name: str) -> ObjectRef:
    return ObjectRef(kind, NAMESPACE, name)


DRAFT = SecretDraft(ref("Secret", "pull"), Masked("{}"))
TEMPLATE = "spec.template.spec"
LIST = ListChange(
    ref("ServiceAccount", "default"), info("ServiceAccount"), "1", "", ("old",), Edit(("new",))
)
STEPS: dict[str, Step] = {
    "attached": LIST,
    "detached": ListChange(
        ref("Deployment", "web"),
        info("Deployment"),
        "1",
        TEMPLATE,
        ("a", "", "b"),
        Edit(gone=frozenset(("a", ""))),
    ),
    "created": NewSecret(DRAFT, ("registry.test:5000  user puller",)),
    "changed": SecretChange(
        DRAFT,
        "1",
        "2",
        ("ghcr.io  user bob", "registry-1.docker.io  user alice"),
        ("ghcr.io  user bob", "https://index.docker.io/v1/  user alice"),
    ),
    "restarted": RolloutRestart(ref("Deployment", "web"), info("Deployment"), "1", "now"),
    "deleted": Deletion(ref("Pod", "web-0"), info("Pod"), "1"),
    "recreated": PodRecreation(ref("Pod", "bare"), "1", "2", ("old",), ("old", "new"), {}),
}


def changes(*steps: Step, dry_run: DryRun = DryRun.NONE, plan: Plan | None = None) -> Changes:
    deed = Deed.DONE if dry_run is DryRun.NONE else Deed.PLANNED
    outcomes = tuple(Outcome(step.target, deed, step) for step in steps)
    return Changes(plan or Plan(steps), dry_run, outcomes)


def told(*outcomes: Outcome) -> str:
    return changes_text(Changes(Plan(()), DryRun.NONE, outcomes))


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("attached", "serviceaccount/default in team: attached new"),
        ("detached", 'deployment.apps/web in team: detached a, ""'),
        ("created", "secret/pull in team: created"),
        ("changed", "secret/pull in team: configured"),
        ("restarted", "deployment.apps/web in team: restarted"),
        ("deleted", "pod/web-0 in team: deleted"),
        ("recreated", "pod/bare in team: recreated with old, new"),
    ],
)
def test_each_step_is_a_line_in_kubectl_s_words(step: str, line: str) -> None:
    assert changes_text(changes(STEPS[step])) == f"{line}\n"


def test_a_dry_run_shows_each_change_as_a_diff() -> None:
    text = changes_text(changes(*STEPS.values(), dry_run=DryRun.SERVER))
    assert_golden(GOLDEN / "changes-dry-run.txt", text)


def test_what_follows_and_what_to_run_next_stand_below() -> None:
    fix = Attach(ref("Pod", "bare"), ("new",), recreate=True, note="it has no owner")
    plan = Plan((LIST,), follows=("new pods get it",), fixes=(fix,))
    text = changes_text(changes(LIST, plan=plan), setting=Setting(("--context", "prod")))
    assert text == (
        "serviceaccount/default in team: attached new\n"
        "  then    new pods get it\n"
        "  next    kubectl pullsecret attach pod/bare new -n team --recreate --context prod"
        "     (it has no owner)\n"
    )


@pytest.mark.parametrize("deed", [Deed.FAILED, Deed.NOT_DONE, Deed.UNKNOWN])
def test_nothing_follows_from_what_was_not_done(deed: Deed) -> None:
    plan = Plan((LIST,), follows=("new pods get it",))
    created = Outcome(DRAFT.ref, Deed.DONE, STEPS["created"])
    outcomes = (created, Outcome(LIST.target, deed, LIST))
    assert "new pods" not in changes_text(Changes(plan, DryRun.NONE, outcomes))


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (Deed.UNCHANGED, "unchanged"),
        (Deed.REFUSED, "refused: because; do so"),
        (Deed.FAILED, "failed: because; do so"),
        (Deed.NOT_DONE, "not done"),
        (Deed.UNKNOWN, "was asked for and not answered: look whether it was done"),
    ],
)
def test_what_was_not_done_is_a_line_too(deed: Deed, words: str) -> None:
    why, remedy = ("because", "do so") if deed in (Deed.REFUSED, Deed.FAILED) else ("", "")
    text = told(Outcome(LIST.target, deed, None, why, remedy))
    assert text == f"serviceaccount/default in team: {words}\n"


def test_a_custom_resource_is_named_with_its_group() -> None:
    rollouts = KindInfo("Rollout", "rollouts", "argoproj.io", "rollout", version="v1alpha1")
    step = ListChange(ref("Rollout", "web"), rollouts, "1", TEMPLATE, (), Edit(("new",)))
    assert changes_text(changes(step)) == "rollout.argoproj.io/web in team: attached new\n"


def test_foreign_text_reaches_the_terminal_harmless() -> None:
    text = told(Outcome(LIST.target, Deed.FAILED, None, "bad\x1b[31m \u202eword"))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_long_lines_wrap_at_a_terminal() -> None:
    outcome = Outcome(LIST.target, Deed.FAILED, None, "word " * 30)
    text = changes_text(Changes(Plan(()), DryRun.NONE, (outcome,)), Terminal(60))
    assert max(map(len, text.splitlines())) <= 60


def test_names_are_of_what_was_changed() -> None:
    outcomes = (
        Outcome(LIST.target, Deed.DONE, LIST),
        Outcome(ref("Deployment", "web"), Deed.PLANNED, STEPS["detached"]),
        Outcome(ref("Secret", "no"), Deed.FAILED),
    )
    names = changes_names(Changes(Plan(()), DryRun.NONE, outcomes))
    assert names == "serviceaccount/default\ndeployment.apps/web\n"


def test_the_change_report_is_a_contract() -> None:
    fix = Attach(ref("Pod", "bare"), ("new",), recreate=True)
    follows = ("new pods get it",)
    plan = Plan((LIST,), (), (), ("beware",), follows, (fix,), independent=True)
    outcomes = (
        Outcome(LIST.target, Deed.DONE, LIST),
        Outcome(ref("Secret", "pull"), Deed.REFUSED, None, "it is immutable", "another name"),
    )
    document = changes_data(Changes(plan, DryRun.NONE, outcomes))
    assert_golden(GOLDEN / "change-report.json", as_json(document))


def test_no_step_shows_what_a_secret_holds() -> None:
    draft = SecretDraft(ref("Secret", "pull"), Masked("s3cret"))
    done = changes(NewSecret(draft), SecretChange(draft, "1", "2"), dry_run=DryRun.CLIENT)
    assert "s3cret" not in changes_text(done) + json.dumps(changes_data(done))


def test_a_lost_pod_s_manifest_is_in_its_item() -> None:
    manifest: Json = {"kind": "Pod", "metadata": {"name": "bare"}}
    recreated = STEPS["recreated"]
    lost = Outcome(recreated.target, Deed.FAILED, recreated, "it is lost", "", manifest)
    document = json.loads(as_json(changes_data(Changes(Plan(()), DryRun.NONE, (lost,)))))
    assert document["items"][0]["manifest"] == manifest


def test_those_whose_turn_never_came_are_a_line_each() -> None:
    deployment = STEPS["detached"]
    outcomes = (
        Outcome(LIST.target, Deed.FAILED, LIST, "because"),
        Outcome(deployment.target, Deed.NOT_DONE, deployment),
    )
    text = undone_text(Changes(Plan(()), DryRun.NONE, outcomes))
    assert text == "deployment.apps/web in team: not done\n"
    assert undone_text(changes(LIST)) == ""
