"""A Matching as people and programs read it: text, and the document MatchReport.

    {apiVersion, kind: MatchReport, summary: {images, withCredential},
     namespace, target: {kind, namespace, name}, source: {kind, namespace, name},
     secrets: [{name, presence: read|missing|unseen, state: readable|malformed|notRead, why}],
     items: [{image, meaning, registry, repository, tag, digest, why: [], remark, writeInstead,
              kubeletText, answer, credentials: [C], misses: [{secret, key, reason, text,
              writeInstead, near}], unlisted: [C], notes: [],
              probes: [{secret, key, username, pull, cause, said, accepted, tags: [], withheld}]}],
     incomplete: [{verb, resource, namespace, why}]}

C is {secret, key, lookupKey, username, usable, kind, expires, expired}; `credentials` are in the
kubelet's order. `answer` is a value of `matching.MatchAnswer`; `registry` to `digest` are null for
a name that the kubelet refuses; `namespace` is null where no secrets were given, `target` and
`source` (whose list it is) where they are those of a whole namespace. Keys are masked where they
hold user info.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from kubectl_pullsecret.credentials import Malformed, NotAPullSecret
from kubectl_pullsecret.credentials.near_miss import Miss
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.matching import (
    ImageMatch,
    MatchAnswer,
    Matching,
    Probe,
    Tried,
    is_malformed,
)
from kubectl_pullsecret.diagnosis.offer import NamedSecret, Presence
from kubectl_pullsecret.diagnosis.probing import answer_lines
from kubectl_pullsecret.diagnosis.pull_list import PullList
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.views.data import Data, document, timestamp
from kubectl_pullsecret.views.inventory import kind_and_expiry
from kubectl_pullsecret.views.layout import Row, block, heading
from kubectl_pullsecret.views.terminal import Terminal

FAR_MISSES_SHOWN = 5  # entries for other hosts, without -o wide

_BAD = frozenset(
    {MatchAnswer.NONE, MatchAnswer.UNUSABLE, MatchAnswer.BLOCKED, MatchAnswer.INVALID_NAME}
)


def match_text(matching: Matching, terminal: Terminal, *, now: datetime, wide: bool = False) -> str:
    """One block for each image: the verdict, what the name means, the credentials, the misses."""
    blocks = [_image_lines(image, matching.pulls, terminal, now, wide) for image in matching.images]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _image_lines(
    image: ImageMatch, pulls: PullList | None, terminal: Terminal, now: datetime, wide: bool
) -> list[str]:
    style = "error" if image.answer in _BAD else "strong"
    rows = [*_name_rows(image)]
    if pulls is not None and image.name.reference is not None:
        rows += [Row("from", (_from(pulls),)), *_secret_rows(image, pulls, now, wide)]
    rows += [Row("note", (note,)) for note in image.notes]
    rows += [Row(line.about, line.columns) for line in answer_lines(image.probes)]
    return [*heading(_verdict(image, pulls), terminal, style), *block(rows, terminal)]


def _verdict(image: ImageMatch, pulls: PullList | None) -> str:
    written = image.name.written
    if image.answer is MatchAnswer.INVALID_NAME:
        return f"{written or '(empty)'} is no image name"
    if pulls is None:
        return _meaning(image)
    whose = f"{display(pulls.subject)} in" if pulls.subject else "namespace"
    found = {
        MatchAnswer.CREDENTIAL: f"has {_counted(len(image.tried), 'credential')} for {written}",
        MatchAnswer.UNUSABLE: f"has only credentials that cannot work for {written}",
        MatchAnswer.NONE: f"has no credential for {written}",
        MatchAnswer.UNSEEN: f"has no credential for {written} among what was seen",
        MatchAnswer.BLOCKED: f"cannot pull {written}: a secret is unreadable to the kubelet",
    }[image.answer]
    return f"{whose} {pulls.namespace} {found}"


def _meaning(image: ImageMatch) -> str:
    written, meaning = image.name.written, image.name.meaning
    return (
        f"{written} is {meaning}" if written != meaning else f"{written} is the whole name already"
    )


def _from(pulls: PullList) -> str:
    """Whose list of pull secrets it is."""
    if pulls.unseen:
        return pulls.unseen
    count = _counted(len(pulls.named), "pull secret")
    if pulls.subject is None or pulls.source is None:
        several = ", as if one pod listed all, in order of name" if len(pulls.named) > 1 else ""
        return f"{count} of namespace {pulls.namespace}{several}"
    if not pulls.named:
        return f"no pull secret: {display(pulls.source)} lists none"
    if pulls.source == pulls.subject:
        return f"{count} that {display(pulls.subject)} lists"
    return f"{count} of {display(pulls.source)}, as {display(pulls.subject)} lists none of its own"


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _name_rows(image: ImageMatch) -> Iterator[Row]:
    name = image.name
    asked = image.answer not in (MatchAnswer.NOT_ASKED, MatchAnswer.INVALID_NAME)
    changed = name.meaning != name.written
    if asked and changed:
        yield Row("image", (name.meaning,))
    if changed or not asked:
        yield from (Row("why", (why,)) for why in name.why)
    if name.kubelet_text:
        yield Row("kubelet", (f"InvalidImageName: {name.kubelet_text}",))
    if name.remark:
        yield Row("note", (name.remark,))
    if name.write_instead:
        yield Row("write", (name.write_instead,))


def _secret_rows(image: ImageMatch, pulls: PullList, now: datetime, wide: bool) -> Iterator[Row]:
    blocked = image.answer is MatchAnswer.BLOCKED
    for place, tried in enumerate(image.tried, 1):
        told = ("would serve it, " if blocked else "") + _told(tried, now)
        yield Row("listed" if blocked else f"try {place}", _columns(tried, told))
    yield from (Row("listed", row) for row in _unread_rows(pulls))
    yield from (Row("listed", row) for row in _miss_rows(image.misses, wide))
    for tried in image.unlisted:
        yield Row(
            "beside", _columns(tried, f"would serve it, {_told(tried, now)}; not on the list")
        )


def _columns(tried: Tried, told: str) -> tuple[str, ...]:
    return (f"secret/{tried.credential.secret}", shown_key(tried.credential.entry.key), told)


def _told(tried: Tried, now: datetime) -> str:
    """User, kind and expiry, as far as they say something."""
    entry = tried.credential.entry
    user = f"user {entry.username}" if entry.usable else "no user or no password"
    return ", ".join(filter(None, (user, kind_and_expiry(tried.about, now))))


def _unread_rows(pulls: PullList) -> Iterator[tuple[str, ...]]:
    """The secrets that have no entries to match: absent, skipped or malformed."""
    for named in pulls.named:
        if clause := _unread_clause(named):
            stops = "; a pod that lists it pulls nothing"
            alone = pulls.subject is None and is_malformed(named)
            yield f"secret/{named.name}", clause + (stops if alone else "")


def _unread_clause(named: NamedSecret) -> str:
    if named.secret is None:
        missing = named.presence is Presence.MISSING
        return "not in this namespace: skipped" if missing else "not seen: nothing is known of it"
    content = named.secret.content
    if isinstance(content, Malformed):
        return f"unreadable: {content.why}; {content.remedy}"
    if isinstance(content, NotAPullSecret):
        return f"not read: {content.why}"
    return "" if content.entries else "no entries"


def _miss_rows(misses: Sequence[Miss], wide: bool) -> Iterator[tuple[str, ...]]:
    near = [miss for miss in misses if miss.near]
    far = [miss for miss in misses if not miss.near]
    shown = far if wide else far[:FAR_MISSES_SHOWN]
    for miss in (*near, *shown):
        yield f"secret/{miss.secret}", shown_key(miss.entry.key), miss.text
    if len(shown) < len(far):
        more = len(far) - len(shown)
        entries = "entry" if more == 1 else "entries"
        yield (f"{more} more {entries} of other hosts; -o wide shows them",)


def match_document(matching: Matching) -> dict[str, Data]:
    """The MatchReport."""
    pulls = matching.pulls
    served = sum(image.answer is MatchAnswer.CREDENTIAL for image in matching.images)
    return document(
        "MatchReport",
        {
            "summary": {"images": len(matching.images), "withCredential": served},
            "namespace": pulls.namespace if pulls else None,
            "target": _reference(pulls.subject if pulls else None),
            "source": _reference(pulls.source if pulls else None),
            "secrets": [_secret(named) for named in pulls.named] if pulls else [],
            "items": [_item(image) for image in matching.images],
            "incomplete": [*_incomplete(pulls)] if pulls else [],
        },
    )


def _reference(ref: ObjectRef | None) -> Data:
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name} if ref else None


def _secret(named: NamedSecret) -> Data:
    content = named.secret.content if named.secret else None
    state = "readable"
    if isinstance(content, (Malformed, NotAPullSecret)):
        state = "malformed" if isinstance(content, Malformed) else "notRead"
    why = content.why if isinstance(content, (Malformed, NotAPullSecret)) else ""
    return {
        "name": named.name,
        "presence": named.presence.value,
        "state": state if named.secret else None,
        "why": why,
    }


def _item(image: ImageMatch) -> Data:
    name, reference = image.name, image.name.reference
    return {
        "image": name.written,
        "meaning": name.meaning or None,
        "registry": reference.registry if reference else None,
        "repository": reference.repository if reference else None,
        "tag": reference.tag or None if reference else None,
        "digest": reference.digest or None if reference else None,
        "why": name.why,
        "remark": name.remark,
        "writeInstead": name.write_instead,
        "kubeletText": name.kubelet_text,
        "answer": image.answer.value,
        "credentials": [_credential(tried) for tried in image.tried],
        "misses": [_miss(miss) for miss in image.misses],
        "unlisted": [_credential(tried) for tried in image.unlisted],
        "notes": image.notes,
        "probes": [_probe(probe) for probe in image.probes],
    }


def _probe(probe: Probe) -> Data:
    """What the registry answered; `secret` and `key` are null where anybody asked."""
    entry, answer = probe.asker.entry, probe.answer
    return {
        "secret": probe.asker.secret or None,
        "key": shown_key(entry.key) if entry else None,
        "username": entry.username if entry else None,
        "pull": answer.yes,
        "cause": answer.cause.value if answer.cause else None,
        "said": answer.said,
        "accepted": answer.accepted,
        "tags": answer.tags,
        "withheld": answer.withheld,
    }


def _credential(tried: Tried) -> Data:
    credential = tried.credential
    return {
        "secret": credential.secret,
        "key": shown_key(credential.entry.key),
        "lookupKey": shown_key(credential.lookup_key),
        "username": credential.entry.username,
        "usable": credential.entry.usable,
        "kind": tried.about.label,
        "expires": timestamp(tried.about.expires),
        "expired": tried.expired,
    }


def _miss(miss: Miss) -> Data:
    return {
        "secret": miss.secret,
        "key": shown_key(miss.entry.key),
        "reason": miss.reason.value,
        "text": miss.text,
        "writeInstead": miss.write_instead,
        "near": miss.near,
    }


def _incomplete(pulls: PullList) -> Iterator[Mapping[str, Data]]:
    """What was not seen, as in a DoctorReport."""
    if pulls.unseen:
        resource = "secrets" if pulls.subject is None else "serviceaccounts"
        yield _unseen(resource, pulls.namespace, pulls.unseen)
    for named in pulls.named:
        if named.presence is Presence.UNSEEN:
            yield _unseen("secrets", pulls.namespace, f"secret/{named.name} was not seen")


def _unseen(resource: str, namespace: str, why: str) -> Mapping[str, Data]:
    return {"verb": "get", "resource": resource, "namespace": namespace, "why": why}
