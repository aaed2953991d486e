"""`verify`: whether registries accept the credentials of pull secrets, and give out the images."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.asking import agrees, can_ask
from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, all_namespaces, output, serialised
from kubectl_pullsecret.cli.registry_flags import RegistryFlags, ask_registries, registry_flags
from kubectl_pullsecret.cli.source import Sighting, Source, look, source
from kubectl_pullsecret.errors import ExitCode, PullSecretError, wrong_usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubectl_pullsecret.diagnosis.verification import Inquiry, Verification, Wish
    from kubectl_pullsecret.facts.answers import Answer, Question
    from kubectl_pullsecret.images import Reference
    from kubectl_pullsecret.sources.live import Wanted


@click.command(
    "verify", short_help="Try pull secrets against their registries, to pull only", epilog=USE
)
@click.argument("secrets", nargs=-1, metavar="[SECRET...]")
@click.option(
    "--image",
    "images",
    metavar="IMAGE",
    multiple=True,
    help="Ask whether this image may be pulled, not those in use; may be repeated.",
)
@source
@all_namespaces
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Only with these labels.")
@click.option("--yes", is_flag=True, help="With -A: try all logins without asking first.")
@registry_flags
@output(Output.WIDE, Output.JSON, Output.YAML)
@click.pass_obj
def command(
    console: Console,
    /,
    secrets: tuple[str, ...],
    images: tuple[str, ...],
    source: Source,
    all_namespaces: bool,
    selector: str,
    yes: bool,
    registry: RegistryFlags,
    output: Output,
) -> ExitCode:
    """Try the login of every entry at the registry of its key, and the images that use it.

    Each credential goes only to the host that its key names and to its token service, with the
    right to pull alone; one that is wrong costs one refused request. The view is this machine's,
    not the node's. Without SECRET all pull secrets of the namespace are tried.

    \b
    Examples:
      kubectl pullsecret verify
      kubectl pullsecret verify pull --image registry.test/team/app:v1
      kubectl pullsecret verify -A --yes -o json

    Exit codes: 0 all are valid, 1 one is rejected, expired, forbidden or unusable, 2 wrong usage,
    3 nothing could be asked, 4 a part could not be asked or seen.
    """  # noqa: D301 - click reads the character \b, not a backslash
    wish = _wish(secrets, images, selector, everywhere=all_namespaces, source=source)
    seen = look(console, source, partial(_wanted, wish, selector), everywhere=all_namespaces)
    inquiry = _inquiry(console, seen, wish)
    if all_namespaces and inquiry.questions and not yes:
        _agree(console, inquiry)
    verification = inquiry.verified(_answers(console, registry, source, inquiry))
    console.write(_shown(verification, output, console, source, seen))
    return seen.worst(verification.exit_code)


def _wish(
    secrets: tuple[str, ...],
    images: tuple[str, ...],
    selector: str,
    *,
    everywhere: bool,
    source: Source,
) -> Wish:
    """Read the words; refuse what contradicts itself before anything is read or asked."""
    from kubectl_pullsecret.cli.words import secret_name
    from kubectl_pullsecret.diagnosis.label_selector import label_filter
    from kubectl_pullsecret.diagnosis.verification import Wish

    if secrets and selector:
        raise wrong_usage("a SECRET and -l both say which secrets", "give one of the two")
    if secrets and everywhere and not source.from_files:
        raise wrong_usage(
            "a secret has a namespace: it cannot be looked for in all of them",
            "give -n NAMESPACE instead of -A",
        )
    names = tuple(dict.fromkeys(map(secret_name, secrets)))
    references = tuple(map(_reference, dict.fromkeys(images)))
    return Wish(names, references, label_filter(selector))


def _reference(image: str) -> Reference:
    from kubectl_pullsecret.images import InvalidReference, Reference

    try:
        return Reference.parse(image)
    except InvalidReference as error:
        remedy = "kubectl pullsecret match explains image names"
        raise wrong_usage(f"--image {image}: {error}", remedy) from None


def _wanted(wish: Wish, selector: str, namespace: str) -> Wanted:
    from kubectl_pullsecret.diagnosis.wanted import for_verify

    return partial(for_verify, wish.names, selector, not wish.images, namespace)


def _inquiry(console: Console, seen: Sighting, wish: Wish) -> Inquiry:
    from kubectl_pullsecret.diagnosis.verification import inquire

    inquiry = inquire(seen.snapshot, seen.namespace, wish, now=console.now)
    if not inquiry.trials:
        raise PullSecretError(f"no pull secret {seen.place}: nothing is verified")
    return inquiry


def _agree(console: Console, inquiry: Inquiry) -> None:
    """Have many logins agreed to: a wrong password tried too often can lock an account."""
    from kubectl_pullsecret.views.verification import asked_words

    what = asked_words(inquiry.logins, inquiry.registries)
    if not can_ask(console):
        raise wrong_usage(f"-A would try {what}, and nobody is there to agree", "add --yes")
    if not agrees(console, f"try {what}?"):
        raise PullSecretError("not agreed: no login was tried")


def _answers(
    console: Console, registry: RegistryFlags, source: Source, inquiry: Inquiry
) -> Mapping[Question, Answer]:
    if not inquiry.questions:
        return {}
    return ask_registries(console, registry, source.connection, inquiry.questions)


def _shown(
    verification: Verification, output: Output, console: Console, source: Source, seen: Sighting
) -> str:
    from kubectl_pullsecret.views import verification as views
    from kubectl_pullsecret.views.commands import Setting

    flags = source.connection
    setting = Setting(flags.argv, flags.unrepeated, source.from_files)
    if output in (Output.JSON, Output.YAML):
        return serialised(views.verification_document(verification, setting), output)
    homes = {proof.trial.secret.ref.namespace for proof in verification.proofs}
    return views.verification_text(
        verification,
        console.terminal,
        setting,
        namespaces=seen.namespace is None and len(homes) > 1,
        wide=output is Output.WIDE,
    )
