"""TARGET [SECRET...]: what `attach` and `detach` are about; custom resources too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_pullsecret.cli.targets import TARGET_KINDS, parse_targets
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.kinds import find_kind
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
        raise _usage(f"{words[0]}: a target is written TYPE/NAME", "for example sa/default")
    return Named(kind, name, tuple(dict.fromkeys(map(_secret, rest))))


def _secret(word: str) -> str:
    kind, slash, name = word.rpartition("/")
    if (slash and kind.lower() not in ("secret", "secrets")) or not name:
        raise _usage(f"{word}: a secret is written NAME or secret/NAME", "")
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


def _usage(message: str, remedy: str) -> PullSecretError:
    return PullSecretError(message, remedy=remedy, exit_code=ExitCode.USAGE)
