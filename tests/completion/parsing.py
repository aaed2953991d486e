"""What click itself makes of a command line, before it checks any value."""

from __future__ import annotations

import click

from kubectl_pullsecret.cli.main import _as_click_reads, commands
from tests.completion.generation import tree

TREE = tree()


def parsed(name: str, *words: str) -> tuple[dict[str, object], list[str]]:
    """The flags by their long name, and the other words. Raises click.UsageError."""
    command = TREE[name]
    arguments = {one.name: one for one in command.params if isinstance(one, click.Argument)}
    flags = {one.name: one for one in command.get_params(_context(command))}
    with _context(command) as context:
        parser = command.make_parser(context)
        options, left, _ = parser.parse_args([*_as_click_reads(words)])
    found = [options.pop(one, None) for one in arguments]
    return {_long(flags[key]): value for key, value in options.items()}, [*_flat(found), *left]


def _context(command: click.Command) -> click.Context:
    return click.Context(command, parent=click.Context(commands, **commands.context_settings))


def _long(flag: click.Parameter) -> str:
    return next((name for name in flag.opts if name[:2] == "--"), flag.opts[0])


def _flat(values: list[object]) -> list[str]:
    found: list[str] = []
    for value in values:
        parts = value if isinstance(value, tuple | list) else (value,)
        found += [part for part in parts if isinstance(part, str)]
    return found
