"""`match`: what image names mean, and which credentials the kubelet would try for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kubectl_pullsecret.cli.connection import USE
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.options import Output, output, serialised
from kubectl_pullsecret.cli.registry_flags import RegistryFlags, ask_registries, registry_flags
from kubectl_pullsecret.cli.source import Source, look, source
from kubectl_pullsecret.errors import ExitCode, PullSecretError

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.matching import Matching
    from kubectl_pullsecret.facts.objects import ObjectRef
    from kubectl_pullsecret.facts.snapshot import Snapshot
    from kubectl_pullsecret.sources.live import Wanted


@click.command(
    "match",
    short_help="Show which credentials the kubelet tries for an image, and why",
    epilog=USE,
)
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "--for", "target", metavar="TYPE/NAME", help="Ask for this pod, account or workload alone."
)
@click.option("--probe", is_flag=True, help="Ask the registries, from this machine, who may pull.")
@registry_flags
@source
@output(Output.WIDE, Output.JSON, Output.YAML)
@click.pass_obj
def command(
    console: Console,
    images: tuple[str, ...],
    target: str | None,
    probe: bool,
    registry: RegistryFlags,
    source: Source,
    output: Output,
) -> ExitCode:
    """Say what each image name means.

    With --for, -n, -f or a connection flag also which credentials the kubelet would try for it, in
    which order, and why each other entry does not match. Without --for every pull secret of the
    namespace is asked: that of -n, else the context's; of a file the only one that has secrets,
    else default. With --probe each credential that would be tried is shown to the image's own
    registry, for pulling alone, and nobody's is; the answers are those to this machine.

    \b
    Examples:
      kubectl pullsecret match nginx
      kubectl pullsecret match team/app:v1 --for deploy/web
    """  # noqa: D301 - click reads the character \b, not a backslash
    from kubectl_pullsecret.diagnosis.matching import match_images, questions_of, with_answers

    registry.refuse_unless(probe, by="--probe")
    pulls, seen_whole = None, ExitCode.FINE
    if source.from_files or source.namespace or target is not None or source.connection.given:
        from kubectl_pullsecret.diagnosis.pull_list import pull_list

        wanted = _target(target)
        seen = look(console, source, partial(_wanted, wanted))
        _warn_of_refusals(console, seen.snapshot)
        pulls = pull_list(seen.snapshot, seen.namespace, wanted)
        seen_whole = seen.worst(ExitCode.FINE)
    matching = match_images(images, pulls, now=console.now)
    if probe:
        answers = ask_registries(console, registry, source.connection, questions_of(matching))
        matching = with_answers(matching, answers)
    console.write(_shown(matching, output, console))
    return matching.exit_code or seen_whole


def _wanted(target: ObjectRef | None, namespace: str) -> Wanted:
    from kubectl_pullsecret.diagnosis.wanted import for_match

    return partial(for_match, target, namespace)


def _warn_of_refusals(console: Console, snapshot: Snapshot) -> None:
    """Say which right would have shown more."""
    from kubectl_pullsecret.diagnosis.unseen import refused

    for part in refused(snapshot):
        console.warn(f"not seen: {part.resource} in {part.namespace}: {part.why}")


def _target(word: str | None) -> ObjectRef | None:
    """The one object of --for, wherever it is."""
    if word is None:
        return None
    from kubectl_pullsecret.cli.targets import TARGET_KINDS, parse_targets

    if "/" not in word:
        raise PullSecretError(
            f"--for {word}: a target is written TYPE/NAME",
            remedy="for example --for pod/web-0",
            exit_code=ExitCode.USAGE,
        )
    kinds = [kind for kind in TARGET_KINDS if kind != "Namespace"]
    return parse_targets([word], kinds=kinds)[0]


def _shown(matching: Matching, output: Output, console: Console) -> str:
    from kubectl_pullsecret.views.match import match_document, match_text

    if output in (Output.JSON, Output.YAML):
        return serialised(match_document(matching), output)
    wide = output is Output.WIDE
    return match_text(matching, console.terminal, now=console.now, wide=wide)
