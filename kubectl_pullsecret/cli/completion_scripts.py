"""Scripts for shells, made by shtab from the table of words. Names come from the program itself.

shtab wants an argparse parser: it is made here, and nobody parses with it. What shtab leaves out is
added in each shell's own words: a value after `=`, a context with a colon, no space after `sa/`.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import shtab

from kubectl_pullsecret.completion import PROGRAM, table

if TYPE_CHECKING:
    from kubectl_pullsecret.completion.flag import Flag

UNTESTED = ("tcsh", "powershell")
ENTRY = "_shtab_kubectl_pullsecret"  # what shtab calls its function for bash

# By shell: what shtab writes, and what stands there instead. A test says when it writes otherwise.
AMENDMENTS = {
    "bash": ((f"-F {ENTRY} {PROGRAM}", f"-F _kubectl_pullsecret {PROGRAM}"),),
    "zsh": (
        # For `source <(…)`, which shtab's test takes for autoload.
        ("[-1] == eval ]]", "[-1] == (eval|file) ]]"),
        # Any number of words, with flags between them.
        ('"(*)::', '"*:'),
    ),
}

_NAMES = {
    "bash": "_kubectl_pullsecret_names",
    "zsh": "_kubectl_pullsecret_names",
    "fish": "(_kubectl_pullsecret_names)",
    "powershell": "_kubectl_pullsecret_names",
}

_FILES = {**shtab.FILE, "fish": "(_kubectl_pullsecret_files)"}

_BASH = r"""
# Asks the program for names; its last line is a directive.
_kubectl_pullsecret_names() {
  local word about
  kubectl-pullsecret __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null |
    while IFS=$'\t' read -r word about; do
      [[ $word == :[0-9]* ]] || printf '%s\n' "$word"
    done
}

# Bash parts words at = and : too, and shtab knows no --flag=value: words are joined again, and
# --flag=value is handed on as two. What bash takes for an earlier word is cut off the answers.
_kubectl_pullsecret() {
  local -a joined=()
  local part last=-1 glued= cut=
  for part in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if (( last < 1 )) || [[ $part != [=:]* && ( -z $glued || -z $part ) ]]; then
      joined[++last]=$part cut=
    elif [[ $part == = && ${joined[last]} == -* ]]; then
      joined[++last]= cut=
    else
      [[ $part == *[=:] ]] && cut=${joined[last]}$part
      joined[last]+=$part
    fi
    [[ $part == *[=:] ]] && glued=1 || glued=
  done
  local COMP_CWORD=$last
  local -a COMP_WORDS=("${joined[@]}")
  @SHTAB@
  local i
  for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$cut"}; done
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
  return 0
}
"""

_ZSH = r"""
# Asks the program for names; its last line is a directive. shtab's functions shift $words, so the
# words are taken from the line.
_kubectl_pullsecret_names() {
  local -a typed found kinds names
  typed=(${(z)LBUFFER})
  [[ $LBUFFER == *[[:space:]] ]] && typed+=('')
  typed=("${(@Q)typed[${typed[(I)(*/|)kubectl-pullsecret]} + 1, -1]}")
  found=(${(f)"$(kubectl-pullsecret __complete "${typed[@]}" 2>/dev/null)"})
  found=(${${(M)found:#[^:]*}%%$'\t'*})
  found=("${(@)found#$IPREFIX}")
  kinds=(${(M)found:#*/})
  names=(${found:#*/})
  local answer=1
  (( $#kinds )) && compadd -S '' -a kinds && answer=0
  (( $#names )) && compadd -a names && answer=0
  return answer
}
"""

_FISH = r"""
# Asks the program for names; its last line is a directive. Of -nteam fish wants the name alone.
function _kubectl_pullsecret_names
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    for line in (kubectl-pullsecret __complete $typed[2..-1] "$current" 2>/dev/null)
        string match -q -r '^:[0-9]+$' -- $line; or string replace -r -- '^-[^-]' '' $line
    end
end

function _kubectl_pullsecret_files
    __fish_complete_path (string replace -r -- '^--[^=]*=' '' (commandline -ct))
end
"""

_POWERSHELL = r"""
# Asks the program for names; its last line is a directive. $tokens is of the function that asks.
function _kubectl_pullsecret_names {
  param([string]$WordToComplete)
  & kubectl-pullsecret __complete @tokens "$WordToComplete" 2>$null |
    Where-Object { $_ -notmatch '^:[0-9]+$' } |
    ForEach-Object { ($_ -split "`t")[0] }
}
"""

_PREAMBLES = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL, "tcsh": ""}


def script(shell: str) -> str:
    """The script of one of `shtab.SUPPORTED_SHELLS`."""
    made = as_shtab_makes_it(shell)
    for written, instead in AMENDMENTS.get(shell, ()):
        made = made.replace(written, instead)
    return f"{_UNTESTED}{made}\n" if shell in UNTESTED else f"{made}\n"


def as_shtab_makes_it(shell: str) -> str:
    """The script before it is amended."""
    preamble = _PREAMBLES[shell].replace("@SHTAB@", ENTRY)
    return shtab.complete(_parser(shell), shell, preamble=preamble)


_UNTESTED = "# Generated, and not tested.\n"


def _parser(shell: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(PROGRAM, add_help=False)
    for flag in (*table.HELP, *table.VERSION):
        _add_flag(parser, flag, shell)
    commands = parser.add_subparsers()
    for name, about in table.COMMANDS.items():
        command = commands.add_parser(name, help=_escaped(about), description=about, add_help=False)
        shared = table.CONNECTION if name in table.CONNECTED else ()
        for flag in (*table.FLAGS[name], *table.HELP, *shared):
            _add_flag(command, flag, shell)
        _add_words(command, name)
    return parser


def _add_flag(parser: argparse.ArgumentParser, flag: Flag, shell: str) -> None:
    about = _escaped(flag.help or flag.name.lstrip("-").replace("-", " "))
    if not flag.value:
        parser.add_argument(*flag.names, action="store_true", help=about)
        return
    names = [_with_value(name) for name in flag.names] if shell == "zsh" else flag.names
    action = parser.add_argument(
        *names,
        dest=flag.name.lstrip("-"),
        metavar=flag.value.rstrip("?"),
        action="append" if flag.several else "store",
        nargs="?" if flag.value == "file?" else None,
        choices=flag.choices or None,
        help=about,
    )
    if flag.value in ("file", "file?"):
        _complete_by(action, _FILES)
    elif flag.value not in ("text", "choice"):
        _complete_by(action, _NAMES)


def _with_value(name: str) -> str:
    """As zsh writes that a value may follow in the same word, too."""
    return f"{name}=" if name.startswith("--") else f"{name}+"


def _add_words(parser: argparse.ArgumentParser, name: str) -> None:
    if name not in table.WORDS:
        return
    kind, choices = table.WORDS[name]
    many = kind in ("targets", "attach", "detach", "secrets", "text")
    action = parser.add_argument(
        "words", metavar=kind, nargs="*" if many else "?", choices=choices or None, help=kind
    )
    if kind not in ("text", "choice"):
        _complete_by(action, _NAMES)


def _complete_by(action: argparse.Action, how: object) -> None:
    action.complete = how  # type: ignore[attr-defined]  # shtab's own attribute


def _escaped(text: str) -> str:
    """Help as argparse formats it; a description is taken as it is."""
    return text.replace("%", "%%")
