"""The command group: which commands there are, and what every way to fail looks like.

`--help` shows the table without importing a command; a command's module is imported when it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from errno import ENOSPC
from importlib import import_module
from typing import NamedTuple

import click

import kubectl_pullsecret
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import ExitCode, PullSecretError

PROGRAM = "kubectl pullsecret"


class Entry(NamedTuple):
    """Where a command is, and what the overview says of it (its own short help, word for word)."""

    module: str
    short_help: str


# In the order of the overview: what one needs first comes first.
COMMANDS = {
    "doctor": Entry("doctor", "Explain why images do not pull and what fixes it"),
    "match": Entry("match", "Show which credentials the kubelet tries for an image, and why"),
    "list": Entry("list", "List pull secrets: registries, user names, state, expiry"),
    "inspect": Entry("inspect", "Show what the kubelet sees in one secret, masked"),
    "attach": Entry("attach", "Give pull secrets to an account, a workload or a pod's owner"),
    "detach": Entry("detach", "Take pull secrets from an account, a workload or a pod's owner"),
    "create": Entry("create", "Write a pull secret, or exchange a credential in one"),
    "copy": Entry("copy", "Copy a pull secret to other namespaces or another cluster"),
    "verify": Entry("verify", "Try pull secrets against their registries, to pull only"),
    "explain": Entry("explain", "Explain a reason that a report names"),
    "completion": Entry("completion", "Make shells complete this program's words and names"),
    "version": Entry("version", "Print the versions of this program and of the server"),
}


class CommandGroup(click.Group):
    """A group that knows its commands by the table alone."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name; None where there is none."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = import_module(f"kubectl_pullsecret.cli.{entry.module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names; propose a near miss."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"unknown command {args[0]!r}{_did_you_mean(args[0])}")
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table into the overview."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.short_help) for name, entry in COMMANDS.items()])


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(
    kubectl_pullsecret.__version__, prog_name=PROGRAM, message="%(prog)s %(version)s"
)
def commands() -> None:
    """Explain and mend image pull credentials, with the kubelet's own rules."""


def run(args: Sequence[str], console: Console) -> ExitCode:
    """Run one command line against the given outside world; its exit code. Raises nothing."""
    try:
        with redirect_stdout(console.stdout), redirect_stderr(console.stderr):
            return _invoke(args, console)
    except click.exceptions.Exit as done:
        return ExitCode(done.exit_code)
    except click.UsageError as error:
        return console.fail(_usage_error(error))
    except PullSecretError as error:
        return console.fail(error)
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # click's own output, i.e. help; Console.write has its own answer
        return ExitCode.FINE
    except MemoryError:
        return console.fail(PullSecretError("there is not enough memory for this input"))
    except Exception as bug:
        return console.fail(_unwritten(bug) or _bug(bug))


def _invoke(args: Sequence[str], console: Console) -> ExitCode:
    """Do what click's own `main` does, without its streams, exit codes and traceback."""
    words = [*_as_click_reads(args)] or ["--help"]
    width = _help_width(console.terminal.width)
    with commands.make_context(PROGRAM, words, obj=console, terminal_width=width) as context:
        return ExitCode(commands.invoke(context))


def _help_width(columns: int | None) -> int:
    """How wide help is written. click would import shutil, and so three compressors, to know."""
    return max(min(columns or 80, 100) - 2, 50)


def _as_click_reads(args: Sequence[str]) -> Iterator[str]:
    """`-n=team` and `--all-namespaces=false` as kubectl means them; click has no such forms."""
    for word in args:
        flag, equals, value = word.partition("=")
        if equals and flag in SWITCHES and value.lower() in ("true", "false"):
            if value.lower() == "true":
                yield flag
        elif len(word) > 3 and word[:1] == "-" and word[1] != "-" and word[2] == "=":
            yield word[:2] + word[3:]
        else:
            yield word


# The flags without a value, of all commands; a test holds it.
SWITCHES = frozenset(
    (
        *("-A", "--all-namespaces", "-R", "--recursive"),
        *("--insecure-skip-tls-verify", "--disable-compression"),
        *(
            "--client",
            "--healthy",
            "--allow-unseen",
            "--reveal",
            "--probe",
            "--plain-http",
            "--yes",
        ),
        *("--check", "--update"),
        *("--docker-password-stdin", "--replace", "--only"),
        *("--first", "--force", "--restart", "--recreate", "--all-missing", "--wait", "--local"),
    )
)


def _usage_error(error: click.UsageError) -> PullSecretError:
    message = error.format_message().rstrip(".")
    asked = error.ctx.command_path if error.ctx is not None else PROGRAM
    return PullSecretError(
        message[:1].lower() + message[1:],
        remedy=f"see '{asked} --help'",
        exit_code=ExitCode.USAGE,
    )


def _unwritten(error: Exception) -> PullSecretError | None:
    """What click could not write, to a full disk; None for anything else."""
    if not isinstance(error, OSError) or error.errno != ENOSPC:
        return None
    return PullSecretError(f"the output cannot be written: {error.strerror}")


def _bug(bug: Exception) -> PullSecretError:
    """Say what may be said of an unexpected exception; its message could hold a credential."""
    places = " > ".join(_places(bug))
    return PullSecretError(
        f"this is a bug in {PROGRAM} {kubectl_pullsecret.__version__}: "
        f"{type(bug).__name__} at {places}",
        remedy="please report this line and the command that you ran; it holds no data of yours",
    )


def _places(bug: Exception) -> list[str]:
    """Return the lines of our package that led to an exception, outermost first: no values."""
    places, trace = [], bug.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("kubectl_pullsecret.") and module != __name__:
            places.append(f"{module.removeprefix('kubectl_pullsecret.')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-6:] or ["the command line"]


def _did_you_mean(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
