"""The content of a pull secret as it will be: new, or with some entries exchanged. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from kubectl_pullsecret.changes.entries import Chosen, means
from kubectl_pullsecret.credentials.composing import (
    ConfigText,
    compose,
    exchange,
    read_member,
    take_apart,
)
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.masked import MASK
from kubectl_pullsecret.credentials.payload import (
    DATA_KEYS,
    LEGACY_TYPE,
    AuthEntry,
    Malformed,
    Payload,
)
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.facts.objects import Secret


class Content(NamedTuple):
    """What is written, and what of it was there before."""

    config: ConfigText
    payload: Payload  # what the kubelet makes of it
    before: ConfigText | None = None  # None: nothing that could be read
    warnings: tuple[str, ...] = ()


def new_content(chosen: Chosen) -> Content:
    """A pull secret of the usual type with these entries alone."""
    config = compose(chosen.entries.values())
    return Content(config, _readable(config))


def exchanged(secret: Secret, chosen: Chosen, *, own: bool, only: bool) -> Content:
    """A Secret's content with entries exchanged; `own`: they come from this very Secret.

    What keeps the kubelet from reading it is left out, with a warning.
    """
    before = config_text(secret)
    anew = compose(chosen.entries.values(), legacy=secret.type == LEGACY_TYPE)
    if before is None:
        return Content(anew, _readable(anew), None, (_lost(secret),))
    meant = _meant(before, chosen, own)
    kept, warnings = _without_unreadable(before, secret, meant)
    if own:
        kept = _without_misplaced(kept, secret)
    config = exchange(kept, chosen.entries, meant, only=only)
    after = config.read()
    if isinstance(after, Malformed):  # a field beside the entries
        config = config._replace(beside=())
        warnings = (*warnings, f"{display(secret.ref)}: {after.why}; {after.where} is left out")
    return Content(config, _readable(config), before, warnings)


def config_text(secret: Secret) -> ConfigText | None:
    """The docker config of a Secret of one of the kubelet's types; None: it cannot be parted."""
    legacy = secret.type == LEGACY_TYPE
    octets = secret.data.get(DATA_KEYS[secret.type], b"")
    return take_apart(octets, legacy=legacy) if octets else ConfigText(legacy=legacy)


def lines(config: ConfigText | None, before: ConfigText | None = None) -> tuple[str, ...]:
    """What is in a docker config, a line for each entry; nothing secret.

    Beside what was there before, a password that changes is said to be new.
    """
    if config is None:
        return ("unreadable",)
    known = _entries(before) if before is not None else {}
    return tuple(_line(entry, known.get(key)) for key, entry in _entries(config).items())


def keys(config: ConfigText | None, *, readable: bool = False) -> tuple[str, ...]:
    """The keys of the entries, each once; `readable`: of those that the kubelet can read."""
    entries = _entries(config) if config is not None else {}
    return tuple(
        key for key, entry in entries.items() if not (readable and isinstance(entry, Malformed))
    )


def _entries(config: ConfigText) -> dict[str, AuthEntry | Malformed]:
    return {member.name: read_member(member) for member in config.entries}


def _line(entry: AuthEntry | Malformed, before: AuthEntry | Malformed | None) -> str:
    if isinstance(entry, Malformed):
        return f"{shown_key(entry.key or '')}: unreadable, {entry.why}"
    if not entry.usable:
        return f"{shown_key(entry.key)}: {about(entry).label}"
    line = f"{shown_key(entry.key)}: user {entry.username}, password {MASK}"
    was = before if isinstance(before, AuthEntry) and before.usable else None
    return f"{line} (new)" if was and was.password != entry.password else line


def _meant(before: ConfigText, chosen: Chosen, own: bool) -> dict[str, str]:
    """By each key that is there: the key that is written in its place."""
    found = {member.name: means(member.name, chosen.entries) for member in before.entries}
    if own:
        found.update({key: new for key, new in chosen.meant.items() if key in found})
    return {key: new for key, new in found.items() if new is not None}


def _without_unreadable(
    config: ConfigText, secret: Secret, meant: Collection[str]
) -> tuple[ConfigText, tuple[str, ...]]:
    """Leave out what stops the kubelet and is not exchanged anyway."""
    bad = dict(_unreadable(config, lambda name: name not in meant))
    kept = tuple(one for one in config.entries if one.name in meant or one.name not in bad)
    warnings = [
        f"{display(secret.ref)}: the entry of {shown_key(name)} is left out, because the kubelet "
        f"cannot read it: {malformed.why}"
        for name, malformed in bad.items()
    ]
    whole = secret.content
    if isinstance(whole, Malformed) and whole.key is None and whole.where == "auths":
        warnings.append(_lost(secret))
    return config._replace(entries=kept), tuple(warnings)


def _unreadable(
    config: ConfigText, concerned: Callable[[str], bool]
) -> Iterator[tuple[str, Malformed]]:
    for member in config.entries:
        read = read_member(member) if concerned(member.name) else None
        if isinstance(read, Malformed):
            yield member.name, read


def _without_misplaced(config: ConfigText, secret: Secret) -> ConfigText:
    """Leave out what is written where the kubelet looks, and stood where it does not."""
    content = secret.content
    if not isinstance(content, Payload) or not content.misplaced:
        return config
    if config.legacy:
        return config._replace(entries=tuple(one for one in config.entries if one.name != "auths"))
    moved = {entry.key for entry in content.misplaced}
    return config._replace(beside=tuple(one for one in config.beside if one.name not in moved))


def _lost(secret: Secret) -> str:
    content = secret.content
    why = content.why if isinstance(content, Malformed) else "it cannot be read"
    return f"{display(secret.ref)} is written anew, nothing of it could be kept: {why}"


def _readable(config: ConfigText) -> Payload:
    read = config.read()
    assert isinstance(read, Payload), read
    return read
