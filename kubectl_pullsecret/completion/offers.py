"""What is offered for the last word of a command line, and what the shell is to do with it.

Everything that is offered begins with what is typed, or with what is typed after `=`. Names are
asked for in `names` alone.
"""

from __future__ import annotations

from kubectl_pullsecret.completion import names, table
from kubectl_pullsecret.completion.command_line import CommandLine
from kubectl_pullsecret.completion.flag import Flag

# Cobra's directives (cobra 1.9, completions.go, ShellCompDirective), which kubectl hands on.
FILES = 0  # the shell's own completion of files, where nothing is offered
NO_SPACE = 2  # after the word
NO_FILES = 4

Offer = tuple[str, str]  # a word, and what is said of it
Offers = tuple[list[Offer], int]

TYPE_CHECKING = False  # without importing typing
if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[[CommandLine], list[str]]


def offers(line: CommandLine) -> Offers:
    """The words that may stand there, and the directive."""
    if line.flag is not None:  # after = shells and kubectl want the value alone
        start = "" if line.start[-1:] == "=" else line.start
        return _begun(start, _values(line, line.flag))
    if line.current[:1] == "-" and not line.no_more_flags:
        return _flags(line), NO_FILES
    if not line.command:
        return _starting(line.current, list(table.COMMANDS.items())), NO_FILES
    kind, choices = table.WORDS.get(line.command, ("", ()))
    return _positional(line, kind, choices)


def _begun(start: str, offered: Offers) -> Offers:
    """With what stands before a value in the same word."""
    return [(start + word, about) for word, about in offered[0]], offered[1]


def _starting(start: str, offered: list[Offer]) -> list[Offer]:
    return [offer for offer in offered if offer[0].startswith(start)]


def _plain(start: str, words: tuple[str, ...] | list[str]) -> list[Offer]:
    return [(word, "") for word in words if word.startswith(start)]


def _flags(line: CommandLine) -> list[Offer]:
    """Those that are not given yet, or may be repeated; the long name alone, unless asked for."""
    free = [flag for flag in line.flags if flag.several or flag.name not in line.given]
    short = line.current[1:2] != "-"
    found = [(name, flag.help) for flag in free for name in flag.names if short or name[:2] == "--"]
    return _starting(line.current, found)


def _values(line: CommandLine, flag: Flag) -> Offers:
    kind, current = flag.value, line.current
    if kind == "choice":
        return _plain(current, flag.choices), NO_FILES
    if kind in ("file", "file?"):
        return [], FILES
    if kind == "workload":
        return _target(line, _types(namespaces=False))
    if kind == "secret":
        return _secrets(line, names.pull_secrets, [])
    if kind == "namespaces":
        return _listed_namespaces(line)
    if kind == "namespace":
        return _plain(current, names.namespaces(line)), NO_FILES
    if kind in ("context", "cluster", "user"):
        return _plain(current, names.of_kubeconfig(line, kind)), NO_FILES
    return [], NO_FILES


def _listed_namespaces(line: CommandLine) -> Offers:
    """After the last comma; what is there already is not offered again."""
    before, comma, last = line.current.rpartition(",")
    listed = before.split(",") if comma else []
    found = [name for name in names.namespaces(line, destination=True) if name not in listed]
    return _begun(before + comma, (_plain(last, found), NO_FILES))


def _positional(line: CommandLine, kind: str, choices: tuple[str, ...]) -> Offers:
    if kind == "choice":
        return (_plain(line.current, choices) if not line.words else []), NO_FILES
    if kind == "reason":
        return (_reasons(line.current) if not line.words else []), NO_FILES
    if kind == "targets":
        return _targets(line)
    if kind in ("attach", "detach"):
        return _target_with_secrets(line, kind)
    many = kind == "secrets"
    one = kind == "secret" or (kind == "created" and line.is_given("--replace"))
    if many or (one and not line.words):
        return _secrets(line, names.pull_secrets, line.words)
    return [], NO_FILES


def _reasons(current: str) -> list[Offer]:
    """In any case, as `explain` takes them; the shell keeps only what begins with what is typed."""
    found = [word for word in table.REASONS.split() if word.lower().startswith(current.lower())]
    return [(current + word[len(current) :], "") for word in found]


def _targets(line: CommandLine) -> Offers:
    """TYPE/NAME…, or TYPE NAME… with one type for all."""
    types = _types(namespaces=True)
    first = line.words[0] if line.words else ""
    if first and "/" not in first:
        return _names(line, first, types, line.words[1:])
    return _target(line, types, line.words)


def _target_with_secrets(line: CommandLine, kind: str) -> Offers:
    """TYPE/NAME or TYPE NAME, then secrets."""
    types = _types(namespaces=False)
    if not line.words:
        return _target(line, types)
    first, slash, name = line.words[0].partition("/")
    if not slash and len(line.words) == 1:
        return _names(line, first, types, [])
    rest = line.words[1 if slash else 2 :]
    if kind == "attach":
        return _secrets(line, names.pull_secrets, rest)
    holder = name if slash else line.words[1]
    return _secrets(line, lambda asked: names.listed(asked, first, holder), rest)


def _types(*, namespaces: bool) -> dict[str, tuple[str, ...]]:
    return {short: others for short, others in table.TYPES.items() if namespaces or short != "ns"}


def _target(
    line: CommandLine, types: dict[str, tuple[str, ...]], given: list[str] | None = None
) -> Offers:
    """The types while there is no slash, then the objects of the one that is named."""
    kind, slash, name = line.current.partition("/")
    if slash:
        found, directive = _begun(f"{kind}/", (_plain(name, _objects(line, kind, types)), NO_FILES))
        return _without(found, given or []), directive
    words = [word for word in types if word.startswith(kind)]
    words = words or [one for others in types.values() for one in others if one.startswith(kind)]
    return [(f"{word}/", "") for word in words], NO_FILES | NO_SPACE


def _names(
    line: CommandLine, kind: str, types: dict[str, tuple[str, ...]], given: list[str]
) -> Offers:
    return _without(_plain(line.current, _objects(line, kind, types)), given), NO_FILES


def _objects(line: CommandLine, kind: str, types: dict[str, tuple[str, ...]]) -> list[str]:
    known = kind.lower().partition(".")[0]
    for short, others in types.items():
        if known == short or known in others:
            return names.objects(line, short)
    return []


def _secrets(line: CommandLine, ask: Ask, given: list[str]) -> Offers:
    """NAME, or secret/NAME where that is typed."""
    kind, slash, name = line.current.rpartition("/")
    if slash and kind.lower() not in ("secret", "secrets"):
        return [], NO_FILES
    found, directive = _begun(kind + slash, (_plain(name, ask(line)), NO_FILES))
    return _without(found, given), directive


def _without(found: list[Offer], given: list[str]) -> list[Offer]:
    return [offer for offer in found if offer[0] not in given]
