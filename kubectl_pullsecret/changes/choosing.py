"""Which pull secrets are worth attaching: those that the images need, and why others are refused.

By the kubelet's rules: a secret serves an image if its keyring has a usable credential for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.credentials import Malformed, NotAPullSecret, Payload, PullSecret
from kubectl_pullsecret.credentials.keyring import Keyring
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.near_miss import explain_misses
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.offer import is_openshift_internal
from kubectl_pullsecret.facts.kinds import display, is_object_name
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import InvalidReference, Reference
from kubectl_pullsecret.report import Copy, Create, Fix, Rewrap

_SHOWN = 5


class Secrets(NamedTuple):
    """The pull secrets of a namespace, as far as they were seen or are about to be written."""

    snapshot: Snapshot
    namespace: str
    now: datetime
    written: Mapping[str, PullSecret] = {}

    def content(self, name: str) -> PullSecret | None:
        """A secret by its name; None where it was not seen."""
        if name in self.written:
            return self.written[name]
        found = self.snapshot.secrets.get((self.namespace, name))
        return None if found is None else found.pull_secret

    def missing(self, name: str) -> bool:
        """Whether it is proven not to be there."""
        settled = self.snapshot.sight("Secret", self.namespace).settles(name)
        return settled and self.content(name) is None

    def why_unseen(self) -> str:
        """Why secrets of the namespace could not be read."""
        return self.snapshot.sight("Secret", self.namespace).why

    def all(self) -> list[PullSecret]:
        """Every pull secret that was seen, less OpenShift's own, in order of name."""
        found = [s for (home, _), s in self.snapshot.secrets.items() if home == self.namespace]
        known = {s.ref.name: s.pull_secret for s in found} | dict(self.written)
        return [known[name] for name in sorted(known) if not is_openshift_internal(name)]

    def serves(self, name: str, reference: Reference) -> bool:
        """Whether a secret has a credential for an image that can be sent and is not over."""
        secret = self.content(name)
        return secret is not None and _serves(secret, reference, self.now)


def references(images: Iterable[str]) -> tuple[Reference, ...]:
    """What the images mean, each repository once; what is no name is nobody's matter here."""
    found: dict[str, Reference] = {}
    for image in images:
        try:
            reference = Reference.parse(image)
        except InvalidReference:
            continue
        found.setdefault(reference.repository, reference)
    return tuple(found.values())


def _serves(secret: PullSecret, reference: Reference, now: datetime) -> bool:
    if not isinstance(secret.content, Payload):
        return False
    tried = Keyring([secret]).lookup(reference)
    return any(one.entry.usable and not about(one.entry).over(now) for one in tried)


def check(name: str, secrets: Secrets, images: Sequence[Reference]) -> None:
    """Refuse a secret that would not help, with the reason.

    Raises:
        RefusedPlanError: it is missing, no pull secret, malformed, expired, or serves no image.
    """
    if not is_object_name(name):
        raise RefusedPlanError(f"{name}: no Secret can have this name")
    secret = secrets.content(name)
    if secret is None:
        if secrets.missing(name):
            raise _missing(name, secrets)
        return  # not seen: the caller says so
    content = secret.content
    if isinstance(content, NotAPullSecret):
        fixes: list[Fix] = []
        if isinstance(content.holds, Payload):
            fixes.append(Rewrap(secrets.namespace, f"{name}-pull", name))
        raise _refusal(name, f"is no pull secret to the kubelet: {content.why}", fixes)
    if isinstance(content, Malformed):
        why = f"is unreadable to the kubelet, and would stop every pull: {content.why}"
        raise _refusal(name, why, remedy=content.remedy)
    _check_entries(name, secrets.namespace, content, secrets.now)
    if images and not any(_serves(secret, image, secrets.now) for image in images):
        raise _serves_none(name, secret, images)


def _check_entries(name: str, namespace: str, content: Payload, now: datetime) -> None:
    usable = [entry for entry in content.entries if entry.usable]
    if not usable:
        fault = content.layout_fault or "no entry of it has a user and a password"
        raise _refusal(name, f"has no credential for the kubelet: {fault}")
    if all(about(entry).over(now) for entry in usable):
        ends = [told.expires for told in map(about, usable) if told.expires is not None]
        what = f"has expired at {max(ends):%Y-%m-%d %H:%M} UTC"
        old = usable[0]
        raise _refusal(name, what, [Create(namespace, name, old.key, old.username, replace=True)])


