"""What a registry asks for: the challenges of WWW-Authenticate (RFC 9110, 11.6.1). Pure.

Registries write them in many ways, proxies add their own. Everything has a reading; what makes no
sense is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple


class Challenge(NamedTuple):
    """One way to say who asks. Scheme and names of parameters are in lower case."""

    scheme: str  # "basic", "bearer"
    parameters: Mapping[str, str]  # of two with one name the first


def parse_challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Read the values of all such headers, in their order."""
    return tuple(challenge for header in headers for challenge in _challenges(header))


def chosen(challenges: Iterable[Challenge]) -> Challenge | None:
    """Return the one to answer: Bearer before Basic; None if there is neither.

    Source: containerd 1.7, remotes/docker/auth/parse.go, byScheme.
    """
    known = {one.scheme: one for one in reversed(tuple(challenges))}
    return known.get("bearer") or known.get("basic")


def _challenges(header: str) -> Iterator[Challenge]:
    scheme, parameters = "", dict[str, str]()
    for found in _pattern().finditer(header):
        if found["scheme"]:
            if scheme:
                yield Challenge(scheme, parameters)
            scheme, parameters = found["scheme"].lower(), {}
        elif found["name"]:
            parameters.setdefault(found["name"].lower(), _value(found))
    if scheme:
        yield Challenge(scheme, parameters)


def _value(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    return found["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


@cache
def _pattern() -> re.Pattern[str]:
    """Build what is looked for, in this order: `name=value`, a scheme, anything else.

    A value without quotes may be a URL; the end of one with quotes may be missing.
    """
    token = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
    value = r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)(?:"|\\?$)|(?P<plain>[^\s,"]*))'
    parameter = rf"(?P<name>{token})[ \t]*=(?!=|[ \t]*(?:,|$))[ \t]*{value}"
    token68 = rf"{token}=+(?=[ \t]*(?:,|$))"
    scheme = rf"(?P<scheme>{token})(?![^\s,])[ \t]*(?:{token68})?"
    return re.compile(rf"{parameter}|{scheme}|{token}|.", re.DOTALL)
