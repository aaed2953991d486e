"""What the words of a command line name: SECRET, and TARGET [SECRET...]; custom resources too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_pullsecret.cli.targets import TARGET_KINDS, parse_targets
from kubectl_pullsecret.errors import wrong_usage
from kubectl_pullsecret.facts.kinds import find_kind, is_object_name
from kubectl_pullsecret.facts.objects import ObjectRef

if TYPE_CHECKING:
    from kubectl_pullsecret.sources.transport import Client

UNKNOWN = ObjectRef("", "", "")  # a target that is still to be found
_KINDS = tuple(kind for kind in TARGET_KINDS if kind != "Namespace")


class Named(NamedTuple):
    """What the words of a command line name."""

    kind: str  # as the user wrote it: "deploy", "rollouts.argoproj.io"
    name: str
    secrets: tuple[str, ...]


def named(words: tuple[str, ...]) -> Named:
    """Part the words: TYPE/NAME or TYPE NAME, then secrets, each once.

    Raises:
        PullSecretError: (exit 2) no target, or a secret with another type before it.
    """
    kind, slash, name = words[0].partition("/")
    rest = words[1:]
    if not slash and rest:
        name, rest = rest[0], rest[1:]
    if not kind or not name or "/" in name:
        raise wrong_usage(f"{words[0]}: a target is written TYPE/NAME", "for example sa/default")
    return Named(kind, name, tuple(dict.fromkeys(map(listed_secret, rest))))


def listed_secret(word: str) -> str:
    """The name in NAME, secret/NAME or secrets/NAME: any text that a list may hold.

    Raises:
        PullSecretError: (exit 2) another type, or no name.
    """
    kind, slash, name = word.rpartition("/")
    if (slash and kind.lower() not in ("secret", "secrets")) or not name:
        shown = word or '""'
        raise wrong_usage(f"{shown}: a secret is written NAME or secret/NAME")
    return name


def secret_name(word: str) -> str:
    """As `listed_secret`, of a Secret that can be there.

    Raises:
        PullSecretError: (exit 2) also where no Secret can have the name.
    """
    name = listed_secret(word)
    if not is_object_name(name):
        remedy = "a name has lower-case letters, digits, - and ."
        raise wrong_usage(f"{name}: no Secret can have this name", remedy)
    return name


def known_target(wish: Named, namespace: str) -> ObjectRef:
    """The target, of a kind that is known without a server.

    Raises:
        PullSecretError: (exit 2) the kind is not known, or has no pull secrets.
    """
    (target,) = parse_targets((f"{wish.kind}/{wish.name}",), namespace, _KINDS)
    return target


def find_target(client: Client, wish: Named, namespace: str) -> tuple[ObjectRef, str]:
    """The target, and the apiVersion of one whose kind only the server knows, else "".

    Raises:
        PullSecretError: (exit 2) nobody knows the kind, or several groups have it.
    """
    if find_kind(wish.kind) is None:
        from kubectl_pullsecret.sources.discovery import find_resource

        info = find_resource(client, wish.kind)
        if info is not None:
            return ObjectRef(info.kind, namespace, wish.name), info.api_version
    return known_target(wish, namespace), ""
