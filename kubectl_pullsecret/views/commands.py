"""The one place where a fix becomes a command line, and the one where a command line is quoted.

Fixes are data (`report`); every command takes a fix apart in the same way. A command always
names its namespace and takes every connection flag that the user gave, so that it never hits
another cluster.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.facts.kinds import display, is_object_name, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import (
    Advice,
    Attach,
    Copy,
    Create,
    Detach,
    Finding,
    Fix,
    Restart,
    Rewrap,
)
from kubectl_pullsecret.views.terminal import neutralise

USERNAME = "USER"  # where nobody knows it: the one word of a command that a person must replace

_PLUGIN = ("kubectl", "pullsecret")
_ROLLOUTS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})  # kubectl rollout restart


class Setting(NamedTuple):
    """Where the commands of a report will be run."""

    connection: tuple[str, ...] = ()  # the flags that each of them repeats
    unrepeated: tuple[str, ...] = ()  # credentials that the user gave as flags: "token"
    from_files: bool = False  # nobody knows which cluster the objects are of


def command(fix: Fix, connection: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Return the argv of a fix and the connection flags; None where no command can do it.

    None too where the argv would hold a password that somebody wrote into a registry key, and
    where a name is none: the API takes any text for the name of a pull secret, flags included.
    """
    leaks = any(shown_key(key) != key for key in _keys(fix))
    if leaks or not all(map(is_object_name, _names_in(fix))):
        return None
    argv = _argv(fix)
    return None if argv is None else (*argv, *connection)


def _names_in(fix: Fix) -> tuple[str, ...]:
    """Return every name that the argv would hold as a word of its own."""
    if isinstance(fix, Attach | Detach):
        return (fix.target.name, fix.target.namespace, *fix.secrets)
    if isinstance(fix, Create):
        return (fix.name, fix.namespace)
    if isinstance(fix, Rewrap):
        return (fix.name, fix.namespace, fix.from_secret)
    if isinstance(fix, Copy):
        return (fix.secret, fix.from_namespace, fix.to_namespace)
    if isinstance(fix, Restart):
        return (fix.target.name, fix.target.namespace, *fix.more)
    return ()


def _keys(fix: Fix) -> tuple[str, ...]:
    """Return the registry keys of a fix, which may hold what people wrote into them."""
    if isinstance(fix, Create):
        return (fix.server,)
    return tuple(old for old, _ in fix.renames) if isinstance(fix, Rewrap) else ()


def _argv(fix: Fix) -> tuple[str, ...] | None:
    if isinstance(fix, Attach):
        flags = _flags({"--restart": fix.restart, "--recreate": fix.recreate})
        return (*_PLUGIN, "attach", *_target(fix.target, fix.secrets), *flags)
    if isinstance(fix, Detach):
        return (*_PLUGIN, "detach", *_target(fix.target, fix.secrets))
    if isinstance(fix, Create):
        return (*_PLUGIN, "create", *_create(fix))
    if isinstance(fix, Rewrap):
        return (*_PLUGIN, "create", *_rewrap(fix))
    if isinstance(fix, Copy):
        where = ("-n", fix.from_namespace, "--to-namespace", fix.to_namespace)
        return (*_PLUGIN, "copy", fix.secret, *where)
    if isinstance(fix, Restart):
        return _restart(fix)
    return None


def _target(target: ObjectRef, secrets: Sequence[str]) -> tuple[str, ...]:
    return (display(target), *secrets, "-n", target.namespace)


def _flags(given: dict[str, bool]) -> tuple[str, ...]:
    return tuple(flag for flag, wanted in given.items() if wanted)


def _option(flag: str, value: str) -> tuple[str, ...]:
    """Return a flag and its value; as one word where the value looks like a flag itself."""
    return (f"{flag}={value}",) if value.startswith("-") else (flag, value)


def _create(fix: Create) -> tuple[str, ...]:
    """Name the secret anew; the password is asked for, and never stands in an argv."""
    return (
        *(fix.name, "-n", fix.namespace, *_flags({"--replace": fix.replace})),
        *_option("--docker-server", fix.server),
        *_option("--docker-username", fix.username or USERNAME),
    )


