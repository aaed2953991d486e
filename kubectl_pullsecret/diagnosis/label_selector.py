"""kubectl's `-l` on objects of a file: equality, sets and existence.

Source: k8s.io/apimachinery pkg/labels/selector.go (`Parse`, `Requirement.Matches`), without `>` and
`<`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from kubectl_pullsecret.errors import ExitCode, PullSecretError

if TYPE_CHECKING:
    from kubectl_pullsecret.facts.objects import Secret

_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,315}[A-Za-z0-9])?"
_VALUE = rf"(?:{_WORD})?"
_REQUIREMENT = (
    rf"\s*(?:(?P<absent>!\s*{_WORD})"
    rf"|(?P<key>{_WORD})(?:\s*(?P<equality>==?|!=)\s*(?P<value>{_VALUE})"
    rf"|\s+(?P<set>in|notin)\s*\((?P<values>[^()]*)\))?)\s*(?:,|$)"
)


class Requirement(NamedTuple):
    """One condition. `values` None: the key alone decides."""

    key: str
    values: frozenset[str] | None
    negated: bool

    def matches(self, labels: Mapping[str, str]) -> bool:
        """A missing key satisfies `!=`, `notin` and `!key`, as in Kubernetes."""
        present = self.key in labels and (self.values is None or labels[self.key] in self.values)
        return present is not self.negated


def parse_selector(text: str) -> tuple[Requirement, ...]:
    """Read a selector such as `app=web,tier in (a, b),!legacy`; "" selects everything.

    Raises:
        PullSecretError: it is no selector (exit code 2).
    """
    found, position = [], 0
    pattern = re.compile(_REQUIREMENT)
    while position < len(text):
        match = pattern.match(text, position)
        if match is None or match.end() == position:
            raise _no_selector(text)
        found.append(_requirement(match))
        position = match.end()
    if text.rstrip().endswith(","):
        raise _no_selector(text)
    return tuple(found)


def label_filter(text: str) -> Callable[[Secret], bool]:
    """Return which secrets `-l` chooses. Raises PullSecretError as `parse_selector` does."""
    requirements = parse_selector(text)
    return lambda secret: selects(requirements, dict(secret.labels))


def selects(requirements: tuple[Requirement, ...], labels: Mapping[str, str]) -> bool:
    """Whether the labels satisfy every requirement."""
    return all(requirement.matches(labels) for requirement in requirements)


def _requirement(match: re.Match[str]) -> Requirement:
    if absent := match["absent"]:
        return Requirement(absent[1:].strip(), None, negated=True)
    if match["equality"]:
        return Requirement(match["key"], frozenset({match["value"]}), match["equality"] == "!=")
    if match["set"]:
        values = frozenset(value.strip() for value in match["values"].split(","))
        return Requirement(match["key"], values, match["set"] == "notin")
    return Requirement(match["key"], None, negated=False)


def _no_selector(text: str) -> PullSecretError:
    return PullSecretError(
        f"-l {text} is no label selector",
        remedy="write key=value, key!=value, key in (a,b), key notin (a,b), key or !key",
        exit_code=ExitCode.USAGE,
    )
