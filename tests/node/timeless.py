"""What a terminal shows, without what no two runs have in common."""

from __future__ import annotations

import re

_LENGTH = r"\d+[smhd](?:\d+[smh])?"
_SAFE = "[b-df-hj-np-tv-z2-9]"  # no vowels: Kubernetes' rand.SafeEncodeString
# The hash of a restarted template is another one each time, and not always as long.
_POD = rf"\b(\w+)-{_SAFE}{{8,10}}-{_SAFE}{{5}}\b"
_DIFFERENT = (
    # How often the kubelet has tried, and when; how old a thing is; AGE, a table's last column.
    (rf"(?:once|\d+ times), last {_LENGTH} ago", "N times, last T ago"),
    (rf"created {_LENGTH} ago", "created T ago"),
    (rf"(?<=   ){_LENGTH}$", "T"),
    # A pod's name, and how wide its column is.
    (r"^NAME {3,}", "NAME   "),
    (rf"^{_POD} {{3,}}", r"\1-…   "),
    (_POD, r"\1-…"),
)


def timeless(line: str) -> str:
    """The line with counts of attempts, lengths of time and pods' names made alike."""
    for different, alike in _DIFFERENT:
        line = re.sub(different, alike, line)
    return line.rstrip()
