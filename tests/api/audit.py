"""The API server's audit log: which requests arrived, from whom, and what they were answered."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.api.identities import SEEDER

# RequestReceived is written before a request is handled, so that none can be overlooked.
_SERVERS = ("system:apiserver", "system:kube-controller-manager", "system:kube-scheduler")
POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "rules": [
        {"level": "None", "users": [*_SERVERS, SEEDER]},
        {"level": "None", "userGroups": ["system:nodes"]},
        {"level": "Metadata"},
    ],
}
_OVER = ("ResponseComplete", "Panic")


@dataclass(frozen=True, slots=True)
class AuditedRequest:
    """A request as the API server saw it."""

    verb: str  # get, list, watch, create, update, patch, delete, …
    uri: str  # path and query
    user: str  # who was authenticated; "" for nobody (401), "system:anonymous" for no credentials
    code: int  # 0: not answered
    impersonated: str = ""  # whom the user acted as
    agent: str = ""  # User-Agent


def requests_in(log: Path, start: int, patience: float = 5.0) -> list[AuditedRequest]:
    """The requests of the log from this byte on, by arrival, when all are answered.

    One that is not answered within `patience` seconds has the code 0.
    """
    deadline = time.monotonic() + patience
    while True:
        requests, answered = _read(log, start)
        if answered or time.monotonic() > deadline:
            return requests
        time.sleep(0.01)


def _read(log: Path, start: int) -> tuple[list[AuditedRequest], bool]:
    found: dict[str, AuditedRequest] = {}
    waiting = set()
    with log.open("rb") as lines:
        lines.seek(start)
        for line in lines:
            if not line.endswith(b"\n"):  # being written
                return list(found.values()), False
            event = json.loads(line)
            found[event["auditID"]] = _request(event)
            watches = event["verb"] == "watch" and event["stage"] == "ResponseStarted"
            if watches or event["stage"] in _OVER:
                waiting.discard(event["auditID"])
            else:
                waiting.add(event["auditID"])
    return list(found.values()), not waiting


def _request(event: dict[str, Any]) -> AuditedRequest:
    return AuditedRequest(
        verb=event["verb"],
        uri=event["requestURI"],
        user=event["user"].get("username", ""),
        code=event.get("responseStatus", {}).get("code", 0),
        impersonated=event.get("impersonatedUser", {}).get("username", ""),
        agent=event.get("userAgent", ""),
    )
