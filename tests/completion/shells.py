"""Real shells on a terminal: a line is typed, Tab is pressed, and the line is read that is there.

Each shell gets a key (Ctrl-G) that prints its line between « and », so that nothing has to be
guessed from a screen.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.completion.asking import answered
from tests.terminal import Terminal, on_terminal

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds for one answer of a shell
COLUMNS = 120
PROMPT = "READY> "
_LINE = re.compile("«([^»]*)»")
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>78M])"
)

_LAUNCHER = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
from kubectl_pullsecret.__main__ import program
program()
"""


class Kind(NamedTuple):
    """How a shell is started, so that it reads one file and nobody's own settings."""

    name: str
    packages: tuple[str, ...]  # Debian's
    argv: tuple[str, ...]
    settings: str  # the name of its file, in HOME
    setup: str  # before the completion is loaded
    load: str  # what runs the words of a command


BASH = Kind(
    "bash",
    ("bash-completion",),
    ("/bin/bash", "--noprofile", "--rcfile", "{home}/settings", "-i"),
    "settings",
    f"""
PS1='{PROMPT}'
bind 'set enable-bracketed-paste off'
bind 'set show-all-if-ambiguous on'
bind 'set completion-query-items 0'
bind 'set page-completions off'
show() {{ printf '\\n«%s»\\n' "$READLINE_LINE"; }}
bind -x '"\\C-g": show'
. /usr/share/bash-completion/bash_completion
""",
    "source <({command})",
)
ZSH = Kind(
    "zsh",
    ("zsh",),
    ("/usr/bin/zsh", "-i"),
    ".zshrc",
    f"""
PROMPT='{PROMPT}'
unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste
LISTMAX=10000
setopt no_beep auto_list no_list_beep no_prompt_sp
autoload -Uz compinit && compinit -u -D
show() {{ print -r -- $'\\n'"«$BUFFER»"; zle redisplay }}
zle -N show
bindkey '^G' show
""",
    "source <({command})",
)
FISH = Kind(
    "fish",
    ("fish",),
    ("/usr/bin/fish", "-i"),
    ".config/fish/config.fish",
    f"""
function fish_prompt; echo -n '{PROMPT}'; end
function fish_greeting; end
function show; echo; echo «(commandline)»; commandline -f repaint; end
bind \\cg show
set -g fish_autosuggestion_enabled 0
""",
    "{command} | source",
)
KINDS = (BASH, ZSH, FISH)


class Shell:
    """A shell, started when it is first asked, and anew after it has not answered; of `shell`."""

    def __init__(self, start: Callable[[], AbstractContextManager[Terminal]]) -> None:
        self._start, self._running = start, ExitStack()
        self._terminal: Terminal | None = None

    def completed(self, typed: str) -> str:
        """The line after Tab; nothing is run."""
        return answered(lambda: self._after_tab(typed)[0], typed)

    def listed(self, typed: str) -> str:
        """All that the terminal shows after Tab, without its colours."""
        return _ESCAPES.sub("", self._after_tab(typed)[1])

    def end(self) -> None:
        self._terminal = None
        self._running.close()

    def _after_tab(self, typed: str) -> tuple[str, str]:
        """The line that Ctrl-G prints, and all that is shown until then; the line is emptied."""
        try:
            terminal = self._ready()
            terminal.write(f"{typed}\t")
            terminal.write("\x07")  # a shell that is busy with Tab reads it afterwards
            terminal.until(lambda: bool(_LINE.search(terminal.shown)), PATIENCE)
            shown = terminal.take()
            terminal.write("\x05\x15\x07")  # to its end, all of it, and show it
            terminal.until("«»", PATIENCE)
        except AssertionError:
            self.end()
            raise
        return _LINE.findall(shown)[0], shown

    def _ready(self) -> Terminal:
        if self._terminal is None:
            self._terminal = self._running.enter_context(self._start())
            self._terminal.until(PROMPT, PATIENCE)
        self._terminal.take()
        return self._terminal


@contextmanager
def shell(
    kind: Kind, home: Path, environment: Mapping[str, str], *commands: str
) -> Iterator[Shell]:
    """A shell that has loaded what the commands print, until the block ends."""
    settings = home / kind.settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    loads = (kind.load.format(command=command) for command in commands)
    settings.write_text(kind.setup + "\n".join(loads) + "\n")
    argv = tuple(word.format(home=home) for word in kind.argv)
    own = {"HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8", **environment}
    running = Shell(lambda: on_terminal(argv, columns=COLUMNS, environment=own, cwd=home))
    try:
        yield running
    finally:
        running.end()


def launcher(folder: Path) -> Path:
    """The program as it is on PATH: of this checkout, under its own name."""
    path = folder / "kubectl-pullsecret"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_LAUNCHER)
    path.chmod(0o755)
    return path
