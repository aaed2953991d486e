"""Attach: a plan that gives pull secrets to an account or a template, and takes none away. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from kubectl_pullsecret.changes.choosing import Images, Secrets, check, choose, image_references
from kubectl_pullsecret.changes.holder import Holder, find_holder
from kubectl_pullsecret.changes.job import made_anew
from kubectl_pullsecret.changes.moved_list import list_holder, list_in
from kubectl_pullsecret.changes.plan import Edit, ListChange, Plan, PodRecreation, Step
from kubectl_pullsecret.changes.reach import Reach, reach
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.changes.wanted import wanted_for_list
from kubectl_pullsecret.credentials import PullSecret
from kubectl_pullsecret.diagnosis.attempt import attempts_of
from kubectl_pullsecret.diagnosis.doctor import diagnose
from kubectl_pullsecret.diagnosis.selection import Owners, Selection
from kubectl_pullsecret.diagnosis.wanted import pull_secrets
from kubectl_pullsecret.diagnosis.wanted_by_doctor import for_doctor
from kubectl_pullsecret.facts.kinds import display, is_object_name, kind_info
from kubectl_pullsecret.facts.objects import ContainerRole, ObjectRef, Pod, Workload
from kubectl_pullsecret.facts.ownership import ADVICE
from kubectl_pullsecret.facts.pods import may_wait
from kubectl_pullsecret.facts.reads import Get, List, Need, Read
from kubectl_pullsecret.facts.shapes import Json, mapping, text
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Attach


class AttachRequest(NamedTuple):
    """What the user wants. Without secrets: what the target's images need."""

    target: ObjectRef  # with its namespace
    secrets: tuple[str, ...]
    first: bool = False  # before those that are listed, not behind them
    force: bool = False  # even what would not help or not last
    restart: bool = False  # make new pods for those that are stuck
    recreate: bool = False  # of a pod without owner: delete it and create it again
    preferred: tuple[str, ...] = ()  # of several that would do
    api_version: str = ""  # of a target whose kind only discovery knows


def wanted_for_attach(request: AttachRequest, now: datetime, snapshot: Snapshot) -> Iterator[Read]:
    """The reads behind `attach`: the target, its owners, account and pods, and the secrets."""
    target, namespace = request.target, request.target.namespace
    yield from wanted_for_list(target, request.api_version, snapshot)
    if not request.secrets:
        yield from pull_secrets(namespace, need=Need.REQUIRED)
        if not request.api_version:
            yield from for_doctor(Selection((target,), namespace), now, snapshot)
        return
    for name in request.secrets:
        if not is_object_name(name):
            continue
        yield Get("Secret", namespace, name)
        settled = snapshot.sight("Secret", namespace).settles(name)
        if settled and (namespace, name) not in snapshot.secrets:
            yield List(
                "Secret", "", f"metadata.name={name}", need=Need.OPTIONAL, metadata_only=True
            )
            yield from pull_secrets(namespace, need=Need.OPTIONAL)


def plan_attach(
    request: AttachRequest,
    snapshot: Snapshot,
    *,
    now: datetime,
    written: Sequence[PullSecret] = (),
) -> Plan:
    """Give the secrets to whoever holds the target's list; `written` are about to be written.

    Raises:
        RefusedPlanError: a secret would not help, none was found, or the list cannot change.
        PullSecretError: the target is not there.
    """
    wish = Attach(request.target, request.secrets)
    holder = find_holder(snapshot, request.target, wish, force=request.force)
    known = {secret.name: secret for secret in written}
    secrets = Secrets(snapshot, request.target.namespace, now, known)
    images = image_references(images_of(holder, snapshot))
    names = request.secrets or _chosen(request, holder, secrets, _tried(holder, images, snapshot))
    for name in request.secrets if not request.force else ():
        check(name, secrets, images)
    edit = Edit(come=names, first=request.first)
    after = edit.of(holder.names)
    new = after != holder.names
    if new and not request.force:
        _check_hiding(holder, after, secrets, images)
    steps = (change(holder, edit, request.recreate, snapshot),) if new else ()
    reached = _reach(holder, after, snapshot, new, request.restart, now)
    warnings = (*_unseen(names, secrets), *_unseen_pods(holder, snapshot))
    if new:
        warnings += (*managed(holder, snapshot), *_hiding(holder, after, snapshot))
    told = _made_anew(holder, snapshot) if new else _served(holder, names, snapshot)
    return Plan(
        steps=(*steps, *reached.steps),
        unchanged=() if new else (holder.ref,),
        warnings=warnings,
        follows=(*led(request.target, holder), *told, *reached.follows),
        fixes=reached.fixes,
    )


