"""How copies of a pull secret stand to their origin: a line each, or the CopyReport."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_pullsecret.changes.copies import Copied
from kubectl_pullsecret.views.data import Data, document
from kubectl_pullsecret.views.layout import pad, wrap
from kubectl_pullsecret.views.terminal import PIPE, Terminal, neutralise

_GAP = 2


def copies_text(copies: Sequence[Copied], terminal: Terminal = PIPE) -> str:
    """Lay out a line for each copy: where it is, how it stands, and what stands against it."""
    places = [f"secret/{one.ref.name} in {one.ref.namespace}" for one in copies]
    first, second = (
        max(map(len, places), default=0),
        max((len(one.state.value) for one in copies), default=0),
    )
    lines = []
    for place, one in zip(places, copies, strict=True):
        state = f"{pad(place, first + _GAP)}{pad(one.state.value, second + _GAP)}"
        said = "; ".join(filter(None, (_why(one), one.remedy)))
        lines += wrap(f"{state}{neutralise(said)}".rstrip(), terminal.width, hanging=_GAP)
    return "\n".join(lines) + "\n"


def _why(one: Copied) -> str:
    return one.obstacle or one.why


def copies_names(copies: Sequence[Copied]) -> str:
    """A line for each copy, as `kubectl … -o name` prints it."""
    return "".join(f"secret/{one.ref.name}\n" for one in copies)


def copies_data(origin: str, copies: Sequence[Copied], unseen: Sequence[str]) -> dict[str, Data]:
    """The CopyReport: keys and order are a public contract."""
    return document(
        "CopyReport",
        {
            "origin": origin,
            "items": [
                {
                    "namespace": one.ref.namespace,
                    "name": one.ref.name,
                    "state": one.state.value,
                    "why": _why(one),
                    "remedy": one.remedy,
                }
                for one in copies
            ],
            "unseen": list(unseen),
        },
    )
