"""What was read from the message of a failed pull. No parsing here."""

from __future__ import annotations

from typing import NamedTuple

from kubectl_pullsecret.facts.causes import Cause


class PullError(NamedTuple):
    """One failed pull as its message tells it.

    `raw` is the innermost message as the registry or the runtime said it, on one line (of a bare
    back-off the whole message); it comes from outside and may hold control characters. `host`
    (with its port) is the one that answered or was dialled, where the message names it; `mirror`
    is that host where it is not the image's own. `credential_sent` is None where the text fits
    both. `others` are the innermost messages of the attempts that did not get as far.
    """

    cause: Cause
    raw: str
    host: str | None = None
    status: int | None = None
    mirror: str | None = None
    credential_sent: bool | None = None
    others: tuple[str, ...] = ()
