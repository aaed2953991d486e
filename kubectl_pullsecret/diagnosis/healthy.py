"""What runs today and would not pull again: the rules behind `doctor --healthy`. Pure.

That a pod runs does not show that its image pulls: it came with what there was then, or it lay on
the node. Two pulls may follow. The pod's own, when a container starts anew, uses the list that the
pod keeps; that of a new pod in its place uses the list of its owner's template or, where that has
none, of the account today (ServiceAccount admission).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from kubectl_pullsecret.diagnosis import credential_rules as credential
from kubectl_pullsecret.diagnosis import rules
from kubectl_pullsecret.diagnosis.case import DENIALS, Case
from kubectl_pullsecret.diagnosis.ending import credential_ends_soon
from kubectl_pullsecret.diagnosis.offer import names_of
from kubectl_pullsecret.diagnosis.placement import account_ref, renew_pod
from kubectl_pullsecret.diagnosis.pull_errors import Cause
from kubectl_pullsecret.diagnosis.rules import Rule, Verdict
from kubectl_pullsecret.diagnosis.supply import rename, supply
from kubectl_pullsecret.durations import span
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Attach, Confidence, Evidence, Reason

# What stops a pull that went well before: the kubelet reads it, or sends it, and nothing else.
_HARMFUL: tuple[Rule, ...] = (
    rules.secret_malformed,
    credential.credential_expired,
    credential_ends_soon,
)
_ALREADY = "already present on machine"  # the end of the kubelet's words, kubelet 1.34
_NODE_REPORTS = 50  # images at most (kubelet 1.34, nodeStatusMaxImages)
_NODES_SHOWN = 3
# A credential was there for the image and is not any more: what the pod has may be given again.
_LOST = frozenset(
    {
        Reason.POD_HIDES_SERVICE_ACCOUNT,
        Reason.SECRET_NOT_FOUND,
        Reason.SECRET_WRONG_TYPE,
        Reason.NO_MATCHING_CREDENTIAL,
        Reason.NO_CREDENTIAL,
    }
)


class Others(NamedTuple):
    """What the pods of one run tell of the images of each other, by repository."""

    denied: Mapping[str, Case]  # a pod to which the registry gave nothing without a credential
    served: frozenset[str]  # a pod that runs lists a credential for it
    failing: frozenset[tuple[ObjectRef, str]]  # owner and image: an error says more than a warning

    @classmethod
    def of(cls, failed: Iterable[Case], running: Iterable[Case]) -> Others:
        """Look at the pods that failed, and at those that run."""
        known = list(failed)
        return cls(
            {
                case.reference.repository: case
                for case in known
                if case.reference and _went_bare(case)
            },
            frozenset(
                case.reference.repository
                for case in running
                if case.reference is not None and case.offer.usable
            ),
            frozenset((case.subject, case.image) for case in known),
        )


NO_OTHERS = Others({}, frozenset(), frozenset())


class Foreseen(NamedTuple):
    """A pull that will fail, or may: of the pod itself, or of a new one in its place."""

    case: Case
    verdict: Verdict
    new_pod: bool = False


def next_pull(case: Case, others: Others) -> Foreseen | None:
    """What to warn of where a pod runs with the case's image; None where nothing speaks for it."""
    if case.pod is None or case.pod.mirror or case.reference is None:
        return None
    if (case.subject, case.image) in others.failing:
        return None
    if never_pulled(case):
        verdict = _not_on_other_nodes(case)
        return Foreseen(case, verdict, new_pod=True) if verdict else None
    later = _of_new_pod(case)
    if later is None:
        verdict = _of_list(case, others)
        return Foreseen(case, verdict) if verdict else None
    verdict = _of_later(case, later, others)
    if verdict is not None:
        return Foreseen(later, verdict, new_pod=True)
    return _outdated(case, later, others)


def never_pulled(case: Case) -> bool:
    """Whether a pod that may move to another node asks for the image with policy Never only.

    A bare pod and one of a DaemonSet do not move.
    """
    moves = not case.bare and case.subject.kind != "DaemonSet"
    return moves and _policies(case) == {"Never"}


def _policies(case: Case) -> set[str]:
    return {use.pull_policy for use in case.spec.images if use.image == case.image}


def _of_new_pod(case: Case) -> Case | None:
    """The case of a new pod in this one's place; None where it gets the same, or nobody knows."""
    names = _list_of_new_pod(case)
    if names is None or names == case.spec.pull_secrets:
        return None
    return replace(case, spec=case.spec._replace(pull_secrets=names))


