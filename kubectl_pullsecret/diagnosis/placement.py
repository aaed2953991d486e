"""Where a fix goes: which object gets the secret, which pods are made anew, what happens then."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.facts.kinds import display, kind_info
from kubectl_pullsecret.facts.objects import ContainerRole, ObjectRef
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Advice, Attach, Copy, Create, Detach, Fix, Restart, Rewrap

_RESUMED = "before it is resumed"
RETRIED = "retried by itself within 5 minutes"
_ROLLED_OUT = "the change of the template rolls out new pods"
STARTS = "the pod starts by itself"

_ROLLS_OUT = frozenset({"Deployment", "DaemonSet"})
# A changed template reaches no pod that is there (ReplicaSet), or not past a stuck one
# (StatefulSet, OrderedReady): that pod must go.
_KEEPS_PODS = frozenset({"ReplicaSet", "ReplicationController", "StatefulSet"})


def attach(case: Case, secrets: Sequence[str]) -> tuple[Fix, ...]:
    """Give the case these secrets, where it lasts.

    A list of the pod's own hides the account's, so it must grow itself. Without one: the account
    when several of its owners fail alike, when other images of the pod need the account's list, or
    when nobody can change the owner's template; else the workload. A bare pod is made anew.
    """
    if not secrets:
        return ()
    names = tuple(secrets)
    if case.pod is not None and case.pod.mirror:
        return (Advice("a static pod cannot use Secrets: give the node a credential of its own"),)
    if case.bare and case.pod is not None:
        return (*_bare_pod(case, names), *_debug_again(case))
    if _template_lists(case, names):
        return _older_pod(case, names)
    if case.has_own_list:
        return (*_own_list(case, names), *_debug_again(case))
    if case.root is None or case.root.ref.kind == "Job" or _prefers_account(case):
        fix = Attach(account_ref(case), names, restart=True, note=_why_account(case))
        return (fix, *_debug_again(case))
    return (*_to_template(case, names), *_debug_again(case))


def _to_template(case: Case, names: tuple[str, ...]) -> tuple[Fix, ...]:
    """Change the template, of the owner above where that one was not seen but writes it."""
    assert case.root is not None
    if case.above is not None:
        return (Attach(ObjectRef(case.above.kind, case.namespace, case.above.name), names),)
    if case.root.rollout.paused:
        note = f"{display(case.root.ref)} is paused: no pod gets it {_RESUMED}"
        return (Attach(case.root.ref, names, note=note),)
    return (Attach(case.root.ref, names), *_stuck_pod(case))


def account_ref(case: Case) -> ObjectRef:
    """The pod's ServiceAccount."""
    return ObjectRef("ServiceAccount", case.namespace, case.spec.account_name)


def _bare_pod(case: Case, names: tuple[str, ...]) -> tuple[Fix, ...]:
    assert case.pod is not None
    if not case.pod.live:
        return (Attach(case.pod.ref, names),)
    kept = ", ".join((*(named.name for named in case.listed), *names))
    note = f"no owner: the pod is deleted and created again with {kept}"
    return (Attach(case.pod.ref, names, recreate=True, note=note),)


def _template_lists(case: Case, names: tuple[str, ...]) -> bool:
    template = case.root.template if case.root is not None else None
    return template is not None and set(names) <= set(template.pull_secrets) and case.pod_exists


def _older_pod(case: Case, names: tuple[str, ...]) -> tuple[Fix, ...]:
    """The template was mended already; a pod keeps the list that it was created with."""
    assert case.pod is not None
    assert case.root is not None
    lists = ", ".join(names)
    note = f"{display(case.root.ref)} lists {lists} already; this pod has another list"
    return (Restart(case.pod.ref, note=note),)


def _own_list(case: Case, names: tuple[str, ...]) -> tuple[Fix, ...]:
    """Change the list that hides the account's: the template's, whoever has it."""
    owner = case.above or (case.owner if case.root is None else None)
    if owner is not None and kind_info(owner.kind) is None:
        above = display(ObjectRef(owner.kind, case.namespace, owner.name))
        lists = ", ".join(names)
        return (Advice(f"add {lists} to the pull secrets in the template of {above}"),)
    if case.root is None:
        assert case.pod is not None
        return (Attach(case.pod.ref, names, note="goes to the template of the pod's owner"),)
    if case.root.ref.kind == "Job":
        lists = ", ".join((*(named.name for named in case.listed), *names))
        job = display(case.root.ref)
        return (Advice(f"a Job's template cannot change: create {job} again with {lists}"),)
    return _to_template(case, names)


