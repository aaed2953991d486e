"""Create: a plan that writes a pull secret, or exchanges entries of one in place. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kubectl_pullsecret.changes.content import Content, exchanged, keys, lines, new_content
from kubectl_pullsecret.changes.entries import Choice, Chosen, choose, means
from kubectl_pullsecret.changes.plan import NewSecret, Plan, SecretChange, SecretDraft, Step
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.changes.rescuing import readable_entries
from kubectl_pullsecret.changes.unwritable import (
    check_type,
    check_writable,
    wanted_for_refusal,
    would_not_last,
)
from kubectl_pullsecret.credentials.composing import credential
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.lint import RemarkSeverity, lint
from kubectl_pullsecret.credentials.payload import AuthEntry, Payload, PullSecret
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.facts.reads import Get, Need, Read
from kubectl_pullsecret.facts.snapshot import Snapshot

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.attach import AttachRequest

_THEN_NEW = "pods that list it get it within 5 minutes; attach it where others need it"
_THEN_CHANGED = "pods that wait for an image are retried by themselves within 5 minutes"


class CreateRequest(NamedTuple):
    """What the user wants. The entries come from the user, or from another Secret."""

    target: ObjectRef  # the Secret to write, with its namespace
    entries: tuple[AuthEntry, ...] = ()  # under any spelling of their servers
    source: str = "the input"  # where they come from, in words
    from_secret: str = ""
    choice: Choice = Choice()
    replace: bool = False  # exchange entries of a Secret that is there
    only: bool = False  # and drop its others
    force: bool = False  # even where a controller will write it again
    attach: AttachRequest | None = None  # give it to this one, too
    by_default: bool = False  # nobody named the server

    @property
    def own(self) -> bool:
        """Whether the entries come from the Secret that is written."""
        return self.from_secret == self.target.name


def wanted_for_create(request: CreateRequest, now: datetime, snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `create`: the Secret, the one it is made from, and for `attach`."""
    namespace, name = request.target.namespace, request.target.name
    yield Get("Secret", namespace, name, Need.REQUIRED if request.own else Need.WANTED)
    if request.from_secret and not request.own:
        yield Get("Secret", namespace, request.from_secret, Need.REQUIRED)
    existing = snapshot.secrets.get((namespace, name))
    if existing is not None and request.replace:
        yield from wanted_for_refusal(existing)
    if request.attach is not None:
        from kubectl_pullsecret.changes.attach import wanted_for_attach

        yield from wanted_for_attach(request.attach, now, snapshot)


def plan_create(request: CreateRequest, snapshot: Snapshot, *, now: datetime) -> Plan:
    """Write the Secret, unless it holds exactly that; then attach it.

    Raises:
        RefusedPlanError: the Secret is there, or cannot be written, or would not last.
        PullSecretError: no credential is usable, or one would serve nothing.
    """
    return plan_made(request, compose_secret(request, snapshot), snapshot, now=now)


def plan_made(request: CreateRequest, made: Made, snapshot: Snapshot, *, now: datetime) -> Plan:
    """The plan for a Secret that is composed already. Raises as `plan_create`."""
    plan = _plan(request, made, now)
    if request.attach is None:
        return plan
    from kubectl_pullsecret.changes.attach import plan_attach

    target = request.target
    written = PullSecret(target.name, made.content.payload, target.namespace)
    return _together(plan, plan_attach(request.attach, snapshot, now=now, written=(written,)))


class Made(NamedTuple):
    """The Secret as it will be, and as it is."""

    draft: SecretDraft
    content: Content
    chosen: Chosen
    existing: Secret | None
    unchanged: bool


def compose_secret(request: CreateRequest, snapshot: Snapshot) -> Made:
    """Compose the Secret's content. Raises as `plan_create`."""
    chosen = _chosen(request, snapshot)
    existing = _existing(request, snapshot)
    if existing is None:
        content = new_content(chosen)
        return Made(_draft(request, content), content, chosen, None, unchanged=False)
    if not request.replace:
        content = new_content(chosen)
        if not _holds_exactly(existing, content.payload):
            raise _is_there(request, chosen)
        draft = _draft(request, content, existing.type)
        return Made(draft, content, chosen, existing, unchanged=True)
    if request.by_default:
        _check_default(existing, chosen)
    check_type(existing, chosen, request.from_secret, snapshot)
    content = exchanged(existing, chosen, own=request.own, only=request.only)
    unchanged = content.payload == existing.content
    if not unchanged:
        check_writable(existing, chosen, request.from_secret, snapshot, force=request.force)
    draft = _draft(request, content, existing.type)
    return Made(draft, content, chosen, existing, unchanged)


def _chosen(request: CreateRequest, snapshot: Snapshot) -> Chosen:
    if not request.from_secret:
        return choose(request.entries, request.choice, request.source)
    ref = request.target._replace(name=request.from_secret)
    entries, warnings = readable_entries(ref, snapshot)
    chosen = choose(entries, request.choice, display(ref))
    return chosen._replace(warnings=(*warnings, *chosen.warnings))


