"""`completion`: the script for a shell, and the link through which kubectl completes us."""

from __future__ import annotations

import os
import sys

import click

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.views.terminal import neutralise

SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


@click.command("completion", short_help="Make shells complete this program's words and names")
@click.argument(
    "what", type=click.Choice([*SHELLS, "install", "uninstall"]), metavar="SHELL|install|uninstall"
)
@click.pass_obj
def command(console: Console, what: str) -> ExitCode:
    """Make shells complete commands, flags, and names from the cluster.

    For `kubectl pullsecret`, install makes kubectl_complete-pullsecret, a link to this program
    where kubectl looks for it; kubectl's own completion must be loaded. uninstall removes it.

    For kubectl-pullsecret typed directly, the script of your SHELL: bash, zsh, fish, tcsh or
    powershell. Those of tcsh and powershell are untested, and that of tcsh knows no live names.

    \b
    Examples:
      kubectl pullsecret completion install
      source <(kubectl pullsecret completion bash)      # in ~/.bashrc
      source <(kubectl pullsecret completion zsh)       # in ~/.zshrc, after compinit
      kubectl pullsecret completion fish | source       # in ~/.config/fish/config.fish
      kubectl pullsecret completion tcsh > ~/.kubectl-pullsecret.tcsh      # then source it
      kubectl pullsecret completion powershell | Out-String | Invoke-Expression
    """  # noqa: D301 - click reads the character \b, not a backslash
    if what in SHELLS:
        from kubectl_pullsecret.cli.completion_scripts import script

        console.write(script(what))
        return ExitCode.FINE
    from kubectl_pullsecret.completion import link

    if what == "uninstall":
        console.write(neutralise(link.uninstall(sys.argv[0], os.environ)))
        return ExitCode.FINE
    done, folder = link.install(sys.argv[0], os.environ)
    rest = "kubectl uses it where its own completion is loaded: kubectl completion"
    console.write(neutralise(f"{done}; {rest}"))
    if not link.is_on_path(folder, os.environ):
        console.warn(f"{folder} is not on PATH: kubectl does not find it there")
    return ExitCode.FINE
