"""The flags that commands share. Words, letters and meanings are kubectl's.

Each is a decorator; its parameter's name and type stand beside it. `-o` comes in as an `Output`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from kubectl_pullsecret.facts.shapes import Json
    from kubectl_pullsecret.views.data import Data

Function = TypeVar("Function", bound=Callable[..., Any])


class Output(Enum):
    """What `-o` asks for. Text is what comes without it."""

    TEXT = ""
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


def serialised(data: Data, output: Output) -> str:
    """Write a document as JSON or YAML, whichever `-o` asks for."""
    from kubectl_pullsecret.views.data import as_json, as_yaml

    return as_json(data) if output is Output.JSON else as_yaml(data)


def printed(manifests: Sequence[Json], output: Output) -> str:
    """Write manifests as kubectl does: JSON where `-o` asks for it, else YAML."""
    from kubectl_pullsecret.views.manifests import as_json_manifests, as_manifests

    return as_json_manifests(manifests) if output is Output.JSON else as_manifests(manifests)


def _not_empty(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse `-n ""`: an unset variable must not widen or narrow what is looked at."""
    if value == "":
        raise click.BadParameter("the namespace is empty; leave -n out")
    return value


def _namespace(help_text: str) -> Callable[[Function], Function]:
    return click.option(
        "-n", "--namespace", metavar="NAMESPACE", help=help_text, callback=_not_empty
    )


# namespace: str | None
namespace = _namespace("Look at this namespace; without it at the context's, or at all of a file.")
changed_namespace = _namespace("Change things in this namespace; without it in the context's.")

# recursive: bool
recursive = click.option(
    "-R", "--recursive", is_flag=True, help="Read the folders of -f with all their subfolders."
)

# all_namespaces: bool; wins over -n, as in kubectl
all_namespaces = click.option(
    "-A", "--all-namespaces", is_flag=True, help="Look at every namespace."
)


def output(*formats: Output) -> Callable[[Function], Function]:
    """Offer `-o` with these formats besides text; the parameter is `output: Output`."""
    words = [one.value for one in formats if one is not Output.TEXT]
    return click.option(
        "-o",
        "--output",
        type=click.Choice(words),
        callback=lambda _context, _parameter, word: Output(word or ""),
        help="Output format; text for people without it.",
    )
