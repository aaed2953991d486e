"""`create`: write a pull secret, or exchange one of its credentials, without a password in argv."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kubectl_pullsecret.cli.changing import Changing, changing, look_at, make, show, writing
from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.given import (
    PASSWORD_STDIN,
    Typed,
    stored_entries,
    typed_entry,
)
from kubectl_pullsecret.cli.options import Output, printed
from kubectl_pullsecret.cli.words import find_target, named, secret_name
from kubectl_pullsecret.errors import ExitCode, wrong_usage
from kubectl_pullsecret.facts.objects import ObjectRef

if TYPE_CHECKING:
    from kubectl_pullsecret.changes.create import CreateRequest
    from kubectl_pullsecret.changes.execution import Writer
    from kubectl_pullsecret.changes.plan import DryRun
    from kubectl_pullsecret.facts.snapshot import Snapshot

_DOCKER_CONFIG = ""  # docker's own


def _refuse_password(
    context: click.Context, _parameter: click.Parameter, value: str | None
) -> None:
    if value is not None and not context.resilient_parsing:
        raise wrong_usage(
            "a password does not belong into --docker-password: it shows in the list of "
            "processes, and stays in the shell's history",
            "leave it out and be asked, or: "
            f"kubectl pullsecret create NAME --docker-username USER {PASSWORD_STDIN} < FILE",
        )


@click.command(
    "create", short_help="Write a pull secret, or exchange a credential in one", epilog=USE
)
@click.argument("name")
@click.option(
    "--docker-password",
    is_flag=False,
    flag_value="",
    hidden=True,
    is_eager=True,
    expose_value=False,
    callback=_refuse_password,
)
@click.option("--docker-server", metavar="SERVER", help="The registry; Docker Hub without it.")
@click.option("--docker-username", metavar="USER", help="The user; asked for without it.")
@click.option("--docker-email", metavar="EMAIL", help="No registry needs it.")
@click.option(
    PASSWORD_STDIN, "password_stdin", is_flag=True, help="Read the password from standard input."
)
@click.option(
    "--from-docker-config",
    is_flag=False,
    flag_value=_DOCKER_CONFIG,
    metavar="[FILE]",
    help="Take what docker login has stored, credential helpers included.",
)
@click.option(
    "--from-secret",
    metavar="SECRET",
    help="Take the credentials of this one, whatever its type, keys and encoding.",
)
@click.option(
    "--registry",
    "registries",
    metavar="REGISTRY",
    multiple=True,
    help="Take only this registry's; may be repeated.",
)
@click.option(
    "--rename",
    "renames",
    metavar="KEY=KEY",
    multiple=True,
    help="Write the second registry key for the first; may be repeated.",
)
@click.option(
    "--replace", is_flag=True, help="Exchange the registry's entry in a secret that is there."
)
@click.option("--only", is_flag=True, help="With --replace: drop the entries of other registries.")
@click.option("--force", is_flag=True, help="Write even what a controller will write again.")
@click.option("--attach", metavar="TARGET", help="Give it to this account, workload or pod too.")
@changing
@click.pass_obj
def command(console: Console, /, changing: Changing, **flags: Any) -> ExitCode:
    """Write a pull secret from a password, a docker config, or another secret.

    The password is asked for without echo, or comes through a pipe. Each registry gets the key
    that the kubelet needs. With --replace the registry's entry is exchanged in place, and all
    others are kept; a secret that is not there yet is created.

    \b
    Examples:
      kubectl pullsecret create pull --docker-server registry.test --docker-username me
      kubectl pullsecret create pull --from-docker-config --registry registry.test
      kubectl pullsecret create pull-2 --from-secret pull --rename docker.io=index.docker.io
      aws ecr get-login-password | kubectl pullsecret create ecr --replace \\
        --docker-server SERVER --docker-username AWS --docker-password-stdin
    """  # noqa: D301 - click reads the character \b, not a backslash
    wish = Wish(**flags)
    _check(wish)
    request = _request(console, wish, changing.namespace or "")
    if changing.dry_run is _client() and not (wish.replace or wish.from_secret or wish.attach):
        return _offline(console, changing, request)
    return _online(console, changing, request, wish)


class Wish(NamedTuple):
    """The flags, but for those of every change."""

    name: str
    docker_server: str | None
    docker_username: str | None
    docker_email: str | None
    password_stdin: bool
    from_docker_config: str | None
    from_secret: str | None
    registries: tuple[str, ...]
    renames: tuple[str, ...]
    replace: bool
    only: bool
    force: bool
    attach: str | None

    @property
    def typed(self) -> Typed:
        """What stands for the credential itself."""
        words = (self.docker_server, self.docker_username, self.docker_email)
        return Typed(*words, self.password_stdin)


def _check(wish: Wish) -> None:
    """Refuse flags that contradict one another, before anything is asked for or read."""
    stored = [
        flag
        for flag, given in (
            ("--from-docker-config", wish.from_docker_config),
            ("--from-secret", wish.from_secret),
        )
        if given is not None
    ]
    if len(stored) > 1 or (stored and wish.typed != Typed()):
        raise wrong_usage(
            f"{stored[0]} says already where the credential comes from", "give one of the two"
        )
    if not stored and (wish.registries or wish.renames):
        raise wrong_usage(
            "--registry and --rename choose among stored credentials", "add --from-secret SECRET"
        )
    if wish.only and not wish.replace:
        raise wrong_usage("--only says what is dropped when a secret is replaced", "add --replace")
    for rename in wish.renames:
        if not all(rename.partition("=")):
            raise wrong_usage("--rename takes KEY=KEY: the key as it stands, and the key to write")
    for word in (wish.name, wish.from_secret):
        if word is not None:
            secret_name(word)


def _request(console: Console, wish: Wish, namespace: str) -> CreateRequest:
    """What is to be written. Passwords are read here, once, before anything is planned."""
    from kubectl_pullsecret.changes.create import CreateRequest
    from kubectl_pullsecret.changes.entries import Choice

    request = CreateRequest(
        ObjectRef("Secret", namespace, secret_name(wish.name)),
        choice=Choice(wish.registries, wish.renames),
        replace=wish.replace,
        only=wish.only,
        force=wish.force,
    )
    if wish.from_secret is not None:
        return request._replace(from_secret=secret_name(wish.from_secret))
    if wish.from_docker_config is not None:
        entries, source, warnings = stored_entries(wish.from_docker_config, wish.registries)
        for warning in warnings:
            console.warn(warning)
        return request._replace(entries=entries, source=source)
    by_default = wish.docker_server is None
    return request._replace(entries=(typed_entry(console, wish.typed),), by_default=by_default)


def _offline(console: Console, changing: Changing, request: CreateRequest) -> ExitCode:
    """A dry run for which nothing must be read: no cluster is asked."""
    from kubectl_pullsecret.changes.create import plan_create
    from kubectl_pullsecret.changes.plan import Changes, Deed, Outcome
    from kubectl_pullsecret.facts.snapshot import Snapshot

    if _wants_manifest(changing):
        return _print_manifest(console, changing, request, Snapshot())
    plan = plan_create(request, Snapshot(), now=console.now)
    for warning in plan.warnings:
        console.warn(warning)
    outcomes = tuple(Outcome(step.target, Deed.PLANNED, step) for step in plan.steps)
    show(console, changing, Changes(plan, changing.dry_run, outcomes))
    return ExitCode.FINE


def _online(console: Console, changing: Changing, request: CreateRequest, wish: Wish) -> ExitCode:
    from kubectl_pullsecret.changes.create import plan_create, wanted_for_create

    with writing(console, changing) as (writer, namespace):
        asked = _attaching(writer, wish, _in_namespace(request, namespace))

        def look() -> Snapshot:
            return look_at(console, writer.client, partial(wanted_for_create, asked, console.now))

        if _wants_manifest(changing):
            return _print_manifest(console, changing, asked, look())
        changes = make(console, writer, lambda: plan_create(asked, look(), now=console.now))
    show(console, changing, changes)
    return changes.exit_code


def _in_namespace(request: CreateRequest, namespace: str) -> CreateRequest:
    return request._replace(target=request.target._replace(namespace=namespace))


def _attaching(writer: Writer, wish: Wish, request: CreateRequest) -> CreateRequest:
    if wish.attach is None:
        return request
    from kubectl_pullsecret.changes.attach import AttachRequest

    words = named((wish.attach,))
    target, api_version = find_target(writer.client, words, request.target.namespace)
    secrets = (request.target.name,)
    attach = AttachRequest(target, secrets, force=wish.force, api_version=api_version)
    return request._replace(attach=attach)


def _wants_manifest(changing: Changing) -> bool:
    """Whether the Secret itself is asked for, as kubectl's own dry run prints it."""
    return changing.dry_run is _client() and changing.output in (Output.JSON, Output.YAML)


def _print_manifest(
    console: Console, changing: Changing, request: CreateRequest, snapshot: Snapshot
) -> ExitCode:
    """Print the Secret as it would be written; nothing is."""
    from kubectl_pullsecret.changes.create import compose_secret, plan_made
    from kubectl_pullsecret.changes.requests import manifest

    composed = compose_secret(request, snapshot)
    plan, draft = plan_made(request, composed, snapshot, now=console.now), composed.draft
    for warning in plan.warnings:
        console.warn(warning)
    if any(step.target != draft.ref for step in plan.steps):
        console.warn("the manifest is the Secret's alone; who lists it stands elsewhere")
    made = manifest(draft)
    if changing.namespace is None:
        made["metadata"] = {"name": draft.ref.name}
    if changing.output is Output.JSON:  # in YAML kubectl sorts the fields
        made = {key: made[key] for key in ("kind", "apiVersion", "metadata", "data", "type")}
    console.write(printed([made], changing.output))
    return ExitCode.FINE


def _client() -> DryRun:
    from kubectl_pullsecret.changes.plan import DryRun

    return DryRun.CLIENT
