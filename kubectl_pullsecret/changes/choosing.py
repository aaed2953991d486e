"""Which pull secrets are worth attaching: those that the images need, and why others are refused.

By the kubelet's rules: a secret serves an image if its keyring has a usable credential for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

from kubectl_pullsecret.changes.fitness import Fault, fault_of
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.credentials import Payload, PullSecret
from kubectl_pullsecret.credentials.keyring import Keyring
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.near_miss import explain_misses
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.offer import is_openshift_internal
from kubectl_pullsecret.facts.kinds import display, is_object_name
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Copy, Rewrap

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


def image_references(images: Iterable[str]) -> tuple[Reference, ...]:
    """What the images mean, each repository once; what is no name is nobody's matter here."""
    found: dict[str, Reference] = {}
    for image in images:
        reference = Reference.parse_or_none(image)
        if reference is not None:
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
    fault = fault_of(secret, secrets.now)
    if fault is not None:
        raise _refusal(fault)
    if images and not any(_serves(secret, image, secrets.now) for image in images):
        raise _refusal(_serves_none(name, secret, images))


def _refusal(fault: Fault) -> RefusedPlanError:
    either = "" if fault.fixes else "--force attaches it nevertheless"
    remedy = "; ".join(filter(None, (fault.remedy, either)))
    return RefusedPlanError(fault.message, remedy=remedy, fixes=fault.fixes)


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


def _serves_none(name: str, secret: PullSecret, images: Sequence[Reference]) -> Fault:
    reference = images[0]
    misses = explain_misses(reference, [secret])
    why = f"; its key {shown_key(misses[0].entry.key)}: {misses[0].text}" if misses else ""
    more = f" and {len(images) - 1} more" if len(images) > 1 else ""
    what = f"secret/{name} serves none of the images ({reference.repository}{more}){why}"
    near = [miss for miss in misses if miss.near and miss.write_instead]
    if not near:
        return Fault(what)
    renames = ((near[0].entry.key, near[0].write_instead or ""),)
    return Fault(what, fixes=(Rewrap(secret.namespace, name, name, renames),))


class Images(NamedTuple):
    """The images of a target, each repository once."""

    asked: tuple[Reference, ...]
    there: frozenset[str] = frozenset()  # the repositories that a pod could pull as it is
    stuck: frozenset[str] = frozenset()  # those that a pod could not


def choose(
    holder: ObjectRef,
    listed: Sequence[str],
    secrets: Secrets,
    images: Images,
    preferred: Sequence[str],
) -> tuple[str, ...]:
    """What the images need and nothing on the list gives; () where all of them are served.

    For a target without images each readable pull secret of the namespace is a candidate. Of
    several the `preferred` ones are taken.

    Raises:
        RefusedPlanError: there is none (without fixes: the doctor says more), or several.
    """
    spare = [one for one in secrets.all() if one.name not in listed]
    if not images.asked:
        usable = [one.name for one in spare if _has_credential(one, secrets.now)]
        if not usable and any(listed):
            return ()
        return (_the_one(holder, usable, "it has no pods with images yet", preferred),)
    unserved = [i for i in images.asked if not any(secrets.serves(name, i) for name in listed)]
    fitting = {
        image.repository: [one.name for one in spare if _serves(one, image, secrets.now)]
        for image in unserved
    }
    if not any(fitting.values()):
        _check_lack(secrets, images, unserved)
    chosen: dict[str, None] = {}
    for repository, names in sorted(fitting.items(), key=lambda pair: len(pair[1])):
        if names and not chosen.keys() & set(names):
            chosen[_the_one(holder, names, f"for {repository}", preferred)] = None
    return tuple(chosen)


def _check_lack(secrets: Secrets, images: Images, unserved: Sequence[Reference]) -> None:
    """Whether a credential is lacking that no secret has; a public image needs none.

    Raises:
        RefusedPlanError: a pod could not pull an image, or nobody has tried and none is served.
    """
    lacking = [one for one in unserved if one.repository in images.stuck]
    if not lacking and len(unserved) == len(images.asked):
        lacking = [one for one in unserved if one.repository not in images.there]
    if lacking:
        raise RefusedPlanError(
            f"no pull secret of namespace {secrets.namespace} serves {lacking[0].repository}"
        )


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
