"""The table of words, made from the commands: kubectl_pullsecret/completion/table.py."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping

import click

from kubectl_pullsecret.cli.connection import FLAGS
from kubectl_pullsecret.cli.copy import KEPT
from kubectl_pullsecret.cli.main import COMMANDS, commands
from kubectl_pullsecret.cli.targets import TARGET_KINDS
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.report import Reason

HEAD = '''\
"""The words of the command line. Made from the commands: UPDATE_GOLDEN=1 pytest tests/completion.

Nothing here is written by hand; a test says when it is stale.
"""

from __future__ import annotations

from kubectl_pullsecret.completion.flag import Flag

Words = dict[str, tuple[str, tuple[str, ...]]]
'''
_LONGEST = 80  # characters
_FIELDS = {flag.name: flag.field for flag in FLAGS}

# What a value is, by the name that help gives it; flags whose names say more come first.
_BY_NAME = {
    "--context": "context",
    "--to-context": "context",
    "--cluster": "cluster",
    "--user": "user",
}
_BY_METAVAR = {
    "FILE": "file",
    "[FILE]": "file?",
    "NAMESPACE": "namespace",
    "NAMESPACE,…": "namespaces",
    "SECRET": "secret",
    "TYPE/NAME": "workload",
    "TARGET": "workload",
}
_TEXT = frozenset(
    (
        *("SELECTOR", "IMAGE", "SERVER", "USER", "EMAIL", "REGISTRY", "KEY=KEY", "NAME"),
        *("LENGTH", "URL", "TOKEN", "PASSWORD", "UID", "GROUP", "DURATION", "INTEGER"),
    )
)
# What the words are that are no flags: by command, for several have the same metavar.
_WORDS = {
    ("doctor", "targets"): "targets",
    ("match", "images"): "text",
    ("inspect", "secret"): "secret",
    ("attach", "words"): "attach",
    ("detach", "words"): "detach",
    ("create", "name"): "created",
    ("copy", "secret"): "secret",
    ("verify", "secrets"): "secrets",
    ("explain", "reason"): "reason",
}


def table() -> str:
    """The module's text."""
    parts = (HEAD, *_help(), *_flags(), *_words(), *_kinds(), *_rest())
    return _formatted("\n".join(parts))


