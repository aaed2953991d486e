"""What runs today and would not pull again: the rules behind `doctor --healthy`. Pure.

That a pod runs does not show that its image pulls: it came with what there was then, or it lay on
the node. Two pulls may follow: the pod's own, when a container starts anew, with the list that the
pod keeps; and that of its successor, with the list that a new pod gets today.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubectl_pullsecret.credentials.near_miss import MissReason
from kubectl_pullsecret.diagnosis import credential_rules as credential
from kubectl_pullsecret.diagnosis import rules
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.ending import credential_ends_soon
from kubectl_pullsecret.diagnosis.others import Others
from kubectl_pullsecret.diagnosis.placement import renew_pod
from kubectl_pullsecret.diagnosis.reasons import NOT_THERE
from kubectl_pullsecret.diagnosis.rules import Rule, Verdict
from kubectl_pullsecret.diagnosis.successor import difference, holder_of, successor_of
from kubectl_pullsecret.diagnosis.supply import rename, supply
from kubectl_pullsecret.report import Attach, Confidence, Reason

# What stops a pull that went well before: the kubelet reads it, or sends it, and nothing else.
_HARMFUL: tuple[Rule, ...] = (
    rules.secret_malformed,
    credential.credential_expired,
    credential_ends_soon,
)
_ALREADY = "already present on machine"  # the end of the kubelet's words, kubelet 1.34
_NODE_REPORTS = 50  # images at most (kubelet 1.34, nodeStatusMaxImages)
_NODES_SHOWN = 3
_SENT = frozenset({Reason.CREDENTIAL_EXPIRED, Reason.CREDENTIAL_EXPIRES_SOON})
# Nothing would be sent: where the pod that runs has a credential, it may be given again.
_NOTHING_SENT = frozenset(
    {
        Reason.POD_HIDES_SERVICE_ACCOUNT,
        Reason.SECRET_NOT_FOUND,
        Reason.SECRET_WRONG_TYPE,
        Reason.NO_MATCHING_CREDENTIAL,
        Reason.NO_CREDENTIAL,
    }
)


class Foreseen(NamedTuple):
    """A pull that will fail, or may: the pod's own, or its successor's."""

    case: Case
    verdict: Verdict
    successor: bool = False


def next_pull(case: Case, others: Others) -> Foreseen | None:
    """What to warn of where a pod runs with the case's image; None where nothing speaks for it."""
    if case.pod is None or case.pod.mirror or case.reference is None:
        return None
    if (case.subject, case.image) in others.failing:
        return None
    if _policies(case) == {"Never"}:
        verdict = _not_on_other_nodes(case) if never_pulled(case) else None
        return Foreseen(case, verdict, successor=True) if verdict else None
    later = successor_of(case)
    if later is None:
        verdict = _of_list(case, others)
        return Foreseen(case, verdict) if verdict else None
    verdict = _of_successor(case, later, others)
    if verdict is not None:
        return Foreseen(later, verdict, successor=True)
    return _outdated(case, later, others)


def never_pulled(case: Case) -> bool:
    """Whether a pod that may come to another node asks for the image with policy Never only.

    Nobody makes a bare pod anew, and each node has its own of a DaemonSet.
    """
    moves = not case.bare and case.subject.kind != "DaemonSet"
    return moves and _policies(case) == {"Never"}


def _policies(case: Case) -> set[str]:
    return {use.pull_policy for use in case.spec.images if use.image == case.image}


def _of_list(case: Case, others: Others) -> Verdict | None:
    """What is wrong with a list of pull secrets that a pull will use."""
    verdict = _first(
        case,
        (
            rules.secret_malformed,
            _hidden,
            credential.secret_not_found,
            credential.secret_wrong_type,
            credential.unusable_credential,
            credential.credential_expired,
            credential_ends_soon,
            _misspelt,
        ),
    )
    return _weighed(case, verdict or _by_others(case, others), others)


def _first(case: Case, asked: Iterable[Rule]) -> Verdict | None:
    return next((verdict for rule in asked if (verdict := rule(case))), None)


def _weighed(case: Case, verdict: Verdict | None, others: Others) -> Verdict | None:
    """How sure a verdict is: with a match no anonymous pull is tried, without one it may do."""
    if verdict is None or verdict.reason is Reason.SECRET_MALFORMED:
        return verdict._replace(then="") if verdict else None  # it runs already
    if verdict.reason in _SENT:
        return verdict._replace(confidence=Confidence.LIKELY)
    denial = others.denial(case)
    if denial is None:
        return verdict._replace(confidence=Confidence.OPEN)
    return verdict._replace(
        confidence=Confidence.LIKELY, evidence=(*verdict.evidence, denial), questions=()
    )


