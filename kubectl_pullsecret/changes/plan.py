"""What will be changed, before anything is: steps in their order, and what follows from them.

Two plans from the same state are equal: that is how a conflict is told from a refusal. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import CONFIG_TYPE
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.kinds import KindInfo
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.report import Fix


class DryRun(Enum):
    """How far a change goes; the values are kubectl's."""

    NONE = "none"
    CLIENT = "client"  # planned and shown
    SERVER = "server"  # sent, checked and admitted, but not kept


class Edit(NamedTuple):
    """What is done to a list of names, whatever is on it."""

    come: tuple[str, ...] = ()  # those that are not there yet
    gone: frozenset[str] = frozenset()  # every mention of them
    first: bool = False  # what comes stands before the others, not behind them

    def of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The list afterwards; those that stay keep their order, twice where they were twice."""
        stays = tuple(name for name in names if name not in self.gone)
        new = tuple(name for name in dict.fromkeys(self.come) if name not in stays)
        return (*new, *stays) if self.first else (*stays, *new)


@dataclass(frozen=True, slots=True)
class ListChange:
    """One object's list of pull secrets, as it was read, and what is done to it."""

    target: ObjectRef
    resource: KindInfo
    uid: str  # "" where nobody knows: in a manifest
    place: str  # whose list: "" the object's own (an account), else e.g. "spec.template.spec"
    before: tuple[str, ...]
    edit: Edit
    written: tuple[Json, ...] | None = None
    """The list as a custom resource has it, if it has one: nobody tidies its entries."""

    @property
    def after(self) -> tuple[str, ...]:
        """The list as it will be."""
        return self.edit.of(self.before)


@dataclass(frozen=True, slots=True)
class SecretDraft:
    """A pull secret as it will be written."""

    ref: ObjectRef
    config: Masked  # the text of the docker config, in the layout of the type
    type: str = CONFIG_TYPE
    annotations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A Secret that is not there yet."""

    draft: SecretDraft
    lines: tuple[str, ...] = ()  # what is in it, a line for each entry; nothing secret

    @property
    def target(self) -> ObjectRef:
        """The Secret."""
        return self.draft.ref


@dataclass(frozen=True, slots=True)
class SecretChange:
    """New content for a Secret that is there, if it still is as it was read."""

    draft: SecretDraft
    uid: str
    resource_version: str
    before: tuple[str, ...] = ()  # what was in it, as `lines`
    lines: tuple[str, ...] = ()

    @property
    def target(self) -> ObjectRef:
        """The Secret."""
        return self.draft.ref


@dataclass(frozen=True, slots=True)
class RolloutRestart:
    """New pods for a workload, by the annotation that `kubectl rollout restart` sets."""

    target: ObjectRef
    resource: KindInfo
    uid: str
    at: str  # RFC 3339


@dataclass(frozen=True, slots=True)
class Deletion:
    """An object that goes, so that its controller makes a new one: a stuck pod, a CronJob's Job."""

    target: ObjectRef
    resource: KindInfo
    uid: str


@dataclass(frozen=True, slots=True)
class PodRecreation:
    """A pod without owner: deleted, and created again with another list."""

    target: ObjectRef
    uid: str
    resource_version: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    manifest: Json  # the pod as the server has it


Step = ListChange | NewSecret | SecretChange | RolloutRestart | Deletion | PodRecreation


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a plan that cannot be done, and why; the rest goes on."""

    target: ObjectRef
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one command will do. A plan that must not be done at all is raised."""

    steps: tuple[Step, ...]
    unchanged: tuple[ObjectRef, ...] = ()  # as they should be already
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()  # what happens by itself then, or does not: sentences
    fixes: tuple[Fix, ...] = ()  # what the user should run then
    independent: bool = False  # a step that fails keeps no other from being done


class Deed(Enum):
    """What became of a step; the values are part of the JSON contract."""

    DONE = "done"
    PLANNED = "planned"  # a dry run
    UNCHANGED = "unchanged"
    REFUSED = "refused"  # by us: it was not tried
    FAILED = "failed"
    NOT_DONE = "notDone"  # something before it failed, or the user interrupted
    UNKNOWN = "unknown"  # asked for, and no answer came


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object."""

    target: ObjectRef
    deed: Deed
    step: Step | None = None  # None: there was nothing to do
    why: str = ""
    remedy: str = ""
    manifest: Json | None = None  # of a pod that is gone: printed, so that it is not lost


@dataclass(frozen=True, slots=True)
class Changes:
    """A plan that was carried out, as far as it could be."""

    plan: Plan
    dry_run: DryRun
    outcomes: tuple[Outcome, ...]
    interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """130 interrupted; 3 if nothing could be done, 4 if a part could not, else 0."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        bad = sum(one.deed in _BAD for one in self.outcomes)
        if not bad:
            return ExitCode.FINE
        return ExitCode.FAILED if bad == len(self.outcomes) else ExitCode.INCOMPLETE


_BAD = frozenset((Deed.REFUSED, Deed.FAILED, Deed.NOT_DONE, Deed.UNKNOWN))
