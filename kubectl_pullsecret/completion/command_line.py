"""A command line that is being typed: what stands there already, and what the last word is to be.

Words are read as click reads them after `cli.main` has: `-nteam`, `-n=team`, `--namespace=team`,
`-An team`, and everything after `--` is no flag. What it would refuse is passed over.
"""

from __future__ import annotations

from kubectl_pullsecret.completion import table
from kubectl_pullsecret.completion.flag import Flag


class CommandLine:
    """The words before the last, by their meaning, and the last."""

    __slots__ = ("command", "current", "flag", "given", "no_more_flags", "start", "words")

    def __init__(self) -> None:
        self.command = ""  # "": it is still to come
        self.words: list[str] = []  # that are no flags and no flag's value
        self.given: dict[str, list[str]] = {}  # flags by their long name; a switch has "true"
        self.no_more_flags = False  # after `--`
        self.flag: Flag | None = None  # whose value the last word is, or holds
        self.start = ""  # of the last word, before a value: "--namespace="
        self.current = ""  # the last word, or what it holds of a value

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Those that the command takes."""
        if not self.command:
            return table.HELP + table.VERSION
        if self.command not in table.FLAGS:
            return ()
        shared = table.CONNECTION if self.command in table.CONNECTED else ()
        return table.FLAGS[self.command] + table.HELP + shared

    def last(self, name: str) -> str:
        """The value that counts of a flag: the last one; "" where it is not given."""
        return self.given.get(name, [""])[-1]

    def is_given(self, name: str) -> bool:
        """Whether a flag stands there, and is not switched off again."""
        return name in self.given and self.last(name) != "false"


def read(words: list[str]) -> CommandLine:
    """Read what is typed; the last word, which may be empty, is the one to complete."""
    line = CommandLine()
    waiting: Flag | None = None  # for its value
    for word in words[:-1]:
        if waiting is not None and not (waiting.value == "file?" and word[:1] == "-"):
            _give(line, waiting, word)
            waiting = None
        elif line.no_more_flags or word[:1] != "-" or word == "-":
            waiting = None
            _take_word(line, word)
        elif word == "--":
            line.no_more_flags, waiting = True, None
        else:
            flag, value, _ = _parted(line, word)
            waiting = flag if flag is not None and flag.value and value is None else None
            if flag is not None and (waiting is None or flag.value == "file?"):
                _give(line, flag, value or "true")
    _read_last(line, waiting, words[-1] if words else "")
    return line


def _take_word(line: CommandLine, word: str) -> None:
    if line.command:
        line.words.append(word)
    else:
        line.command = word if word in table.COMMANDS else "?"


def _give(line: CommandLine, flag: Flag, value: str) -> None:
    line.given.setdefault(flag.name, []).append(value)


def _parted(line: CommandLine, word: str) -> tuple[Flag | None, str | None, str]:
    """The flag that a word names last, its value if it is in the word, and all that is before it.

    Switches of one letter may stand together; those before the last are given.
    """
    if word[:2] == "--":
        name, equals, value = word.partition("=")
        return _named(line, name), value if equals else None, name + equals
    for place, letter in enumerate(word[1:], 1):
        flag = _named(line, f"-{letter}")
        rest = word[place + 1 :]
        if flag is None or not rest or flag.value or rest[:1] == "=":
            start = word[: place + 1] + ("=" if rest[:1] == "=" else "")
            return flag, word[len(start) :] if rest else None, start
        _give(line, flag, "true")
    return None, None, word


def _named(line: CommandLine, name: str) -> Flag | None:
    return next((flag for flag in line.flags if name in flag.names), None)


def _read_last(line: CommandLine, waiting: Flag | None, word: str) -> None:
    line.current = word
    is_flag = word[:1] == "-" and word != "-" and not line.no_more_flags
    if waiting is not None and not (waiting.value == "file?" and word[:1] == "-"):
        line.flag = waiting
    elif is_flag:
        flag, value, start = _parted(line, word)
        if flag is not None and flag.value and value is not None:
            line.flag, line.start, line.current = flag, start, value