def _existing(request: CreateRequest, snapshot: Snapshot) -> Secret | None:
    namespace, name = request.target.namespace, request.target.name
    existing = snapshot.secrets.get((namespace, name))
    settled = snapshot.sight("Secret", namespace).settles(name)
    if existing is None and not settled and request.replace:
        raise PullSecretError(
            f"{display(request.target)} cannot be read, so nothing in it can be kept: "
            f"{snapshot.sight('Secret', namespace).why}",
            remedy="ask for the right to get it, or choose another name",
        )
    return existing


def _draft(request: CreateRequest, content: Content, secret_type: str = "") -> SecretDraft:
    draft = SecretDraft(request.target, content.config.text)
    if not secret_type or not content.config.legacy:
        return draft
    return SecretDraft(request.target, content.config.text, secret_type)


def _holds_exactly(existing: Secret, payload: Payload) -> bool:
    content = existing.content
    if not isinstance(content, Payload):
        return False
    there, wanted = (set(map(credential, one.entries)) for one in (content, payload))
    return there == wanted


def _check_default(existing: Secret, chosen: Chosen) -> None:
    """Whether the server that is meant by default is one that the Secret has.

    Raises:
        RefusedPlanError: it has only others: one of these is meant, or nothing of this.
    """
    content = existing.content
    there = [entry.key for entry in content.entries] if isinstance(content, Payload) else []
    if there and all(means(key, chosen.entries) is None for key in there):
        server = ", ".join(map(shown_key, chosen.entries))
        raise RefusedPlanError(
            f"{display(existing.ref)} has no entry for {server}, which is meant without "
            f"--docker-server; it has {', '.join(map(shown_key, there))}",
            remedy="name the server with --docker-server",
        )


def _is_there(request: CreateRequest, chosen: Chosen) -> RefusedPlanError:
    registries = ", ".join(map(shown_key, chosen.entries))
    where = f" in {request.target.namespace}" if request.target.namespace else ""
    return RefusedPlanError(
        f"{display(request.target)}{where} is there already",
        remedy=f"add --replace to exchange its entry of {registries} and keep its others, "
        "or choose another name",
    )


def _plan(request: CreateRequest, made: Made, now: datetime) -> Plan:
    warnings = (*made.chosen.warnings, *made.content.warnings, *_remarks(made, now))
    if made.unchanged:
        return Plan((), unchanged=(request.target,), warnings=made.chosen.warnings)
    new = lines(made.content.config, made.content.before)
    existing = made.existing
    if existing is None:
        return Plan((NewSecret(made.draft, new),), warnings=warnings, follows=(_THEN_NEW,))
    managed = tuple(_would_not_last(existing))
    before = lines(made.content.before)
    step: Step = SecretChange(made.draft, existing.uid, existing.resource_version, before, new)
    follows = (*_kept(made), _THEN_CHANGED)
    return Plan((step,), warnings=(*warnings, *managed), follows=follows)


def _remarks(made: Made, now: datetime) -> Iterator[str]:
    """What the lint says of what is written, although it can serve."""
    for remark in lint(made.content.payload, now):
        if remark.key in made.chosen.entries:
            yield f"{shown_key(remark.key or '')}: {remark.text}"
        elif remark.key is None and remark.severity is RemarkSeverity.PROBLEM:
            yield f"{display(made.draft.ref)}: {remark.text}"
    for key, entry in made.chosen.entries.items():
        yield from (f"{shown_key(key)}: {text}" for text in about(entry).remarks)


def _would_not_last(existing: Secret) -> Iterator[str]:
    yield from would_not_last(existing)
    if existing.copied_from:
        yield (
            f"{display(existing.ref)} is a copy of {existing.copied_from}, which writes it again "
            "when its copies are updated"
        )


def _kept(made: Made) -> Iterator[str]:
    """What becomes of the entries that the user did not name. Those left out have a warning."""
    entries = made.chosen.entries
    after = keys(made.content.config)
    kept = [key for key in after if key not in entries]
    replaced = {*after, *made.chosen.meant}
    gone = [
        key
        for key in keys(made.content.before, readable=True)
        if key not in replaced and means(key, entries) is None
    ]
    if kept:
        yield f"the entries of {', '.join(map(shown_key, kept))} stay as they are"
    if gone:
        yield f"the entries of {', '.join(map(shown_key, gone))} are gone"


def _together(first: Plan, second: Plan) -> Plan:
    follows = [one for one in first.follows if one != _THEN_NEW]
    return Plan(
        steps=first.steps + second.steps,
        unchanged=first.unchanged + second.unchanged,
        refused=first.refused + second.refused,
        warnings=first.warnings + second.warnings,
        follows=(*follows, *second.follows),
        fixes=first.fixes + second.fixes,
    )
