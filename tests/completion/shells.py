"""Real shells on a terminal: a line is typed, Tab is pressed, and the line is read that is there.

Each shell gets a key (Ctrl-G) that prints its line between « and », so that nothing has to be
guessed from a screen.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.programs.process import ending_with

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds for one answer of a shell
COLUMNS, ROWS = 120, 40
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
    """A running shell; made by `shell`."""

    def __init__(self, terminal: int) -> None:
        self._terminal, self._shown = terminal, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._until(lambda: PROMPT in self._shown)

    def completed(self, typed: str, tries: int = 3) -> str:
        """The line after Tab; nothing is run.

        Where nothing came Tab is pressed again, for the completer gives up after two seconds, and
        the machine may be busy.
        """
        self._start(typed)
        line = self._line()
        self._clear()
        return self.completed(typed, tries - 1) if line == typed and tries > 1 else line

    def listed(self, typed: str) -> str:
        """All that the terminal shows after Tab, without its colours."""
        self._start(typed)
        self._line()
        shown = _ESCAPES.sub("", self._shown)
        self._clear()
        return shown

    def _start(self, typed: str) -> None:
        self._shown = ""
        self._write(f"{typed}\t")

    def _line(self) -> str:
        """What Ctrl-G prints; a shell that is busy with Tab reads it afterwards."""
        self._write("\x07")
        self._until(lambda: bool(_LINE.search(self._shown)))
        found = _LINE.search(self._shown)
        assert found is not None
        return found[1]

    def _clear(self) -> None:
        """Empty the line."""
        self._shown = ""
        self._write("\x05\x15\x07")  # to its end, all of it, and show it
        self._until(lambda: "«»" in self._shown)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            left = deadline - time.monotonic()
            assert left > 0, f"nothing happens after:\n{self._shown!r}"
            if select.select([self._terminal], [], [], left)[0]:
                self._shown += self._decoder.decode(os.read(self._terminal, 65536))

    def _write(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())


@contextmanager
def shell(
    kind: Kind, home: Path, environment: Mapping[str, str], *commands: str
) -> Iterator[Shell]:
    """A shell that has loaded what the commands print, until the block ends."""
    settings = home / kind.settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    loads = (kind.load.format(command=command) for command in commands)
    settings.write_text(kind.setup + "\n".join(loads) + "\n")
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    argv = tuple(word.format(home=home) for word in kind.argv)
    running = subprocess.Popen(
        ending_with(os.getpid(), ("/usr/bin/setsid", "--ctty", *argv)),
        stdin=end,
        stdout=end,
        stderr=end,
        cwd=home,
        env={"HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8", **environment},
    )
    os.close(end)
    try:
        yield Shell(terminal)
    finally:
        running.kill()
        running.wait(PATIENCE)
        os.close(terminal)


def launcher(folder: Path) -> Path:
    """The program as it is on PATH: of this checkout, under its own name."""
    path = folder / "kubectl-pullsecret"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_LAUNCHER)
    path.chmod(0o755)
    return path