def _hidden(case: Case) -> Verdict | None:
    """The account's secret would serve, and the pod's own list keeps it away.

    Those for Docker Hub are there for the rate limit of public images too.
    """
    on_hub = case.reference is not None and case.reference.on_hub
    return None if on_hub else credential.pod_hides_service_account(case)


def _misspelt(case: Case) -> Verdict | None:
    """A listed secret has a key for the image's host that is spelt so that it does not match.

    A key for another path of the host is somebody's wish, and the image may be public.
    """
    if case.offer.tried or case.unseen:
        return None
    near = [
        miss
        for miss in case.offer.misses
        if miss.near and miss.entry.usable and miss.reason is not MissReason.OTHER_PATH
    ]
    fixes = rename(case) if near else ()
    if not fixes:
        return None
    why = f"the entry for this registry in secret/{near[0].secret} does not match"
    return Verdict(Reason.NO_MATCHING_CREDENTIAL, why, fixes=fixes)


def _by_others(case: Case, others: Others) -> Verdict | None:
    """What other pods show of the image, where nothing that is listed serves it."""
    if case.offer.tried or case.unseen:
        return None
    if others.denial(case) is not None:
        why = f"{_nothing(case)}, and the registry wants a credential"
    elif others.have_credential(case) and _lay_on_node(case):
        why = (
            f"{_nothing(case)}; the image lay on the node, and other pods have a credential for it"
        )
    else:
        return None
    return Verdict(_nothing_sent(case), why, fixes=supply(case))


def _lay_on_node(case: Case) -> bool:
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


def _of_successor(case: Case, later: Case, others: Others) -> Verdict | None:
    """What is wrong with the successor's list.

    Where the pod has none and runs, only what stops every pull counts.
    """
    if case.spec.pull_secrets:
        verdict = _of_list(later, others) or _lost(case, later, others)
    else:
        verdict = _weighed(later, _first(later, _HARMFUL), others)
    if verdict is None:
        return None
    if verdict.reason in _NOTHING_SENT and case.offer.usable:
        verdict = verdict._replace(fixes=(_give_again(case, later),))
    return verdict._replace(why=f"{difference(later)}; {verdict.why}")


def _lost(case: Case, later: Case, others: Others) -> Verdict | None:
    """The pod has a credential for the image, and its successor has none."""
    if not case.offer.usable or later.offer.tried or later.unseen:
        return None
    return _weighed(later, Verdict(_nothing_sent(later), _nothing(later)), others)


def _give_again(case: Case, later: Case) -> Attach:
    """Put what serves the pod where its successor gets its list from."""
    secrets = tuple(dict.fromkeys(one.secret for one in case.offer.usable))
    return Attach(holder_of(later), secrets, note="what the pod that runs has")


def _outdated(case: Case, later: Case, others: Others) -> Foreseen | None:
    """The successor is fine, but the pod keeps its list, and pulls whenever a container starts."""
    if "Always" not in _policies(case) or not later.offer.usable:
        return None
    verdict = _of_list(case, others)
    if verdict is None:
        return None
    why = f"{difference(later)}, which serves the image; {verdict.why}"
    return Foreseen(case, verdict._replace(why=why, fixes=renew_pod(case, ())))


def _nothing_sent(case: Case) -> Reason:
    return Reason.NO_MATCHING_CREDENTIAL if case.listed else Reason.NO_CREDENTIAL


def _nothing(case: Case) -> str:
    return "no listed secret serves the image" if case.listed else "no pull secret is listed"


def message_of(foreseen: Foreseen, where: str, what: str) -> str:
    """The warning in one sentence; `where` is the owner, `what` the image with its containers."""
    verdict, later = foreseen.verdict, foreseen.successor
    if verdict.reason is Reason.NEVER_PULL:
        return f"{where} runs, but a new pod may not start on every node: some lack {what}"
    if verdict.reason is Reason.SECRET_MALFORMED:
        will = "a new pod cannot start" if later else "will not pull again"
        return f"{where} runs, but {will}: {verdict.why}"
    how = "a new pod may not pull" if later else "may not pull again"
    if verdict.reason is Reason.CREDENTIAL_EXPIRES_SOON:
        return f"{where} runs, but soon {how} {what}: fails unless the credential is renewed"
    if verdict.reason in NOT_THERE:
        return f"{where} runs, but {how} {what}: the registry does not have it"
    public = "the image is public or " if verdict.confidence is Confidence.OPEN else ""
    return f"{where} runs, but {how} {what}: fails unless {public}the node has a credential"