def _list_of_new_pod(case: Case) -> tuple[str, ...] | None:
    template = case.root.template if case.root is not None else None
    own = case.spec.pull_secrets
    if template is None:
        return None
    if template.pull_secrets:  # a webhook may have added to it, and would again
        return None if set(template.pull_secrets) <= set(own) else template.pull_secrets
    tried = case.snapshot.injected(account_ref(case))
    if tried is not None:
        return tried
    return None if case.account is None or _is_older(case) else case.account.pull_secrets


def may_be_webhook(case: Case) -> bool:
    """Whether the pod's list may be a webhook's, for the account lists something else."""
    own = case.spec.pull_secrets
    return bool(own) and case.account is not None and case.account.pull_secrets != own


def _is_older(case: Case) -> bool:
    """Whether the account had another list already when the pod was made: a webhook gave its."""
    account, pod = case.account, case.pod
    if account is None or pod is None or not account.pull_secrets or not may_be_webhook(case):
        return False  # an empty list leaves no trace of when it was emptied
    return bool(account.changed and pod.created and account.changed < pod.created)


def _of_list(case: Case, others: Others) -> Verdict | None:
    """What is wrong with a list of pull secrets that a pull will use."""
    verdict = _first(
        case,
        (
            rules.secret_malformed,
            credential.pod_hides_service_account,
            credential.secret_not_found,
            credential.secret_wrong_type,
            credential.unusable_credential,
            credential.credential_expired,
            credential_ends_soon,
            misspelt,
        ),
    )
    return _weighed(case, verdict, others) or _by_others(case, others)


def _first(case: Case, asked: Iterable[Rule]) -> Verdict | None:
    return next((verdict for rule in asked if (verdict := rule(case))), None)


def _weighed(case: Case, verdict: Verdict | None, others: Others) -> Verdict | None:
    """How sure a verdict is: with a match no anonymous pull is tried, without one it may do."""
    if verdict is None or verdict.reason is Reason.SECRET_MALFORMED:
        return verdict._replace(then="") if verdict else None
    assert case.reference is not None
    denied = others.denied.get(case.reference.repository)
    if verdict.reason in (Reason.CREDENTIAL_EXPIRED, Reason.CREDENTIAL_EXPIRES_SOON):
        return verdict._replace(confidence=Confidence.LIKELY)
    if denied is None:
        return verdict._replace(confidence=Confidence.OPEN)
    said = (*verdict.evidence, _denial(denied))
    return verdict._replace(confidence=Confidence.LIKELY, evidence=said)


def misspelt(case: Case) -> Verdict | None:
    """A listed secret has a key for the image's host that is spelt so that it does not match.

    Keys for another path of the host are somebody's wish: the image may be public there.
    """
    if case.offer.tried or case.unseen:
        return None
    near = [
        miss
        for miss in case.offer.misses
        if miss.near and miss.entry.usable and miss.reason.value != "OtherPath"
    ]
    fixes = rename(case) if near else ()
    if not near or not fixes:
        return None
    why = f"secret/{near[0].secret} has an entry for this host that does not match"
    return Verdict(Reason.NO_MATCHING_CREDENTIAL, why, fixes=fixes)


def _by_others(case: Case, others: Others) -> Verdict | None:
    """What other pods show of the image, where nothing that is listed serves it."""
    assert case.reference is not None
    if case.offer.tried or case.unseen:
        return None
    denied = others.denied.get(case.reference.repository)
    if denied is not None:
        why = f"{_nothing(case)}, and the registry does not give it to everybody"
        verdict = Verdict(_reason(case), why, fixes=supply(case))
        return _weighed(case, verdict, others)
    if not is_by_luck(case, others) or not _only_on_node(case):
        return None
    why = f"{_nothing(case)}: it was on the node already; other pods have a credential for it"
    return Verdict(_reason(case), why, Confidence.OPEN, fixes=supply(case))


def is_by_luck(case: Case, others: Others) -> bool:
    """Whether nothing that is listed serves the image, and other pods have a credential for it.

    Those for Docker Hub are there for the rate limit of public images too, and so tell nothing.
    """
    if case.reference is None or case.reference.on_hub or case.offer.tried or case.unseen:
        return False
    return case.reference.repository in others.served


def _only_on_node(case: Case) -> bool:
    """Whether the pod took what the node had and pulled nothing, as far as events tell."""
    said = [event.message for event in case.events if event.reason == "Pulled"]
    own = [words for words in said if f'image "{case.image}"' in words]
    return bool(own) and all(words.endswith(_ALREADY) for words in own)


