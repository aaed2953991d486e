"""What a user means by TYPE/NAME or TYPE NAME: kubectl's grammar, our kinds (facts.kinds)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NoReturn

from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.kinds import KINDS, KindInfo, find_kind
from kubectl_pullsecret.facts.objects import ObjectRef

# Everything that has pods or pull secrets of its own.
TARGET_KINDS = tuple(info.kind for info in KINDS if info.kind not in ("Secret", "Event", "Node"))


def parse_targets(
    words: Sequence[str], namespace: str = "", kinds: Collection[str] = TARGET_KINDS
) -> tuple[ObjectRef, ...]:
    """Return the objects that the words name: `pod/a sa/b`, or `pod a b`; each object once.

    `namespace` "" means: wherever it is. A Namespace itself has none.

    Raises:
        PullSecretError: (exit 2) both forms mixed, no name, or a type that is not among `kinds`.
    """
    if not words:
        return ()
    if any("/" in word for word in words):
        pairs = [_slashed(word) for word in words]
    else:
        pairs = [(words[0], name) for name in words[1:]]
    found = [(_kind(word, kinds), name) for word, name in pairs]
    if not found:
        _only_one_word(words[0], kinds)
    return tuple(dict.fromkeys(_reference(info, namespace, name) for info, name in found))


def _slashed(word: str) -> tuple[str, str]:
    kind, slash, name = word.partition("/")
    if not slash:
        _refuse(f"{word}: TYPE/NAME and TYPE NAME cannot be mixed", f"write TYPE/{word}")
    if not kind or not name or "/" in name:
        _refuse(f"{word}: a target is written TYPE/NAME", "for example pod/web-0")
    return kind, name


def _kind(word: str, kinds: Collection[str]) -> KindInfo:
    info = find_kind(word)
    if info is None or info.kind not in kinds:
        _refuse(f"{word}: not a type that can be a target here", f"types: {_known(kinds)}")
    return info


def _only_one_word(word: str, kinds: Collection[str]) -> NoReturn:
    if find_kind(word) is None:
        _refuse(f"{word}: which type is it?", f"write TYPE/{word}; types: {_known(kinds)}")
    _refuse(f"{word}: which one?", f"write {word}/NAME; without a target everything is looked at")


def _reference(info: KindInfo, namespace: str, name: str) -> ObjectRef:
    return ObjectRef(info.kind, "" if info.kind == "Namespace" else namespace, name)


def _known(kinds: Collection[str]) -> str:
    """Return the types with their short names, as `kubectl api-resources` has them."""
    known = (info for info in KINDS if info.kind in kinds)
    return ", ".join(
        info.plural if info.short == info.kind.lower() else f"{info.plural} ({info.short})"
        for info in known
    )


def _refuse(message: str, remedy: str) -> NoReturn:
    raise PullSecretError(message, remedy=remedy, exit_code=ExitCode.USAGE)
