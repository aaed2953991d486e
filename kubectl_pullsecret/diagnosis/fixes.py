"""Which fix: the choice of target and of the secret's origin. `views.commands` words it."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_pullsecret.credentials import Malformed
from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.credentials.kinds import CredentialKind, about
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.offer import NamedSecret
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.report import Advice, Attach, Copy, Create, Fix, Restart, Rewrap

HUB_SERVER = "https://index.docker.io/v1/"
ROLLOUT_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
NEW_SECRET = "regcred"  # the name of kubectl's own documentation

RETRIED = "retried by itself within 5 minutes"
STARTS = "the pod starts by itself"


def attach(case: Case, secrets: Sequence[str]) -> tuple[Fix, ...]:
    """Give the case these secrets, where it lasts.

    The workload when its template has a list of its own; the account when several of its
    workloads fail alike, or nobody can change the owner's template; else the workload. A bare
    pod is made anew.
    """
    if not secrets:
        return ()
    names = tuple(secrets)
    if case.pod is not None and case.pod.mirror:
        return (Advice("a static pod cannot use Secrets: give the node a credential of its own"),)
    if case.bare and case.pod is not None:
        return (_for_bare_pod(case, names),)
    if case.root is None or case.root.ref.kind == "Job" or _prefers_account(case):
        return (Attach(account_ref(case), names, restart=True, note=_why_account(case)),)
    return (Attach(case.root.ref, names),)


def _for_bare_pod(case: Case, names: tuple[str, ...]) -> Fix:
    assert case.pod is not None
    if not case.pod.live:
        return Attach(case.pod.ref, names)
    kept = ", ".join((*(named.name for named in case.listed), *names))
    note = f"no owner: the pod is deleted and created again with {kept}"
    return Attach(case.pod.ref, names, recreate=True, note=note)


def _prefers_account(case: Case) -> bool:
    root = case.root
    if root is None or root.template is None or root.template.pull_secrets:
        return False
    return case.shared_account or bool(root.managed_by)


def _why_account(case: Case) -> str:
    if case.root is not None and case.root.managed_by and not case.shared_account:
        managers = ", ".join(case.root.managed_by)
        return f"{managers} manages {display(case.root.ref)} and would undo a change there"
    return "reaches new pods only, hence the restart"


def account_ref(case: Case) -> ObjectRef:
    """The pod's ServiceAccount."""
    return ObjectRef("ServiceAccount", case.namespace, case.spec.service_account or "default")


def renew_pod(case: Case, secrets: Sequence[str]) -> tuple[Fix, ...]:
    """Make new pods, which get what the account lists today."""
    if case.pod is None:
        return ()
    if case.bare:
        return (_for_bare_pod(case, tuple(secrets)),)
    if case.root is not None and case.root.ref.kind in ROLLOUT_KINDS:
        return (Restart(case.root.ref),)
    return (Restart(case.pod.ref, note="its owner makes a new one"),)


def supply(case: Case) -> tuple[Fix, ...]:
    """Find a credential for the image: attached nowhere, in another namespace, or typed anew."""
    if case.reference is None:
        return ()
    if case.pod is not None and case.pod.mirror:
        return attach(case, [NEW_SECRET])
    here = case.serving_here
    if here:
        return attach(case, [here[0].name])
    elsewhere = case.serving_elsewhere
    if elsewhere:
        found = elsewhere[0]
        return (Copy(found.name, found.namespace, case.namespace), *attach(case, [found.name]))
    name = new_name(case, NEW_SECRET)
    create = Create(case.namespace, name, server_of(case), note="asks for the password")
    return (create, *attach(case, [name]))


def supply_named(case: Case, missing: NamedSecret) -> tuple[Fix, ...]:
    """Bring a named, missing secret into being; the pod lists it already."""
    same = [s for s in case.serving_elsewhere if s.name == missing.name]
    if same:
        return (Copy(missing.name, same[0].namespace, case.namespace),)
    if case.serving_here:
        return supply(case)
    if case.serving_elsewhere:
        found = case.serving_elsewhere[0]
        note = f"{missing.name} itself was not found anywhere"
        return (
            Copy(found.name, found.namespace, case.namespace, note=note),
            *attach(case, [found.name]),
        )
    if case.reference is None:
        return ()
    return (Create(case.namespace, missing.name, server_of(case), note="asks for the password"),)


def rewrite(case: Case, credential: Credential) -> tuple[Fix, ...]:
    """Write the credential of a listed secret anew, under the key that it has."""
    secret = case.snapshot.secrets.get((case.namespace, credential.secret))
    held_back = cannot_change(secret)
    if held_back:
        return (Advice(held_back),)
    kind = about(credential.entry).kind
    note = "asks for the password"
    if kind is CredentialKind.ECR:
        note = "the password is what `aws ecr get-login-password` prints"
    return (
        Create(
            case.namespace,
            credential.secret,
            credential.entry.key,
            username=credential.entry.username,
            replace=True,
            note=note,
        ),
    )


def rename(case: Case) -> tuple[Fix, ...]:
    """Reuse the credential of the nearest miss under the key that the kubelet needs."""
    for miss in case.offer.misses:
        if not (miss.near and miss.write_instead and miss.entry.usable):
            continue
        secret = case.snapshot.secrets.get((case.namespace, miss.secret))
        held_back = cannot_change(secret)
        if held_back:
            return (
                Advice(f"{held_back}: write {miss.write_instead} for {shown_key(miss.entry.key)}"),
            )
        renames = ((miss.entry.key, miss.write_instead),)
        return (
            Rewrap(
                case.namespace, miss.secret, miss.secret, renames, note="keeps user and password"
            ),
        )
    return ()


def retype(case: Case, secret: Secret) -> tuple[Fix, ...]:
    """Write what a secret of the wrong type holds as a pull secret of another name."""
    name = new_name(case, secret.ref.name)
    rewrap = Rewrap(case.namespace, name, secret.ref.name, note="a Secret's type cannot be changed")
    return (rewrap, *attach(case, [name]))


def mend(case: Case, name: str, malformed: Malformed) -> tuple[Fix, ...]:
    """Write the bad entry of a malformed secret anew."""
    held_back = cannot_change(case.snapshot.secrets.get((case.namespace, name)))
    if held_back:
        return (Advice(f"{held_back}; {malformed.remedy}"),)
    if malformed.key is None and case.reference is None:
        return (Advice(malformed.remedy),)
    server = malformed.key or server_of(case)
    return (Create(case.namespace, name, server, replace=True, note="asks for the password"),)


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
    registry = case.reference.registry
    return HUB_SERVER if registry == "docker.io" else registry


def new_name(case: Case, wanted: str) -> str:
    """A secret name that is free in the namespace, as far as was seen."""
    taken = {name for namespace, name in case.snapshot.secrets if namespace == case.namespace}
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
