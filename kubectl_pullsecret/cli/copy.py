"""`copy`: a pull secret in other namespaces or another cluster, and whether the copies are current.

The origin is read where the connection flags say; destinations are read and written there too, or
where `--to-context` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from kubectl_pullsecret.cli.changing import Changing, changing, look_at, make, show, writing
from kubectl_pullsecret.cli.connection import USE, ConnectionFlags
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, serialised
from kubectl_pullsecret.cli.source import cluster
from kubectl_pullsecret.cli.words import secret_name
from kubectl_pullsecret.errors import ExitCode, wrong_usage

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.copies import CopyRequest
    from kubectl_pullsecret.changes.execution import Writer
    from kubectl_pullsecret.changes.plan import Plan
    from kubectl_pullsecret.facts.snapshot import Snapshot

# What another context keeps of the flags: how to connect, and whom to act as, but not who we are.
KEPT = ("kubeconfig", "as_user", "as_uid", "as_groups", "request_timeout", "disable_compression")


class _To(NamedTuple):
    """What the flags say about where copies go."""

    namespaces: tuple[str, ...]
    selector: str | None
    context: str | None

    @property
    def given(self) -> bool:
        return bool(self.namespaces) or self.selector is not None or self.context is not None


@click.command(
    "copy", short_help="Copy a pull secret to other namespaces or another cluster", epilog=USE
)
@click.argument("secret", metavar="SECRET")
@click.option(
    "--to-namespace",
    "to_namespaces",
    multiple=True,
    metavar="NAMESPACE,…",
    help="Copy into these namespaces. May be repeated.",
)
@click.option(
    "--to-selector", metavar="SELECTOR", help="Copy into the namespaces with these labels."
)
@click.option(
    "--to-context",
    metavar="NAME",
    help="Copy into the cluster of this context of the kubeconfig; without a namespace into one of "
    "the same name. Of the connection flags it keeps --kubeconfig, --as, --as-uid, --as-group, "
    "--request-timeout and --disable-compression; those that name or identify the cluster and the "
    "user (--cluster, --user, --server, --token, certificates, …) are the source's alone.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; say which copies have drifted or are missing. Without --to-… all copies "
    "that may be read.",
)
@click.option(
    "--update",
    is_flag=True,
    help="Mend copies that have drifted. Without --to-… all copies that may be read.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Overwrite a secret of that name that is no copy of it, or that a controller will write "
    "again; and copy one that helps nobody.",
)
@changing
@click.pass_obj
def command(
    console: Console,
    changing: Changing,
    secret: str,
    to_namespaces: tuple[str, ...],
    to_selector: str | None,
    to_context: str | None,
    check: bool,
    update: bool,
    force: bool,
) -> ExitCode:
    """Copy a pull secret to other namespaces, or into another cluster.

    A copy has the secret's name, type and docker config, and an annotation that says where it is
    from: kubectl-pullsecret/copied-from. Labels and all else are not copied: they could make
    controllers adopt it. --check finds copies that are no longer like their origin, --update mends
    them.

    \b
    Examples:
      kubectl pullsecret copy regcred -n team --to-namespace web,api
      kubectl pullsecret copy regcred -n team --to-selector registry=private
      kubectl pullsecret copy regcred -n team --to-context staging
      kubectl pullsecret copy regcred -n team --check
    """  # noqa: D301 - click reads the character \b, not a backslash
    to = _To(_split(to_namespaces), to_selector, to_context)
    name = secret_name(secret)
    _refuse_usage(to, check, update)
    with (
        writing(console, changing) as (here, namespace),
        _destination(console, changing, here, to.context) as there,
    ):
        request = _request(name, namespace, to, update=update, force=force)
        look = _looking(console, request, here, there)
        return (_check if check else _copy)(console, changing, request, there, look)


Look = Callable[[], "tuple[Snapshot, Snapshot]"]  # at the origin's cluster, and at the copies'


def _split(values: tuple[str, ...]) -> tuple[str, ...]:
    """a,b and -… a -… b, each once; what is empty stays, to be refused."""
    return tuple(dict.fromkeys(one.strip() for value in values for one in value.split(",")))


def _refuse_usage(to: _To, check: bool, update: bool) -> None:
    from kubectl_pullsecret.facts.kinds import is_object_name

    for place in to.namespaces:
        if not is_object_name(place):
            raise wrong_usage(
                f"--to-namespace: {place!r} is no namespace's name", "write it like a,b"
            )
    if to.selector is not None and not to.selector.strip():
        raise wrong_usage("--to-selector is empty, and would select every namespace")
    if to.context == "":
        raise wrong_usage(
            "--to-context is empty", "kubectl config get-contexts shows what there is"
        )
    if check and update:
        raise wrong_usage("--check writes nothing, and --update does", "give one of them")
    if not to.given and not check and not update:
        raise wrong_usage("copy where?", "--to-namespace, --to-selector or --to-context")


def _request(name: str, namespace: str, to: _To, *, update: bool, force: bool) -> CopyRequest:
    from kubectl_pullsecret.changes.copies import CopyRequest
    from kubectl_pullsecret.facts.objects import ObjectRef

    namespaces = to.namespaces
    if to.context and not namespaces and not to.selector:
        namespaces = (namespace,)
    source = ObjectRef("Secret", namespace, name)
    return CopyRequest(source, namespaces, to.selector or "", update, force)


@contextmanager
def _destination(
    console: Console, changing: Changing, here: Writer, context: str | None
) -> Iterator[Writer]:
    """Connect to where the copies go: the same cluster, unless there is a context."""
    if context is None:
        yield here
        return
    with cluster(console, flags_for(context, changing.connection)) as (client, _):
        yield here._replace(client=client)


def flags_for(context: str, flags: ConnectionFlags) -> ConnectionFlags:
    """The flags for another context: without those that say who the first cluster and user are."""
    kept = {field: value for field, value in flags.given.items() if field in KEPT}
    return ConnectionFlags({**kept, "context": context}, flags.verbosity)


def _looking(console: Console, request: CopyRequest, here: Writer, there: Writer) -> Look:
    from kubectl_pullsecret.changes.copies import (
        wanted_for_copy,
        wanted_of_copies,
        wanted_of_source,
    )

    def look() -> tuple[Snapshot, Snapshot]:
        if here.client is there.client:
            seen = look_at(console, here.client, partial(wanted_for_copy, request))
            return seen, seen
        source = look_at(console, here.client, partial(wanted_of_source, request))
        return source, look_at(console, there.client, partial(wanted_of_copies, request))

    return look


def _copy(
    console: Console, changing: Changing, request: CopyRequest, there: Writer, look: Look
) -> ExitCode:
    from kubectl_pullsecret.changes.copies import unseen_places
    from kubectl_pullsecret.changes.copying import plan_copy

    unseen: tuple[str, ...] = ()

    def plan() -> Plan:
        nonlocal unseen
        source, far = look()
        unseen = unseen_places(request, far)
        return plan_copy(request, source, far, now=console.now)

    changes = make(console, there, plan)
    if changes.outcomes or changing.output is not Output.TEXT:
        show(console, changing, changes)
    else:
        _warn_of_none(console, request)
    return ExitCode.INCOMPLETE if unseen and not changes.exit_code else changes.exit_code


def _check(
    console: Console, changing: Changing, request: CopyRequest, _there: Writer, look: Look
) -> ExitCode:
    from kubectl_pullsecret.changes.copies import copies, unseen_places, unseen_warning, verdict
    from kubectl_pullsecret.views import copies as views

    source, there = look()
    found, unseen = copies(request, source, there), unseen_places(request, there)
    for warning in unseen_warning(request, there):
        console.warn(warning)
    if changing.output in (Output.JSON, Output.YAML):
        document = views.copies_data(request.origin, found, unseen)
        console.write(serialised(document, changing.output))
    elif changing.output is Output.NAME:
        console.write(views.copies_names(found))
    elif found:
        console.write(views.copies_text(found, console.terminal))
    else:
        _warn_of_none(console, request)
    return verdict(found, unseen)


def _warn_of_none(console: Console, request: CopyRequest) -> None:
    console.warn(f"no copy of secret/{request.source.name} of {request.source.namespace} was found")