def _refusal(
    name: str, why: str, fixes: Sequence[Fix] = (), *, remedy: str = ""
) -> RefusedPlanError:
    either = "" if fixes else "--force attaches it nevertheless"
    return RefusedPlanError(
        f"secret/{name} {why}", remedy="; ".join(filter(None, (remedy, either))), fixes=fixes
    )


def _missing(name: str, secrets: Secrets) -> RefusedPlanError:
    elsewhere = [n for n in secrets.snapshot.namesakes(name) if n != secrets.namespace]
    message = f"secret/{name} is not in namespace {secrets.namespace}"
    if len(elsewhere) == 1:
        copy = Copy(name, elsewhere[0], secrets.namespace)
        return RefusedPlanError(message, remedy=f"{elsewhere[0]} has one:", fixes=[copy])
    if elsewhere:
        some = ", ".join(elsewhere[:_SHOWN]) + (", …" if len(elsewhere) > _SHOWN else "")
        return RefusedPlanError(message, remedy=f"copy it; namespaces with one: {some}")
    known = [secret.name for secret in secrets.all()]
    near = get_close_matches(name, known, n=1)
    if near:
        return RefusedPlanError(message, remedy=f"did you mean {near[0]}?")
    there = ", ".join(known[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
    remedy = f"pull secrets there: {there}" if known else "create it first, or --force"
    return RefusedPlanError(message, remedy=remedy)


def _serves_none(name: str, secret: PullSecret, images: Sequence[Reference]) -> RefusedPlanError:
    reference = images[0]
    misses = explain_misses(reference, [secret])
    why = f"; its key {shown_key(misses[0].entry.key)}: {misses[0].text}" if misses else ""
    more = f" and {len(images) - 1} more" if len(images) > 1 else ""
    what = f"serves none of the images ({reference.repository}{more}){why}"
    near = [miss for miss in misses if miss.near and miss.write_instead]
    if not near:
        return _refusal(name, what)
    renames = ((near[0].entry.key, near[0].write_instead or ""),)
    return _refusal(name, what, [Rewrap(secret.namespace, name, name, renames)])


def choose(
    holder: ObjectRef,
    listed: Sequence[str],
    secrets: Secrets,
    images: Sequence[Reference],
    preferred: Sequence[str],
) -> tuple[str, ...]:
    """What the images need and nothing on the list gives; () where all of them are served.

    For a target without images each readable pull secret of the namespace is a candidate. Of
    several the `preferred` ones are taken.

    Raises:
        RefusedPlanError: there is none (without fixes: the doctor says more), or several.
    """
    spare = [one for one in secrets.all() if one.name not in listed]
    if not images:
        usable = [one.name for one in spare if _has_credential(one, secrets.now)]
        return (_the_one(holder, usable, "it has no pods with images yet", preferred),)
    needy = [i for i in images if not any(secrets.serves(name, i) for name in listed)]
    fitting = {
        image.repository: [one.name for one in spare if _serves(one, image, secrets.now)]
        for image in needy
    }
    if needy and not any(fitting.values()):
        raise RefusedPlanError(
            f"no pull secret of namespace {secrets.namespace} serves {needy[0].repository}"
        )
    chosen: dict[str, None] = {}
    for repository, names in sorted(fitting.items(), key=lambda pair: len(pair[1])):
        if names and not chosen.keys() & set(names):
            chosen[_the_one(holder, names, f"for {repository}", preferred)] = None
    return tuple(chosen)


def _has_credential(secret: PullSecret, now: datetime) -> bool:
    entries = secret.content.entries if isinstance(secret.content, Payload) else ()
    return any(entry.usable and not about(entry).over(now) for entry in entries)


def _the_one(holder: ObjectRef, names: Sequence[str], why: str, preferred: Sequence[str]) -> str:
    wished = [name for name in names if name in preferred]
    if len(names) == 1 or wished:
        return (wished or names)[0]
    if not names:
        raise RefusedPlanError(f"there is no readable pull secret for {display(holder)}")
    raise RefusedPlanError(
        f"several pull secrets could be attached to {display(holder)} ({why}): {', '.join(names)}",
        remedy="name one",
        candidates=names,
    )
