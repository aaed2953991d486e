"""Where a credential comes from: one that is there, a copy, a better key, or typed anew."""

from __future__ import annotations

from kubectl_pullsecret.credentials import AuthEntry, Malformed, Payload, PullSecret
from kubectl_pullsecret.credentials.hosts import HUB_KEY, cloud_registry
from kubectl_pullsecret.credentials.keyring import Credential, Keyring
from kubectl_pullsecret.credentials.kinds import CredentialKind, about
from kubectl_pullsecret.credentials.near_miss import Miss
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.offer import NAMES_SHOWN, NamedSecret
from kubectl_pullsecret.diagnosis.placement import attach
from kubectl_pullsecret.facts.kinds import is_object_name
from kubectl_pullsecret.facts.objects import Secret
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Advice, Copy, Create, Fix, Rewrap

NEW_SECRET = "regcred"  # the name of kubectl's own documentation

_LONGEST = 240  # leaves room for a number: an object's name has at most 253 characters
_ASKS = "asks for the password"
_ECR = "the password is what `aws ecr get-login-password` prints"


def supply(case: Case) -> tuple[Fix, ...]:
    """Find a credential for the image: attached nowhere, in another namespace, or typed anew."""
    if case.reference is None:
        return ()
    if case.pod is not None and case.pod.mirror:
        return attach(case, [NEW_SECRET])
    if case.serving_here:
        return attach(case, [case.serving_here[0].name])
    for found in case.serving_elsewhere:
        if not _taken(case, found.name):
            return (Copy(found.name, found.namespace, case.namespace), *attach(case, [found.name]))
    name = new_name(case, NEW_SECRET)
    return (*_look_first(case), _create(case, name), *attach(case, [name]))


def _look_first(case: Case) -> tuple[Fix, ...]:
    """What was not seen is not missing: the credential may be there already."""
    sight = case.snapshot.sight("Secret", case.namespace)
    if case.snapshot.live is None or not sight.why:
        return ()
    return (Advice(f"look for a pull secret that is there already; not seen here: {sight.why}"),)


def supply_named(case: Case, missing: NamedSecret) -> tuple[Fix, ...]:
    """Bring a named, missing secret into being: the pod lists it, so no list need change."""
    if case.reference is None:
        return ()
    if not is_object_name(missing.name):
        return (Advice(f"no Secret can have the name {missing.name}: correct the list"),)
    same = [s for s in case.serving_elsewhere if s.name == missing.name]
    if same:
        return (Copy(missing.name, same[0].namespace, case.namespace),)
    if case.serving_here:
        there = case.serving_here[0].name
        note = f"or, if {missing.name} is a typo of {there}, correct the list instead"
        return (Rewrap(case.namespace, missing.name, there, note=note),)
    if fixes := _namesakes(case, missing.name):
        return fixes
    if case.serving_elsewhere and not case.account_offer.usable:
        return supply(case)
    return (_create(case, missing.name),)


def _namesakes(case: Case, name: str) -> tuple[Fix, ...]:
    """Secrets of this name elsewhere, unread: one may be copied, of several nobody knows which."""
    found = case.snapshot.namesakes(name)
    if len(found) == 1:
        note = "if that is the one: of it only the name was read"
        return (Copy(name, found[0], case.namespace, note=note),)
    if not found:
        return ()
    some = ", ".join(found[:NAMES_SHOWN]) + (", …" if len(found) > NAMES_SHOWN else "")
    return (Advice(f"copy it from where it belongs; namespaces with a secret/{name}: {some}"),)


def _taken(case: Case, name: str) -> bool:
    """Whether a secret of this name is here, or a list means another one by it."""
    listed = {named.name for named in (*case.listed, *case.account_only)}
    return (case.namespace, name) in case.snapshot.secrets or name in listed


def _create(case: Case, name: str) -> Fix:
    assert case.reference is not None
    cloud = cloud_registry(case.reference.registry)
    if cloud is not None and cloud.vendor == "ECR":
        return Create(case.namespace, name, server_of(case), username="AWS", note=_ECR)
    return Create(case.namespace, name, server_of(case), note=_ASKS)


def rewrite(case: Case, credential: Credential) -> tuple[Fix, ...]:
    """Write the credential of a secret anew, under the key that it has."""
    secret = case.snapshot.secrets.get((case.namespace, credential.secret))
    return (renewal(case.namespace, credential.secret, credential.entry, secret),)


def renewal(namespace: str, name: str, entry: AuthEntry, secret: Secret | None) -> Fix:
    """Write one entry's credential anew; `secret` as it was seen, if it was."""
    held_back = cannot_change(secret)
    if held_back:
        return Advice(held_back)
    note = _ECR if about(entry).kind is CredentialKind.ECR else _ASKS
    return Create(namespace, name, entry.key, entry.username, replace=True, note=note)


