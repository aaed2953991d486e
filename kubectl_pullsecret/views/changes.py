"""What was changed, or would be: for people, for programs (the ChangeReport), as names."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import ndiff
from typing import cast

from kubectl_pullsecret.changes.plan import (
    Changes,
    Deed,
    Deletion,
    DryRun,
    ListChange,
    NewSecret,
    Outcome,
    PodRecreation,
    RolloutRestart,
    SecretChange,
    Step,
)
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.pods import LIST
from kubectl_pullsecret.views.commands import Setting, command, in_words, needs, phrases
from kubectl_pullsecret.views.data import Data, document
from kubectl_pullsecret.views.doctor_report import resource_name
from kubectl_pullsecret.views.layout import AnyRow, CommandRow, Row, block, wrap
from kubectl_pullsecret.views.terminal import PIPE, Terminal, neutralise

_HANGING = 2
_ACTIONS: dict[type[Step], str] = {  # in the ChangeReport: a contract
    ListChange: "changeList",
    NewSecret: "createSecret",
    SecretChange: "changeSecret",
    RolloutRestart: "restart",
    Deletion: "delete",
    PodRecreation: "recreate",
}
_DRY = {DryRun.NONE: "", DryRun.CLIENT: " (dry run)", DryRun.SERVER: " (server dry run)"}


def changes_text(
    changes: Changes,
    terminal: Terminal = PIPE,
    setting: Setting = Setting(),  # noqa: B008 - it is a constant
) -> str:
    """Lay out each object's line, in a dry run with its diff, and then what follows."""
    lines: list[str] = []
    for outcome in changes.outcomes:
        sentence = neutralise(_sentence(outcome, changes.dry_run))
        lines += wrap(sentence, terminal.width, _HANGING)
        if changes.dry_run is not DryRun.NONE and outcome.step is not None:
            lines += [f"  {neutralise(line)}" for line in _diff(outcome.step)]
    rows: list[AnyRow] = [Row("then", (sentence,)) for sentence in _follows(changes)]
    rows += _next(changes, setting)
    return "\n".join([*lines, *block(rows, terminal)]) + "\n"


def undone_text(changes: Changes, terminal: Terminal = PIPE) -> str:
    """Lay out a line for each object whose turn never came."""
    undone = (one for one in changes.outcomes if one.deed is Deed.NOT_DONE)
    sentences = (neutralise(_sentence(one, changes.dry_run)) for one in undone)
    return "".join(f"{line}\n" for one in sentences for line in wrap(one, terminal.width, _HANGING))


def _sentence(outcome: Outcome, dry_run: DryRun) -> str:
    where = f" in {outcome.target.namespace}" if outcome.target.namespace else ""
    what = _become(outcome)
    dry = _DRY[dry_run] if outcome.deed in (Deed.PLANNED, Deed.UNCHANGED) else ""
    why = f": {outcome.why}" if outcome.why else ""
    remedy = f"; {outcome.remedy}" if outcome.remedy else ""
    return f"{_name(outcome)}{where}: {what}{dry}{why}{remedy}"


def _name(outcome: Outcome) -> str:
    step = outcome.step
    if isinstance(step, ListChange | RolloutRestart | Deletion):
        return resource_name(step.target, step.resource)
    return resource_name(outcome.target)


def _become(outcome: Outcome) -> str:
    if outcome.deed is Deed.UNKNOWN:
        return "was asked for and not answered: look whether it was done"
    words = {
        Deed.UNCHANGED: "unchanged",
        Deed.REFUSED: "refused",
        Deed.FAILED: "failed",
        Deed.NOT_DONE: "not done",
    }
    if outcome.step is None or outcome.deed in words:
        return words[outcome.deed]
    return _deed(outcome.step)


def _deed(step: Step) -> str:
    """The past of what a step does, as kubectl says it."""
    if isinstance(step, ListChange):
        return _list_deed(step)
    if isinstance(step, PodRecreation):
        return f"recreated with {', '.join(step.after) or 'no pull secret'}"
    if isinstance(step, NewSecret):
        return "created"
    if isinstance(step, SecretChange):
        return "configured"
    assert isinstance(step, RolloutRestart | Deletion)
    return "restarted" if isinstance(step, RolloutRestart) else "deleted"


def _list_deed(step: ListChange) -> str:
    new = [name for name in step.after if name not in step.before]
    gone = [name or '""' for name in step.before if name not in step.after]
    parts = [f"attached {', '.join(new)}"] if new else []
    parts += [f"detached {', '.join(dict.fromkeys(gone))}"] if gone else []
    return "; ".join(parts) or "reordered"


def _diff(step: Step) -> Iterator[str]:
    """The object's lines, with - before those that go and + before those that come."""
    before, after = lines_of(step)
    yield from (line for line in ndiff(before, after) if not line.startswith("?"))


def lines_of(step: Step) -> tuple[list[str], list[str]]:
    """What a step changes, in lines: as it is, and as it will be. Nothing secret."""
    if isinstance(step, ListChange | PodRecreation):
        return _list_lines(step.before), _list_lines(step.after)
    if isinstance(step, SecretChange):
        return list(step.before), list(step.lines)
    return [], list(step.lines) if isinstance(step, NewSecret) else []


def _list_lines(names: tuple[str, ...]) -> list[str]:
    return [f"{LIST}:", *(f"- name: {name}" if name else "- {}" for name in names)]


def _follows(changes: Changes) -> tuple[str, ...]:
    """What follows from a plan that was carried out; of independent parts, if one was."""
    good = [one.deed in (Deed.DONE, Deed.PLANNED, Deed.UNCHANGED) for one in changes.outcomes]
    happens = any(good) if changes.plan.independent else all(good)
    return changes.plan.follows if happens else ()


def _next(changes: Changes, setting: Setting) -> Iterator[AnyRow]:
    for fix in changes.plan.fixes:
        argv = command(fix, setting.connection)
        if argv is None:
            yield Row("next", (in_words(fix),))
        else:
            yield CommandRow("next", phrases(argv), "", fix.note)


def changes_names(changes: Changes) -> str:
    """A line for each object that was changed or would be, as `kubectl … -o name` prints it."""
    done = (one for one in changes.outcomes if one.deed in (Deed.DONE, Deed.PLANNED))
    return "".join(f"{name}\n" for name in dict.fromkeys(map(_name, done)))


def changes_data(
    changes: Changes,
    setting: Setting = Setting(),  # noqa: B008 - it is a constant
) -> dict[str, Data]:
    """The ChangeReport: keys and order are a public contract."""
    return document(
        "ChangeReport",
        {
            "dryRun": changes.dry_run.value,
            "interrupted": changes.interrupted,
            "items": [_item(outcome) for outcome in changes.outcomes],
            "warnings": list(changes.plan.warnings),
            "follows": list(_follows(changes)),
            "next": [
                {
                    "argv": None if argv is None else list(argv),
                    "text": in_words(fix),
                    "needs": list(needs(fix, setting)),
                }
                for fix in changes.plan.fixes
                for argv in (command(fix, setting.connection),)
            ],
        },
    )


def _item(outcome: Outcome) -> dict[str, Data]:
    before, after = lines_of(outcome.step) if outcome.step is not None else ([], [])
    return {
        "object": _object(outcome.target),
        "action": None if outcome.step is None else _ACTIONS[type(outcome.step)],
        "outcome": outcome.deed.value,
        "before": before,
        "after": after,
        "why": outcome.why,
        "remedy": outcome.remedy,
        "manifest": cast("Data", outcome.manifest),  # JSON, as the server sent it
    }


def _object(ref: ObjectRef) -> dict[str, Data]:
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}
