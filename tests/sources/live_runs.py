"""`doctor` against a recorded server, with what was asked and in how many rounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.diagnosis.wanted_by_doctor import for_doctor
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reads import Read
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.report import Report
from kubectl_pullsecret.sources.live import observe
from kubectl_pullsecret.sources.transport import Client
from tests.diagnosis.cluster import NAMESPACE, NOW
from tests.sources.recorded_server import RecordedServer


@dataclass
class Run:
    """One `doctor` against a recorded server."""

    server: RecordedServer
    snapshot: Snapshot
    report: Report
    rounds: int


def doctor(
    objects: Iterable[dict[str, Any]],
    *targets: ObjectRef,
    namespace: str | None = NAMESPACE,
    forbidden: Iterable[tuple[str, str]] = (),
    now: datetime = NOW,
    near: bool = True,
) -> Run:
    server = RecordedServer(objects, forbidden, near=near)
    selection = Selection(targets, namespace)
    rounds = 0

    def wanted(snapshot: Snapshot) -> Iterator[Read]:
        nonlocal rounds
        rounds += 1
        return for_doctor(selection, now, snapshot)

    snapshot = observe(cast("Client", server), wanted)
    # the last look asks nothing
    return Run(server, snapshot, diagnose(snapshot, selection, now=now), rounds - 1)


def asked(run: Run, *words: str) -> list[str]:
    return [path for path in run.server.asked if all(word in path for word in words)]