def rename(case: Case) -> tuple[Fix, ...]:
    """Reuse the credential of the nearest miss under the key that the kubelet needs."""
    for miss in case.offer.misses:
        if miss.near and miss.write_instead and miss.entry.usable:
            return _renamed(case, miss, miss.write_instead)
    return ()


def rearrange(case: Case) -> tuple[Fix, ...]:
    """Write a listed secret anew whose entries serve the image, but stand in the wrong layout."""
    for named in case.listed:
        content = named.secret.content if named.secret is not None else None
        if not isinstance(content, Payload) or not content.misplaced or case.reference is None:
            continue
        keyring = Keyring([PullSecret(named.name, Payload(content.misplaced))])
        held_back = cannot_change(named.secret)
        if keyring.lookup(case.reference) and held_back:
            return (Advice(held_back),)
        if keyring.lookup(case.reference):
            note = "puts its entries where the kubelet looks; keeps user and password"
            return (Rewrap(case.namespace, named.name, named.name, note=note),)
    return ()


def _renamed(case: Case, miss: Miss, key: str) -> tuple[Fix, ...]:
    held_back = cannot_change(case.snapshot.secrets.get((case.namespace, miss.secret)))
    if held_back:
        return (Advice(f"{held_back}: write {key} for {shown_key(miss.entry.key)}"),)
    renames = ((miss.entry.key, key),)
    if not serves_others(case, miss.secret, miss.entry):
        note = "keeps user and password"
        return (Rewrap(case.namespace, miss.secret, miss.secret, renames, note=note),)
    name = new_name(case, miss.secret)
    note = f"{shown_key(miss.entry.key)} serves other images: a second secret"
    return (Rewrap(case.namespace, name, miss.secret, renames, note=note), *attach(case, [name]))


def serves_others(case: Case, secret: str, entry: AuthEntry) -> bool:
    """Whether a pod of the namespace pulls another image with this entry of a secret."""
    keyring = Keyring([PullSecret(secret, Payload((entry,)))])
    quiet = case.snapshot.quiet(case.namespace).uses
    images = {image for name, image in quiet if name == secret} | {
        use.image
        for pod in case.snapshot.pods
        if pod.ref.namespace == case.namespace and secret in pod.spec.pull_secrets
        for use in pod.spec.images
    }
    return any(_serves_another(case, keyring, image) for image in images)


def _serves_another(case: Case, keyring: Keyring, image: str) -> bool:
    reference = Reference.parse_or_none(image)
    if reference is None:
        return False
    own = case.reference is not None and reference.repository == case.reference.repository
    return not own and bool(keyring.lookup(reference))


def retype(case: Case, secret: Secret) -> tuple[Fix, ...]:
    """Write what a secret of the wrong type holds as a pull secret of another name."""
    name = new_name(case, secret.ref.name)
    rewrap = Rewrap(case.namespace, name, secret.ref.name, note="a Secret's type cannot be changed")
    return (rewrap, *attach(case, [name]))


def mend_all(case: Case, malformed: tuple[tuple[str, Malformed], ...]) -> tuple[Fix, ...]:
    """Write the bad entry of each malformed secret anew: the kubelet stops at every one."""
    return tuple(_mend(case, name, bad) for name, bad in malformed)


def _mend(case: Case, name: str, malformed: Malformed) -> Fix:
    held_back = cannot_change(case.snapshot.secrets.get((case.namespace, name)))
    if held_back:
        return Advice(f"{held_back}; {malformed.remedy}")
    if malformed.key is None and case.reference is None:
        return Advice(f"secret/{name}: {malformed.remedy}")
    server = malformed.key or server_of(case)
    return Create(case.namespace, name, server, replace=True, note=_ASKS)


def cannot_change(secret: Secret | None) -> str:
    """Why writing this secret would fail or not last; "" if it may be written."""
    if secret is None:
        return ""
    if secret.immutable:
        return f"secret/{secret.ref.name} is immutable: create one of another name and attach it"
    if secret.managed_by:
        managers = ", ".join(secret.managed_by)
        return f"{managers} writes secret/{secret.ref.name}: change it there"
    return ""


def server_of(case: Case) -> str:
    """The registry key that serves the case's image."""
    assert case.reference is not None
    return HUB_KEY if case.reference.on_hub else case.reference.registry


def new_name(case: Case, wanted: str) -> str:
    """A secret name that is free in the namespace, as far as was seen."""
    name, number = wanted, 2
    while _taken(case, name):
        name, number = f"{wanted[:_LONGEST]}-{number}", number + 1
    return name
