"""The pod that will stand in a pod's place, on another node or after a change: what it will list.

A new pod has the list of its owner's template; where that has none, its account's of today
(kube-apiserver 1.34, admission.go); a webhook may add to either. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.offer import names_of
from kubectl_pullsecret.diagnosis.placement import account_ref
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef


def successor_of(case: Case) -> Case | None:
    """The case of the pod's successor; None where it lists the same, or nobody knows what."""
    names = _list_of_successor(case)
    if names is None or names == case.spec.pull_secrets:
        return None
    return replace(case, spec=case.spec._replace(pull_secrets=names))


def _list_of_successor(case: Case) -> tuple[str, ...] | None:
    template = case.root.template if case.root is not None else None
    if template is None:
        return None
    if template.pull_secrets:  # a webhook may have added to it, and would again
        added = set(template.pull_secrets) <= set(case.spec.pull_secrets)
        return None if added else template.pull_secrets
    tried = case.snapshot.injected(account_ref(case))
    if tried is not None:
        return tried
    return None if case.account is None or _is_older(case) else case.account.pull_secrets


def may_be_of_webhook(case: Case) -> bool:
    """Whether a webhook may have made the pod's list: the account lists something else."""
    own = case.spec.pull_secrets
    return bool(own) and case.account is not None and case.account.pull_secrets != own


def _is_older(case: Case) -> bool:
    """Whether the account had another list already when the pod was made: a webhook gave its."""
    account, pod = case.account, case.pod
    if account is None or pod is None or not account.pull_secrets or not may_be_of_webhook(case):
        return False  # an empty list leaves no trace of when it was emptied
    return bool(account.changed and pod.created and account.changed < pod.created)


def holder_of(successor: Case) -> ObjectRef:
    """Who gives the successor its list."""
    root = successor.root
    if root is not None and root.template is not None and root.template.pull_secrets:
        return root.ref
    return account_ref(successor)


def difference(successor: Case) -> str:
    """The two lists in words."""
    names = names_of(successor.listed) or "no pull secret"
    holder = display(holder_of(successor))
    return f"the pod has the list of an earlier day; {holder} lists {names} now"