def _rewrap(fix: Rewrap) -> tuple[str, ...]:
    renames = (word for old, new in fix.renames for word in _option("--rename", f"{old}={new}"))
    replace = _flags({"--replace": fix.name == fix.from_secret})
    return (fix.name, "-n", fix.namespace, *replace, "--from-secret", fix.from_secret, *renames)


def _restart(fix: Restart) -> tuple[str, ...] | None:
    """Make new pods with kubectl's own commands; None for kinds that it cannot restart."""
    kind, where = fix.target.kind, ("-n", fix.target.namespace)
    if kind in _ROLLOUTS:
        return ("kubectl", "rollout", "restart", f"{kind.lower()}/{fix.target.name}", *where)
    if kind == "Pod":
        return ("kubectl", "delete", "pod", fix.target.name, *fix.more, *where)
    return None


def probing(finding: Finding, connection: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the argv that has registries asked what a finding leaves open."""
    subject = finding.subject
    if kind_info(subject.kind) is None and finding.pods.names:
        subject = ObjectRef("Pod", subject.namespace, finding.pods.names[0])
    where = ("-n", subject.namespace)
    return (*_PLUGIN, "doctor", display(subject), *where, "--probe", *connection)


def needs(fix: Fix, setting: Setting) -> tuple[str, ...]:
    """Return what a person must supply or check before the command works."""
    found: list[str] = []
    if isinstance(fix, Create):
        found += ["password"] if fix.username else ["username", "password"]
    if command(fix):
        found += [*setting.unrepeated, *(["context"] if setting.from_files else [])]
    return tuple(dict.fromkeys(found))


def in_words(fix: Fix) -> str:
    """Return what the fix does, in one sentence with its note."""
    if isinstance(fix, Advice):
        return fix.note
    return f"{_deed(fix)}; {fix.note}" if fix.note else _deed(fix)


def _deed(fix: Attach | Detach | Create | Rewrap | Copy | Restart) -> str:
    if isinstance(fix, Attach):
        then = (
            " and restart its pods" if fix.restart else " and recreate it" if fix.recreate else ""
        )
        return f"attach {_names(fix.secrets)} to {display(fix.target)}{then}"
    if isinstance(fix, Detach):
        return f"detach {_names(fix.secrets)} from {display(fix.target)}"
    if isinstance(fix, Create):
        verb = "replace" if fix.replace else "create"
        return f"{verb} secret/{fix.name} for {shown_key(fix.server)}"
    if isinstance(fix, Rewrap):
        return f"write secret/{fix.name} with the credential of secret/{fix.from_secret}"
    if isinstance(fix, Copy):
        return f"copy secret/{fix.secret} from {fix.from_namespace} to {fix.to_namespace}"
    more = f" and {len(fix.more)} more" if fix.more else ""
    return f"make new pods for {display(fix.target)}{more}"


def _names(secrets: Sequence[str]) -> str:
    return ", ".join(f"secret/{name}" for name in secrets)


def phrases(argv: Sequence[str]) -> tuple[str, ...]:
    """Return the argv shell-quoted, a flag together with its value: where a line may be broken."""
    found: list[str] = []
    for before, word in zip(("", *argv), argv, strict=False):
        if before.startswith("-") and not word.startswith("-"):
            found[-1] += f" {quoted(word)}"
        else:
            found.append(quoted(word))
    return tuple(found)


def quoted(word: str) -> str:
    """Return the word as a shell reads it back; what is unprintable as an escape, $'…'."""
    if neutralise(word) != word:
        return "$'" + "".join(map(_ansi_c, word)) + "'"
    if word and not _unsafe().search(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


@cache
def _unsafe() -> re.Pattern[str]:
    """Return what shlex.quote quotes for; shlex itself costs a millisecond to import."""
    return re.compile(r"[^\w@%+=:,./-]", re.ASCII)


def _ansi_c(character: str) -> str:
    """Return the character within $'…' (bash, "ANSI-C Quoting")."""
    if character in "\\'":
        return f"\\{character}"
    if neutralise(character) == character:
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