def _not_on_other_nodes(case: Case) -> Verdict | None:
    """Nodes that lack an image that nobody pulls; of one that reports too many nobody knows."""
    assert case.pod is not None
    lacking = sorted(
        node.name
        for node in case.snapshot.nodes.values()
        if node.name != case.pod.node
        and len(node.images) < _NODE_REPORTS
        and not rules.on_node(case, node.images)
    )
    if not lacking:
        return None
    some = ", ".join(lacking[:_NODES_SHOWN]) + (", …" if len(lacking) > _NODES_SHOWN else "")
    why = f"policy Never pulls nothing, and {some} {'lacks' if len(lacking) == 1 else 'lack'} it"
    return rules.page_verdict(Reason.NEVER_PULL)._replace(why=why, confidence=Confidence.OPEN)


def _of_later(case: Case, later: Case, others: Others) -> Verdict | None:
    """What is wrong with the list of a new pod.

    Where the pod has none and runs, only what stops every pull counts.
    """
    if case.spec.pull_secrets:
        verdict = _of_list(later, others) or _lost(case, later, others)
    else:
        verdict = _weighed(later, _first(later, _HARMFUL), others)
    if verdict is None:
        return None
    if verdict.reason in _LOST and case.offer.usable:
        verdict = verdict._replace(fixes=(_give_again(case, later),))
    return verdict._replace(why=f"{_change(later)}; {verdict.why}")


def _lost(case: Case, later: Case, others: Others) -> Verdict | None:
    """The pod has a credential for the image that a new pod would not get."""
    if not case.offer.usable or later.offer.tried or later.unseen:
        return None
    return _weighed(later, Verdict(_reason(later), _nothing(later)), others)


def _give_again(case: Case, later: Case) -> Attach:
    """Put what serves the pod where a new one gets its list from."""
    secrets = tuple(dict.fromkeys(one.secret for one in case.offer.usable))
    return Attach(_holder(later), secrets, note="what the pod that runs has")


def _outdated(case: Case, later: Case, others: Others) -> Foreseen | None:
    """A new pod is fine, but this one keeps its list, and pulls each time that it starts."""
    if "Always" not in _policies(case) or not later.offer.usable:
        return None
    verdict = _of_list(case, others)
    if verdict is None:
        return None
    why = f"{_change(later)}, which serves the image; {verdict.why}"
    return Foreseen(case, verdict._replace(why=why, fixes=renew_pod(case, ())))


def _change(later: Case) -> str:
    names = names_of(later.listed) or "no pull secret"
    return f"the pod has the list of an earlier day; {display(_holder(later))} lists {names} now"


def _holder(later: Case) -> ObjectRef:
    """Who gives a new pod its list."""
    template = later.root.template if later.root is not None else None
    if later.root is not None and template is not None and template.pull_secrets:
        return later.root.ref
    return account_ref(later)


def _reason(case: Case) -> Reason:
    return Reason.NO_MATCHING_CREDENTIAL if case.listed else Reason.NO_CREDENTIAL


def _nothing(case: Case) -> str:
    return "no listed secret serves it" if case.listed else "no pull secret is listed"


def _went_bare(case: Case) -> bool:
    """Whether the registry, asked without a credential, gave nothing."""
    attempt = case.attempt
    if attempt is None or attempt.error.cause not in DENIALS - {Cause.CREDENTIAL_REJECTED}:
        return False
    return attempt.error.credential_sent is False or not (case.offer.tried or case.unseen)


def _denial(denied: Case) -> Evidence:
    assert denied.pod is not None
    last = denied.attempt.last if denied.attempt is not None else None
    when = f", {span(denied.now - last)} ago" if last is not None else ""
    where = f"{display(denied.pod.ref)} in {denied.namespace}"
    return Evidence("seen", (f"without a credential {where} was denied it{when}",))


def message_of(foreseen: Foreseen, where: str, what: str) -> str:
    """The warning in one sentence; `where` is the owner, `what` the image with its containers."""
    verdict, who = foreseen.verdict, "a new pod " if foreseen.new_pod else ""
    if verdict.reason is Reason.NEVER_PULL:
        return f"{where} runs, but a new pod may not start on another node: it lacks {what}"
    if verdict.reason is Reason.SECRET_MALFORMED:
        will = "a new pod cannot start" if who else "will not pull again"
        return f"{where} runs, but {will}: {verdict.why}"
    how = f"{who}may not pull" if who else "may not pull again"
    if verdict.reason is Reason.CREDENTIAL_EXPIRES_SOON:
        return f"{where} runs, but soon {how} {what}: fails unless the credential is renewed"
    public = "the image is public or " if verdict.confidence is Confidence.OPEN else ""
    return f"{where} runs, but {how} {what}: fails unless {public}the node has a credential"