def _stuck_pod(case: Case) -> tuple[Fix, ...]:
    if case.root is None or case.root.ref.kind not in _KEEPS_PODS or not case.pod_exists:
        return ()
    assert case.pod is not None
    return (Restart(case.pod.ref, note="its owner makes a new one"),)


def _debug_again(case: Case) -> tuple[Fix, ...]:
    roles = {use.role for use in case.spec.images if use.image == case.image}
    if roles != {ContainerRole.EPHEMERAL}:
        return ()
    return (Advice("an ephemeral container goes with its pod: run kubectl debug again"),)


def _prefers_account(case: Case) -> bool:
    root = case.root
    if root is None or root.template is None:
        return False
    highest = case.above.kind if case.above is not None else root.ref.kind
    custom = kind_info(highest) is None
    return case.shared_account or bool(root.managed_by) or custom or _relies_on_account(case)


def _relies_on_account(case: Case) -> bool:
    """Whether another image of the pod has its credential from the account's list."""
    others = {use.image for use in case.spec.images} - {case.image}
    references = filter(None, map(Reference.parse_or_none, others))
    return any(case.known.offer(case.listed, one).usable for one in references)


def _why_account(case: Case) -> str:
    if case.root is not None and case.root.managed_by and not case.shared_account:
        managers = ", ".join(case.root.managed_by)
        return f"{managers} manages {display(case.root.ref)} and would undo a change there"
    if _relies_on_account(case):
        account = display(account_ref(case))
        return f"a list of its own would hide what {account} gives for the pod's other images"
    return "reaches new pods only, hence the restart"


def detach(case: Case, secrets: Sequence[str], note: str) -> tuple[Fix, ...]:
    """Take secrets away from the list that has them; nothing where that list cannot change."""
    names, root = tuple(secrets), case.root
    if case.injected and case.account is not None and set(names) <= set(case.account.pull_secrets):
        return (Detach(account_ref(case), names, note), *renew_pod(case, ()))
    fixed = root is None or root.template is None or root.ref.kind == "Job"
    if root is None or fixed or root.managed_by or case.injected or case.above is not None:
        return ()
    return (Detach(root.ref, names, note), *_stuck_pod(case))


def renew_pod(case: Case, secrets: Sequence[str]) -> tuple[Fix, ...]:
    """Make new pods, which get what the account lists today."""
    if case.pod is None:
        return ()
    if case.bare:
        return _bare_pod(case, tuple(secrets))
    root = case.root
    if root is not None and root.ref.kind in _ROLLS_OUT and not root.rollout.paused:
        return (Restart(root.ref),)
    return (Restart(case.pod.ref, note="its owner makes a new one"),)


def then_of(fixes: Sequence[Fix]) -> str:
    """What happens after the fixes; "" where a note says it already, or nobody can tell."""
    for fix in fixes:
        if isinstance(fix, Restart):
            return "the new pod gets the list of today"
        if isinstance(fix, Attach):
            return _after_attach(fix)
        if isinstance(fix, Detach):
            return _ROLLED_OUT
    written = [fix for fix in fixes if isinstance(fix, Create | Rewrap | Copy)]
    return RETRIED if written and len(written) == len(fixes) else ""


def _after_attach(fix: Attach) -> str:
    if fix.recreate or fix.target.kind == "Pod" or fix.note.endswith(_RESUMED):
        return ""
    if fix.target.kind == "ServiceAccount":
        return "new pods get it; the restart makes them where an owner does"
    if fix.target.kind == "CronJob":
        return "from the next run on; the failing Job keeps its template: delete it"
    if fix.target.kind in _KEEPS_PODS:
        return "the template changes; the pod that is there must go, its owner makes a new one"
    return _ROLLED_OUT