def _made_anew(holder: Holder, snapshot: Snapshot) -> tuple[str, ...]:
    """What is lost with a pod that is made anew."""
    if not isinstance(holder.found, Pod) or snapshot.live is None:
        return ()
    found = ["its containers start anew; what they kept in the pod is gone"]
    if any(use.role is ContainerRole.EPHEMERAL for use in holder.found.spec.images):
        found.append("its ephemeral containers go with it: run kubectl debug again")
    return tuple(found)


def _served(holder: Holder, chosen: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
    """Why nothing was chosen: what is listed already is enough."""
    if chosen:
        return ()
    names = ", ".join(name for name in effective(holder, snapshot) if name)
    source = "" if holder.names else f" of {display(holder.account)}"
    what = "what pull secrets can serve of its images is served already"
    return (f"{what}, by {names}{source}",) if names else ()


def _reach(
    holder: Holder,
    after: tuple[str, ...],
    snapshot: Snapshot,
    changed: bool,
    restart: bool,
    now: datetime,
) -> Reach:
    if snapshot.live is None:  # of manifests nobody knows the pods
        return Reach()
    held = holder._replace(names=after)
    return reach(held, snapshot, changed=changed, restart=restart, now=now)


def images_of(holder: Holder, snapshot: Snapshot) -> Iterator[str]:
    """The images that pods with this list pull: the spec's, or those of the account's pods."""
    if holder.spec is not None:
        yield from (use.image for use in holder.spec.images)
        return
    home, name = holder.ref.namespace, holder.ref.name
    templates = (one.template for one in snapshot.workloads.values() if one.ref.namespace == home)
    specs = [pod.spec for pod in snapshot.pods if pod.ref.namespace == home]
    for spec in (*specs, *filter(None, templates)):
        if spec.account_name == name:
            yield from (use.image for use in spec.images)


def _chosen(
    request: AttachRequest, holder: Holder, secrets: Secrets, images: Images
) -> tuple[str, ...]:
    listed = effective(holder, secrets.snapshot)
    try:
        return choose(holder.ref, listed, secrets, images, request.preferred)
    except RefusedPlanError as error:
        if error.candidates or secrets.snapshot.live is None:
            raise
        selection = Selection((request.target,), request.target.namespace)
        report = diagnose(secrets.snapshot, selection, now=secrets.now)
        remedy = error.remedy or "create one, or name one with --force"
        raise RefusedPlanError(error.message, remedy=remedy, report=report) from None


def _tried(holder: Holder, images: tuple[Reference, ...], snapshot: Snapshot) -> Images:
    """Which of the images pods with this list could pull."""
    owners, found = Owners(snapshot), holder.found
    there: set[str] = set()
    stuck: set[str] = set()
    for pod in snapshot.pods:
        mine = pod.ref == holder.ref or (isinstance(found, Workload) and owners.owns(found, pod))
        if mine or (holder.spec is None and pod.spec.account_name == holder.ref.name):
            failed = {attempt.image for attempt in attempts_of(pod, ())}
            pulled = () if may_wait(pod) else (use.image for use in pod.spec.images)
            stuck.update(one.repository for one in image_references(failed))
            there.update(one.repository for one in image_references(pulled))
    return Images(images, frozenset(there), frozenset(stuck))


def effective(holder: Holder, snapshot: Snapshot) -> tuple[str, ...]:
    """What a new pod gets today: the list, or where it is empty the account's."""
    if holder.names or holder.spec is None or isinstance(holder.found, Pod):
        return holder.names
    account = snapshot.accounts.get((holder.account.namespace, holder.account.name))
    return account.pull_secrets if account is not None else ()


def change(holder: Holder, edit: Edit, recreate: bool, snapshot: Snapshot) -> Step:
    """The step that gives the holder another list.

    Raises:
        RefusedPlanError: it is a Job, or a pod, which would have to be made anew and nobody asked
            for that.
    """
    after = edit.of(holder.names)
    if holder.ref.kind == "Job" and snapshot.live is not None:
        raise _immutable_job(holder, after, snapshot)
    if not isinstance(holder.found, Pod) or snapshot.live is None:
        place = "" if holder.spec is None else holder.place
        written = _written(holder, snapshot)
        return ListChange(
            holder.ref, holder.resource, holder.uid, place, holder.names, edit, written
        )
    if not recreate:
        raise _needs_recreation(holder, after)
    _check_recreation(holder.found)
    raw = snapshot.whole(holder.ref)
    assert raw is not None, "a pod is read as a whole"
    return PodRecreation(holder.ref, holder.uid, _version(raw), holder.names, after, raw)


def _check_recreation(pod: Pod) -> None:
    """Raise RefusedPlanError for a pod that is about to go, or whose work is done."""
    if pod.deleting:
        raise RefusedPlanError(
            f"{display(pod.ref)} is being deleted already", remedy="create it anew when it is gone"
        )
    if pod.ended:
        raise RefusedPlanError(
            f"{display(pod.ref)} has ended ({pod.phase}): created again it would run once more",
            remedy="delete it and create it yourself, if that is what you want",
        )


def _written(holder: Holder, snapshot: Snapshot) -> tuple[Json, ...] | None:
    """The list of a custom resource as it is written."""
    raw = snapshot.whole(holder.ref) if kind_info(holder.ref.kind) is None else None
    return None if raw is None else list_in(list_holder(raw, holder.place))


def _immutable_job(holder: Holder, after: tuple[str, ...], snapshot: Snapshot) -> RefusedPlanError:
    raw = snapshot.whole(holder.ref)
    anew = f"delete {display(holder.ref)} and create it again"
    return RefusedPlanError(
        f"{display(holder.ref)}: a Job's template cannot be changed",
        remedy=f"{anew} from this manifest" if raw else anew,
        manifest=made_anew(raw, after) if raw else None,
    )


def _version(raw: Json) -> str:
    return text(mapping(raw, "metadata", ""), "resourceVersion", "metadata")


def _needs_recreation(holder: Holder, after: tuple[str, ...]) -> RefusedPlanError:
    new = tuple(name for name in after if name not in holder.names)
    name = display(holder.ref)
    if not new:
        remedy = "run it again with --recreate: the pod is deleted and created again"
        return RefusedPlanError(f"{name}: a pod's list cannot be changed", remedy=remedy)
    return RefusedPlanError(
        f"{name} has no owner, and a pod's list cannot be changed",
        remedy="let it be deleted and created again:",
        fixes=[Attach(holder.ref, new, recreate=True)],
    )


def led(target: ObjectRef, holder: Holder) -> tuple[str, ...]:
    """Say it where another object was changed than the user named."""
    if target == holder.ref:
        return ()
    name, above = display(target), display(holder.ref)
    if target.kind == "Pod":
        return (f"{name} cannot be changed itself: {above} makes its pods",)
    return (f"{name} is made by {above}, so that one is changed",)


def managed(holder: Holder, snapshot: Snapshot) -> Iterator[str]:
    """Who manages the holder, and would undo the change; a manifest is what he goes by."""
    for manager in holder.managed_by if snapshot.live is not None else ():
        yield f"{manager} manages {display(holder.ref)} and may undo this: {ADVICE[manager]}"


def _unseen(names: Sequence[str], secrets: Secrets) -> tuple[str, ...]:
    if secrets.snapshot.live is None:
        return ()
    return tuple(
        f"secret/{name} could not be read, so it is not checked: {secrets.why_unseen()}"
        for name in names
        if secrets.content(name) is None and not secrets.missing(name)
    )


def _unseen_pods(holder: Holder, snapshot: Snapshot) -> Iterator[str]:
    """That nobody looked for pods that are stuck: to name none must not mean that there is none."""
    why = snapshot.sight("Pod", holder.ref.namespace).why
    if snapshot.live is not None and why and not isinstance(holder.found, Pod):
        yield f"the pods of {display(holder.ref)} could not be seen, nor which are stuck: {why}"


def _hidden(holder: Holder, snapshot: Snapshot) -> tuple[str, ...]:
    """The account's names that a first name in a template's list would hide."""
    if holder.names or not isinstance(holder.found, Workload):
        return ()
    return tuple(name for name in effective(holder, snapshot) if name)


def _hiding(holder: Holder, after: Sequence[str], snapshot: Snapshot) -> Iterator[str]:
    account = (holder.account.namespace, holder.account.name)
    settled = snapshot.sight("ServiceAccount", account[0]).settles(account[1])
    first = isinstance(holder.found, Workload) and not holder.names
    if first and snapshot.live is not None and account not in snapshot.accounts and not settled:
        yield (
            f"{display(holder.account)} could not be read: what it lists, if anything, pods of "
            f"{display(holder.ref)} no longer get"
        )
    lost = [name for name in _hidden(holder, snapshot) if name not in after]
    if lost:
        yield (
            f"{display(holder.ref)} has a list of its own now: pods no longer get "
            f"{', '.join(lost)} from {display(holder.account)}"
        )


def _check_hiding(
    holder: Holder, after: Sequence[str], secrets: Secrets, images: Sequence[Reference]
) -> None:
    """Refuse to hide a secret of the account that an image of the template needs.

    Raises:
        RefusedPlanError: an image would lose its credential.
    """
    hidden = [name for name in _hidden(holder, secrets.snapshot) if name not in after]
    for image in images:
        if any(secrets.serves(name, image) for name in after):
            continue
        needed = [name for name in hidden if secrets.serves(name, image)]
        if needed:
            both = (*needed, *(name for name in after if name not in needed))
            raise RefusedPlanError(
                f"{display(holder.ref)} would hide {', '.join(needed)} of {display(holder.account)}"
                f", which serves {image.repository}",
                remedy="attach both:",
                fixes=[Attach(holder.ref, both)],
            )