def _formatted(source: str) -> str:
    """As the linter wants it."""
    return subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", "table.py", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def tree() -> dict[str, click.Command]:
    """All commands, imported."""
    with click.Context(commands) as context:
        found = {name: commands.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


def _help() -> Iterator[str]:
    rows = {name: _quoted(one.short_help) for name, one in COMMANDS.items()}
    yield f"COMMANDS = {_mapping(rows)}"


def _flags() -> Iterator[str]:
    yield 'HELP = (Flag(("-h", "--help"), help="Show this message and exit."),)'
    yield 'VERSION = (Flag(("--version",), help="Show the version and exit."),)'
    kubectls = [_flag(one) for one in tree()["doctor"].params if one.name in _fields()]
    yield f"# kubectl's own\nCONNECTION = ({', '.join(kubectls)})"
    own = {
        name: [_flag(one) for one in command.params if _is_own(one)]
        for name, command in tree().items()
    }
    shared = _shared([flag for flags in own.values() for flag in flags])
    for flag, name in shared.items():
        yield f"{name} = {flag}"
    rows = {
        name: f"({''.join(f'{shared.get(flag, flag)}, ' for flag in flags)})"
        for name, flags in own.items()
    }
    yield f"FLAGS: dict[str, tuple[Flag, ...]] = {_mapping(rows)}"
    connected = (name for name, command in tree().items() if _is_connected(command))
    yield f"# Commands that take kubectl's.\nCONNECTED = {_tuple(connected)}"
    fields = _mapping({name: _quoted(field) for name, field in _FIELDS.items()})
    yield f"# Their names in the connection's overrides.\nFIELDS = {fields}"
    kept = (name for name, field in _FIELDS.items() if field in KEPT)
    yield f"# Those that hold beside --to-context too.\nKEPT = {_tuple(kept)}"


def _shared(flags: list[str]) -> dict[str, str]:
    """Names for the flags that several commands have, by what they are."""
    names: dict[str, str] = {}
    for flag in dict.fromkeys(flag for flag in flags if flags.count(flag) > 1):
        long = flag.partition('"--')[2].partition('"')[0].upper().replace("-", "_")
        alike = sum(name.startswith(f"_{long}") for name in names.values())
        names[flag] = f"_{long}{f'_{alike + 1}' if alike else ''}"
    return names


def _fields() -> frozenset[str | None]:
    return frozenset((*_FIELDS.values(), "verbosity"))


def _is_own(parameter: click.Parameter) -> bool:
    """Whether a command offers it to people: kubectl's flags are hidden, but offered here too."""
    option = isinstance(parameter, click.Option) and not parameter.hidden
    return option and parameter.name not in _fields()


def _is_connected(command: click.Command) -> bool:
    return any(one.name == "kubeconfig" for one in command.params)


def _flag(parameter: click.Parameter) -> str:
    assert isinstance(parameter, click.Option)
    parts = [_tuple(parameter.opts)]
    if value := _value(parameter):
        parts.append(_quoted(value))
    if text := _sentence(parameter.help or ""):
        parts.append(f"help={_quoted(text)}")
    if choices := _choices(parameter):
        parts.append(f"choices={_tuple(choices)}")
    if parameter.multiple:
        parts.append("several=True")
    return f"Flag({', '.join(parts)})"


def _value(parameter: click.Option) -> str:
    if parameter.is_flag:
        return ""
    if _choices(parameter):
        return "choice"
    metavar = parameter.metavar or parameter.type.name.upper()
    for name in parameter.opts:
        if name in _BY_NAME:
            return _BY_NAME[name]
    if metavar in _BY_METAVAR:
        return _BY_METAVAR[metavar]
    assert metavar in _TEXT, f"{parameter.opts}: what is {metavar}? Say it here"
    return "text"


def _choices(parameter: click.Parameter) -> tuple[str, ...]:
    return tuple(parameter.type.choices) if isinstance(parameter.type, click.Choice) else ()


def _sentence(text: str) -> str:
    """The first one as far as a semicolon; of a long one what stands before a comma."""
    for end in (". ", "; "):
        text = text.partition(end)[0]
    if len(text) > _LONGEST:
        text = text.partition(", ")[0]
    return f"{text.rstrip('.')}." if text else ""


def _words() -> Iterator[str]:
    rows = {}
    for name, command in tree().items():
        arguments = [one for one in command.params if isinstance(one, click.Argument)]
        assert len(arguments) <= 1, f"{name} has several arguments"
        for argument in arguments:
            choices = _choices(argument)
            kind = "choice" if choices else _WORDS[name, argument.name or ""]
            rows[name] = f"({_quoted(kind)}, {_tuple(choices)})"
    yield "# What the words are that are no flags: a kind, and choices."
    yield f"WORDS: Words = {_mapping(rows)}"


def _kinds() -> Iterator[str]:
    rows = {}
    for kind in TARGET_KINDS:
        info = kind_info(kind)
        assert info is not None
        others = dict.fromkeys((info.plural, info.kind.lower(), *info.aliases))
        others.pop(info.short, None)
        rows[info.short] = _tuple(others)
    yield "# What has pods or pull secrets, with its other names."
    yield f"TYPES: dict[str, tuple[str, ...]] = {_mapping(rows)}"


def _rest() -> Iterator[str]:
    lines = textwrap.wrap(" ".join(reason.value for reason in Reason), 90)
    written = "\n".join(lines)
    yield f'REASONS = """\\\n{written}\n"""'


def _mapping(rows: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_quoted(key)}: {value}" for key, value in rows.items()) + "}"


def _tuple(words: Iterable[str]) -> str:
    found = [_quoted(word) for word in words]
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _quoted(text: str) -> str:
    """As ruff writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
