"""The program that a shell or kubectl runs for the words that may come next.

kubectl's protocol: the arguments are the words after `kubectl pullsecret`, the last one as far as
it is typed; each line of the answer is a word, a tab and what it is; the last is the directive. Of
`--flag=value` the value alone is answered.
Source: kubectl 1.34, pkg/cmd/plugin/plugin_completion.go.
"""

from __future__ import annotations

import os
import sys

from kubectl_pullsecret.completion.command_line import read
from kubectl_pullsecret.completion.offers import NO_FILES, Offer, offers


def main(words: list[str]) -> int:
    """Answer on stdout, and nothing on stderr, whatever happens; the exit code."""
    _silence()
    try:
        sys.stdout.buffer.write(answer(words).encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):  # nobody listens
        return 1
    return 0


def answer(words: list[str]) -> str:
    """The lines that are printed."""
    try:
        offered, directive = offers(read(words))
    except Exception:  # a bug of ours must not spoil a command line
        offered, directive = [], NO_FILES
    return "".join(f"{_line(offer)}\n" for offer in offered) + f":{directive}\n"


def _line(offer: Offer) -> str:
    word, about = offer
    return f"{word}\t{about}" if about else word


def _silence() -> None:
    """Send what libraries and programs of kubeconfigs say to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
