"""`-f FILE --local`: the same plan applied to manifests; nothing is written, no cluster asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_pullsecret.cli.changing import Changing, explained
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Function, Output, printed, recursive
from kubectl_pullsecret.cli.words import Named
from kubectl_pullsecret.errors import ExitCode, wrong_usage
from kubectl_pullsecret.facts.kinds import find_kind
from kubectl_pullsecret.facts.objects import ObjectRef

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.plan import Plan
    from kubectl_pullsecret.cli.waiting import Waiting
    from kubectl_pullsecret.facts.snapshot import Snapshot

_DEFAULT = "default"


class Local(NamedTuple):
    """Which manifests are to be edited, if any."""

    wanted: bool
    filenames: tuple[str, ...]
    recursive: bool


def local(function: Function) -> Function:
    """Offer -f, -R and --local; the parameter is `local: Local`.

    Raises:
        PullSecretError: (exit 2) one without the other, or beside a flag that needs a cluster.
    """

    @wraps(function)
    def with_local(*arguments: Any, **parameters: Any) -> Any:
        files = parameters.pop("filenames")
        found = Local(parameters.pop("local"), files, parameters.pop("recursive"))
        if found.wanted != bool(files):
            raise wrong_usage(
                "-f and --local belong together: the files are edited, and no cluster is asked",
                "for example: -f web.yaml --local -o yaml",
            )
        if found.wanted:
            _refuse_cluster_flags(parameters)
        return function(*arguments, local=found, **parameters)

    offered: Any = with_local
    for option in (_LOCAL, recursive, _FILENAMES):
        offered = option(offered)
    return offered  # type: ignore[no-any-return]  # click's decorators keep what they decorate


def _refuse_cluster_flags(parameters: Mapping[str, Any]) -> None:
    """Refuse what --local would silently leave undone; not every command has all of these."""
    waiting: Waiting | None = parameters.get("waiting")
    given = {
        "--wait": waiting is not None and waiting.wanted,
        "--restart": parameters.get("restart"),
        "--recreate": parameters.get("recreate"),
        "--dry-run=server": parameters.get("dry_run") == "server",
    }
    for flag in (flag for flag, wanted in given.items() if wanted):
        raise wrong_usage(f"{flag} needs a cluster, and --local asks none", f"leave out {flag}")


_FILENAMES = click.option(
    "-f",
    "--filename",
    "filenames",
    multiple=True,
    metavar="FILE",
    help="With --local: file, folder, or - for stdin, with the manifests to edit.",
)
_LOCAL = click.option(
    "--local",
    is_flag=True,
    help="Print the manifests of -f with the change; write nothing, ask no cluster. Comments "
    "are not kept.",
)


def edit(
    console: Console,
    changing: Changing,
    local: Local,
    wish: Named,
    plan: Callable[[ObjectRef, Snapshot], Plan],
) -> ExitCode:
    """Print all manifests, those that the plan changes with their new list.

    Raises:
        PullSecretError: a manifest cannot be read, the target is not among them, or the plan is
            refused.
    """
    from kubectl_pullsecret.changes.local import applied
    from kubectl_pullsecret.changes.refusal import RefusedPlanError
    from kubectl_pullsecret.sources.manifests import read_manifests

    if changing.output is Output.NAME:
        raise wrong_usage("--local prints manifests", "-o is yaml or json")
    home = changing.namespace or _DEFAULT
    found = read_manifests(
        local.filenames, stdin=console.stdin, recursive=local.recursive, default_namespace=home
    )
    snapshot, problems = found.observed
    try:
        made = plan(_target(wish, changing.namespace, snapshot), snapshot)
    except RefusedPlanError as refused:
        raise explained(console, changing, refused) from None
    for warning in (*problems, *made.warnings):
        console.warn(warning)
    console.write(printed(applied(made, found.documents, home), changing.output))
    return ExitCode.FINE


def _target(wish: Named, namespace: str | None, snapshot: Snapshot) -> ObjectRef:
    """The object that the words name, of any kind that is in the manifests."""
    from kubectl_pullsecret.diagnosis.selection import find_target

    info = find_kind(wish.kind)
    kinds = {ref.kind.lower(): ref.kind for ref in snapshot.workloads}
    word = wish.kind.lower().partition(".")[0].removesuffix("s")
    kind = info.kind if info is not None else kinds.get(word, "")
    if not kind:
        raise wrong_usage(f"{wish.kind}: no object of the manifests is of this type")
    return find_target(snapshot, ObjectRef(kind, "", wish.name), namespace).ref
