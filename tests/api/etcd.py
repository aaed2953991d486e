"""etcd below the API server: what tests do to it that the server has no words for."""

from __future__ import annotations

import http.client
import json
import socket
from base64 import b64encode
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from tests.api.admin_api import Json, plural
from tests.api.server_process import ServerError, ServerProcess
from tests.programs.real import Programs

# etcd wants host:port where a path would do; what it binds is a file of this name where it runs.
ADDRESS = "unix://client.sock:1"
_PEER = "unix://peer.sock:1"
_OPERATIONS = 128  # in one transaction, at most (--max-txn-ops)


class Etcd:
    """One member, which syncs nothing to the disk, and its JSON gateway on the same socket."""

    def __init__(self, programs: Programs, folder: Path, within: tuple[str, ...] = ()) -> None:
        self._socket = folder / ADDRESS.removeprefix("unix://")
        command = (
            str(programs.path("etcd")),
            "--data-dir=etcd",
            f"--advertise-client-urls={ADDRESS}",
            f"--listen-client-urls={ADDRESS}",
            f"--initial-advertise-peer-urls={_PEER}",
            f"--initial-cluster=default={_PEER}",
            f"--listen-peer-urls={_PEER}",
            "--log-level=warn",
            "--unsafe-no-fsync",
        )
        self.process = ServerProcess(command, folder, within)

    def compact(self) -> None:
        """Forgets all past revisions."""
        revision = self._ask("/v3/kv/range", {"key": _base64("/")})["header"]["revision"]
        self._ask("/v3/kv/compaction", {"revision": revision, "physical": True})

    def store(self, items: Iterable[Json]) -> None:
        """Objects as the API server reads them from its store: thousands in a second.

        The server checks and completes nothing, as it does with what is created: apiVersion, kind,
        uid, creationTimestamp, status and every default must be there. Kinds that have a namespace.
        """
        remaining = iter(items)
        while batch := list(islice(remaining, _OPERATIONS)):
            puts = [{"request_put": {"key": _key(it), "value": _base64(it)}} for it in batch]
            self._ask("/v3/kv/txn", {"success": puts})
        # Objects of one transaction have one revision, which the server takes for read with the
        # first of them; with a later one it has all.
        self._ask("/v3/kv/put", {"key": _base64("/stored"), "value": _base64("all")})

    def _ask(self, where: str, question: Json) -> dict[str, Any]:
        connection = http.client.HTTPConnection("etcd", timeout=30)
        with socket.socket(socket.AF_UNIX) as connection.sock:
            connection.sock.connect(str(self._socket))
            connection.request("POST", where, json.dumps(question))
            with connection.getresponse() as response:
                said = response.read()
        if response.status != 200:
            raise ServerError(f"etcd: {said.decode(errors='replace')}")
        answer: dict[str, Any] = json.loads(said)
        return answer


def _key(item: Json) -> str:
    metadata = item["metadata"]
    return _base64(f"/registry/{plural(item['kind'])}/{metadata['namespace']}/{metadata['name']}")


def _base64(value: str | Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return b64encode(text.encode()).decode()
