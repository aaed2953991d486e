"""The ordered table from facts to a cause: the first row that holds decides."""

from __future__ import annotations

from kubectl_pullsecret.diagnosis.pull_errors.reading import Reading
from kubectl_pullsecret.diagnosis.pull_errors.rows_answer import (
    CREDENTIALS,
    LAST,
    MISSING,
    POLICY,
    REFUSALS,
)
from kubectl_pullsecret.diagnosis.pull_errors.rows_node import CONTENT, LOCAL, STORE
from kubectl_pullsecret.diagnosis.pull_errors.rows_transport import TRANSPORT
from kubectl_pullsecret.facts.causes import Cause

TABLE = (*LOCAL, *CONTENT, *STORE, *TRANSPORT, *POLICY, *CREDENTIALS, *MISSING, *REFUSALS, *LAST)


def decide(reading: Reading) -> Cause:
    """Tell the cause of one attempt; Unknown where no row holds."""
    return next((row.cause for row in TABLE if row.holds(reading)), Cause.UNKNOWN)
