"""A Verification as people and programs read it: text, and the document VerifyReport.

    {apiVersion, kind: VerifyReport,
     summary: {entries, logins, registries, rejected, expired, forbidden, unusable, withheld,
               unreachable, unknown, needsImage, open, valid},
     items: [{secret: {namespace, name}, key, registry, username, state, why, accepted,
              images: [{image, pull, cause, why, tags: []}], imagesLeftOut, notes: [],
              fixes: [{kind, argv, text, needs: []}]}],
     unserved: [], incomplete: [{verb, resource, namespace, why}]}

`state` is a value of `trials.LoginState`, `why` is "" where the state says all. `key` is as
written, masked where it holds user info, and null of a secret whose entries cannot be told;
`registry` is null where the key names none, or nothing was sent. `accepted` and `pull` are null
where the registry does not tell; `cause` is a word of a DoctorReport's causes, null where the image
may be pulled. `tags` are those that exist, nearest first, where the image's is missing. `unserved`
are the images of --image that no entry serves. Everything is as seen from the machine that asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.diagnosis.trials import LoginState
from kubectl_pullsecret.diagnosis.verification import ImageProof, Proof, Verification
from kubectl_pullsecret.report import Advice
from kubectl_pullsecret.views.commands import Setting, command
from kubectl_pullsecret.views.data import Data, document
from kubectl_pullsecret.views.doctor_report import fix_data, incomplete_data
from kubectl_pullsecret.views.layout import AnyRow, Row, block, heading, table, wrap
from kubectl_pullsecret.views.terminal import Terminal, neutralise
from kubectl_pullsecret.views.text import fix_rows, incomplete_lines, reminders

FROM_HERE = "seen from this machine; a node may see another network, proxy or certificate"

_FINE = frozenset((LoginState.VALID, LoginState.OPEN))
_WORDS = {LoginState.NEEDS_IMAGE: "needs an image"}


def verification_text(
    verification: Verification,
    terminal: Terminal,
    setting: Setting,
    *,
    namespaces: bool = False,
    wide: bool = False,
) -> str:
    """A table of all entries, a block for each that has more to tell, and the sum.

    `namespaces`: with their column; `wide`: a block for every entry.
    """
    proofs = verification.proofs
    told = [proof for proof in proofs if wide or _has_more(proof, verification)]
    blocks = [_block(proof, verification, terminal, setting) for proof in told]
    commands = any(_has_command(proof) for proof in told)
    sections = [
        table([*_rows(proofs, namespaces)]),
        *filter(None, blocks),
        [line for image in verification.unserved for line in _unserved(image.written, terminal)],
        incomplete_lines(verification.incomplete, terminal),
        reminders(setting, terminal) if commands else [],
        [*_sum(verification, terminal)],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _rows(proofs: Sequence[Proof], namespaces: bool) -> Iterator[Sequence[str]]:
    home = ["NAMESPACE"] if namespaces else []
    yield [*home, "SECRET", "REGISTRY", "USER", "STATE", "IMAGES"]
    for proof in proofs:
        ref, entry = proof.trial.secret.ref, proof.trial.entry
        yield [
            *([ref.namespace] if namespaces else []),
            ref.name,
            shown_key(proof.trial.key),
            entry.username if entry is not None else "",
            state_words(proof.state),
            _pulled(proof),
        ]


def state_words(state: LoginState) -> str:
    """The state as people read it."""
    return _WORDS.get(state, state.value)


def _pulled(proof: Proof) -> str:
    """How many of the images that were asked about may be pulled."""
    if not proof.images:
        return ""
    more = f" (+{proof.trial.left_out} not asked)" if proof.trial.left_out else ""
    return f"{sum(image.pull is True for image in proof.images)} of {len(proof.images)}{more}"


def _has_more(proof: Proof, verification: Verification) -> bool:
    unfit = proof.state not in _FINE or any(image.pull is not True for image in proof.images)
    return unfit or bool(proof.notes) or (verification.by_wish and bool(proof.images))


def _block(
    proof: Proof, verification: Verification, terminal: Terminal, setting: Setting
) -> list[str]:
    rows: list[AnyRow] = [Row("why", (proof.why,))] if proof.why else []
    rows += [Row("image", _image_columns(image, proof.why)) for image in proof.images]
    if proof.trial.left_out:
        rows.append(Row("image", (f"{proof.trial.left_out} more in use were not asked about",)))
    rows += [Row("note", (note,)) for note in proof.notes]
    rows += fix_rows(proof.fixes, setting.connection)
    bad = proof.state not in _FINE or any(map(verification.denied, proof.images))
    style = "error" if bad else "strong"
    return [*heading(_heading(proof), terminal, style), *block(rows, terminal)]


def _heading(proof: Proof) -> str:
    ref, key = proof.trial.secret.ref, shown_key(proof.trial.key)
    user = f" user {_user(proof)}" if _user(proof) else ""
    entry = f", {key}{user}" if key else ""
    return f"secret/{ref.name} in {ref.namespace}{entry}: {state_words(proof.state)}"


def _user(proof: Proof) -> str:
    return proof.trial.entry.username if proof.trial.entry is not None else ""


def _image_columns(image: ImageProof, told: str) -> tuple[str, str]:
    """The image, and whether it may be pulled; why, unless that was told of the login."""
    if image.pull:
        return str(image.image), "may be pulled"
    verdict = "not told"
    if image.pull is False:
        verdict = "may not be pulled" if image.refused else "cannot be pulled"
    words = image.answer.why_not if image.answer is not None and not image.answer.yes else ""
    return str(image.image), f"{verdict}: {words}" if words not in ("", told) else verdict


def _why(image: ImageProof) -> str:
    if image.answer is None or image.answer.yes:
        return ""
    return image.answer.withheld or image.answer.said


def _unserved(image: str, terminal: Terminal) -> list[str]:
    sentence = f"{image}: no entry of these secrets serves it; kubectl pullsecret match tells why"
    return wrap(neutralise(sentence), terminal.width, 2)


def _has_command(proof: Proof) -> bool:
    return any(not isinstance(fix, Advice) and command(fix) for fix in proof.fixes)


def _sum(verification: Verification, terminal: Terminal) -> Iterator[str]:
    """Count several entries; say from where was looked, if anything was asked."""
    if len(verification.proofs) > 1:
        counts = ", ".join(f"{n} {state_words(state)}" for state, n in verification.counts.items())
        asked = asked_words(verification.logins, verification.registries)
        yield from wrap(f"{len(verification.proofs)} entries, {asked}: {counts}", terminal.width)
    if verification.registries:
        yield from wrap(FROM_HERE, terminal.width)


def asked_words(logins: int, registries: int) -> str:
    """How much is asked, in words."""
    several = "registry" if registries == 1 else "registries"
    return f"{logins} login{'' if logins == 1 else 's'} to {registries} {several}"


def verification_document(verification: Verification, setting: Setting) -> dict[str, Data]:
    """The VerifyReport."""
    counts = verification.counts
    return document(
        "VerifyReport",
        {
            "summary": {
                "entries": len(verification.proofs),
                "logins": verification.logins,
                "registries": verification.registries,
                **{state.value: counts.get(state, 0) for state in LoginState},
            },
            "items": [_item(proof, setting) for proof in verification.proofs],
            "unserved": [image.written for image in verification.unserved],
            "incomplete": [incomplete_data(part) for part in verification.incomplete],
        },
    )


def _item(proof: Proof, setting: Setting) -> Mapping[str, Data]:
    trial = proof.trial
    return {
        "secret": {"namespace": trial.secret.ref.namespace, "name": trial.secret.ref.name},
        "key": shown_key(trial.key) or None,
        "registry": trial.registry,
        "username": _user(proof),
        "state": proof.state.value,
        "why": proof.why,
        "accepted": proof.accepted,
        "images": [_image(image) for image in proof.images],
        "imagesLeftOut": trial.left_out,
        "notes": proof.notes,
        "fixes": [fix_data(fix, setting) for fix in proof.fixes],
    }


def _image(image: ImageProof) -> Mapping[str, Data]:
    cause = image.answer.cause if image.answer is not None else None
    return {
        "image": str(image.image),
        "pull": image.pull,
        "cause": cause.value if cause is not None else None,
        "why": _why(image),
        "tags": image.answer.tags if image.answer is not None else (),
    }
