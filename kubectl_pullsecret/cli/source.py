"""Where the objects come from: files (`-f`), or the cluster that kubectl would talk to.

Both give a `Sighting`: commands do not know the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_pullsecret.cli.connection import ConnectionFlags, add_flags, take
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Function, recursive
from kubectl_pullsecret.cli.options import namespace as namespace_option
from kubectl_pullsecret.errors import ExitCode

if TYPE_CHECKING:
    from kubectl_pullsecret.facts.snapshot import Snapshot
    from kubectl_pullsecret.sources.live import Wanted
    from kubectl_pullsecret.sources.transport import Client


class Source(NamedTuple):
    """What the flags say about where to look."""

    filenames: tuple[str, ...]
    recursive: bool
    namespace: str | None
    connection: ConnectionFlags

    @property
    def from_files(self) -> bool:
        """Whether the objects are in files; else a cluster has them."""
        return bool(self.filenames)


class Sighting(NamedTuple):
    """What was seen, and where: the namespace that counts, or None for all that was seen."""

    snapshot: Snapshot
    namespace: str | None
    problems: bool = False  # files that could not be read whole

    @property
    def place(self) -> str:
        """Where was looked, in words: "in namespace team"."""
        if self.namespace:
            return f"in namespace {self.namespace}"
        return "in the input" if self.snapshot.live is None else "in any namespace"

    def worst(self, code: ExitCode) -> ExitCode:
        """Return the exit code with the input's problems: INCOMPLETE unless something is worse."""
        return ExitCode.INCOMPLETE if self.problems and code is ExitCode.FINE else code


def source(function: Function) -> Function:
    """Offer -f, -R, -n and kubectl's connection flags; the parameter is `source: Source`."""

    @wraps(function)
    def with_source(*arguments: Any, **parameters: Any) -> Any:
        found = Source(
            filenames=parameters.pop("filenames"),
            recursive=parameters.pop("recursive"),
            namespace=parameters.pop("namespace"),
            connection=take(parameters),
        )
        return function(*arguments, source=found, **parameters)

    offered: Any = add_flags(with_source)
    for option in (namespace_option, recursive, _FILENAMES):
        offered = option(offered)
    return offered  # type: ignore[no-any-return]  # click's decorators keep what they decorate


_FILENAMES = click.option(
    "-f",
    "--filename",
    "filenames",
    multiple=True,
    metavar="FILE",
    help="File, folder, or - for stdin, with the objects to look at instead of a cluster's. "
    "May be repeated.",
)


def look(
    console: Console,
    source: Source,
    wanted: Callable[[str], Wanted],
    *,
    everywhere: bool = False,
) -> Sighting:
    """Read the files, warning of every problem in them, or what is wanted of the cluster.

    `wanted` is the planner for a namespace ("" for all): the one of -n, else the context's.

    Raises:
        PullSecretError: nothing could be read, or nothing can be answered from it (exit 3).
    """
    if source.from_files:
        return _look_into_files(console, source, None if everywhere else source.namespace)
    from kubectl_pullsecret.sources.live import observe

    with cluster(console, source.connection, source.namespace) as (client, current):
        namespace = "" if everywhere else current
        try:
            snapshot = observe(client, wanted(namespace), console.progress)
        finally:
            console.progress("")
    return Sighting(snapshot, namespace or None)


def _look_into_files(console: Console, source: Source, namespace: str | None) -> Sighting:
    from kubectl_pullsecret.sources.files import read_files

    observed = read_files(
        source.filenames,
        stdin=console.stdin,
        recursive=source.recursive,
        default_namespace=source.namespace or "default",
    )
    for problem in observed.problems:
        console.warn(problem)
    return Sighting(observed.snapshot, namespace, bool(observed.problems))


@contextmanager
def cluster(
    console: Console, flags: ConnectionFlags, namespace: str | None = None
) -> Iterator[tuple[Client, str]]:
    """Connect as kubectl would; the client, and the namespace that counts.

    Raises:
        PullSecretError: the kubeconfig, or the program that it names for credentials.
    """
    import os

    from kubectl_pullsecret.sources.kubeconfig import resolve
    from kubectl_pullsecret.sources.transport import Client

    connection = resolve(flags.overrides(namespace or ""), os.environ, now=console.now)
    if connection.exec_plugin is not None:
        from kubectl_pullsecret.sources.authentication import authenticate

        terminal = console.stdin.isatty()
        connection = authenticate(connection, os.environ, stdin_is_terminal=terminal)
    verbosity = flags.verbosity
    with Client(connection, log=console.log, verbosity=verbosity, warn=console.warn) as client:
        yield client, connection.namespace
