"""One row of the table from facts to a cause, and the conditions that rows are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kubectl_pullsecret.diagnosis.pull_errors.reading import Reading
from kubectl_pullsecret.diagnosis.pull_errors.unwrap import CONFIG, COPY, DAEMON, REQUEST, RESOLVE
from kubectl_pullsecret.facts.causes import Cause


class Row(NamedTuple):
    """Holds where one of `says` (see `phrases`; none: any words) stands and `when` is true.

    With `unanswered`, words behind an HTTP status or a registry's error code do not count: there
    they are the registry's own backend speaking.
    """

    cause: Cause
    says: tuple[str, ...] = ()
    when: Callable[[Reading], bool] | None = None
    unanswered: bool = False

    def holds(self, reading: Reading) -> bool:
        """Whether this row decides the reading."""
        said = reading.says_unanswered if self.unanswered else reading.says
        return (not self.says or said(*self.says)) and (self.when is None or self.when(reading))


def status(*codes: int) -> Callable[[Reading], bool]:
    """Whether the answer had one of these HTTP statuses."""
    return lambda reading: reading.status in codes


def server_error(reading: Reading) -> bool:
    """Whether the answer was 500 or above, Cloudflare's 52x too."""
    return reading.status is not None and reading.status >= 500


def nothing_asked(reading: Reading) -> bool:
    """Whether no request was made: nothing but the kubelet stands before the text."""
    return not reading.url and not reading.layers & {RESOLVE, COPY, DAEMON, REQUEST, CONFIG}


def resolving(reading: Reading) -> bool:
    """Whether a tag was looked up (containerd)."""
    return RESOLVE in reading.layers


def copying(reading: Reading) -> bool:
    """Whether the manifest was found: containerd's copy, dockerd's image configuration."""
    return bool(reading.layers & {COPY, CONFIG})


def for_token(reading: Reading) -> bool:
    """Whether the token service was asked."""
    return reading.asked == "token" or reading.says(
        "fetch token", "fetch oauth token", "fetch anonymous token", "bearer token", "auth token"
    )


def mirrored(reading: Reading) -> bool:
    """Whether another host than the image's own answered for a manifest."""
    return reading.mirror is not None and reading.asked in {"", "manifest"}


def refused_by_proxy(reading: Reading) -> bool:
    """Whether this is an answer to CONNECT, which Go prints without its number.

    dockerd prints `Forbidden` so for a manifest or a blob as well: there it is the registry's.
    """
    if not reading.status_is_word or reading.status == 404:
        return False
    before_challenge = REQUEST in reading.layers or reading.asked == "ping"
    return before_challenge or reading.status in {407, 500, 502, 503, 504}
