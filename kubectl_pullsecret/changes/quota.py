"""What a ResourceQuota's refusal says. Pure."""

from __future__ import annotations

import re
from fractions import Fraction

_QUANTITY = r"([0-9]+(?:\.[0-9]+)?)(?:e([0-9]{1,2})|([KMGTPE]i)|([numkMGTPE])?)"


def fits_once_gone(refusal: str) -> bool:
    """Whether a quota refuses a second pod only because the first is still there.

    The second asks for what the first has: it fits once that is gone, unless the quota was lowered.
    Source: apiserver, plugin/resourcequota/controller.go, CheckRequest.
    """
    found = re.search(
        r"exceeded quota: .*?, requested: (\S+), used: (\S+), limited: (\S+)", refusal
    )
    if found is None:
        return False
    requested, used, limited = (_quantities(words) for words in found.groups())
    return all(
        asked is not None
        and (counted := used.get(resource)) is not None
        and (most := limited.get(resource)) is not None
        and asked <= counted <= most
        for resource, asked in requested.items()
    )


def _quantities(words: str) -> dict[str, Fraction | None]:
    pairs = (pair.partition("=") for pair in words.split(","))
    return {resource: _quantity(amount) for resource, _, amount in pairs}


def _quantity(written: str) -> Fraction | None:
    """An amount as the API writes it (apimachinery, api/resource/quantity.go); None for others."""
    found = re.fullmatch(_QUANTITY, written)
    if found is None:
        return None
    number, exponent, binary, decimal = found.groups()
    factor = Fraction(10) ** int(exponent or 0)
    if binary:
        factor = Fraction(1024) ** ("KMGTPE".index(binary[0]) + 1)
    elif decimal:
        factor = Fraction(1000) ** {"n": -3, "u": -2, "m": -1}.get(
            decimal, "kMGTPE".find(decimal) + 1
        )
    return Fraction(number) * factor
